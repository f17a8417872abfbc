"""Cost share: what of the allowed amount is the member's, line by line, each seeing what the earlier ones counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from hpedi.adjudication.context import ClaimContext, LineContext
from hpedi.adjudication.decision import TrailStep
from hpedi.adjudication.pricing.fee_schedule import Price
from hpedi.adjudication.rules.coinsurance import coinsurance_of
from hpedi.adjudication.rules.copay import copay_of
from hpedi.adjudication.rules.deductible import deductible_of
from hpedi.adjudication.rules.out_of_pocket_maximum import capped_shares
from hpedi.benefits.accumulators import AccumulatorEntry
from hpedi.benefits.balances import RunningBalances
from hpedi.benefits.membership import MatchedMember
from hpedi.benefits.rows import PlanBenefits, TierCounters
from hpedi.money import ZERO, Usd
from hpedi.reference.plans import Benefit, CostSharePart

STAGE: Final = "cost_share"
NO_SHARES: Final[Mapping[str, Usd]] = {"copay": ZERO, "deductible": ZERO, "coinsurance": ZERO}


@dataclass(frozen=True, slots=True)
class Share:
    """The member's share of a line.

    Attributes:
        parts: US dollars by part: deductible, coinsurance, copay.
        capped: The out-of-pocket maximum took something off.
        entries: What the line adds to accumulators.
    """

    parts: Mapping[str, Usd]
    capped: bool
    entries: tuple[AccumulatorEntry, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """Shares of the accepted lines, None for the denied ones, and the steps of the trail."""

    shares: tuple[Share | None, ...]
    steps: tuple[TrailStep, ...]


class _Sharer:
    """Shares the lines of one claim in order."""

    def __init__(self, context: ClaimContext, matched: MatchedMember, plan: PlanBenefits) -> None:
        self.context = context
        self.plan = plan
        self.balances = RunningBalances(context.balances, plan.plan.id, matched.member.id, matched.family.id)
        self.visits: set[tuple[date, str]] = {(past.date, past.benefit) for past in context.history}
        self.steps: list[TrailStep] = []

    def share(self, line: LineContext, benefit: Benefit, price: Price) -> Share:
        """Return a line's share and count it."""
        plan, tier = line.terms.plan, line.tier
        if plan is None or tier is None:
            raise ValueError("a line without plan or tier cannot have been accepted")
        counters, period = plan.counters[tier], line.terms.period
        wanted = self._wanted(line, benefit, price.allowed, counters)
        conventions = self.context.conventions
        oop_left = self.balances.left(counters.oop_limits, period)
        parts = capped_shares(wanted, conventions.oop_counts, conventions.oop_cap_removes, oop_left)
        if parts is not wanted and oop_left is not None:
            self._step(line, "out_of_pocket_maximum", f"{oop_left} left", _total(wanted), _total(parts))
        self.visits.add((line.terms.day, benefit.id))
        return Share(parts, parts is not wanted, self._count(line, benefit, counters, parts))

    def _wanted(self, line: LineContext, benefit: Benefit, allowed: Usd, counters: TierCounters) -> Mapping[str, Usd]:
        if not benefit.cost_share:
            self._step(line, "paid_in_full", f"benefit {benefit.id}: no cost share", allowed, ZERO)
            return NO_SHARES
        wanted, remaining = dict(NO_SHARES), allowed
        for part in benefit.cost_share:
            amount, parameter = self._part(part, line, benefit, remaining, counters)
            wanted[part.type] += amount
            self._step(line, part.type, parameter, remaining, amount)
            remaining -= amount
        return wanted

    def _part(
        self, part: CostSharePart, line: LineContext, benefit: Benefit, remaining: Usd, counters: TierCounters
    ) -> tuple[Usd, str]:
        if part.type == "deductible":
            left = self.balances.left(counters.deductible_limits, line.terms.period)
            return deductible_of(remaining, left), f"benefit {benefit.id}: {left} left"
        if part.rate is not None:
            return coinsurance_of(remaining, part.rate), f"benefit {benefit.id}: {part.rate} of what remains"
        amount = part.amount or ZERO
        had_one = (line.terms.day, benefit.id) in self.visits
        # `waived_if: admitted` asks for type of bill 011x, which a professional claim does not have.
        words = f"benefit {benefit.id}: {amount} per {part.per}" + (", borne already" if had_one else "")
        return copay_of(amount, remaining, visit_had_one=had_one), words

    def _count(
        self, line: LineContext, benefit: Benefit, counters: TierCounters, parts: Mapping[str, Usd]
    ) -> tuple[AccumulatorEntry, ...]:
        received, period = self.context.received, line.terms.period
        source = f"claim:{received.payer_claim_control_number}/{received.version}/{line.line.number}"
        out_of_pocket = sum((parts[part] for part in self.context.conventions.oop_counts), ZERO)
        entries = (
            *self.balances.add(counters.deductible, period, parts["deductible"], source),
            *self.balances.add(counters.oop, period, out_of_pocket, source),
        )
        if benefit.limit is not None and line.terms.plan is not None:
            visits = line.terms.plan.visits[benefit.limit.acc]
            entries += self.balances.add((visits,), period, Decimal(1), source)
        return entries

    def _step(self, line: LineContext, rule: str, parameter: str, before: Usd, amount: Usd) -> None:
        self.steps.append(
            TrailStep(
                stage=STAGE,
                rule=rule,
                line=line.line.number,
                parameter=parameter,
                source=line.terms.plan.source if line.terms.plan is not None else "",
                amounts=(("of", before), ("member", amount)),
            )
        )


def share_cost(context: ClaimContext, prices: Sequence[Price | None]) -> Shared:
    """Share the allowed amounts of the accepted lines between member and plan.

    Args:
        context: The claim; its accepted lines are all of one plan.
        prices: One for each line; None where it is denied.

    Source: golden FORMAT 5.3: deductible and out-of-pocket left are the lesser of individual and family where the plan
    is embedded, the family's where it is aggregate; one copay a visit over all claims; the maximum removes in the order
    of `conventions.oop_cap_removes`.
    """
    sharer: _Sharer | None = None
    shares: list[Share | None] = []
    for line, price in zip(context.lines, prices, strict=True):
        if price is None or line.benefit is None or line.terms.plan is None or context.matched is None:
            shares.append(None)
            continue
        sharer = sharer or _Sharer(context, context.matched, line.terms.plan)
        shares.append(sharer.share(line, line.benefit, price))
    return Shared(tuple(shares), tuple(sharer.steps) if sharer is not None else ())


def _total(parts: Mapping[str, Usd]) -> Usd:
    return sum(parts.values(), ZERO)

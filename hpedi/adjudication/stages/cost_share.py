"""Cost share: what of the allowed amount is the member's, unit by unit, each seeing what the earlier ones counted.

A unit is a line, or the whole claim where the contract prices the claim as one (number 0 in the entries).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from hpedi.adjudication.context import ClaimContext
from hpedi.adjudication.decision import TrailStep
from hpedi.adjudication.pricing.price import Priced, PricedUnit
from hpedi.adjudication.rules.coinsurance import coinsurance_of
from hpedi.adjudication.rules.copay import copay_of
from hpedi.adjudication.rules.deductible import deductible_of
from hpedi.adjudication.rules.dollar_maximum import beyond_maximum, is_used_up
from hpedi.adjudication.rules.out_of_pocket_maximum import capped_shares
from hpedi.adjudication.stages.coordination import Coordinator, coordinator
from hpedi.adjudication.verdicts import Pends
from hpedi.benefits.accumulators import AccumulatorEntry
from hpedi.benefits.balances import RunningBalances
from hpedi.benefits.membership import MatchedMember
from hpedi.benefits.rows import DOLLARS, VISITS, PlanBenefits, TierCounters
from hpedi.claims.adjustment import Adjustment
from hpedi.claims.model import Model
from hpedi.money import ZERO, Usd
from hpedi.reference.plans import Accumulator, Benefit, CostSharePart

STAGE: Final = "cost_share"
COUNTED: Final = "counted"
NO_SHARES: Final[Mapping[str, Usd]] = {"copay": ZERO, "deductible": ZERO, "coinsurance": ZERO}


class Share(Model, frozen=True):
    """The member's share of a unit.

    Attributes:
        parts: US dollars by part: deductible, coinsurance, copay.
        capped: The out-of-pocket maximum took something off.
        entries: What the unit adds to accumulators.
        adjustments: After other payers: what stands in place of the price's adjustments; None where we pay first.
        beyond: US dollars that would be paid and are beyond the maximum of the benefit.
    """

    parts: Mapping[str, Usd]
    capped: bool
    entries: tuple[AccumulatorEntry, ...]
    adjustments: tuple[Adjustment, ...] | None = None
    beyond: Usd = ZERO


class Shared(Model, frozen=True):
    """Shares of the priced units in their order, and the steps of the trail."""

    shares: tuple[Share, ...]
    steps: tuple[TrailStep, ...]


class _Sharer:
    """Shares the units of one claim in order."""

    def __init__(self, context: ClaimContext, matched: MatchedMember, coordinator: Coordinator | None) -> None:
        self.context = context
        self.coordinator = coordinator
        self.balances = RunningBalances(context.balances, matched.member.id, matched.family.id)
        # What was paid with another service (packaged, in a case rate) bore no copay, and takes none off its visit.
        self.visits: set[tuple[date, str]] = {
            (past.date, past.benefit) for past in context.history if past.copay or past.paid
        }
        self.steps: list[TrailStep] = []
        admitted = context.conventions.admitted_tob_prefixes
        self.admitted = bool(admitted) and context.claim.type_of_bill.startswith(admitted)

    def share(self, unit: PricedUnit) -> Share:
        """Return a unit's share and count it."""
        line = unit.line
        plan, tier, benefit = line.terms.plan, line.tier, line.benefit
        if plan is None or tier is None or benefit is None:
            raise ValueError("a line without plan, tier or benefit cannot have been accepted")
        counters, period = plan.counters[tier], line.terms.period
        self.balances.of_plan(plan.plan.id)
        maximum = _limits(plan, benefit, DOLLARS)
        left = self.balances.left(maximum, period)
        wanted = NO_SHARES if is_used_up(left) else self._wanted(unit, benefit, counters)
        conventions = self.context.conventions
        oop_left = self.balances.left(counters.oop_limits, period)
        parts = capped_shares(wanted, conventions.oop_counts, conventions.oop_cap_removes, oop_left)
        if parts is not wanted and oop_left is not None:
            self._step(unit, "out_of_pocket_maximum", f"{oop_left} left", _total(wanted), _total(parts))
        if not unit.price.reason or unit.price.prepaid is not None:
            self.visits.add((line.terms.day, benefit.id))
        capped, deductible, adjustments = parts is not wanted, parts["deductible"], None
        if self.coordinator is not None:
            after = self.coordinator.coordinate(unit, plan, parts)
            self.steps.append(after.step)
            parts, deductible, adjustments = after.parts, after.deductible, after.adjustments
        payable = _payable(unit, adjustments, parts)
        beyond = beyond_maximum(payable, left)
        if beyond:
            self._step(unit, "dollar_maximum", f"benefit {benefit.id}: {left} left of its maximum", payable, beyond)
        entries = (
            *self._count(unit, benefit, counters, parts, deductible),
            *self.balances.add(maximum, period, payable - beyond, self._source(unit), line.terms.day),
        )
        self._tell_counted(unit, parts)
        return Share(parts, capped, entries, adjustments, beyond)

    def _wanted(self, unit: PricedUnit, benefit: Benefit, counters: TierCounters) -> Mapping[str, Usd]:
        allowed, cost_share = unit.price.allowed, benefit.cost_share
        if unit.price.prepaid is not None:
            # Nothing is payable for the service, so the member owes the copay and no share of an amount.
            allowed, cost_share = unit.charged, tuple(part for part in benefit.cost_share if part.type == "copay")
        if not cost_share:
            self._step(unit, "paid_in_full", f"benefit {benefit.id}: no cost share", allowed, ZERO)
            return NO_SHARES
        wanted, remaining = dict(NO_SHARES), allowed
        for part in cost_share:
            amount, parameter = self._part(part, unit, benefit, remaining, counters)
            wanted[part.type] += amount
            self._step(unit, part.type, parameter, remaining, amount)
            remaining -= amount
        return wanted

    def _part(
        self, part: CostSharePart, unit: PricedUnit, benefit: Benefit, remaining: Usd, counters: TierCounters
    ) -> tuple[Usd, str]:
        terms = unit.line.terms
        if part.type == "deductible":
            left = self.balances.left(counters.deductible_limits, terms.period)
            return deductible_of(remaining, left), f"benefit {benefit.id}: {left} left"
        if part.rate is not None:
            return coinsurance_of(remaining, part.rate), f"benefit {benefit.id}: {part.rate} of what remains"
        amount = part.amount or ZERO
        if part.waived_if == "admitted" and self.admitted:
            return ZERO, f"benefit {benefit.id}: {amount} per {part.per}, waived: admitted"
        had_one = (terms.day, benefit.id) in self.visits
        words = f"benefit {benefit.id}: {amount} per {part.per}" + (", borne already" if had_one else "")
        return copay_of(amount, remaining, visit_had_one=had_one), words

    def _count(
        self, unit: PricedUnit, benefit: Benefit, counters: TierCounters, parts: Mapping[str, Usd], deductible: Usd
    ) -> tuple[AccumulatorEntry, ...]:
        terms, source = unit.line.terms, self._source(unit)
        out_of_pocket = sum((parts[part] for part in self.context.conventions.oop_counts), ZERO)
        entries = (
            *self.balances.add(counters.deductible, terms.period, deductible, source, terms.day),
            *self.balances.add(counters.oop, terms.period, out_of_pocket, source, terms.day),
        )
        visits = _limits(terms.plan, benefit, VISITS)
        return (*entries, *self.balances.add(visits, terms.period, Decimal(1), source, terms.day))

    def _source(self, unit: PricedUnit) -> str:
        received = self.context.received
        return f"claim:{received.payer_claim_control_number}/{received.version}/{unit.number}"

    def _tell_counted(self, unit: PricedUnit, parts: Mapping[str, Usd]) -> None:
        """Leave a step with the member's share as it is in the end, and the accumulators before and after it."""
        plan, counted = unit.line.terms.plan, self.balances.told()
        if plan is not None and (counted or any(parts.values())):
            amounts = tuple((name, amount) for name, amount in parts.items() if amount)
            self.steps.append(
                TrailStep(
                    stage=STAGE, rule=COUNTED, line=unit.number, source=plan.source, amounts=amounts, counters=counted
                )
            )

    def _step(self, unit: PricedUnit, rule: str, parameter: str, before: Usd, amount: Usd) -> None:
        plan = unit.line.terms.plan
        self.steps.append(
            TrailStep(
                stage=STAGE,
                rule=rule,
                line=unit.number,
                parameter=parameter,
                source=plan.source if plan is not None else "",
                amounts=(("of", before), ("member", amount)),
            )
        )


def share_cost(context: ClaimContext, priced: Priced) -> Shared | Pends:
    """Share the allowed amounts of what was priced between member and plan.

    Args:
        context: The claim; each line counts to the plan and benefit year of its own day.
        priced: Its accepted lines, or the claim as one.

    Returns:
        `Pends` where another payer pays first and its decision, or a code for it, is missing.

    Source: golden FORMAT 5.3: deductible and out-of-pocket left are the lesser of individual and family where the plan
    is embedded, the family's where it is aggregate; one copay a visit over all claims; the maximum removes in the order
    of `conventions.oop_cap_removes`.
    """
    if context.matched is None or not priced.units:
        return Shared((), ())
    after = coordinator(context, priced)
    if isinstance(after, Pends):
        return after
    sharer = _Sharer(context, context.matched, after)
    shares = tuple(sharer.share(unit) for unit in priced.units)
    return Shared(shares, tuple(sharer.steps))


def _payable(unit: PricedUnit, adjustments: tuple[Adjustment, ...] | None, parts: Mapping[str, Usd]) -> Usd:
    """Return what would be paid for a unit, in US dollars: its charge less what explains why it is less.

    Args:
        unit: The unit.
        adjustments: After other payers; None for those of its price.
        parts: The member's share.
    """
    if unit.price.prepaid is not None:
        return ZERO
    explained = unit.price.adjustments if adjustments is None else adjustments
    return unit.charged - sum((each.amount for each in explained), ZERO) - _total(parts)


def _limits(plan: PlanBenefits | None, benefit: Benefit, kind: str) -> tuple[Accumulator, ...]:
    """Return the counter of a kind that limits a benefit, if one does."""
    if plan is None or benefit.limit is None or plan.limits[benefit.limit.acc].kind != kind:
        return ()
    return (plan.limits[benefit.limit.acc],)


def _total(parts: Mapping[str, Usd]) -> Usd:
    return sum(parts.values(), ZERO)

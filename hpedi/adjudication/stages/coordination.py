"""Coordination of benefits: what we pay after other payers, and what is left with the member, by the plan's method.

It comes right after a line's cost share, which says what we would pay alone, and before anything is counted: the next
line sees what this one counted. What earlier payers made of the claim is `prior_payers`'.

Source: X12 RFI 1696, 2044, 2143, 2548; plans of the payer folder (`cob`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from hpedi.adjudication.context import ClaimContext
from hpedi.adjudication.decision import TrailStep
from hpedi.adjudication.pricing.price import Priced, PricedUnit
from hpedi.adjudication.prior_payers import PriorPayers, of_accepted, prior_payers
from hpedi.adjudication.rules.cob_allowed import pay_up_to_allowed
from hpedi.adjudication.rules.cob_standard import pay_standard
from hpedi.adjudication.rules.out_of_pocket_maximum import capped_shares
from hpedi.adjudication.verdicts import Pends
from hpedi.benefits.rows import PlanBenefits
from hpedi.claims.adjustment import Adjustment
from hpedi.money import ZERO, Usd
from hpedi.reference.conventions import CostShareType, Reason

STAGE: Final = "coordination"
AS_IF_PRIMARY: Final = "as_if_primary"
PRIOR: Final = "prior_payers"
REST: Final = "contractual"
OVER_CHARGE: Final = "over_charge_cob"

Method = Callable[[Usd, Usd, Usd, Usd], tuple[Usd, Usd]]

METHODS: Final[Mapping[str, Method]] = {"COB-STD": pay_standard, "COB-ALLOWED": pay_up_to_allowed}
"""By the name that plans use: (left of the charge, allowed, our cost share, prior paid) -> (paid, left with the
member), in US dollars."""


@dataclass(frozen=True, slots=True)
class Coordinated:
    """A line, or a claim priced as a whole, after the payers before us.

    Attributes:
        adjustments: What stands in place of the price's own adjustments: OA-23, and what nobody pays.
        parts: The member's share that is really left, by part.
        deductible: What counts to the deductible.
        step: For the trail.
    """

    adjustments: tuple[Adjustment, ...]
    parts: Mapping[str, Usd]
    deductible: Usd
    step: TrailStep


@dataclass(frozen=True, slots=True)
class Coordinator:
    """The payers before us on a claim, with the payer's codes for what they leave."""

    prior: PriorPayers
    reasons: Mapping[str, Reason]
    kept_last: Sequence[CostShareType]

    def coordinate(self, unit: PricedUnit, plan: PlanBenefits, parts: Mapping[str, Usd]) -> Coordinated:
        """Coordinate a line or a claim.

        Args:
            unit: What we would pay for alone: its charge, and our allowed amount.
            plan: The plan that pays, with its method.
            parts: The member's share as if we were the only payer, after the out-of-pocket maximum.
        """
        terms = plan.version.cob
        prior = self.prior.by_line[unit.number] if unit.number else self.prior.by_claim
        left, share, allowed = unit.charged - prior.impact, sum(parts.values(), ZERO), unit.price.allowed
        paid, member = METHODS[terms.method](left, allowed, share, prior.paid)
        really_left = capped_shares(parts, tuple(parts), self.kept_last, member)
        as_if_primary = terms.deductible_credit == AS_IF_PRIMARY
        step = TrailStep(
            stage=STAGE,
            rule=terms.method,
            line=unit.number,
            parameter=f"deductible credit {terms.deductible_credit}",
            source=plan.source,
            inputs=(("payers before us", " ".join(each.payer_id for each in self.prior.payers)),),
            amounts=(
                ("our benefit alone", allowed - share),
                ("prior paid", prior.paid),
                ("prior contractual", prior.contractual),
                ("left", left),
                ("paid", paid),
                ("member", member),
            ),
        )
        return Coordinated(
            adjustments=self._adjustments(unit, prior.impact, left - paid - member),
            parts=really_left,
            deductible=(parts if as_if_primary else really_left)["deductible"],
            step=step,
        )

    def _adjustments(self, unit: PricedUnit, impact: Usd, rest: Usd) -> tuple[Adjustment, ...]:
        adjustments = [self._adjustment(PRIOR, impact)] if impact else []
        if rest > ZERO and unit.price.prepaid is not None:
            adjustments.append(Adjustment(unit.price.prepaid.group, unit.price.prepaid.carc, rest))
        elif rest > ZERO and unit.price.reason and unit.price.adjustments:
            adjustments.append(replace(unit.price.adjustments[0], amount=rest))
        elif rest:
            adjustments.append(self._adjustment(REST if rest > ZERO else OVER_CHARGE, rest))
        return tuple(adjustments)

    def _adjustment(self, name: str, amount: Usd) -> Adjustment:
        return Adjustment(self.reasons[name].group or "", self.reasons[name].carc, amount)


def coordinator(context: ClaimContext, priced: Priced) -> Coordinator | Pends | None:
    """Return what coordinates a claim with the payers before us; None where we pay first.

    Args:
        context: The claim.
        priced: What of it is accepted.

    Returns:
        `Pends` where the decision of an earlier payer is missing, or the payer has no codes for what one leaves.
    """
    received = context.received.received
    prior = prior_payers(context.claim, context.reference, received)
    if prior is None:
        return None
    if prior.waits_for:
        return Pends(reason="coordination_of_benefits", message=prior.waits_for)
    reasons: dict[str, Reason] = {}
    for name in (PRIOR, REST, OVER_CHARGE):
        reason = context.reference.reason(name, received)
        if reason is None or reason.group is None:
            return Pends(reason=name, message=f"No adjustment for the reason `{name}` is in force; load one.")
        reasons[name] = reason
    accepted = priced.accepted or {unit.number: unit.charged for unit in priced.units}
    of_those = of_accepted(prior, context.claim.lines, accepted)
    return Coordinator(of_those, reasons, context.conventions.oop_cap_removes)

"""Interest on clean claims that are paid late, from the day after they were due to the day they are paid.

Simple interest on what the plan pays, for each month or part of one that is begun; never on reversals nor on what is
taken back in the same payment, and on a correction of ours only on what it adds to an earlier payment. It stands apart
from the claim: AMT*I and PLB L6, no adjustment.

Source: mappings/rules/prompt_pay.yaml (Minn. Stat. 62Q.75 subd. 2); RFI 1705, 2123, 2184.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

from hpedi.adjudication.correction import decision_id
from hpedi.adjudication.decision import ClaimDecision
from hpedi.claims.claim import ReceivedClaim
from hpedi.money import ZERO, Usd, rounded
from hpedi.reference.reference import Reference
from hpedi.service_dates import add_months

RULE: Final = "prompt_pay"

Interest: TypeAlias = Mapping[tuple[str, int], Usd]
"""US dollars by our number of a claim and the version of its decision."""


@dataclass(frozen=True, slots=True)
class PromptPay:
    """What a statute asks for: days from receipt, interest a month, and the funding of the plans that it binds."""

    days: int
    rate: Decimal
    funding: tuple[str, ...]


def prompt_pay(reference: Reference, received: date) -> PromptPay | None:
    """Return what holds for claims received on a day; None where nothing does."""
    days, rate, funding = (
        reference.rule_parameter(RULE, name, received) for name in ("days", "rate_per_month", "funding")
    )
    if days is None or rate is None or funding is None:
        return None
    return PromptPay(int(days.value), Decimal(rate.value), funding.values)


def interest_of(
    decided: Sequence[tuple[ReceivedClaim, ClaimDecision]], reference: Reference, paid_on: date
) -> dict[tuple[str, int], Usd]:
    """Return the interest on the claims of a payment that are paid late; those without are left out."""
    paid_here = {decision_id(decision): decision for _received, decision in decided if decision.kind != "reversal"}
    taken_back = {decision.of: -decision.paid for _received, decision in decided if decision.kind == "reversal"}
    terms_on = {day: prompt_pay(reference, day) for day in {received.received for received, _decision in decided}}
    found = {}
    for received, decision in decided:
        terms = terms_on[received.received]
        if terms is None or decision.kind == "reversal" or decision_id(decision) in taken_back:
            continue
        base = decision.paid - _paid_before(decision, paid_here, taken_back)
        interest = late_interest(base, received.received, paid_on, terms)
        if interest and _is_bound(received, decision, reference, terms):
            found[decision.payer_claim_control_number, decision.version] = interest
    return found


def _paid_before(decision: ClaimDecision, paid_here: Mapping[str, ClaimDecision], taken_back: Mapping[str, Usd]) -> Usd:
    """Return what an earlier payment paid for a claim that we correct; a replacement of the provider's earns anew."""
    while decision.kind == "correction" and decision.version > 1:
        if decision.of not in paid_here:
            return taken_back.get(decision.of, ZERO)
        decision = paid_here[decision.of]
    return ZERO


def late_interest(base: Usd, received: date, paid_on: date, terms: PromptPay) -> Usd:
    """Return the interest on an amount, US dollars, rounded to the cent; 0.00 where it is paid in time."""
    first_day = received + timedelta(days=terms.days + 1)
    if base <= 0 or paid_on < first_day:
        return ZERO
    months = 1
    while add_months(first_day, months) <= paid_on:
        months += 1
    return rounded(base * terms.rate * months)


def _is_bound(received: ReceivedClaim, decision: ClaimDecision, reference: Reference, terms: PromptPay) -> bool:
    """Say whether a claim is clean, and its plan one that the statute binds."""
    version = reference.plan_version(decision.plan, received.claim.first_date) if decision.plan else None
    if version is None or version.funding.type not in terms.funding:
        return False
    unclean = reference.unclean_codes(received.received)
    every = (*decision.adjustments, *(each for line in decision.lines for each in line.adjustments))
    return not any((each.group, each.carc) in unclean for each in every)

"""What an 835 must keep before a receivables system posts it (005010X221A1 1.10.2): each broken rule in words.

Written from the X12 835 rules alone: nothing of hpedi is here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from tests.posting.remittance import ZERO, ClaimPayment, Remittance, ServiceLine

NO_PAYMENT: Final = ("H", "NON")
INTEREST: Final = "L6"
PAYING: Final = frozenset({"ACH", "CHK", "BOP", "FWT"})


def imbalances(remittance: Remittance) -> list[str]:
    """Return what does not hold; nothing where the remittance may be posted."""
    return [*_of_transaction(remittance), *(each for claim in remittance.claims for each in _of_claim(claim))]


def _of_transaction(made: Remittance) -> Iterator[str]:
    claims = sum((claim.paid for claim in made.claims), ZERO)
    adjusted = sum((each.amount for each in made.provider_adjustments), ZERO)
    if claims - adjusted != made.amount:
        yield "sum CLP04 - sum PLB = BPR02"
    if made.amount < 0:
        yield "BPR02 >= 0"
    if (made.amount == 0) != ((made.handling, made.method) == NO_PAYMENT):
        yield "BPR01 H and BPR04 NON where BPR02 is 0, and only there"
    if made.amount and made.method not in PAYING:
        yield "BPR04 pays"
    if made.method == "ACH" and made.originator != made.trace_originator:
        yield "BPR10 = TRN03"
    interest = -sum((each.amount for each in made.provider_adjustments if each.code == INTEREST), ZERO)
    if interest != sum((claim.interest for claim in made.claims), ZERO):
        yield "sum AMT*I = -sum PLB L6"


def _of_claim(claim: ClaimPayment) -> Iterator[str]:
    if claim.charge - _sum_of(claim) != claim.paid:
        yield "CLP03 - CAS = CLP04"
    if claim.services and sum((each.charge for each in claim.services), ZERO) != claim.charge:
        yield "sum SVC02 = CLP03"
    owed = sum((each.amount for each in claim.every_adjustment if each.group == "PR"), ZERO)
    if not claim.is_reversal and owed != claim.patient_responsibility:
        yield "sum CAS PR = CLP05"
    if claim.is_reversal and (claim.charge > 0 or claim.patient_responsibility):
        yield "a reversal is negative, and has no CLP05"
    for service in claim.services:
        yield from _of_service(service)


def _of_service(service: ServiceLine) -> Iterator[str]:
    if service.charge - sum((each.amount for each in service.adjustments), ZERO) != service.paid:
        yield "SVC02 - CAS = SVC03"
    units = sum((each.quantity or ZERO for each in service.adjustments), ZERO)
    if units and service.units_billed - units != service.units_paid:
        yield "SVC07 - CAS quantities = SVC05"


def _sum_of(claim: ClaimPayment) -> Decimal:
    return sum((each.amount for each in claim.every_adjustment), ZERO)

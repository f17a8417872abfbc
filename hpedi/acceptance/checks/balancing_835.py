"""Balancing of remittance advices: service, claim, provider and payment (005010X221A1 1.10.2.1).

The sums over claims are kept on the loops around them as claims go by (`claim_payment_balances`). The totals of TS2 are
not checked: the guide's own example does not add up to its MIA.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from hpedi.acceptance.checks.balancing_amounts import (
    ADJUSTMENT_QUANTITIES,
    NOTHING,
    adjusted,
    amount,
    amount_of,
    differ,
    exceeds,
    head,
    stated,
)
from hpedi.acceptance.loops import LoopInstance, Segment, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_ONE: Final = Decimal(1)
_PATIENT_RESPONSIBILITY: Final = "PR"
_PROVIDER_ADJUSTMENTS: Final = slice(4, 15, 2)
"""The amounts of PLB: up to six."""

_CLAIMS, _CHARGED, _PAID = "claims", "CLP03", "CLP04"
"""Running sums of 2000 and of the transaction set."""


class _Service(NamedTuple):
    """A service payment: SVC, SVC02, SVC03 and the sum of its CAS."""

    segment: Segment
    charged: Decimal
    paid: Decimal
    adjusted: Decimal


class _ClaimPayment(NamedTuple):
    """A claim payment: CLP, CLP03, CLP04, the sum of its own CAS and its services."""

    segment: Segment
    charged: Decimal
    paid: Decimal
    adjusted: Decimal
    services: tuple[_Service, ...]


@lru_cache(1)
def _payment(claim: LoopInstance) -> _ClaimPayment:
    """Read a claim payment that is complete; remembered, because several rules ask for the same claim in turn."""
    services = []
    for loop in claim.loops("2110"):
        segment = head(loop)
        services.append(_Service(loop.trigger, stated(segment, 2), stated(segment, 3), adjusted(loop)))
    segment = head(claim)
    return _ClaimPayment(claim.trigger, stated(segment, 3), stated(segment, 4), adjusted(claim), tuple(services))


def service_payment_balances(claim: LoopInstance) -> Iterator[Spot]:
    """SVC03 is SVC02 less the adjustments of the service."""
    for service in _payment(claim).services:
        if differ(service.paid, service.charged - service.adjusted):
            yield Spot(service.segment, 3)


def claim_payment_balances(claim: LoopInstance) -> Iterator[Spot]:
    """CLP04 is CLP03 less all adjustments of the claim and its services.

    Keeps the sums for the loops around: how many claims, their charges and payments.
    """
    payment = _payment(claim)
    for loop in (claim.parent, claim.root):
        if loop is not None:
            loop.add(_CLAIMS, _ONE)
            loop.add(_CHARGED, payment.charged)
            loop.add(_PAID, payment.paid)
    if differ(payment.paid, payment.charged - payment.adjusted - _of_services(payment)):
        yield Spot(payment.segment, 4)


def _of_services(payment: _ClaimPayment) -> Decimal:
    total = NOTHING
    for service in payment.services:
        total += service.adjusted
    return total


def service_charges_balance(claim: LoopInstance) -> Iterator[Spot]:
    """CLP03 is the sum of SVC02 where services are sent."""
    payment = _payment(claim)
    charges = [service.charged for service in payment.services]
    if charges and differ(payment.charged, sum(charges, NOTHING)):
        yield Spot(payment.segment, 3)


def patient_responsibility_balances(claim: LoopInstance) -> Iterator[Spot]:
    """CLP05 is the sum of the adjustments of group PR; it may be left out where that is not above zero."""
    segment = head(claim)
    if segment is None:
        return
    owed = adjusted(claim, _PATIENT_RESPONSIBILITY)
    for loop in claim.loops("2110"):
        owed += adjusted(loop, _PATIENT_RESPONSIBILITY)
    if differ(amount_of(segment, 5), owed) and (segment.value(5) or exceeds(owed, NOTHING)):
        yield Spot(segment, 5)


def paid_units_balance(claim: LoopInstance) -> Iterator[Spot]:
    """SVC05 (1 if absent) is SVC07, the units submitted, less the quantities of CAS."""
    for loop in claim.loops("2110"):
        segment = head(loop)
        if segment is None or not segment.value(7):
            continue
        units = amount_of(segment, 5) if segment.value(5) else _ONE
        if differ(units, amount_of(segment, 7) - _adjusted_units(loop)):
            yield Spot(segment, 5 if segment.value(5) else 7)


def _adjusted_units(service: LoopInstance) -> Decimal:
    quantities = [text for each in service.segments_of("CAS") for text in each.elements[ADJUSTMENT_QUANTITIES]]
    return sum((amount(text) for text in quantities), NOTHING)


def reversal_is_negative(claim: LoopInstance) -> Iterator[Spot]:
    """No charge or payment of a reversal is above zero."""
    payment = _payment(claim)
    amounts = [(payment.segment, 3, payment.charged), (payment.segment, 4, payment.paid)]
    for service in payment.services:
        amounts += [(service.segment, 2, service.charged), (service.segment, 3, service.paid)]
    for segment, element, value in amounts:
        if exceeds(value, NOTHING):
            yield Spot(segment, element)


def provider_claims_are_counted(provider: LoopInstance) -> Iterator[Spot]:
    """TS304 is the number of claims of the provider."""
    yield from _stated_in_summary(provider, 4, _CLAIMS)


def provider_charges_balance(provider: LoopInstance) -> Iterator[Spot]:
    """TS305 is the sum of CLP03 of the provider."""
    yield from _stated_in_summary(provider, 5, _CHARGED)


def _stated_in_summary(provider: LoopInstance, element: int, name: str) -> Iterator[Spot]:
    summary = provider.first("TS3")
    if summary is None or not provider.total(_CLAIMS):
        return
    if differ(stated(summary, element), provider.total(name)):
        yield Spot(summary, element)


def payment_balances(remittance: LoopInstance) -> Iterator[Spot]:
    """BPR02 is the sum of CLP04 less the provider adjustments (PLB)."""
    segment = remittance.first("BPR")
    if segment is None or (_has_claims(remittance) and not remittance.total(_CLAIMS)):
        return
    taken = NOTHING
    for adjustment in remittance.segments_of("PLB"):
        for text in adjustment.elements[_PROVIDER_ADJUSTMENTS]:
            taken += amount(text)
    if differ(stated(segment, 2), remittance.total(_PAID) - taken):
        yield Spot(segment, 2)


def _has_claims(remittance: LoopInstance) -> bool:
    return any(child.loop_id == "2000" and remittance.seen & child.bit for child in remittance.node.children)


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            service_payment_balances,
            claim_payment_balances,
            service_charges_balance,
            patient_responsibility_balances,
            paid_units_balance,
            reversal_is_negative,
            provider_claims_are_counted,
            provider_charges_balance,
            payment_balances,
        )
    }
)

"""Balancing of remittance advices: service, claim, provider and payment (005010X221A1 1.10.2.1).

The sums over claims are kept on the loops around them as claims go by (`claim_payment_balances`). The totals of TS2 are
not checked: the guide's own example does not add up to its MIA.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from hpedi.acceptance.checks.balancing_amounts import (
    ADJUSTMENT_AMOUNTS,
    ADJUSTMENT_QUANTITIES,
    NOTHING,
    Adjusted,
    adjusted,
    amount,
    amount_of,
    differ,
    exceeds,
    head,
    is_whole,
    stated,
)
from hpedi.acceptance.checks.screen import Around, Columns, FlatCheck, Given, Screened, Shape, Values
from hpedi.acceptance.loops import LoopInstance, Segment, Spot

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_ONE: Final = Decimal(1)
_REVERSAL: Final = "22"
"""CLP02."""
_PROVIDER_ADJUSTMENTS: Final = slice(4, 15, 2)
"""The amounts of PLB: up to six."""

_CLAIMS, _CHARGED, _PAID = "claims", "CLP03", "CLP04"
"""Running sums: of 2000 the first two, of the transaction set the first and the last."""


class _Service(NamedTuple):
    """A service payment: its loop, its SVC, SVC02, SVC03 and its CAS."""

    loop: LoopInstance
    segment: Segment | None
    charged: Decimal
    paid: Decimal
    adjusted: Adjusted


class _ClaimPayment(NamedTuple):
    """A claim payment: its CLP, CLP03, CLP04, its own CAS and its services."""

    segment: Segment | None
    charged: Decimal
    paid: Decimal
    adjusted: Adjusted
    services: list[_Service]


@lru_cache(1)
def _payment(claim: LoopInstance) -> _ClaimPayment:
    """Read a claim payment that is complete; remembered, because several rules ask for the same claim in turn."""
    services = []
    for loop in claim.loops("2110"):
        segment = head(loop)
        services.append(_Service(loop, segment, stated(segment, 2), stated(segment, 3), adjusted(loop)))
    segment = head(claim)
    return _ClaimPayment(segment, stated(segment, 3), stated(segment, 4), adjusted(claim), services)


def service_payment_balances(claim: LoopInstance) -> Iterator[Spot]:
    """SVC03 is SVC02 less the adjustments of the service."""
    for service in _payment(claim).services:
        if differ(service.paid, service.charged - service.adjusted.total) and is_whole(service.loop):
            yield Spot(service.loop.trigger, 3)


def claim_payment_balances(claim: LoopInstance) -> Iterator[Spot]:
    """CLP04 is CLP03 less all adjustments of the claim and its services.

    Keeps the sums for the loops around: how many claims, their charges and payments.
    """
    payment = _payment(claim)
    provider = claim.parent or claim
    provider.add(_CLAIMS, _ONE)
    provider.add(_CHARGED, payment.charged)
    provider.root.add(_CLAIMS, _ONE)
    provider.root.add(_PAID, payment.paid)
    left = payment.charged - payment.adjusted.total
    for service in payment.services:
        left -= service.adjusted.total
    if differ(payment.paid, left) and is_whole(claim):
        yield Spot(claim.trigger, 4)


def service_charges_balance(claim: LoopInstance) -> Iterator[Spot]:
    """CLP03 is the sum of SVC02 where services are sent."""
    payment = _payment(claim)
    total = sum([service.charged for service in payment.services], NOTHING)
    if payment.services and differ(payment.charged, total) and is_whole(claim):
        yield Spot(claim.trigger, 3)


def patient_responsibility_balances(claim: LoopInstance) -> Iterator[Spot]:
    """CLP05 is the sum of the adjustments of group PR; it may be left out where that is not above zero."""
    payment = _payment(claim)
    segment, owed = payment.segment, payment.adjusted.patient
    if segment is None:
        return
    for service in payment.services:
        owed += service.adjusted.patient
    is_asked = bool(segment.value(5)) or exceeds(owed, NOTHING)
    if differ(amount_of(segment, 5), owed) and is_asked and is_whole(claim):
        yield Spot(segment, 5)


def paid_units_balance(service: LoopInstance) -> Iterator[Spot]:
    """SVC05 (1 if absent) is SVC07, the units submitted, less the quantities of CAS."""
    segment = head(service)
    if segment is None:
        return
    units = amount_of(segment, 5) if segment.value(5) else _ONE
    quantities = [text for each in service.segments_of("CAS") for text in each.elements[ADJUSTMENT_QUANTITIES]]
    if differ(units, stated(segment, 7) - sum((amount(text) for text in quantities), NOTHING)):
        yield Spot(segment, 5 if segment.value(5) else 7)


def reversal_is_negative(claim: LoopInstance) -> Iterator[Spot]:
    """No charge or payment of a reversal (CLP02 22) is above zero."""
    payment = _payment(claim)
    amounts = [(claim, 3, payment.charged), (claim, 4, payment.paid)]
    for service in payment.services:
        amounts += [(service.loop, 2, service.charged), (service.loop, 3, service.paid)]
    for loop, element, value in amounts:
        if exceeds(value, NOTHING):
            yield Spot(loop.trigger, element)


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


class _FlatService(NamedTuple):
    """The columns of a service payment: SVC02, SVC03, SVC07 and its CAS."""

    charged: int
    paid: int
    units: int
    adjustments: list[int]


def _flat(shape: Shape, _given: Given, columns: Columns) -> FlatCheck | None:
    """Make all checks of a claim payment for a shape: CLP, CAS, and SVC with their CAS."""
    if shape[0].segment_id != "CLP":
        return None
    status, charged, paid, owed = (columns.at(0, element) for element in (2, 3, 4, 5))
    own = [columns.whole(i) for i, node in enumerate(shape) if node.segment_id == "CAS" and node.loop_id == "2100"]
    services = _flat_services(shape, columns)
    separator = columns.separator

    def holds(values: Values, _around: Around) -> bool:
        if values[status] == _REVERSAL:
            return False
        try:
            taken, of_patient = _flat_adjusted(values, own, separator)
            charges = NOTHING
            for service in services:
                if values[service.units]:
                    return False
                charge = Decimal(values[service.charged] or "")
                adjusted_there, of_patient_there = _flat_adjusted(values, service.adjustments, separator)
                if charge - adjusted_there != Decimal(values[service.paid] or ""):
                    return False
                charges, taken, of_patient = charges + charge, taken + adjusted_there, of_patient + of_patient_there
            total = Decimal(values[charged] or "")
            is_right = total - taken == Decimal(values[paid] or "") and of_patient == Decimal(values[owed] or 0)
        except InvalidOperation:
            return False
        return is_right and (charges == total or not services)

    def book(values: Values, around: Around) -> None:
        around.add(0, _CLAIMS, _ONE)
        around.add(0, _CHARGED, Decimal(values[charged] or 0))
        around.add(-1, _CLAIMS, _ONE)
        around.add(-1, _PAID, Decimal(values[paid] or 0))

    return FlatCheck(holds, book)


def _flat_services(shape: Shape, columns: Columns) -> list[_FlatService]:
    starts = [index for index, node in enumerate(shape) if node.segment_id == "SVC"]
    return [
        _FlatService(
            columns.at(start, 2),
            columns.at(start, 3),
            columns.at(start, 7),
            [columns.whole(index) for index in range(start, end) if shape[index].segment_id == "CAS"],
        )
        for start, end in pairwise([*starts, len(shape)])
    ]


def _flat_adjusted(values: Values, adjustments: Sequence[int], separator: str) -> tuple[Decimal, Decimal]:
    """Add up CAS segments: all of them, and those of group PR.

    Raises:
        InvalidOperation: One has a gap: that is looked at again.
    """
    total = patient = NOTHING
    for each in adjustments:
        elements = (values[each] or "").split(separator)
        texts = elements[ADJUSTMENT_AMOUNTS]
        if len(texts) < len(elements) // 3:
            raise InvalidOperation
        taken = Decimal(texts[0]) if len(texts) == 1 else sum(map(Decimal, texts), NOTHING)
        total += taken
        if elements[1] == "PR":
            patient += taken
    return total, patient


_BALANCES: Final = (
    service_payment_balances,
    claim_payment_balances,
    service_charges_balance,
    patient_responsibility_balances,
    paid_units_balance,
    reversal_is_negative,
)
CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {check.__name__: Screened(check, flat=_flat) for check in _BALANCES}
    | {
        check.__name__: check
        for check in (
            provider_claims_are_counted,
            provider_charges_balance,
            payment_balances,
        )
    }
)

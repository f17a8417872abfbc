"""From models of what is seldom sent with a claim or line to its segments; which come when is said where all are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from hpedi.claims.claim import Ambulance, Attachment
from hpedi.claims.details import Certification, Contract, Equipment, EventDate, Repricing, SupportingForm
from hpedi.money import Usd, on_the_wire
from hpedi.service_dates import DateSpan, write_d8, write_span
from hpedi.transactions.claim_837.write_parties import write_address
from hpedi.x12.segment import SegmentValues


def yes_or_no(*, said: bool) -> str:
    """Write a yes-no element."""
    return "Y" if said else "N"


def optional(number: Decimal | None) -> str:
    """Write a number that may be left out."""
    return "" if number is None else on_the_wire(number)


def write_days(span: DateSpan) -> tuple[str, str]:
    """Write days as DTP02 and DTP03, a single one as a range too."""
    return ("RD8", f"{write_d8(span.start)}-{write_d8(span.end or span.start)}")


def write_day(qualifier: str, day: date | None) -> Iterator[SegmentValues]:
    """Write the DTP of a day, if there is one."""
    if day is not None:
        yield ("DTP", qualifier, "D8", write_d8(day))


def write_event_dates(dates: Iterable[EventDate]) -> Iterator[SegmentValues]:
    """Write the DTP of each event."""
    for each in dates:
        yield ("DTP", each.event, *write_span(each.dates))


def write_reference(qualifier: str, value: str) -> Iterator[SegmentValues]:
    """Write a REF, if there is a value."""
    if value:
        yield ("REF", qualifier, value)


def write_amount(qualifier: str, amount: Usd | None) -> Iterator[SegmentValues]:
    """Write an AMT, if there is an amount."""
    if amount is not None:
        yield ("AMT", qualifier, on_the_wire(amount))


def write_attachments(attachments: Iterable[Attachment]) -> Iterator[SegmentValues]:
    """Write a PWK for each attachment."""
    for each in attachments:
        control = ("AC", each.control_number) if each.control_number else ("", "")
        yield ("PWK", each.type, each.transmission, "", "", *control)


def write_notes(notes: Iterable[tuple[str, str]]) -> Iterator[SegmentValues]:
    """Write an NTE for each note."""
    for kind, text in notes:
        yield ("NTE", kind, text)


def write_file_information(texts: Iterable[str]) -> Iterator[SegmentValues]:
    """Write a K3 for each text."""
    for text in texts:
        yield ("K3", text)


def write_certifications(certifications: Iterable[Certification]) -> Iterator[SegmentValues]:
    """Write a CRC for each certification."""
    for each in certifications:
        yield ("CRC", each.category, yes_or_no(said=each.applies), *each.conditions)


def write_contract(contract: Contract | None) -> Iterator[SegmentValues]:
    """Write a CN1, if there is a contract."""
    if contract is not None:
        yield (
            "CN1",
            contract.type,
            optional(contract.amount),
            optional(contract.percent),
            contract.code,
            optional(contract.terms_discount_percent),
            contract.version,
        )


def write_repricing(repricing: Repricing | None) -> Iterator[SegmentValues]:
    """Write an HCP, if the claim or line was repriced."""
    if repricing is not None:
        yield (
            "HCP",
            repricing.methodology,
            on_the_wire(repricing.allowed),
            optional(repricing.savings),
            repricing.organisation,
            optional(repricing.rate),
            repricing.ambulatory_group,
            optional(repricing.ambulatory_group_amount),
            repricing.revenue_code,
            repricing.code_qualifier,
            repricing.code,
            repricing.unit,
            optional(repricing.units),
            repricing.reject_reason,
            repricing.policy_compliance,
            repricing.exception,
        )


def write_transport(ambulance: Ambulance | None) -> Iterator[SegmentValues]:
    """Write the CR1 of a transport, if its reason is told; weight in pounds, distance in miles."""
    if ambulance is None or not ambulance.reason:
        return
    weight = ("", "") if ambulance.weight is None else ("LB", on_the_wire(ambulance.weight))
    miles = ("", "") if ambulance.miles is None else ("DH", on_the_wire(ambulance.miles))
    purposes = (ambulance.round_trip_purpose, ambulance.stretcher_purpose)
    yield ("CR1", *weight, "", ambulance.reason, *miles, "", "", *purposes)


def write_transport_places(ambulance: Ambulance | None) -> Iterator[SegmentValues]:
    """Write the loops of where a patient was picked up and dropped off."""
    if ambulance is None:
        return
    if ambulance.pick_up is not None:
        yield ("NM1", "PW", "2")
        yield from write_address(ambulance.pick_up)
    if ambulance.drop_off is not None:
        yield ("NM1", "45", "2", ambulance.drop_off_name)
        yield from write_address(ambulance.drop_off)


def write_equipment(equipment: Equipment | None) -> Iterator[SegmentValues]:
    """Write an SV5, if the line rents or sells equipment; the need for it is told in days."""
    if equipment is not None and equipment.code:
        procedure = (equipment.code_qualifier, equipment.code)
        prices = (optional(equipment.rental_price), optional(equipment.purchase_price), equipment.rental_unit)
        yield ("SV5", procedure, "DA", optional(equipment.days), *prices)


def write_certified_equipment(equipment: Equipment | None) -> Iterator[SegmentValues]:
    """Write a CR3, if equipment is certified; for how long is told in months."""
    if equipment is not None and equipment.certification:
        yield ("CR3", equipment.certification, "MO", optional(equipment.certified_months))


def write_forms(forms: Iterable[SupportingForm]) -> Iterator[SegmentValues]:
    """Write the 2440 of each form."""
    for form in forms:
        yield ("LQ", form.qualifier, form.code)
        for answer in form.answers:
            yield ("FRM", answer.question, *answer.values)

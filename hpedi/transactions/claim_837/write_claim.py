"""From one claim to the segments of its 2300 and the loops below it, in the guide's order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import Claim, LineAdjudication, OtherPayer, ServiceLine
from hpedi.money import Usd, on_the_wire
from hpedi.service_dates import DateSpan, write_d8
from hpedi.transactions.claim_837.write_parties import write_name, write_organisation, write_provider
from hpedi.x12.segment import SegmentValues

ADJUSTMENTS_A_SEGMENT = 6
DIAGNOSES_A_SEGMENT = 12


def write_claim(claim: Claim) -> Iterator[SegmentValues]:
    """Write one claim: 2300, 2310, 2320 and 2400."""
    yield _claim_segment(claim)
    yield from _day("439", claim.accident_date)
    yield from _day("435", claim.admission_date)
    yield from _day("096", claim.discharge_date)
    for attachment in claim.attachments:
        control = ("AC", attachment.control_number) if attachment.control_number else ("", "")
        yield ("PWK", attachment.type, attachment.transmission, "", "", *control)
    yield from _amount("F5", claim.patient_paid)
    yield from _reference("9F", claim.referral_number)
    yield from _reference("G1", claim.prior_authorization)
    yield from _reference("F8", claim.original_reference)
    yield from _reference("D9", claim.clearinghouse_trace)
    yield from _reference("EA", claim.medical_record_number)
    if claim.note:
        yield ("NTE", "ADD", claim.note)
    if claim.diagnoses:
        yield ("HI", *((each.qualifier, each.code) for each in claim.diagnoses[:DIAGNOSES_A_SEGMENT]))
    yield from _claim_providers(claim)
    for other in claim.other_payers:
        yield from _other_payer(other, claim)
    for line in claim.lines:
        yield from _line(line)


def _claim_segment(claim: Claim) -> SegmentValues:
    causes = [*claim.related_causes[:3], "", "", ""][:3]
    related = (*causes, claim.accident_state) if claim.related_causes else ""
    return (
        "CLM",
        claim.patient_control_number,
        on_the_wire(claim.charged),
        "",
        "",
        (claim.place_of_service, "B", claim.frequency),
        "Y" if claim.signature_on_file else "N",
        claim.assignment,
        claim.benefits_assigned,
        claim.release_of_information,
        "",
        related,
    )


def _claim_providers(claim: Claim) -> Iterator[SegmentValues]:
    for entity, provider, taxonomy in (
        ("DN", claim.referring, ""),
        ("82", claim.rendering, "PE"),
        ("77", claim.service_facility, ""),
        ("DQ", claim.supervising, ""),
    ):
        if provider is not None:
            yield from write_provider(entity, provider, taxonomy=taxonomy)


def _other_payer(other: OtherPayer, claim: Claim) -> Iterator[SegmentValues]:
    """2320 to 2330B; an other subscriber who is not named is the subscriber of the claim."""
    level = (other.payer_responsibility, other.relationship, other.group_number, other.group_name)
    yield ("SBR", *level, "", "", "", "", other.claim_filing)
    yield from _adjustments(other.adjustments)
    yield from _amount("D", other.paid)
    yield from _amount("EAF", other.remaining)
    yield ("OI", "", "", other.benefits_assigned, "", "", other.release_of_information)
    yield write_name(
        "IL",
        other.subscriber or claim.subscriber.name,
        is_person=other.subscriber_is_person,
        qualifier="MI",
        id=other.subscriber_member_id or claim.subscriber.member_id,
    )
    yield write_organisation("PR", other.payer_name, qualifier="PI", id=other.payer_id)
    yield from _day("573", other.adjudicated_on)


def _line(line: ServiceLine) -> Iterator[SegmentValues]:
    """2400 to 2430."""
    pointers = tuple(str(pointer) for pointer in line.diagnosis_pointers)
    service = (line.unit, on_the_wire(line.units), line.place_of_service, "", pointers)
    yield ("LX", str(line.number))
    yield ("SV1", _procedure(line), on_the_wire(line.charged), *service, "", "Y" if line.emergency else "")
    yield ("DTP", "472", *_dates(line.dates))
    yield from _reference("G1", line.prior_authorization)
    yield from _reference("6R", line.control_number)
    if line.drug is not None:
        yield ("LIN", "", "N4", line.drug.ndc)
        yield ("CTP", "", "", "", on_the_wire(line.drug.quantity), (line.drug.unit,))
    if line.rendering is not None:
        yield from write_provider("82", line.rendering, taxonomy="PE")
    for decision in line.adjudications:
        yield from _decision(decision, line)


def _decision(decision: LineAdjudication, line: ServiceLine) -> Iterator[SegmentValues]:
    """2430; the guide wants a date, so a decision without one is dated by its line."""
    procedure = _procedure(decision if decision.code else line)
    yield ("SVD", decision.payer_id, on_the_wire(decision.paid), procedure, "", on_the_wire(decision.units))
    yield from _adjustments(decision.adjustments)
    yield from _day("573", decision.paid_on or line.dates.end or line.dates.start)


def _adjustments(adjustments: Sequence[Adjustment]) -> Iterator[SegmentValues]:
    """Write CAS segments: adjustments of one group that follow each other share a segment, six at most."""
    at = 0
    while at < len(adjustments):
        group = adjustments[at].group
        segment = ["CAS", group]
        for each in adjustments[at : at + ADJUSTMENTS_A_SEGMENT]:
            if each.group != group:
                break
            quantity = "" if each.quantity is None else on_the_wire(each.quantity)
            segment += (each.carc, on_the_wire(each.amount), quantity)
            at += 1
        yield segment


def _procedure(service: ServiceLine | LineAdjudication) -> tuple[str, ...]:
    return (service.code_qualifier, service.code, *service.modifiers)


def _dates(span: DateSpan) -> tuple[str, str]:
    if span.end is None or span.end == span.start:
        return ("D8", write_d8(span.start))
    return ("RD8", f"{write_d8(span.start)}-{write_d8(span.end)}")


def _day(qualifier: str, day: date | None) -> Iterator[SegmentValues]:
    if day is not None:
        yield ("DTP", qualifier, "D8", write_d8(day))


def _reference(qualifier: str, value: str) -> Iterator[SegmentValues]:
    if value:
        yield ("REF", qualifier, value)


def _amount(qualifier: str, amount: Usd | None) -> Iterator[SegmentValues]:
    if amount is not None:
        yield ("AMT", qualifier, on_the_wire(amount))

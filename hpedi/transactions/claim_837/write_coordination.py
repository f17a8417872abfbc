"""From models of other payers to their loops: 2320 and 2330 of a claim, 2430 of a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.claim import Claim, LineAdjudication, OtherPayer, ServiceLine
from hpedi.claims.details import AdjudicationInformation
from hpedi.money import on_the_wire
from hpedi.transactions.claim_837.build_coordination import REMARKS
from hpedi.transactions.claim_837.write_details import optional, write_amount, write_day
from hpedi.transactions.claim_837.write_parties import write_name, write_organisation, write_references
from hpedi.x12.segment import SegmentValues

ADJUSTMENTS_A_SEGMENT = 6
_INPATIENT_ELEMENTS, _OUTPATIENT_ELEMENTS = 24, 9


def write_other_payer(other: OtherPayer, claim: Claim) -> Iterator[SegmentValues]:
    """Write 2320 to 2330B; an other subscriber who is not named is the subscriber of the claim."""
    level = (other.payer_responsibility, other.relationship, other.group_number, other.group_name, other.insurance_type)
    yield ("SBR", *level, "", "", "", other.claim_filing)
    yield from _adjustments(other.adjustments)
    yield from write_amount("D", other.paid)
    yield from write_amount("A8", other.non_covered)
    yield from write_amount("EAF", other.remaining)
    yield ("OI", "", "", other.benefits_assigned, "", "", other.release_of_information)
    yield from _information("MIA", other.inpatient, _INPATIENT_ELEMENTS)
    yield from _information("MOA", other.outpatient, _OUTPATIENT_ELEMENTS)
    yield write_name(
        "IL",
        other.subscriber or claim.subscriber.name,
        is_person=other.subscriber_is_person,
        qualifier="MI",
        id=other.subscriber_member_id or claim.subscriber.member_id,
    )
    yield write_organisation("PR", other.payer_name, qualifier="PI", id=other.payer_id)
    yield from write_day("573", other.adjudicated_on)
    yield from write_references(other.references)


def write_decision(decision: LineAdjudication, line: ServiceLine) -> Iterator[SegmentValues]:
    """Write 2430; the guide wants a date, so a decision without one is dated by its line."""
    procedure = _procedure(decision) if decision.code else procedure_of(line)
    yield (
        "SVD",
        decision.payer_id,
        on_the_wire(decision.paid),
        procedure,
        decision.revenue_code or line.revenue_code,
        on_the_wire(decision.units),
        "" if decision.bundled_into is None else str(decision.bundled_into),
    )
    yield from _adjustments(decision.adjustments)
    yield from write_day("573", decision.paid_on or line.dates.end or line.dates.start)
    yield from write_amount("EAF", decision.remaining)


def procedure_of(line: ServiceLine) -> tuple[str, ...] | str:
    """Return the composite of a line's procedure, as SV1, SV2, SV3 and SVD have it; nothing where it has none."""
    if not line.code:
        return ""
    return (*_procedure(line), *[""] * (4 - len(line.modifiers)), line.description)


def _procedure(service: ServiceLine | LineAdjudication) -> tuple[str, ...]:
    return (service.code_qualifier, service.code, *service.modifiers)


def _information(segment_id: str, told: AdjudicationInformation | None, elements: int) -> Iterator[SegmentValues]:
    """Write a MIA or MOA."""
    if told is None:
        return
    values = {number: optional(value) for number, value in told.values}
    remarks = dict(zip(REMARKS[segment_id], told.remarks, strict=False))
    yield (segment_id, *((values | remarks).get(number, "") for number in range(1, elements + 1)))


def _adjustments(adjustments: Sequence[Adjustment]) -> Iterator[SegmentValues]:
    """Write CAS segments: adjustments of one group that follow each other share a segment, six at most."""
    at = 0
    while at < len(adjustments):
        group = adjustments[at].group
        segment = ["CAS", group]
        for each in adjustments[at : at + ADJUSTMENTS_A_SEGMENT]:
            if each.group != group:
                break
            segment += (each.carc, on_the_wire(each.amount), optional(each.quantity))
            at += 1
        yield segment

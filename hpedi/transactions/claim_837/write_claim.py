"""From one claim to the segments of its 2300 and the loops below it, in the order of the guide of its type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from hpedi.claims.claim import Claim, Dental, Diagnosis, Institutional, OccurrenceCode, Professional
from hpedi.claims.details import SpinalManipulation
from hpedi.claims.parties import Provider
from hpedi.money import on_the_wire
from hpedi.service_dates import write_d8, write_span
from hpedi.transactions.claim_837.claim_types import DENTAL, INSTITUTIONAL, PROFESSIONAL
from hpedi.transactions.claim_837.write_coordination import write_other_payer
from hpedi.transactions.claim_837.write_details import (
    write_amount,
    write_attachments,
    write_certifications,
    write_contract,
    write_day,
    write_days,
    write_event_dates,
    write_file_information,
    write_notes,
    write_reference,
    write_repricing,
    write_transport,
    write_transport_places,
)
from hpedi.transactions.claim_837.write_line import write_line
from hpedi.transactions.claim_837.write_parties import write_provider, write_references
from hpedi.x12.segment import Composite, SegmentValues

CODES_A_SEGMENT = 12
_PRINCIPAL: Final = frozenset({"ABK", "BK"})
_PRINCIPAL_PROCEDURE: Final = frozenset({"BBR", "BR", "CAH"})
_SPECIALTIES: Final = {
    PROFESSIONAL: {"82": "PE"},
    INSTITUTIONAL: {"71": "AT"},
    DENTAL: {"DN": "RF", "82": "PE", "DD": "AS"},
}
"""PRV01 of the providers that have a PRV, by type of claim."""


def write_claim(claim: Claim) -> Iterator[SegmentValues]:
    """Write one claim: 2300, 2310, 2320 and 2400."""
    yield _claim_segment(claim)
    yield from _dates(claim)
    if claim.institutional is not None:
        told = claim.institutional
        yield ("CL1", told.admission_type, told.admission_source, told.patient_status)
    if claim.dental is not None:
        yield from _teeth(claim.dental)
    yield from write_attachments(claim.attachments)
    yield from write_contract(claim.contract)
    yield from write_amount("F5", claim.patient_paid)
    yield from write_amount("F3", claim.patient_due)
    yield from _references(claim)
    yield from write_file_information(claim.file_information)
    yield from write_notes(claim.notes)
    yield from write_notes([("ADD", claim.note)] if claim.note else ())
    yield from _professional(claim.professional)
    yield from write_certifications(claim.certifications)
    yield from _codes(claim)
    yield from write_repricing(claim.repricing)
    for entity, provider in _providers(claim):
        if provider is not None:
            yield from write_provider(entity, provider, taxonomy=_SPECIALTIES[claim.type].get(entity, ""))
    if claim.professional is not None:
        yield from write_transport_places(claim.professional.ambulance)
    for other in claim.other_payers:
        yield from write_other_payer(other, claim)
    for line in claim.lines:
        yield from write_line(line, claim.type, is_done=not claim.is_predetermination)


def _claim_segment(claim: Claim) -> SegmentValues:
    """Write the CLM; of an institutional claim signature and causes are not sent."""
    is_institutional = claim.institutional is not None
    causes = [*claim.related_causes[:3], "", "", ""][:3]
    related = (*causes, claim.accident_state, claim.accident_country) if claim.related_causes else ""
    reason = "PB" if claim.is_predetermination else ""
    return (
        "CLM",
        claim.patient_control_number,
        on_the_wire(claim.charged),
        "",
        "",
        (claim.facility_code, "A" if is_institutional else "B", claim.frequency),
        "" if is_institutional else ("Y" if claim.signature_on_file else "N"),
        claim.assignment,
        claim.benefits_assigned,
        claim.release_of_information,
        "",
        "" if is_institutional else related,
        claim.special_program,
        *[""] * 6,
        reason,
        claim.delay_reason,
    )


def _dates(claim: Claim) -> Iterator[SegmentValues]:
    if claim.institutional is None:
        yield from write_day("439", claim.accident_date)
        yield from write_day("435", claim.admission_date)
        yield from write_day("096", claim.discharge_date)
    else:
        yield from _institutional_dates(claim, claim.institutional)
    if claim.dental is not None:
        yield from write_day("452", claim.dental.appliance_placed)
    yield from write_event_dates(claim.event_dates)


def _institutional_dates(claim: Claim, told: Institutional) -> Iterator[SegmentValues]:
    if told.discharge_hour:
        yield ("DTP", "096", "TM", told.discharge_hour)
    yield ("DTP", "434", *write_days(told.statement_dates))
    if claim.admission_date is not None:
        form = "DT" if told.admission_hour else "D8"
        yield ("DTP", "435", form, f"{write_d8(claim.admission_date)}{told.admission_hour}")


def _teeth(dental: Dental) -> Iterator[SegmentValues]:
    months = [dental.orthodontic_months, dental.orthodontic_months_left]
    if dental.orthodontic or months != [None, None]:
        told = ("" if each is None else str(each) for each in months)
        yield ("DN1", *told, "", "Y" if dental.orthodontic else "")
    for each in dental.tooth_statuses:
        yield ("DN2", each.tooth, each.status, "", "", "", "JP")


def _references(claim: Claim) -> Iterator[SegmentValues]:
    yield from write_reference("9F", claim.referral_number)
    yield from write_reference("G1", claim.prior_authorization)
    yield from write_reference("F8", claim.original_reference)
    yield from write_reference("D9", claim.clearinghouse_trace)
    if claim.institutional is not None:
        yield from write_reference("LU", claim.accident_state)
    yield from write_reference("EA", claim.medical_record_number)
    yield from write_references(claim.references)


def _professional(told: Professional | None) -> Iterator[SegmentValues]:
    if told is not None:
        yield from write_transport(told.ambulance)
        if told.spinal_manipulation is not None:
            yield _spinal_manipulation(told.spinal_manipulation)


def _spinal_manipulation(told: SpinalManipulation) -> SegmentValues:
    return ("CR2", *[""] * 7, told.condition, "", *told.descriptions)


def _codes(claim: Claim) -> Iterator[SegmentValues]:
    """Write the HI segments: diagnoses, then what the type of the claim has."""
    principal = [_diagnosis(each) for each in claim.diagnoses if each.qualifier in _PRINCIPAL]
    if claim.institutional is None:
        yield from _in_segments([_diagnosis(each) for each in claim.diagnoses])
        if claim.professional is not None:
            procedures = zip(("BP", "BO"), claim.professional.anesthesia_procedures, strict=False)
            yield from _in_segments(list(procedures))
            yield from _in_segments([("BG", code) for code in claim.professional.conditions])
        return
    told = claim.institutional
    yield from _in_segments(principal)
    if told.admitting_diagnosis is not None:
        yield ("HI", _diagnosis(told.admitting_diagnosis))
    yield from _in_segments([_diagnosis(each) for each in told.visit_reasons])
    yield from _in_segments([_diagnosis(each) for each in told.external_causes])
    yield from _in_segments([("DR", told.drg)] if told.drg else [])
    yield from _in_segments([_diagnosis(each) for each in claim.diagnoses if each.qualifier not in _PRINCIPAL])
    yield from _institutional_codes(told)


def _institutional_codes(told: Institutional) -> Iterator[SegmentValues]:
    procedures = [
        (each.qualifier in _PRINCIPAL_PROCEDURE, (each.qualifier, each.code, "D8", write_d8(each.date)))
        for each in told.procedures
    ]
    yield from _in_segments([code for is_principal, code in procedures if is_principal])
    yield from _in_segments([code for is_principal, code in procedures if not is_principal])
    spans = [("BI", each.code, *write_days(each.dates)) for each in told.occurrence_spans]
    yield from _in_segments(spans)
    yield from _in_segments([_occurrence(each) for each in told.occurrences])
    yield from _in_segments([("BE", each.code, "", "", on_the_wire(each.amount)) for each in told.values])
    yield from _in_segments([("BG", code) for code in told.conditions])
    yield from _in_segments([("TC", code) for code in told.treatments])


def _occurrence(each: OccurrenceCode) -> Composite:
    return ("BH", each.code, *write_span(each.dates))


def _diagnosis(diagnosis: Diagnosis) -> Composite:
    present = diagnosis.present_on_admission
    return (diagnosis.qualifier, diagnosis.code, *(([""] * 6 + [present]) if present else ()))


def _in_segments(codes: Sequence[Composite]) -> Iterator[SegmentValues]:
    for start in range(0, len(codes), CODES_A_SEGMENT):
        yield ("HI", *codes[start : start + CODES_A_SEGMENT])


def _providers(claim: Claim) -> tuple[tuple[str, Provider | None], ...]:
    """Return the providers of a claim by NM101, in the order of 2310A to 2310F."""
    told = claim.institutional
    if told is not None:
        return (
            ("71", told.attending),
            ("72", told.operating),
            ("ZZ", told.other_operating),
            ("82", claim.rendering),
            ("77", claim.service_facility),
            ("DN", claim.referring),
        )
    assistant = None if claim.dental is None else claim.dental.assistant_surgeon
    return (
        ("DN", claim.referring),
        ("P3", claim.primary_care),
        ("82", claim.rendering),
        ("77", claim.service_facility),
        ("DD", assistant),
        ("DQ", claim.supervising),
    )

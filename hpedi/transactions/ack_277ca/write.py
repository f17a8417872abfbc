"""From the model of a 277CA to the segments of its transaction set, ST and SE left to the X12 writer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count, groupby

from hpedi.money import Usd, on_the_wire
from hpedi.service_dates import write_d8, write_span
from hpedi.transactions.ack_277ca.model import (
    ACCEPTED,
    RECEIVED,
    STATUSES_A_SEGMENT,
    AnsweredClaim,
    AnsweredLine,
    AnsweredProvider,
    ClaimAcknowledgment,
    ClaimStatus,
    Party,
)
from hpedi.x12.segment import SegmentValues

SET_ID, FUNCTIONAL_ID, VERSION = "277", "HN", "005010X214"
_ACCEPT, _REFUSE = "WQ", "U"
_PAYER_HL, _SUBMITTER_HL, _FIRST_PROVIDER_HL = "1", "2", 3
_HAS_CHILDREN, _HAS_NO_CHILDREN = "1", "0"
_LAST_NAME_LENGTH = 60
_FROM_STC04_TO_STC10 = ("",) * 5


def write_claim_acknowledgment(answer: ClaimAcknowledgment) -> Iterator[SegmentValues]:
    """Write one 277CA, a segment at a time; claims that follow each other share their provider and patient levels."""
    yield from _payer_level(answer)
    yield from _submitter_level(answer)
    if answer.refusal:
        return
    levels = count(_FIRST_PROVIDER_HL)
    for ordinal, provider in enumerate(answer.providers(), 1):
        provider_hl = str(next(levels))
        yield from _provider_level(provider, provider_hl, f"{answer.payer_trace}-{ordinal}")
        if provider.refusal:
            continue
        for patient, of_patient in groupby(provider.claims, key=lambda claim: claim.patient):
            yield ("HL", str(next(levels)), provider_hl, "PT")
            yield name_segment("QC", patient)
            for claim in of_patient:
                yield from _claim(claim, answer.answered)


def _payer_level(answer: ClaimAcknowledgment) -> Iterator[SegmentValues]:
    created = answer.created
    yield ("BHT", "0085", "08", answer.reference, f"{created:%Y%m%d}", f"{created:%H%M%S}", "TH")
    yield ("HL", _PAYER_HL, "", "20", _HAS_CHILDREN)
    yield ("NM1", "PR", "2", answer.payer_name, "", "", "", "", "PI", answer.payer_id)
    yield ("TRN", "1", answer.payer_trace)
    yield ("DTP", "050", "D8", write_d8(answer.received))
    yield ("DTP", "009", "D8", write_d8(answer.answered))


def _submitter_level(answer: ClaimAcknowledgment) -> Iterator[SegmentValues]:
    refusal = answer.refusal
    children = _HAS_CHILDREN if answer.claims and not refusal else _HAS_NO_CHILDREN
    (accepted, charged), (refused, charged_refused) = answer.totals(accepted=True), answer.totals(accepted=False)
    yield ("HL", _SUBMITTER_HL, _PAYER_HL, "21", children)
    yield name_segment("41", answer.submitter)
    yield ("TRN", "2", answer.submission_trace)
    yield from _statuses(refusal, RECEIVED, write_d8(answer.answered), on_the_wire(charged + charged_refused))
    yield from _totals({"90": accepted, "AA": refused}, {"YU": charged, "YY": charged_refused})


def _provider_level(provider: AnsweredProvider, hierarchy: str, trace: str) -> Iterator[SegmentValues]:
    """Write a provider; one refused as a whole is given its statuses and totals, without a date (STC02 is not used)."""
    refusal = provider.refusal
    yield ("HL", hierarchy, _SUBMITTER_HL, "19", _HAS_NO_CHILDREN if refusal else _HAS_CHILDREN)
    yield name_segment("85", provider.billing)
    if refusal:
        yield ("TRN", "1", trace)
        yield from _statuses(refusal, ACCEPTED, "", on_the_wire(provider.charged))
        yield from _totals({"QC": len(provider.claims)}, {"YY": provider.charged})


def _claim(claim: AnsweredClaim, answered: date) -> Iterator[SegmentValues]:
    yield ("TRN", "2", claim.patient_control_number)
    yield from _statuses(claim.statuses, ACCEPTED, write_d8(answered), on_the_wire(claim.charged))
    if claim.payer_claim_control_number:
        yield ("REF", "1K", claim.payer_claim_control_number)
    if claim.clearinghouse_trace:
        yield ("REF", "D9", claim.clearinghouse_trace)
    if claim.bill_type:
        yield ("REF", "BLT", claim.bill_type)
    yield ("DTP", "472", *write_span(claim.service_dates))
    for line in claim.lines:
        yield from _line(line)


def _line(line: AnsweredLine) -> Iterator[SegmentValues]:
    yield ("SVC", line.procedure, on_the_wire(line.charged), "", line.revenue_code, "", "", line.units)
    yield from _statuses(line.statuses, ACCEPTED, "", "")
    yield ("REF", "FJ", line.control_number)
    if line.prescription:
        yield ("REF", "XZ", line.prescription)
    if line.service_dates is not None:
        yield ("DTP", "472", *write_span(line.service_dates))


def _statuses(refusal: Sequence[ClaimStatus], otherwise: ClaimStatus, on: str, charged: str) -> Iterator[SegmentValues]:
    """Write why a unit is refused, three statuses a segment, or that it is not; the rest is the same in each."""
    if not refusal:
        yield ("STC", status_triple(otherwise), on, _ACCEPT, charged)
    for start in range(0, len(refusal), STATUSES_A_SEGMENT):
        first, *others = map(status_triple, refusal[start : start + STATUSES_A_SEGMENT])
        yield ("STC", first, on, _REFUSE, charged, *(_FROM_STC04_TO_STC10 if others else ()), *others)


def _totals(claims: Mapping[str, int], charged: Mapping[str, Usd]) -> Iterator[SegmentValues]:
    """Write how many claims there are of a kind, then what they charge; QTY01 and AMT01 pair by their order."""
    yield from (("QTY", kind, str(number)) for kind, number in claims.items() if number)
    amounts = zip(charged.items(), claims.values(), strict=True)
    yield from (("AMT", kind, on_the_wire(amount)) for (kind, amount), number in amounts if number)


def status_triple(status: ClaimStatus) -> tuple[str, ...]:
    """Write a status as the composite that STC01, STC10 and STC11 are."""
    return (status.category, status.code, status.entity)


def name_segment(entity: str, party: Party) -> SegmentValues:
    """Write the NM1 of a party in its role."""
    name = party.name
    kind = "1" if party.is_person else "2"
    person = (name.first, name.middle, "", name.suffix) if party.is_person else ("", "", "", "")
    return ("NM1", entity, kind, name.last[:_LAST_NAME_LENGTH], *person, party.id_qualifier, party.id)

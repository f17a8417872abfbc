"""From the model of a 277CA to the segments of its transaction set, ST and SE left to the X12 writer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from hpedi.money import on_the_wire
from hpedi.service_dates import DateSpan, write_d8
from hpedi.transactions.ack_277ca.model import (
    ACCEPTED,
    RECEIVED,
    STATUSES_SENT,
    AnsweredClaim,
    ClaimAcknowledgment,
    ClaimStatus,
    Party,
)
from hpedi.x12.segment import SegmentValues

SET_ID, FUNCTIONAL_ID, VERSION = "277", "HN", "005010X214"
_ACCEPT, _REFUSE = "WQ", "U"
_PAYER_HL, _SUBMITTER_HL = "1", "2"
_LAST_NAME_LENGTH = 60


def write_claim_acknowledgment(answer: ClaimAcknowledgment) -> Iterator[SegmentValues]:
    """Write one 277CA, a segment at a time; claims that follow each other share their provider and patient levels."""
    yield from _payer_level(answer)
    yield from _submitter_level(answer)
    hierarchy = int(_SUBMITTER_HL)
    for billing, of_provider in groupby(answer.claims, key=lambda claim: claim.billing):
        hierarchy += 1
        provider_hl = str(hierarchy)
        yield ("HL", provider_hl, _SUBMITTER_HL, "19", "1")
        yield _name("85", billing)
        for patient, of_patient in groupby(of_provider, key=lambda claim: claim.patient):
            hierarchy += 1
            yield ("HL", str(hierarchy), provider_hl, "PT")
            yield _name("QC", patient)
            for claim in of_patient:
                yield from _claim(claim, answer.answered)


def _payer_level(answer: ClaimAcknowledgment) -> Iterator[SegmentValues]:
    created = answer.created
    yield ("BHT", "0085", "08", answer.reference, f"{created:%Y%m%d}", f"{created:%H%M%S}", "TH")
    yield ("HL", _PAYER_HL, "", "20", "1")
    yield ("NM1", "PR", "2", answer.payer_name, "", "", "", "", "PI", answer.payer_id)
    yield ("TRN", "1", answer.payer_trace)
    yield ("DTP", "050", "D8", write_d8(answer.received))
    yield ("DTP", "009", "D8", write_d8(answer.answered))


def _submitter_level(answer: ClaimAcknowledgment) -> Iterator[SegmentValues]:
    accepted, refused = answer.charged(accepted=True), answer.charged(accepted=False)
    yield ("HL", _SUBMITTER_HL, _PAYER_HL, "21", "1" if answer.claims else "0")
    yield _name("41", answer.submitter)
    yield ("TRN", "2", answer.submission_trace)
    yield ("STC", _triple(RECEIVED), write_d8(answer.answered), _ACCEPT, on_the_wire(accepted + refused))
    for qualifier, count in (("90", answer.count(accepted=True)), ("AA", answer.count(accepted=False))):
        if count:
            yield ("QTY", qualifier, str(count))
    for qualifier, amount in (("YU", accepted), ("YY", refused)):
        if amount:
            yield ("AMT", qualifier, on_the_wire(amount))


def _claim(claim: AnsweredClaim, answered: date) -> Iterator[SegmentValues]:
    yield ("TRN", "2", claim.patient_control_number)
    first, *others = claim.statuses[:STATUSES_SENT] or (ACCEPTED,)
    action = _ACCEPT if claim.is_accepted else _REFUSE
    head = ("STC", _triple(first), write_d8(answered), action, on_the_wire(claim.charged))
    yield (*head, "", "", "", "", "", *map(_triple, others)) if others else head
    if claim.payer_claim_control_number:
        yield ("REF", "1K", claim.payer_claim_control_number)
    if claim.clearinghouse_trace:
        yield ("REF", "D9", claim.clearinghouse_trace)
    yield ("DTP", "472", *_dates(claim.service_dates))


def _dates(span: DateSpan) -> tuple[str, str]:
    if span.end is None or span.end == span.start:
        return ("D8", write_d8(span.start))
    return ("RD8", f"{write_d8(span.start)}-{write_d8(span.end)}")


def _triple(status: ClaimStatus) -> tuple[str, ...]:
    return (status.category, status.code, status.entity)


def _name(entity: str, party: Party) -> SegmentValues:
    name = party.name
    kind = "1" if party.is_person else "2"
    person = (name.first, name.middle, "", name.suffix) if party.is_person else ("", "", "", "")
    return ("NM1", entity, kind, name.last[:_LAST_NAME_LENGTH], *person, party.id_qualifier, party.id)

"""From the model of a 277 to the segments of its transaction set, ST and SE left to the X12 writer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import count, groupby
from typing import Final

from hpedi.money import Usd, on_the_wire
from hpedi.service_dates import write_d8, write_span
from hpedi.transactions.ack_277ca.model import STATUSES_A_SEGMENT, ClaimStatus
from hpedi.transactions.ack_277ca.write import name_segment, status_triple
from hpedi.transactions.status_277.model import (
    ClaimStatusResponse,
    Refusal,
    ReportedClaim,
    ReportedLine,
    StatusAnswer,
)
from hpedi.x12.segment import SegmentValues

SET_ID: Final = "277"
FUNCTIONAL_ID: Final = "HN"
VERSION: Final = "005010X212"
_PAYER_HL: Final = "1"
_FIRST_RECEIVER_HL: Final = 2
_HAS_CHILDREN, _HAS_NO_CHILDREN = "1", "0"
_NO_TRACE: Final = "0"  # 2200C TRN02: the inquiry has no trace of its own for a provider

Levels = Iterator[int]
"""HL01 of the levels to come."""


def write_status_response(response: ClaimStatusResponse) -> Iterator[SegmentValues]:
    """Write one 277, a segment at a time; answers that follow each other share the levels that are the same."""
    created = response.created
    yield ("BHT", "0010", "08", response.reference, f"{created:%Y%m%d}", f"{created:%H%M%S}", "DG")
    yield ("HL", _PAYER_HL, "", "20", _HAS_CHILDREN)
    yield ("NM1", "PR", "2", response.payer_name, "", "", "", "", "PI", response.payer_id)
    levels = count(_FIRST_RECEIVER_HL)
    for (receiver, refusal), of_receiver in groupby(response.answers, key=lambda each: (each.receiver, _at(each, 0))):
        hierarchy = str(next(levels))
        yield ("HL", hierarchy, _PAYER_HL, "21", _HAS_NO_CHILDREN if refusal else _HAS_CHILDREN)
        yield name_segment("41", receiver)
        if refusal is not None:
            yield ("TRN", "2", response.inquiry_reference)
            yield from _statuses(refusal.statuses, created.date())
        else:
            yield from _providers(of_receiver, hierarchy, levels, created.date())


def _at(answer: StatusAnswer, level: int) -> Refusal | None:
    """Return the refusal of an answer if it stands at the receiver (0) or the provider (1)."""
    refusal = answer.refusal
    return refusal if refusal is not None and refusal.is_of_provider is bool(level) else None


def _providers(answers: Iterable[StatusAnswer], parent: str, levels: Levels, on: date) -> Iterator[SegmentValues]:
    for (providers, refusal), of_provider in groupby(answers, key=lambda each: (each.providers, _at(each, 1))):
        hierarchy = str(next(levels))
        yield ("HL", hierarchy, parent, "19", _HAS_NO_CHILDREN if refusal else _HAS_CHILDREN)
        for provider in providers:
            yield name_segment("1P", provider)
        if refusal is not None:
            yield ("TRN", "1", _NO_TRACE)
            yield from _statuses(refusal.statuses, on)
        else:
            yield from _subscribers(of_provider, hierarchy, levels)


def _subscribers(answers: Iterable[StatusAnswer], parent: str, levels: Levels) -> Iterator[SegmentValues]:
    """Write subscribers: one whose own claims and whose dependents' are answered stands twice (2000D HL04)."""
    of_subscribers = groupby(answers, key=lambda each: (each.subscriber, each.dependent is None))
    for (subscriber, is_patient), of_subscriber in of_subscribers:
        hierarchy = str(next(levels))
        yield ("HL", hierarchy, parent, "22", _HAS_NO_CHILDREN if is_patient else _HAS_CHILDREN)
        yield name_segment("IL", subscriber)
        for dependent, of_patient in groupby(of_subscriber, key=lambda each: each.dependent):
            if dependent is not None:
                yield ("HL", str(next(levels)), hierarchy, "23")
                yield name_segment("QC", dependent)
            for answer in of_patient:
                for claim in answer.claims:
                    yield from _claim(claim)


def _claim(claim: ReportedClaim) -> Iterator[SegmentValues]:
    yield ("TRN", "2", claim.trace)
    amounts = (_amount(claim.charged), _amount(claim.paid), _day(claim.finalised), "", _day(claim.remitted))
    yield from _statuses(claim.statuses, claim.effective, (*amounts, claim.remittance_number))
    references = (
        ("1K", claim.payer_claim_control_number),
        ("BLT", claim.bill_type),
        ("EJ", claim.patient_control_number),
        ("XZ", claim.prescription),
        ("D9", claim.clearinghouse_trace),
    )
    yield from (("REF", qualifier, value) for qualifier, value in references if value)
    if claim.service_dates is not None:
        yield ("DTP", "472", *write_span(claim.service_dates))
    for line in claim.lines:
        yield from _line(line)


def _line(line: ReportedLine) -> Iterator[SegmentValues]:
    amounts = on_the_wire(line.charged), on_the_wire(line.paid)
    yield ("SVC", line.procedure, *amounts, line.revenue_code, "", "", line.units)
    yield from _statuses(line.statuses, line.effective)
    if line.control_number:
        yield ("REF", "FJ", line.control_number)
    yield ("DTP", "472", *write_span(line.service_dates))


def _statuses(statuses: Sequence[ClaimStatus], on: date, amounts: Sequence[str] = ("",) * 6) -> Iterator[SegmentValues]:
    """Write statuses, three a segment; amounts, dates and payment (STC04 to STC09) are the same in each."""
    for start in range(0, len(statuses), STATUSES_A_SEGMENT):
        first, *others = map(status_triple, statuses[start : start + STATUSES_A_SEGMENT])
        yield ("STC", first, write_d8(on), "", *amounts, *others)


def _amount(amount: Usd | None) -> str:
    return "" if amount is None else on_the_wire(amount)


def _day(day: date | None) -> str:
    return "" if day is None else write_d8(day)

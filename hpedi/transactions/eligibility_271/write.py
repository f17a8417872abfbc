"""From the model of a 271 to the segments of its transaction set, ST and SE left to the X12 writer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import count
from typing import Final

from hpedi.claims.parties import Name
from hpedi.money import on_the_wire
from hpedi.service_dates import write_d8, write_span
from hpedi.transactions.eligibility_270.model import PATIENTS_ID, InquiryParty, OtherId, Trace
from hpedi.transactions.eligibility_271.model import (
    AnsweredPatient,
    AnsweredReceiver,
    AnsweringSource,
    Benefit,
    DatedFact,
    EligibilityAnswer,
    Rejection,
)
from hpedi.x12.segment import ElementValue, SegmentValues

SET_ID: Final = "271"
FUNCTIONAL_ID: Final = "HB"
VERSION: Final = "005010X279A1"
SUBSCRIBER_LEVEL: Final = "22"
DEPENDENT_LEVEL: Final = "23"
_PARENT: Final = {True: "1", False: "0"}
_ROLES: Final = {SUBSCRIBER_LEVEL: "IL", DEPENDENT_LEVEL: "03"}
_IS_SUBSCRIBER: Final = {SUBSCRIBER_LEVEL: "Y", DEPENDENT_LEVEL: "N"}
_CHANGED: Final = ("001", "25")
_PLACES_CODES: Final = "ZZ"
_LONGEST_PLAN: Final = 50
_LONGEST_MESSAGE: Final = 264
_LONGEST_NAME: Final = 60
_BOUNDED: Final = "2120"


def write_eligibility_answer(answer: EligibilityAnswer) -> Iterator[SegmentValues]:
    """Write one 271, a segment at a time."""
    created = answer.created
    yield ("BHT", "0022", "11", answer.reference, f"{created:%Y%m%d}", f"{created:%H%M%S}")
    levels = count(1)
    for source in answer.sources:
        yield from _source(source, levels)


def _source(source: AnsweringSource, levels: Iterator[int]) -> Iterator[SegmentValues]:
    number = str(next(levels))
    yield ("HL", number, "", "20", _PARENT[bool(source.receivers)])
    yield _party(source.party)
    if source.contact is not None:
        name, phone = source.contact
        yield ("PER", "IC", name, "TE", phone)
    yield from _rejections(source.rejections)
    for receiver in source.receivers:
        yield from _receiver(receiver, number, levels)


def _receiver(receiver: AnsweredReceiver, parent: str, levels: Iterator[int]) -> Iterator[SegmentValues]:
    number = str(next(levels))
    yield ("HL", number, parent, "21", _PARENT[bool(receiver.subscribers)])
    yield _party(receiver.party)
    yield from _ids(receiver.ids)
    yield from _rejections(receiver.rejections)
    for subscriber in receiver.subscribers:
        level = str(next(levels))
        yield ("HL", level, number, SUBSCRIBER_LEVEL, _PARENT[bool(subscriber.dependents)])
        yield from _patient(subscriber.patient, SUBSCRIBER_LEVEL)
        for dependent in subscriber.dependents:
            yield ("HL", str(next(levels)), level, DEPENDENT_LEVEL, "0")
            yield from _patient(dependent, DEPENDENT_LEVEL)


def _patient(patient: AnsweredPatient, level: str) -> Iterator[SegmentValues]:
    for trace in patient.traces:
        yield _trace("2", trace)
    if patient.own_trace is not None:
        yield _trace("1", patient.own_trace)
    kind = "1" if patient.is_person else "2"
    card = (PATIENTS_ID, patient.member_id) if patient.member_id else ()
    yield ("NM1", _ROLES[level], kind, *_name(patient.name), *card)
    yield from _ids(patient.ids)
    yield from _rejections(patient.rejections)
    if patient.birth_date is not None:
        yield ("DMG", "D8", write_d8(patient.birth_date), patient.sex)
    elif patient.sex:
        yield ("DMG", "", "", patient.sex)
    if patient.relationship:
        changed = _CHANGED if patient.is_changed else ()
        yield ("INS", _IS_SUBSCRIBER[level], patient.relationship, *changed)
    if patient.diagnoses:
        yield ("HI", *((each.qualifier, each.code) for each in patient.diagnoses))
    yield from _dates(patient.dates)
    for benefit in patient.benefits:
        yield from _remembered(benefit)


@lru_cache(maxsize=8_192)
def _remembered(benefit: Benefit) -> tuple[SegmentValues, ...]:
    """Return the segments of a benefit: most of what is told is told of many patients."""
    return tuple(_benefit(benefit))


def _benefit(benefit: Benefit) -> Iterator[SegmentValues]:
    procedure: ElementValue = ""
    if benefit.procedure is not None:
        asked = benefit.procedure
        procedure = (asked.qualifier, asked.code, *asked.modifiers)
    yield (
        "EB",
        benefit.information,
        benefit.coverage_level,
        _repeated(benefit.service_types),
        "",
        benefit.plan[:_LONGEST_PLAN].rstrip(),
        benefit.period,
        "" if benefit.amount is None else on_the_wire(benefit.amount),
        "" if benefit.rate is None else on_the_wire(benefit.rate),
        benefit.quantity_type,
        "" if benefit.quantity is None else on_the_wire(benefit.quantity),
        benefit.authorization,
        benefit.in_network,
        procedure,
        tuple(str(each) for each in benefit.pointers) or "",
    )
    yield from _ids(benefit.ids)
    yield from _dates(benefit.dates)
    yield from _rejections(benefit.rejections)
    yield from (("MSG", text[:_LONGEST_MESSAGE]) for text in benefit.messages)
    yield from (("III", _PLACES_CODES, place) for place in benefit.places)
    if benefit.party is not None:
        yield ("LS", _BOUNDED)
        yield _party(benefit.party)
        yield ("LE", _BOUNDED)


def _repeated(values: tuple[str, ...]) -> ElementValue:
    return values[0] if len(values) == 1 else list(values) or ""


def _trace(kind: str, trace: Trace) -> SegmentValues:
    return ("TRN", kind, trace.number, trace.originator, trace.part)


def _party(party: InquiryParty) -> SegmentValues:
    kind = "1" if party.is_person else "2"
    return ("NM1", party.role, kind, *_name(party.name), party.id_qualifier, party.id)


def _name(name: Name) -> tuple[str, ...]:
    return (name.last[:_LONGEST_NAME].rstrip(), name.first, name.middle, "", name.suffix)


def _ids(ids: Iterable[OtherId]) -> Iterator[SegmentValues]:
    return (("REF", each.qualifier, each.value, each.description) for each in ids)


def _rejections(rejections: Iterable[Rejection]) -> Iterator[SegmentValues]:
    return (("AAA", "N", "", each.reason, each.follow_up) for each in rejections)


def _dates(dates: Iterable[DatedFact]) -> Iterator[SegmentValues]:
    return (("DTP", each.qualifier, *write_span(each.dates)) for each in dates)

"""Dates of a set against each other: what cannot come after the service, before the birth or after the set was made.

Days are compared as CCYYMMDD; a date that is none was told by its guide and is left out here. Spans of days whose end
comes before their start are here too. Which dates must be sent is said by rules alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from hpedi.acceptance.checks.screen import (
    Asks,
    Day,
    Question,
    Screened,
    asks,
    before_day,
    unless_there,
)
from hpedi.acceptance.loops import LoopInstance, Segment, Spot
from hpedi.service_dates import D8_LENGTH

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_DATE: Final = 3
_VALUE_OF: Final = {"DTP": _DATE, "DTM": 2}
"""The element that holds the date, by segment."""
_DEATH: Final = 6
"""PAT06."""
_RANGE: Final = "RD8"
_SERVICE: Final = "472"
_STATEMENT: Final = "434"
_OF_SERVICE: Final = (_SERVICE, _STATEMENT)
_LINE: Final = "2400"
_SPAN_DATES: Final = 4
_STATUS_DATE: Final = 2
"""STC02."""
_PAYMENT_DATE: Final = 16
"""BPR16."""
_PERIOD: Final = (5, 6)
"""DTM05, DTM06: the kind of a period and the period."""


class Days(NamedTuple):
    """The first and last day of a date segment, and the segment."""

    first: str
    last: str
    segment: Segment


def days_of(segment: Segment) -> Days | None:
    """Return the days of a DTP or DTM; None where they are no dates."""
    first, dash, last = segment.value(_VALUE_OF[segment.node.segment_id]).partition("-")
    first, last = first[:D8_LENGTH], last if dash else first[:D8_LENGTH]
    return Days(first, last, segment) if _is_day(first) and _is_day(last) else None


def _is_day(text: str) -> bool:
    return len(text) == D8_LENGTH and text.isdigit()


def all_days(loop: LoopInstance, *qualifiers: str) -> list[Days]:
    """Return the days of the DTP of a loop with these qualifiers."""
    found = (days_of(segment) for segment in loop.segments_of("DTP", *qualifiers))
    return [days for days in found if days is not None]


def _services(claim: LoopInstance) -> Iterator[tuple[str, Segment]]:
    """Go through the dates of service of a claim as sent: its own or the statement's, and those of its lines."""
    for segment in claim.segments:
        if segment.node.segment_id == "DTP" and segment.value(1) in _OF_SERVICE:
            yield segment.value(_DATE), segment
    for line in claim.children:
        if line.node.loop_id == _LINE:
            for segment in line.segments:
                if segment.node.segment_id == "DTP" and segment.elements[1] == _SERVICE:
                    yield segment.value(_DATE), segment
                    break


def _first_day(claim: LoopInstance) -> tuple[str, Segment] | None:
    """Return the first day of service, and the segment that has it."""
    days = ((text[:D8_LENGTH], segment) for text, segment in _services(claim))
    return min((day for day in days if _is_day(day[0])), key=itemgetter(0), default=None)


def _last_day(claim: LoopInstance) -> tuple[str, Segment] | None:
    """Return the last day of service, and the segment that has it."""
    days = ((text[-D8_LENGTH:], segment) for text, segment in _services(claim))
    return max((day for day in days if _is_day(day[0])), key=itemgetter(0), default=None)


def _day_of_transaction(loop: LoopInstance) -> tuple[str, Segment] | None:
    """Return the day the set was made (BHT04 or BGN03) and where it stands."""
    root = loop.root
    for segment_id, element in (("BHT", 4), ("BGN", 3)):
        segment = root.first(segment_id)
        if segment is not None and _is_day(segment.value(element)):
            return segment.value(element), segment
    return None


def service_starts_after_transaction(claim: LoopInstance) -> Iterator[Spot]:
    """No service begins after the day the set was made."""
    made = _day_of_transaction(claim)
    if made is not None:
        for text, segment in _services(claim):
            if text[:D8_LENGTH] > made[0] and _is_day(text[:D8_LENGTH]):
                yield Spot(segment, _DATE, trigger=made[1])


def service_ends_after_transaction(loop: LoopInstance) -> Iterator[Spot]:
    """No service of a line or statement that began by the day the set was made ends after it."""
    made = _day_of_transaction(loop)
    for days in all_days(loop, *_OF_SERVICE):
        if made is not None and days.first <= made[0] < days.last:
            yield Spot(days.segment, _DATE, trigger=made[1])


def _service_over(day: Day) -> Asks:
    """Ask whether each service was over by the day a set was made."""
    return Asks(asks("DTP[434|472]", (_DATE,), partial(_is_over, day.made)), decides=False)


def _is_over(made: str, period: str) -> bool:
    """Say whether a day, or a span of days in order, is over by a day."""
    first, dash, last = period.partition("-")
    day = first[:D8_LENGTH]
    return _is_day(day) and day <= made and (not dash or (_is_day(last) and first <= last <= made))


def birth_after_service(claim: LoopInstance) -> Iterator[Spot]:
    """The patient was born by the first day of service."""
    birth, first = _birth(claim), _first_day(claim)
    if birth is not None and first is not None and birth.value(2) > first[0]:
        yield Spot(birth, 2, trigger=first[1])


def _born_before(day: Day) -> Asks:
    """Ask whether who was served lately was born long before."""
    question = Question(2, None, partial(_is_before, day.earlier), (before_day(day.earlier),))
    served = asks("DTP[434|472]", (_DATE,), partial(_starts_from, day.earlier))
    return Asks((*served, ("DMG", question)), decides=False)


def _is_before(day: str, birth: str) -> bool:
    return birth < day


def _starts_from(day: str, period: str) -> bool:
    return period[:D8_LENGTH].isdigit() and period[:D8_LENGTH] >= day


def death_before_service(claim: LoopInstance) -> Iterator[Spot]:
    """The patient lived on the first day of service."""
    first = _first_day(claim)
    for loop_id in ("2000C", "2000B"):
        patient = claim.around(loop_id)
        segment = None if patient is None else patient.first("PAT")
        if segment is not None and first is not None:
            if _is_day(segment.value(_DEATH)) and segment.value(_DEATH) < first[0]:
                yield Spot(segment, _DEATH, trigger=first[1])
            return


def _birth(claim: LoopInstance) -> Segment | None:
    """Return the DMG of the patient: the dependent where there is one, else the subscriber."""
    patient, loop_id = claim.around("2000C"), "2010CA"
    if patient is None:
        patient, loop_id = claim.around("2000B"), "2010BA"
    for person in () if patient is None else patient.loops(loop_id):
        segment = person.first("DMG")
        if segment is not None and _is_day(segment.value(2)):
            return segment
    return None


def birth_after_transaction(person: LoopInstance) -> Iterator[Spot]:
    """A date of birth is not after the day the set was made."""
    made = _day_of_transaction(person)
    for segment in person.segments_of("DMG"):
        if made is not None and _is_day(segment.value(2)) and segment.value(2) > made[0]:
            yield Spot(segment, 2, trigger=made[1])


def _born_long_before(day: Day) -> Asks:
    return Asks((("DMG", Question(2, None, partial(_is_before, day.earlier), (before_day(day.earlier),))),), False)


def decision_after_transaction(loop: LoopInstance) -> Iterator[Spot]:
    """Another payer's decision (DTP*573) is not after the day the set was made."""
    made = _day_of_transaction(loop)
    for days in all_days(loop, "573"):
        if made is not None and days.first > made[0]:
            yield Spot(days.segment, _DATE, trigger=made[1])


def date_after_transaction(loop: LoopInstance, *, qualifiers: frozenset[str]) -> Iterator[Spot]:
    """What happened (DTP01 of `qualifiers`) did not begin after the day the set was made."""
    made = _day_of_transaction(loop)
    for days in all_days(loop, *qualifiers):
        if made is not None and days.first > made[0]:
            yield Spot(days.segment, _DATE, trigger=made[1])


def _dates_over(day: Day) -> Asks:
    return Asks(asks("DTP", (_DATE,), partial(_is_over, day.made)), decides=False, whatever_given=True)


def status_after_transaction(loop: LoopInstance) -> Iterator[Spot]:
    """A status (STC02) was given by the day the set was made."""
    made = _day_of_transaction(loop)
    for segment in loop.segments_of("STC"):
        day = segment.value(_STATUS_DATE)
        if made is not None and _is_day(day) and day > made[0]:
            yield Spot(segment, _STATUS_DATE, trigger=made[1])


def service_after_payment(loop: LoopInstance, *, dates: frozenset[str]) -> Iterator[Spot]:
    """What is paid for (DTM01 of `dates`) began by the day of the payment (BPR16)."""
    payment = loop.root.first("BPR")
    paid = "" if payment is None else payment.value(_PAYMENT_DATE)
    for segment in loop.segments_of("DTM", *dates) if _is_day(paid) else ():
        days = days_of(segment)
        if days is not None and days.first > paid:
            yield Spot(segment, _VALUE_OF["DTM"], trigger=payment)


def _paid_over(day: Day) -> Asks:
    return Asks(asks("DTM", (_VALUE_OF["DTM"],), partial(_is_over, day.made)), decides=False, whatever_given=True)


def occurrence_after_transaction(claim: LoopInstance) -> Iterator[Spot]:
    """An occurrence (HI*BH) was by the day the set was made."""
    made = _day_of_transaction(claim)
    for segment in claim.segments_of("HI", "BH") if made is not None else ():
        for element in range(1, len(segment.elements)):
            day = segment.value(element, _SPAN_DATES)
            if made is not None and _is_day(day) and day > made[0]:
                yield Spot(segment, element, _SPAN_DATES, trigger=made[1])


def accident_after_service(claim: LoopInstance) -> Iterator[Spot]:
    """The accident was by the first day of service."""
    first = _first_day(claim)
    for accident in all_days(claim, "439"):
        if first is not None and accident.first > first[0]:
            yield Spot(accident.segment, _DATE, trigger=first[1])


def event_after_service(claim: LoopInstance, *, events: frozenset[str]) -> Iterator[Spot]:
    """What comes before a service (DTP01 of `events`) is not dated after the last day of service."""
    last = _last_day(claim)
    for event in all_days(claim, *events):
        if last is not None and event.first > last[0]:
            yield Spot(event.segment, _DATE, trigger=last[1])


def line_event_after_service(line: LoopInstance, *, events: frozenset[str]) -> Iterator[Spot]:
    """What comes before the service of a line (DTP01 of `events`) is not dated after it, or after the claim's."""
    claim = line.parent
    services = all_days(line, _SERVICE) or ([] if claim is None else all_days(claim, _SERVICE))
    for event in all_days(line, *events) if services else ():
        if event.first > services[0].last:
            yield Spot(event.segment, _DATE, trigger=services[0].segment)


def range_reversed(loop: LoopInstance) -> Iterator[Spot]:
    """A span of days ends on or after the day it starts."""
    for segment in loop.segments_of("DTP"):
        if segment.value(2) == _RANGE:
            days = days_of(segment)
            if days is not None and days.first > days.last:
                yield Spot(segment, _DATE)


def _is_in_order(period: str) -> bool:
    first, dash, last = period.partition("-")
    return not dash or first <= last


def period_reversed(loop: LoopInstance) -> Iterator[Spot]:
    """A period (DTM06) ends on or after the day it starts."""
    for segment in loop.segments_of("DTM"):
        kind, element = _PERIOD
        first, _, last = segment.value(element).partition("-")
        if segment.value(kind) == _RANGE and _is_day(first) and _is_day(last) and first > last:
            yield Spot(segment, element)


def code_span_reversed(claim: LoopInstance) -> Iterator[Spot]:
    """The span of an occurrence (HI*BI) ends on or after the day it starts."""
    for segment in claim.segments_of("HI"):
        for element in range(1, len(segment.elements)):
            components = segment.components(element)
            if len(components) >= _SPAN_DATES and components[2] == _RANGE:
                first, _, last = components[3].partition("-")
                if first > last:
                    yield Spot(segment, element, _SPAN_DATES)


def in_order(loop: LoopInstance, segment_id: str, first: str, last: str) -> Iterator[Spot]:
    """A date is on or after the one it follows, where both stand in a loop.

    Args:
        loop: Where both stand.
        segment_id: DTP or DTM.
        first: Qualifier of the earlier date.
        last: Qualifier of the later one, which is told.
    """
    earlier, later = loop.first(segment_id, first), loop.first(segment_id, last)
    if earlier is None or later is None:
        return
    start, end = days_of(earlier), days_of(later)
    if start is not None and end is not None and start.first > end.last:
        yield Spot(later, _VALUE_OF[segment_id], trigger=earlier)


def _order(segment_id: str, first: str, last: str) -> Screened:
    """Make the check that one date follows another: it finds nothing where the later one does not stand."""
    check = partial(in_order, segment_id=segment_id, first=first, last=last)
    return Screened(check, flat=unless_there(segment_id, last))


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        "service_starts_after_transaction": Screened(service_starts_after_transaction, asks_by_day=_service_over),
        "service_ends_after_transaction": Screened(service_ends_after_transaction, asks_by_day=_service_over),
        "birth_after_service": Screened(birth_after_service, asks_by_day=_born_before),
        "death_before_service": death_before_service,
        "birth_after_transaction": Screened(birth_after_transaction, asks_by_day=_born_long_before),
        "decision_after_transaction": Screened(decision_after_transaction, flat=unless_there("DTP", "573")),
        "date_after_transaction": Screened(date_after_transaction, asks_by_day=_dates_over),
        "status_after_transaction": status_after_transaction,
        "service_after_payment": Screened(service_after_payment, asks_by_day=_paid_over),
        "occurrence_after_transaction": Screened(occurrence_after_transaction, flat=unless_there("HI", "BH")),
        "period_reversed": period_reversed,
        "accident_after_service": Screened(accident_after_service, flat=unless_there("DTP", "439")),
        "event_after_service": Screened(event_after_service, flat=unless_there("DTP", given="events")),
        "line_event_after_service": Screened(line_event_after_service, flat=unless_there("DTP", given="events")),
        "range_reversed": Screened(range_reversed, Asks(asks("DTP", (_DATE,), _is_in_order), decides=False)),
        "code_span_reversed": Screened(code_span_reversed, flat=unless_there("HI", "BI")),
        "hospital_dates_reversed": _order("DTP", "435", "096"),
        "care_dates_reversed": _order("DTP", "090", "091"),
        "work_dates_reversed": _order("DTP", "297", "296"),
        "statement_dates_reversed": _order("DTM", "232", "233"),
        "service_dates_reversed": _order("DTM", "150", "151"),
        "benefit_dates_reversed": _order("DTP", "348", "349"),
        "eligibility_dates_reversed": _order("DTP", "356", "357"),
        "employment_dates_reversed": _order("DTP", "336", "337"),
        "plan_dates_reversed": _order("DTP", "346", "347"),
    }
)
"""By the name that rules give."""

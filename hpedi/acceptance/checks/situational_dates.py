"""Dates of a set against each other: what cannot come after the service, before the birth or after the set was made.

Days are compared as CCYYMMDD; a date that is none was told by its guide and is left out here. Spans of days whose end
comes before their start are here too. Which dates must be sent is said by rules alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from hpedi.acceptance.checks.screen import (
    Around,
    Asks,
    Columns,
    Day,
    FlatCheck,
    Given,
    Question,
    Screened,
    Shape,
    Values,
    asks,
    before_day,
    chosen_by,
    unless_there,
)
from hpedi.acceptance.loops import LoopInstance, Segment, Spot
from hpedi.guides.nodes import SegmentNode
from hpedi.service_dates import D8_LENGTH, read_d8

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_DATE: Final = 3
_VALUE_OF: Final = {"DTP": _DATE, "DTM": 2}
"""The element that holds the date, by segment."""
_DEATH: Final = 6
"""PAT06."""
_RANGE: Final = "RD8"
_BEFORE_SERVICE: Final = ("431", "453", "454", "455", "484")
"""DTP01 of what comes before the service: onset, acute manifestation, initial treatment, last x-ray, last period."""
_BEFORE_LINE: Final = ("139", "304", "441", "454", "455", "463", "471")
"""DTP01 of what comes before the service of a line: prior placement, last seen, treatment, x-ray, prescription."""
_SERVICE: Final = "472"
_STATEMENT: Final = "434"
_OF_SERVICE: Final = (_SERVICE, _STATEMENT)
_LINE: Final = "2400"
_PROCEDURES: Final = frozenset({"BBR", "BBQ", "BR", "BQ"})
"""HI01-1 of ICD procedures, which carry a date."""
_SPAN_DATES: Final = 4
_STATUS_DATE: Final = 2
"""STC02."""
_PAYMENT_DATE: Final = 16
"""BPR16."""
_OF_PAID: Final = ("150", "232", "472")
"""DTM01 of the first day of what an 835 pays for."""
_PERIOD: Final = (5, 6)
"""DTM05, DTM06: the kind of a period and the period."""


class _Days(NamedTuple):
    """The first and last day of a date segment, and the segment."""

    first: str
    last: str
    segment: Segment


def days_of(segment: Segment) -> _Days | None:
    """Return the days of a DTP or DTM; None where they are no dates."""
    first, dash, last = segment.value(_VALUE_OF[segment.node.segment_id]).partition("-")
    first, last = first[:D8_LENGTH], last if dash else first[:D8_LENGTH]
    return _Days(first, last, segment) if _is_day(first) and _is_day(last) else None


def _is_day(text: str) -> bool:
    return len(text) == D8_LENGTH and text.isdigit()


def _all_days(loop: LoopInstance, *qualifiers: str) -> list[_Days]:
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
    for days in _all_days(loop, *_OF_SERVICE):
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
    for days in _all_days(loop, "573"):
        if made is not None and days.first > made[0]:
            yield Spot(days.segment, _DATE, trigger=made[1])


def date_after_transaction(loop: LoopInstance, *, qualifiers: frozenset[str]) -> Iterator[Spot]:
    """What happened (DTP01 of `qualifiers`) did not begin after the day the set was made."""
    made = _day_of_transaction(loop)
    for days in _all_days(loop, *qualifiers):
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


def service_after_payment(loop: LoopInstance) -> Iterator[Spot]:
    """What is paid for (DTM) began by the day of the payment (BPR16)."""
    payment = loop.root.first("BPR")
    paid = "" if payment is None else payment.value(_PAYMENT_DATE)
    for segment in loop.segments_of("DTM", *_OF_PAID) if _is_day(paid) else ():
        days = days_of(segment)
        if days is not None and days.first > paid:
            yield Spot(segment, _VALUE_OF["DTM"], trigger=payment)


def _paid_over(day: Day) -> Asks:
    return Asks(asks("DTM", (_VALUE_OF["DTM"],), partial(_is_over, day.made)), decides=False)


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
    for accident in _all_days(claim, "439"):
        if first is not None and accident.first > first[0]:
            yield Spot(accident.segment, _DATE, trigger=first[1])


def event_after_service(claim: LoopInstance) -> Iterator[Spot]:
    """What comes before a service is not dated after the last day of service."""
    last = _last_day(claim)
    for event in _all_days(claim, *_BEFORE_SERVICE):
        if last is not None and event.first > last[0]:
            yield Spot(event.segment, _DATE, trigger=last[1])


def line_event_after_service(line: LoopInstance) -> Iterator[Spot]:
    """What comes before the service of a line is not dated after it; without a date of its own the claim's counts."""
    claim = line.parent
    services = _all_days(line, _SERVICE) or ([] if claim is None else _all_days(claim, _SERVICE))
    for event in _all_days(line, *_BEFORE_LINE) if services else ():
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


def _statement(claim: LoopInstance) -> _Days | None:
    """Return the days of the statement; none where they are no range, which the guide tells."""
    return next((days for days in _all_days(claim, _STATEMENT) if days.segment.value(2) == _RANGE), None)


def admission_after_statement(claim: LoopInstance) -> Iterator[Spot]:
    """The patient was admitted by the last day of the statement."""
    statement = _statement(claim)
    for admission in _all_days(claim, "435"):
        if statement is not None and admission.first > statement.last:
            yield Spot(admission.segment, _DATE, trigger=statement.segment)


def flat_admission(shape: Shape, _given: Given, columns: Columns) -> FlatCheck | None:
    """Make the check that the admission is on or before the first day of the statement."""
    admissions, statements = dates_in(shape, columns, "435"), dates_in(shape, columns, _STATEMENT)
    if len(statements) != 1:
        return None

    def holds(values: Values, _around: Around) -> bool:
        first = (values[statements[0]] or "")[:D8_LENGTH]
        return all((values[each] or "")[:D8_LENGTH] <= first for each in admissions)

    return FlatCheck(holds)


def dates_in(shape: Shape, columns: Columns, code: str) -> list[int]:
    """Return the columns of the dates of a kind."""
    return [columns.at(i, _DATE) for i, node in enumerate(shape) if node.segment_id == "DTP" and chosen_by(node, code)]


def line_outside_statement(claim: LoopInstance) -> Iterator[Spot]:
    """Each line's service is within the days of the statement."""
    statement = _statement(claim)
    if statement is None:
        return
    for line in claim.loops("2400"):
        for days in _all_days(line, _SERVICE):
            if days.first < statement.first or days.last > statement.last:
                yield Spot(days.segment, _DATE, trigger=statement.segment)


def _flat_lines(shape: Shape, _given: Given, columns: Columns) -> FlatCheck | None:
    statements = dates_in(shape, columns, _STATEMENT)
    services = [columns.at(i, _DATE) for i, node in enumerate(shape) if _is_line_date(node)]
    if len(statements) != 1:
        return None

    def holds(values: Values, _around: Around) -> bool:
        stated = values[statements[0]] or ""
        first, last = stated[:D8_LENGTH], stated[-D8_LENGTH:]
        texts = [values[each] or "" for each in services]
        return all(first <= text[:D8_LENGTH] and text[-D8_LENGTH:] <= last for text in texts)

    return FlatCheck(holds)


def _is_line_date(node: SegmentNode) -> bool:
    return (node.loop_id, node.segment_id) == (_LINE, "DTP") and chosen_by(node, _SERVICE)


def procedure_after_statement(claim: LoopInstance) -> Iterator[Spot]:
    """Each ICD procedure was done by the last day of the statement."""
    statement = _statement(claim)
    if statement is None:
        return
    for segment in claim.segments_of("HI"):
        for element in range(1, len(segment.elements)):
            components = segment.components(element)
            if len(components) >= _SPAN_DATES and components[0] in _PROCEDURES and components[3] > statement.last:
                yield Spot(segment, element, _SPAN_DATES, trigger=statement.segment)


def procedure_before_statement(claim: LoopInstance, *, days: str) -> Iterator[Spot]:
    """An ICD procedure was done in the statement or at most so many days before it."""
    statement = _statement(claim)
    first = None if statement is None else _read(statement.first)
    for segment in claim.segments_of("HI", *_PROCEDURES) if first is not None else ():
        for element in range(1, len(segment.elements)):
            done = _read(segment.value(element, _SPAN_DATES))
            if statement is not None and done is not None and first is not None and (first - done).days > int(days):
                yield Spot(segment, element, _SPAN_DATES, trigger=statement.segment)


def _read(day: str) -> date | None:
    try:
        return read_d8(day)
    except ValueError:
        return None


def line_date_missing(claim: LoopInstance) -> Iterator[Spot]:
    """Where a statement covers several days, each line that is no drug has its date."""
    statement = _statement(claim)
    if statement is None or statement.first == statement.last:
        return
    for line in claim.loops("2400"):
        if line.first("DTP", _SERVICE) is None and not line.loops("2410"):
            yield Spot(line.trigger, trigger=statement.segment)


def _flat_line_dates(shape: Shape, _given: Given, columns: Columns) -> FlatCheck | None:
    """Make the check that each line has a date, or all are of one day."""
    statements = dates_in(shape, columns, _STATEMENT)
    lines = sum((node.loop_id, node.segment_id) == (_LINE, "LX") for node in shape)
    if len(statements) != 1:
        return None
    all_dated = sum(map(_is_line_date, shape)) == lines

    def holds(values: Values, _around: Around) -> bool:
        stated = values[statements[0]] or ""
        return all_dated or stated[:D8_LENGTH] == stated[-D8_LENGTH:]

    return FlatCheck(holds)


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
        "procedure_before_statement": Screened(procedure_before_statement, flat=unless_there("HI", *_PROCEDURES)),
        "accident_after_service": Screened(accident_after_service, flat=unless_there("DTP", "439")),
        "event_after_service": Screened(event_after_service, flat=unless_there("DTP", *_BEFORE_SERVICE)),
        "line_event_after_service": line_event_after_service,
        "range_reversed": Screened(range_reversed, Asks(asks("DTP", (_DATE,), _is_in_order), decides=False)),
        "code_span_reversed": Screened(code_span_reversed, flat=unless_there("HI", "BI")),
        "admission_after_statement": Screened(admission_after_statement, flat=flat_admission),
        "line_outside_statement": Screened(line_outside_statement, flat=_flat_lines),
        "procedure_after_statement": Screened(procedure_after_statement, flat=unless_there("HI", *_PROCEDURES)),
        "line_date_missing": Screened(line_date_missing, flat=_flat_line_dates),
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

"""Dates of an institutional claim against the days of its statement (DTP*434): admission, lines, procedures.

A date that is none was told by its guide and is left out here. Days that a bill counts are in
`claim_types_institutional`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.screen import (
    Around,
    Columns,
    FlatCheck,
    Given,
    Screened,
    Shape,
    Values,
    chosen_by,
    unless_there,
)
from hpedi.acceptance.checks.situational_dates import Days, all_days
from hpedi.acceptance.loops import LoopInstance, Spot
from hpedi.guides.nodes import SegmentNode
from hpedi.service_dates import D8_LENGTH, read_d8

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_DATE: Final = 3
_RANGE: Final = "RD8"
_SERVICE: Final = "472"
_STATEMENT: Final = "434"
_LINE: Final = "2400"
_SPAN_DATES: Final = 4


def _statement(claim: LoopInstance) -> Days | None:
    """Return the days of the statement; none where they are no range, which the guide tells."""
    return next((days for days in all_days(claim, _STATEMENT) if days.segment.value(2) == _RANGE), None)


def admission_after_statement(claim: LoopInstance) -> Iterator[Spot]:
    """The patient was admitted by the last day of the statement."""
    statement = _statement(claim)
    for admission in all_days(claim, "435"):
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
        for days in all_days(line, _SERVICE):
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


def procedure_after_statement(claim: LoopInstance, *, procedures: frozenset[str]) -> Iterator[Spot]:
    """Each ICD procedure (HI01-1 of `procedures`) was done by the last day of the statement."""
    statement = _statement(claim)
    if statement is None:
        return
    for segment in claim.segments_of("HI"):
        for element in range(1, len(segment.elements)):
            components = segment.components(element)
            if len(components) >= _SPAN_DATES and components[0] in procedures and components[3] > statement.last:
                yield Spot(segment, element, _SPAN_DATES, trigger=statement.segment)


def procedure_before_statement(claim: LoopInstance, *, days: str, procedures: frozenset[str]) -> Iterator[Spot]:
    """An ICD procedure was done in the statement or at most so many days before it."""
    statement = _statement(claim)
    first = None if statement is None else _read(statement.first)
    for segment in claim.segments_of("HI", *procedures) if first is not None else ():
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
        "admission_after_statement": Screened(admission_after_statement, flat=flat_admission),
        "line_outside_statement": Screened(line_outside_statement, flat=_flat_lines),
        "procedure_after_statement": Screened(procedure_after_statement, flat=unless_there("HI", given="procedures")),
        "procedure_before_statement": Screened(procedure_before_statement, flat=unless_there("HI", given="procedures")),
        "line_date_missing": Screened(line_date_missing, flat=_flat_line_dates),
    }
)
"""By the name that rules give."""

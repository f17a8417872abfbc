"""Checks of institutional claims: days against the statement period, diagnoses on admission (837I).

A date or number that cannot be read was told by its guide and is passed over here. Types of bill and revenue codes that
a check applies to stand in its rule's row. What holds of the statement dates of every claim is in `situational_dates`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.balancing_amounts import amount, amount_of, exceeds
from hpedi.acceptance.checks.screen import (
    EVERY,
    Around,
    Asks,
    Columns,
    FlatCheck,
    Given,
    Screened,
    Shape,
    Values,
    asks,
    is_any,
    unless_there,
)
from hpedi.acceptance.checks.situational_dates import days_of
from hpedi.acceptance.checks.situational_statements import dates_in, flat_admission
from hpedi.acceptance.loops import LoopInstance, Segment, Spot
from hpedi.service_dates import D8_LENGTH, read_d8

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_STATEMENT: Final = "434"
_ADMISSION: Final = "435"
_RANGE: Final = "RD8"
_VALUE_CODE: Final = "BE"
_OCCURRENCE_SPAN: Final = "BI"
_CODE, _SPAN, _VALUE, _PRESENT_ON_ADMISSION = 2, 4, 5, 9
"""Components of the composites of HI."""
_UNIT, _UNITS = 4, 5
_DAYS: Final = "DA"


def admission_after_statement_begin(claim: LoopInstance) -> Iterator[Spot]:
    """The patient was admitted by the beginning of the statement period: for bills that continue a stay."""
    admission, statement = claim.first("DTP", _ADMISSION), claim.first("DTP", _STATEMENT)
    if admission is None or statement is None:
        return
    admitted, stated = days_of(admission), days_of(statement)
    if admitted is not None and stated is not None and stated.first < admitted.first <= stated.last:
        yield Spot(admission, 3)


def covered_days_over_statement(claim: LoopInstance, *, days: frozenset[str]) -> Iterator[Spot]:
    """Covered and non-covered days (value codes `days`) are at most those of the statement period."""
    counted = [
        (segment, element)
        for segment, element in _composites(claim, _VALUE_CODE)
        if segment.value(element, _CODE) in days
    ]
    total = sum((amount(segment.value(element, _VALUE)) for segment, element in counted), Decimal(0))
    stated = _statement_days(claim)
    if counted and stated is not None and exceeds(total, stated):
        yield Spot(*counted[0], _VALUE)


def room_days_over_statement(line: LoopInstance) -> Iterator[Spot]:
    """A line in days has at most those of the statement period, its last one included."""
    claim, service = line.around("2300"), line.first("SV2")
    days = None if claim is None else _statement_days(claim)
    if service is not None and days is not None and exceeds(amount_of(service, _UNITS), days):
        yield Spot(service, _UNITS)


def occurrence_span_after_statement(claim: LoopInstance) -> Iterator[Spot]:
    """An occurrence span begins by the end of the statement period."""
    statement = claim.first("DTP", _STATEMENT)
    stated = None if statement is None else days_of(statement)
    for segment, element in _composites(claim, _OCCURRENCE_SPAN):
        begin = segment.value(element, _SPAN)[:D8_LENGTH]
        if stated is not None and begin.isdigit() and begin > stated.last:
            yield Spot(segment, element, _SPAN)


def present_on_admission_missing(claim: LoopInstance, *, exempt: str, diagnoses: frozenset[str]) -> Iterator[Spot]:
    """Each diagnosis (HI01-1 of `diagnoses`) says whether it was present on admission.

    Those that `exempt` (a pattern) matches need not.
    """
    for segment, element in _composites(claim, *diagnoses):
        if segment.value(element, _PRESENT_ON_ADMISSION) or re.fullmatch(exempt, segment.value(element, _CODE)):
            continue
        yield Spot(segment, element, _PRESENT_ON_ADMISSION)


def _composites(claim: LoopInstance, *qualifiers: str) -> Iterator[tuple[Segment, int]]:
    """Go through the elements of HI of these qualifiers."""
    for segment in claim.segments_of("HI"):
        for element in range(1, len(segment.elements)):
            if segment.value(element, 1) in qualifiers:
                yield segment, element


def _statement_days(claim: LoopInstance) -> Decimal | None:
    """Return how many days the statement period has; None where it cannot be read."""
    statement = claim.first("DTP", _STATEMENT)
    stated = None if statement is None or statement.value(2) != _RANGE else days_of(statement)
    if stated is None:
        return None
    first, last = _day(stated.first), _day(stated.last)
    return None if first is None or last is None else Decimal((last - first).days + 1)


def _day(text: str) -> date | None:
    try:
        return read_d8(text)
    except ValueError:
        return None


def _ask_days(given: Given) -> Asks:
    """Ask whether no code is one of covered or non-covered days."""
    return Asks(asks("HI", (EVERY,), partial(_is_none_of, given["days"]), component=_CODE), decides=False)


def _is_none_of(codes: Container[str], code: str) -> bool:
    return code not in codes


def _ask_present(given: Given) -> Asks:
    return Asks(
        (
            *asks("HI", (EVERY,), partial(_is_one_of, given["diagnoses"]), component=1),
            *asks("HI", (EVERY,), partial(_is_like, str(given["exempt"])), component=_CODE),
            *asks("HI", (EVERY,), is_any, component=_PRESENT_ON_ADMISSION),
        )
    )


def _is_one_of(codes: Container[str], code: str) -> bool:
    return code in codes


def _is_like(pattern: str, code: str) -> bool:
    return re.fullmatch(pattern, code) is not None


def _flat_rooms(shape: Shape, _given: Given, columns: Columns) -> FlatCheck | None:
    """Make `room_days_over_statement` for all lines in days."""
    statements = dates_in(shape, columns, _STATEMENT)
    lines = [index for index, node in enumerate(shape) if node.segment_id == "SV2"]
    units = [(columns.at(index, _UNIT), columns.at(index, _UNITS)) for index in lines]
    if len(statements) != 1:
        return None

    def holds(values: Values, _around: Around) -> bool:
        days = _days_in(values[statements[0]] or "")
        try:
            return all(Decimal(values[count] or 0) <= days for unit, count in units if values[unit] == _DAYS)
        except InvalidOperation:
            return False

    return FlatCheck(holds)


@lru_cache(maxsize=1024)
def _days_in(period: str) -> int:
    """Return how many days a period has; none where it is no period."""
    first, last = _day(period[:D8_LENGTH]), _day(period[-D8_LENGTH:])
    return 0 if first is None or last is None else (last - first).days + 1


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        "admission_after_statement_begin": Screened(admission_after_statement_begin, flat=flat_admission),
        "covered_days_over_statement": Screened(covered_days_over_statement, asks_given=_ask_days),
        "room_days_over_statement": Screened(room_days_over_statement, flat=_flat_rooms),
        "occurrence_span_after_statement": Screened(
            occurrence_span_after_statement, flat=unless_there("HI", _OCCURRENCE_SPAN)
        ),
        "present_on_admission_missing": Screened(present_on_admission_missing, asks_given=_ask_present),
    }
)
"""By the name that rules call."""

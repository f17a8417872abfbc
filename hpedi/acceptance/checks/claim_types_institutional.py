"""Checks of institutional claims: days against the statement period, diagnoses on admission (837I).

A date or number that cannot be read was told by its guide and is passed over here. Types of bill and revenue codes that
a check applies to stand in its rule's row. What holds of the statement dates of every claim is in `situational_dates`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from hpedi.acceptance.checks.balancing_amounts import amount, amount_of, exceeds
from hpedi.acceptance.checks.situational_dates import days_of
from hpedi.acceptance.loops import LoopInstance, Segment, Spot
from hpedi.service_dates import D8_LENGTH, read_d8

if TYPE_CHECKING:
    from hpedi.acceptance.checks import NamedCheck

_STATEMENT: Final = "434"
_ADMISSION: Final = "435"
_RANGE: Final = "RD8"
_VALUE_CODE: Final = "BE"
_OCCURRENCE_SPAN: Final = "BI"
_DIAGNOSES: Final = ("BK", "ABK", "BF", "ABF")
_CODE, _SPAN, _VALUE, _PRESENT_ON_ADMISSION = 2, 4, 5, 9
"""Components of the composites of HI."""
_UNITS: Final = 5


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


def present_on_admission_missing(claim: LoopInstance, *, exempt: str) -> Iterator[Spot]:
    """Each diagnosis says whether it was present on admission, but for those that `exempt` (a pattern) matches."""
    for segment, element in _composites(claim, *_DIAGNOSES):
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


CHECKS: Final[Mapping[str, NamedCheck]] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            admission_after_statement_begin,
            covered_days_over_statement,
            room_days_over_statement,
            occurrence_span_after_statement,
            present_on_admission_missing,
        )
    }
)
"""By the name that rules call."""

"""The days on which codes must be in force: where each guide states them, by the name that rules give in `on`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Final, TypeAlias

from hpedi.acceptance.checks.screen import Asks, Day, Question
from hpedi.acceptance.loops import LoopInstance, Segment
from hpedi.service_dates import D8_LENGTH, read_d8

Days: TypeAlias = tuple[date, ...]
"""The days that count, none where none is stated: a code is right if it was in force on one of them."""

_CLAIM, _PAID_CLAIM = "2300", "2100"


@dataclass(frozen=True, slots=True)
class DateSource:
    """Where the days are found.

    Attributes:
        find: Finds them for a code in a segment of a loop instance.
        words: What messages call them.
        is_of_loop: Whether they are the same for all segments of the instance.
        asks_by_day: What tells that they all lie in the two years before a set was made.
    """

    find: Callable[[LoopInstance, Segment], Days]
    words: str
    is_of_loop: bool = True
    asks_by_day: Callable[[Day], Asks] | None = None


def _no_days(_loop: LoopInstance, _segment: Segment) -> Days:
    return ()


def _service_days(loop: LoopInstance, _segment: Segment) -> Days:
    """Return the days of a line, else of its claim."""
    around: LoopInstance | None = loop
    while around is not None:
        days = _stated(around, "DTP", "472") or _stated(around, "DTM", "472", "150", "151")
        if days:
            return _ends(days)
        if around.loop_id in (_CLAIM, _PAID_CLAIM):
            return _claim_days(around)
        around = around.parent
    return ()


def _claim_days(claim: LoopInstance) -> Days:
    """Return the first and last day of a claim: its own, else those of its lines, else when it was admitted."""
    stated = _stated(claim, "DTP", "434") or _stated(claim, "DTM", "232", "233")
    lines = (_stated(line, "DTP", "472") for line in claim.children if line.loop_id == "2400")
    return _ends(stated or [day for days in lines for day in days] or _stated(claim, "DTP", "435"))


def _statement_days(loop: LoopInstance, segment: Segment) -> Days:
    """Return the last day of a bill, by which a stay is coded; else the days of service."""
    claim = loop.around(_CLAIM)
    stated = _stated(claim, "DTP", "434") if claim is not None else []
    return (max(stated),) if stated else _service_days(loop, segment)


def _admission_days(loop: LoopInstance, segment: Segment) -> Days:
    claim = loop.around(_CLAIM)
    return _ends(_stated(claim, "DTP", "435") if claim is not None else []) or _statement_days(loop, segment)


def _remittance_days(loop: LoopInstance, _segment: Segment) -> Days:
    """Return when an 835 pays: BPR16, else the production date."""
    root = loop.root
    payment = root.first("BPR")
    return _ends(_days(payment.value(16)) if payment is not None else []) or _ends(_stated(root, "DTM", "405"))


def _adjudication_days(loop: LoopInstance, _segment: Segment) -> Days:
    """Return when another payer decided: a line in 2430, a claim in 2330B, else in any of its lines."""
    stated = _stated(loop, "DTP", "573")
    if stated or loop.loop_id != _CLAIM:
        return _ends(stated)
    for way in (("2320", "2330B"), ("2400", "2430")):
        stated = stated or [
            day for above in loop.loops(way[0]) for each in above.loops(way[1]) for day in _stated(each, "DTP", "573")
        ]
    return _ends(stated)


def _status_days(_loop: LoopInstance, segment: Segment) -> Days:
    return _ends(_days(segment.value(2)))


def _in_two_years(day: Day) -> Asks:
    question = Question(3, None, partial(_lies_between, day.earlier, day.made))
    return Asks((("DTP[434|435|472]", question),), decides=False)


def _lies_between(first: str, last: str, period: str) -> bool:
    """Say whether a day, or each end of a span of days, lies between two days."""
    return all(first <= part[:D8_LENGTH] <= last and part[:D8_LENGTH].isdigit() for part in period.split("-"))


def _of_payment(_day: Day) -> Asks:
    """Say that nothing is asked: the day of the set is the day that counts."""
    return Asks(())


DATE_SOURCES: Final[Mapping[str, DateSource]] = MappingProxyType(
    {
        "none": DateSource(_no_days, "any day"),
        "service": DateSource(_service_days, "the dates of service", asks_by_day=_in_two_years),
        "statement": DateSource(_statement_days, "the last day of the statement", asks_by_day=_in_two_years),
        "admission": DateSource(_admission_days, "the day of admission", asks_by_day=_in_two_years),
        "remittance": DateSource(_remittance_days, "the payment date", asks_by_day=_of_payment),
        "adjudication": DateSource(_adjudication_days, "the adjudication date"),
        "status": DateSource(_status_days, "the status date", is_of_loop=False),
    }
)
"""By the name that rules give in `on`."""


def _stated(loop: LoopInstance, segment_id: str, *qualifiers: str) -> list[date]:
    """Return the days of a loop's own date segments: DTP03, or DTM02, which has no format before it."""
    element = 3 if segment_id == "DTP" else 2
    return [
        day
        for segment in loop.segments
        if segment.node.segment_id == segment_id and segment.value(1) in qualifiers
        for day in _days(segment.value(element))
    ]


@lru_cache(maxsize=4096)
def _days(text: str) -> tuple[date, ...]:
    """Read a day or the two ends of a range; nothing where it is neither, which SNIP 1 tells."""
    try:
        return tuple(read_d8(part[:D8_LENGTH]) for part in text.split("-")) if text else ()
    except ValueError:
        return ()


def _ends(days: Iterable[date]) -> Days:
    every = sorted(set(days))
    return (every[0], every[-1]) if every else ()

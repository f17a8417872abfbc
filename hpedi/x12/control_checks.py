"""Checks of TA1, GS, ST and the trailers: forms, control numbers, counts, versions.

Knows no transaction set: whether ST01 belongs to GS01 is for who knows the guides. Source: TR3 appendix C.1; codes from
the guides fact tables ack_999 and ta1_codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, TypeAlias

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where

PlaceOf: TypeAlias = Callable[[], Where]
"""Asked for the place of a segment when something is found in it, which is hardly ever."""

_LONGEST_COUNT: Final = 10


def _form(pattern: str) -> Callable[[str], bool]:
    match = re.compile(pattern).fullmatch
    return lambda text: match(text) is not None


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{8}", text):
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def _is_short_date(text: str) -> bool:
    return _is_date(f"20{text}")


_ACKNOWLEDGMENT_CHECKS: Final[tuple[tuple[int, Callable[[str], bool], str], ...]] = (
    (1, _form("[0-9]{9}"), "acknowledgment-element"),
    (2, _is_short_date, "acknowledgment-element"),
    (3, _form("([01][0-9]|2[0-3])[0-5][0-9]"), "acknowledgment-element"),
    (4, _form("[AER]"), "acknowledgment-element"),
    (5, _form("0[0-2][0-9]|03[01]"), "acknowledgment-element"),
)
_GROUP_CHECKS: Final[tuple[tuple[int, Callable[[str], bool], str], ...]] = (
    (1, _form("[A-Z]{2}"), "group-header"),
    (2, _form("[ -~]{2,15}"), "group-header"),
    (3, _form("[ -~]{2,15}"), "group-header"),
    (4, _is_date, "group-header"),
    (5, _form("([01][0-9]|2[0-3])[0-5][0-9]([0-5][0-9]([0-9]{1,2})?)?"), "group-header"),
    (6, _form("[0-9]{1,9}"), "group-control-number-form"),
    (7, _form("X"), "group-header"),
    (8, _form("[0-9A-Z]{1,12}"), "group-header"),
)
_SET_CHECKS: Final[tuple[tuple[int, Callable[[str], bool], str], ...]] = (
    (1, _form("[0-9]{3}"), "set-id"),
    (2, _form("[ -~]{4,9}"), "set-control-number-form"),
)
_ACCEPTED, _NO_ERROR = "A", "000"
_ANSWERS: Final = frozenset({_ACCEPTED, "E", "R"})
ACKNOWLEDGMENT_ELEMENTS: Final = len(_ACKNOWLEDGMENT_CHECKS)
"""TA1 has this many elements."""
GROUP_ELEMENTS: Final = len(_GROUP_CHECKS)
"""GS has this many elements."""


def check_acknowledgment(sent: Sequence[str], where: PlaceOf) -> Iterator[Finding]:
    """Check TA1: the form of each element, none too many, and that something was found only where not all was right.

    Args:
        sent: TA100 and the elements that were sent, at least as many as TA1 has.
        where: Tells the place of the segment.

    Findings:
        acknowledgment-element, acknowledgment-contradiction.
    """
    yield from _check_elements(_ACKNOWLEDGMENT_CHECKS, sent, where)
    if len(sent) > ACKNOWLEDGMENT_ELEMENTS + 1:
        yield found("acknowledgment-element", replace(where(), element=ACKNOWLEDGMENT_ELEMENTS + 1))
    if sent[4] in _ANSWERS and sent[5] and (sent[4] == _ACCEPTED) != (sent[5] == _NO_ERROR):
        yield found("acknowledgment-contradiction", replace(where(), element=5))


def check_group_header(sent: Sequence[str], where: PlaceOf) -> Iterator[Finding]:
    """Check GS: the form of each element, none too many.

    Args:
        sent: GS00 and the elements that were sent, at least as many as GS has.
        where: Tells the place of the segment.

    Findings:
        group-header, group-control-number-form.
    """
    yield from _check_elements(_GROUP_CHECKS, sent, where)
    if len(sent) > GROUP_ELEMENTS + 1:
        yield found("group-header", replace(where(), element=GROUP_ELEMENTS + 1))


def check_set_header(sent: Sequence[str], group_version: str, where: PlaceOf) -> Iterator[Finding]:
    """Check ST: id and control number, and that ST03, where sent, is the version of the group.

    Args:
        sent: ST00 to ST03, missing ones empty.
        group_version: GS08.
        where: Tells the place of the segment.

    Findings:
        set-id, set-control-number-form, set-version-not-of-group.
    """
    yield from _check_elements(_SET_CHECKS, sent, where)
    if sent[3] and sent[3] != group_version:
        yield found("set-version-not-of-group", replace(where(), element=3))


def _check_elements(
    checks: Sequence[tuple[int, Callable[[str], bool], str]], sent: Sequence[str], where: PlaceOf
) -> Iterator[Finding]:
    for element, is_right, code in checks:
        if not is_right(sent[element]):
            yield found(code, replace(where(), element=element))


TRAILER_KINDS: Final = {
    "SE": ("segment-count", "set-control-number"),
    "GE": ("set-count", "group-control-number"),
    "IEA": ("group-count", "interchange-control-number"),
}
"""For each trailer, the kinds of finding for its count (element 1) and its control number (element 2)."""


def check_trailer(sent: Sequence[str], counted: int, control_number: str, where: PlaceOf) -> Iterator[Finding]:
    """Check SE, GE or IEA against what was read.

    Args:
        sent: The trailer's id, count and control number; missing ones empty.
        counted: What was counted.
        control_number: That of the header.
        where: Tells the place of the trailer.

    Findings:
        segment-count, set-control-number, set-count, group-control-number, group-count, interchange-control-number.
    """
    count_kind, control_number_kind = TRAILER_KINDS[sent[0]]
    if not _is_count(sent[1], counted):
        told = f"{sent[0]}01 is wrong: {counted} counted. Send the number counted."
        yield found(count_kind, replace(where(), element=1), told)
    if sent[2] != control_number:
        yield found(control_number_kind, replace(where(), element=2))


def _is_count(text: str, counted: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_COUNT and int(text) == counted

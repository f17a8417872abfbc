"""An X12 interchange as a receivables system takes it apart: delimiters from ISA, envelope counts, sets of segments.

Written from the X12 envelope rules alone: nothing of hpedi is here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

ISA_LENGTH: Final = 106
ELEMENT_AT, COMPONENT_AT, END_AT = 3, 104, 105

Segment = tuple[str, ...]


class Unreadable(Exception):
    """What came cannot be taken apart, or its envelope does not hold; the message holds no value of it."""


@dataclass(frozen=True, slots=True)
class TransactionSet:
    """A transaction set, ST and SE among its segments, and what parts the components of its elements."""

    segments: tuple[Segment, ...]
    component: str


def transaction_sets(content: bytes, version: str) -> list[TransactionSet]:
    """Return the sets of an interchange.

    Args:
        content: The interchange.
        version: GS08 that is expected.

    Raises:
        Unreadable: Something of the envelope is missing, or a count or control number is wrong.
    """
    text = content.decode("ascii")
    if len(text) < ISA_LENGTH or not text.startswith("ISA"):
        raise Unreadable("no ISA segment of 106 characters")
    component, end = text[COMPONENT_AT], text[END_AT]
    parts = [part.lstrip("\r\n") for part in text.split(end)]
    if parts.pop():
        raise Unreadable("text after the last segment")
    segments = [tuple(part.split(text[ELEMENT_AT])) for part in parts]
    return [TransactionSet(found, component) for found in _sets(segments, version)]


def _sets(segments: Sequence[Segment], version: str) -> Iterator[tuple[Segment, ...]]:
    _expect(segments[-1][0] == "IEA" and segments[0][13] == segments[-1][2], "IEA02 is not ISA13")
    groups = sets_of_group = first = 0
    group: Segment = ()
    for place, segment in enumerate(segments):
        match segment[0]:
            case "GS":
                _expect(segment[8] == version, "another version than is expected")
                group, groups, sets_of_group = segment, groups + 1, 0
            case "ST":
                first = place
            case "SE":
                body = tuple(segments[first : place + 1])
                _expect(len(body) == int(segment[1]), "SE01 is not the number of segments")
                _expect(body[0][2] == segment[2], "SE02 is not ST02")
                sets_of_group += 1
                yield body
            case "GE":
                _expect((int(segment[1]), segment[2]) == (sets_of_group, group[6]), "GE does not close its GS")
    _expect(int(segments[-1][1]) == groups, "IEA01 is not the number of groups")


def _expect(holds: bool, message: str) -> None:  # noqa: FBT001
    if not holds:
        raise Unreadable(message)

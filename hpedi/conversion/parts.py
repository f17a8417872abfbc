"""One part of a split file: an interchange of its own, with counts of its own, written as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from hpedi.conversion.units import UnitStart
from hpedi.x12.events import Delimiters

CLAIM_STARTS: Final = frozenset({"CLM", "CLP"})
"""Ids of the segments that begin a claim."""

_CONTROL_NUMBER_WIDTH: Final = 9
_SET_NUMBER_WIDTH: Final = 4
_CONTROL_NUMBERS: Final = 10**_CONTROL_NUMBER_WIDTH


@dataclass(frozen=True, slots=True)
class PartText:
    """Text of a part, one character a byte."""

    part: int
    text: str


@dataclass(slots=True, kw_only=True)
class PartSummary:
    """What a part holds.

    Attributes:
        part: Its number, from 1.
        interchange: Its ISA13; empty for text in no interchange.
        key: What its claims have in common, where that is an identifier of an organisation; else empty.
        groups: Functional groups.
        sets: Transaction sets, or pieces of one.
        claims: CLM and CLP segments.
        segments: Segments of its sets, ST and SE included.
    """

    part: int
    interchange: str
    key: str = ""
    groups: int = 0
    sets: int = 0
    claims: int = 0
    segments: int = 0


@dataclass(slots=True)
class Renumbering:
    """Control numbers to give: each interchange and each group the next one; None keeps those of the file."""

    next_interchange: int | None = None
    next_group: int = field(init=False)

    def __post_init__(self) -> None:
        """Number groups like interchanges."""
        self.next_group = self.next_interchange or 0

    def interchange(self, sent: str) -> str:
        """Return the ISA13 of the next part."""
        if self.next_interchange is None:
            return sent
        self.next_interchange += 1
        return str((self.next_interchange - 1) % _CONTROL_NUMBERS).zfill(_CONTROL_NUMBER_WIDTH)

    def group(self, sent: str) -> str:
        """Return the GS06 of the next group."""
        if self.next_interchange is None:
            return sent
        self.next_group += 1
        return str((self.next_group - 1) % _CONTROL_NUMBERS)


class OpenPart:
    """A part that is being written; every method returns the text it adds.

    Attributes:
        summary: What it holds so far.
        group: The group of the file that is open in it.
        set: The set of the file that is open in it.
    """

    def __init__(self, number: int, interchange: UnitStart, renumbering: Renumbering, *, key: str = "") -> None:
        """Begin with nothing written.

        Args:
            number: Of the part.
            interchange: Of the file.
            renumbering: Control numbers.
            key: See `PartSummary`.
        """
        self.group: UnitStart | None = None
        self.set: UnitStart | None = None
        self._interchange = interchange
        self._renumbering = renumbering
        self._is_renumbered = renumbering.next_interchange is not None
        self._delimiters: Delimiters = interchange.delimiters
        terminator = self._delimiters.segment
        self._end = terminator + interchange.end.replace(terminator, "")
        self._control_number = renumbering.interchange(interchange.id)
        self._group_number = ""
        self._set_number = ""
        self._sets_in_group = 0
        self._segments_in_set = 0
        self.summary = PartSummary(part=number, interchange=self._control_number, key=key)

    def header(self) -> str:
        """Write ISA."""
        elements = list(self._interchange.elements)
        elements[13] = self._control_number
        return self._written(elements)

    def open_group(self, group: UnitStart) -> str:
        """Write GS, ending the group before."""
        text = self.close_group()
        self.group, self._sets_in_group = group, 0
        self._group_number = self._renumbering.group(group.id)
        self.summary.groups += 1
        elements = list(group.elements)
        elements[6] = self._group_number
        return text + self._written(elements)

    def open_set(self, opened: UnitStart, text: str) -> str:
        """Write ST, ending the set before.

        Args:
            opened: The set of the file.
            text: Its ST segment.
        """
        before = self.close_set()
        self.set = opened
        self._sets_in_group += 1
        self._segments_in_set = 0
        self.summary.sets += 1
        self._set_number = opened.id
        if self._is_renumbered:
            self._set_number = str(self.summary.sets).zfill(_SET_NUMBER_WIDTH)
            elements = text.split(self._delimiters.element)
            text = self._delimiters.element.join([*elements[:2], self._set_number, *elements[3:]])
        return before + self.segment(text)

    def segment(self, text: str) -> str:
        """Write a segment as it is: of a set, or TA1 before any group."""
        if self.set is not None:
            self._segments_in_set += 1
            self.summary.segments += 1
            self.summary.claims += text[:3] in CLAIM_STARTS
        return text + self._end

    def close_set(self) -> str:
        """Write SE, if a set is open."""
        if self.set is None:
            return ""
        text = self.segment(self._delimiters.element.join(("SE", str(self._segments_in_set + 1), self._set_number)))
        self.set = None
        return text

    def close_group(self) -> str:
        """Write GE, if a group is open."""
        if self.group is None:
            return ""
        text = self.close_set() + self._written(["GE", str(self._sets_in_group), self._group_number])
        self.group = None
        return text

    def close(self) -> str:
        """Write IEA."""
        return self.close_group() + self._written(["IEA", str(self.summary.groups), self._control_number])

    def _written(self, elements: list[str]) -> str:
        while elements[-1] == "" and elements[0] != "ISA":
            elements.pop()
        return self._delimiters.element.join(elements) + self._end

    def texts(self, text: str) -> Iterator[PartText]:
        """Tell text of the part, if it is any."""
        if text:
            yield PartText(self.summary.part, text)

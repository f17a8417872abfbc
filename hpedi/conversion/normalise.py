"""A file as it should stand: wrapped, counted and cleaned; every change told, no data element touched.

What would lose or invent data is not done: a file that is cut off, lacks a trailer or holds text in no segment is told
and left alone. Control numbers stay. Source: TR3 appendix B.1.1 and C.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from hpedi.conversion.changes import Change, ChangeKind
from hpedi.conversion.cleaning import Cleaning, DelimiterInValue
from hpedi.conversion.numbering import HlNumbers
from hpedi.conversion.scan import LooseText, scan
from hpedi.conversion.units import SegmentAt, UnitEvent, UnitKind, UnitStart, units
from hpedi.conversion.wrapped_lines import unwrapped
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.x12.events import Delimiters

Normalised: TypeAlias = bytes | Change | Finding

STANDARD: Final = Delimiters()
_BYTE_ORDER_MARK: Final = "\xef\xbb\xbf"
_LONGEST_COUNT: Final = 10
_PIECES_JOINED: Final = 1_000
_SEGMENT_ID: Final = re.compile("[A-Z][A-Z0-9]{1,2}")
_MISSING: Final = {
    UnitKind.SET: "set-trailer-missing",
    UnitKind.GROUP: "group-trailer-missing",
    UnitKind.INTERCHANGE: "interchange-cut-off",
}
_COUNTS: Final = {"GE": (UnitKind.GROUP, ChangeKind.SET_COUNT), "IEA": (UnitKind.INTERCHANGE, ChangeKind.GROUP_COUNT)}
_CLAIM_SET: Final = "837"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How the file should stand.

    Attributes:
        line_breaks: A line feed follows each terminator; none if not.
        standard_delimiters: `* : ^ ~` take the place of other delimiters.
        counts: Counts and the numbers of HL and LX are put right.
    """

    line_breaks: bool = True
    standard_delimiters: bool = False
    counts: bool = True


def normalise(chunks: Iterable[bytes], wanted: Wanted, *, file: str | None = None) -> Iterator[Normalised]:
    """Write a file as it should stand.

    Args:
        chunks: Its bytes in order, cut anywhere.
        wanted: How it should stand.
        file: Our identifier of it, for places.

    Yields:
        The bytes of the file, and each change before the bytes it is in; where it cannot be done one finding and no
        more.

    Findings:
        not-x12, text-outside-interchange, interchange-structure, interchange-cut-off, group-trailer-missing,
        set-trailer-missing, delimiter-in-value, hl-parent-unknown.
    """
    normaliser = _Normaliser(wanted, Where(file=file))
    joined: list[str] = []
    read, is_wrapped = unwrapped(chunks)
    if is_wrapped:
        yield Change(ChangeKind.WRAPPED_LINES, Where(file=file, byte_offset=0))
    for event in units(scan(read)):
        for item in normaliser.take(event):
            if isinstance(item, str):
                joined.append(item)
                continue
            yield item
            if isinstance(item, Finding):
                return
        if len(joined) >= _PIECES_JOINED:
            yield "".join(joined).encode("latin-1")
            joined = []
    if normaliser.has_begun:
        yield "".join(joined).encode("latin-1")
    else:
        yield found("not-x12", Where(file=file, byte_offset=0))


class _Normaliser:
    """The place in the file, and what is counted."""

    def __init__(self, wanted: Wanted, where: Where) -> None:
        self._wanted = wanted
        self._file = where
        self._where = where
        self._offset = 0
        self._end = ""
        self._cleaning = Cleaning(STANDARD, STANDARD)
        self._is_header = False
        self._numbers = _SetNumbers("")
        self._counts: dict[UnitKind, int] = {}

    @property
    def has_begun(self) -> bool:
        """Say whether an interchange was seen."""
        return self._where is not self._file

    def take(self, event: UnitEvent) -> Iterator[str | Change | Finding]:
        """Tell what an event of the file brings: text, changes, or the finding that ends it."""
        if isinstance(event, SegmentAt):
            yield from self._segment(event)
            self._offset += len(event.text) + len(event.end)
        elif isinstance(event, LooseText):
            yield from self._loose(event.text)
            self._offset += len(event.text)
        elif isinstance(event, UnitStart):
            self._start(event)
        elif event.kind in _MISSING and not event.has_trailer:
            yield found(_MISSING[event.kind], replace(self._where, byte_offset=self._offset))

    def _start(self, unit: UnitStart) -> None:
        if unit.kind is UnitKind.INTERCHANGE:
            self._is_header = True
            self._counts = {UnitKind.INTERCHANGE: 0}
            self._where = replace(self._file, interchange=unit.id[:9])
            wanted = unit.delimiters
            if self._wanted.standard_delimiters:
                wanted = STANDARD if wanted.repetition else replace(STANDARD, repetition="")
            self._cleaning = Cleaning(unit.delimiters, wanted)
            has_break = self._wanted.line_breaks and wanted.segment not in "\r\n"
            self._end = wanted.segment + ("\n" if has_break else "")
        elif unit.kind is UnitKind.GROUP:
            self._counts[UnitKind.GROUP] = 0
            self._counts[UnitKind.INTERCHANGE] += 1
            self._where = replace(self._where, group=unit.id[:9], transaction_set=None)
        elif unit.kind is UnitKind.SET:
            self._counts[UnitKind.GROUP] += 1
            self._numbers = _SetNumbers(unit.elements[1])
            self._where = replace(self._where, transaction_set=unit.id[:9])

    def _loose(self, text: str) -> Iterator[Change | Finding]:
        where = replace(self._where, byte_offset=self._offset)
        if self._offset == 0 and text.startswith(_BYTE_ORDER_MARK):
            yield Change(ChangeKind.BYTE_ORDER_MARK, where)
            text = text[len(_BYTE_ORDER_MARK) :]
        if text.strip(" \t\r\n" + self._cleaning.delimiters.segment):
            yield found("text-outside-interchange" if self.has_begun else "not-x12", where)
        elif text:
            yield Change(ChangeKind.BLANKS, where)

    def _segment(self, segment: SegmentAt) -> Iterator[str | Change | Finding]:
        segment_id = segment.text.partition(self._cleaning.delimiters.element)[0]
        known_id = segment_id if _SEGMENT_ID.fullmatch(segment_id) else None
        where = replace(self._where, segment=segment.position, segment_id=known_id, byte_offset=self._offset)
        if segment.position is None and segment_id in ("ISA", "GS", "GE", "IEA"):
            where = replace(where, transaction_set=None)
        try:
            text, changes = self._written(segment, segment_id)
        except DelimiterInValue:
            yield found("delimiter-in-value", where)
            return
        yield from (Change(kind, where) for kind in (*changes, *self._end_changes(segment.end, is_empty=not text)))
        if self._cleaning.breaks(segment_id):
            yield found("interchange-structure", where, "The segment id is broken by a line break. Write it whole.")
        elif self._numbers.hl.is_unsure:
            yield found("hl-parent-unknown", where)
        elif text:
            yield text + self._end

    def _written(self, segment: SegmentAt, segment_id: str) -> tuple[str, list[ChangeKind]]:
        cleaning = self._cleaning
        if self._is_header:
            self._is_header = False
            return cleaning.header(tuple(segment.text.split(cleaning.delimiters.element, 16)))
        text, changes = cleaning.clean(segment.text)
        if text and self._wanted.counts:
            counted = self._counted(segment, segment_id)
            if counted is not None:
                elements = text.split(cleaning.delimiters.element)
                changes += counted(elements)
                text = cleaning.delimiters.element.join(elements)
        return cleaning.rewritten(text), changes

    def _counted(self, segment: SegmentAt, segment_id: str) -> Callable[[list[str]], list[ChangeKind]] | None:
        """Return what puts the counts of a segment right, if it has any."""
        if segment.position is not None:
            return self._numbers.rule(segment_id)
        unit, kind = _COUNTS.get(segment_id, (None, None))
        if unit is None or kind is None or unit not in self._counts:
            return None
        count = self._counts.pop(unit)
        return lambda elements: [kind] if _put_count(elements, count) else []

    def _end_changes(self, end: str, *, is_empty: bool) -> Iterator[ChangeKind]:
        old, new = self._cleaning.delimiters.segment, self._cleaning.wanted.segment
        terminators = end.count(old)
        if not terminators:
            yield ChangeKind.TERMINATOR
        yield from [ChangeKind.EMPTY_SEGMENT] * (max(0, terminators - 1) + is_empty)
        line_break = end.replace(old, "")
        if line_break != self._end.removeprefix(new):
            yield ChangeKind.LINE_BREAK


class _SetNumbers:
    """What is counted in one transaction set."""

    def __init__(self, transaction_set: str) -> None:
        self.hl = HlNumbers()
        self._segments = 0
        self._lines = 0
        self._is_claims = transaction_set == _CLAIM_SET

    def rule(self, segment_id: str) -> Callable[[list[str]], list[ChangeKind]] | None:
        """Count a segment; return what puts its numbers right, if it has any."""
        self._segments += 1
        if segment_id == "CLM":
            self._lines = 0
        if segment_id == "LX" and not self._is_claims:
            return None
        return {"HL": self._number_hl, "LX": self._number_line, "SE": self._count}.get(segment_id)

    def _count(self, elements: list[str]) -> list[ChangeKind]:
        return [ChangeKind.SEGMENT_COUNT] if _put_count(elements, self._segments) else []

    def _number_line(self, elements: list[str]) -> list[ChangeKind]:
        self._lines += 1
        return [ChangeKind.LINE_NUMBER] if _put(elements, 1, str(self._lines)) else []

    def _number_hl(self, elements: list[str]) -> list[ChangeKind]:
        old_id, old_parent = (*elements[1:3], "", "")[:2]
        new_id, new_parent = self.hl.number(old_id, old_parent)
        changes = [ChangeKind.HL_NUMBER] if _put(elements, 1, new_id) else []
        if new_parent != old_parent and _put(elements, 2, new_parent):
            changes.append(ChangeKind.HL_PARENT)
        return changes


def _put_count(elements: list[str], count: int) -> bool:
    """Put a count into element 1 unless it says it already; say whether it was put."""
    sent = (*elements, "")[1]
    says_it = sent.isascii() and sent.isdigit() and len(sent) <= _LONGEST_COUNT and int(sent) == count
    return not says_it and _put(elements, 1, str(count))


def _put(elements: list[str], position: int, value: str) -> bool:
    """Put a value into an element; say whether that changes it."""
    elements += [""] * (position + 1 - len(elements))
    is_other = elements[position] != value
    elements[position] = value
    return is_other

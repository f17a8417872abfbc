"""Stretches of text cut into segments, with the place of each.

A stretch with the same line break after every terminator is cut in one step; any other one segment by segment. Offsets
are worked out when asked for: hardly any segment is ever asked where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import accumulate
from operator import itemgetter
from typing import Final

from hpedi.x12.events import Delimiters, OffsetsOf

PREFIX: Final = 3
"""So many characters of a segment tell a control segment: its id, and the element separator after an id of two."""

_LINE_BREAKS: Final = ("", "\n", "\r\n", "\r")
_first_characters = itemgetter(slice(PREFIX))


class EvenOffsets(OffsetsOf):
    """Offsets of segments that follow each other at the same distance."""

    __slots__ = ("_gap", "_start", "_starts", "_texts")

    def __init__(self, start: int, texts: list[str], gap: int) -> None:
        """Take the offset of the first segment, the texts, and the bytes between two of them."""
        self._start = start
        self._texts = texts
        self._gap = gap
        self._starts: list[int] | None = None

    def of(self, index: int) -> int:
        """Return the offset of the segment at an index."""
        if self._starts is None:
            lengths = (len(text) + self._gap for text in self._texts)
            self._starts = list(accumulate(lengths, initial=self._start))
        return self._starts[index]


class ListedOffsets(OffsetsOf):
    """Offsets written down one by one."""

    __slots__ = ("_starts",)

    def __init__(self, starts: list[int]) -> None:
        """Take the offset of each segment."""
        self._starts = starts

    def of(self, index: int) -> int:
        """Return the offset of the segment at an index."""
        return self._starts[index]


class LaterOffsets(OffsetsOf):
    """Offsets of the later part of a stretch."""

    __slots__ = ("_first", "_whole")

    def __init__(self, whole: OffsetsOf, first: int) -> None:
        """Take the offsets of the stretch and the index at which the part begins."""
        self._whole = whole
        self._first = first

    def of(self, index: int) -> int:
        """Return the offset of the segment at an index of the part."""
        return self._whole.of(self._first + index)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive segments.

    Attributes:
        texts: Each segment's text, without terminator and line breaks; never empty.
        offsets: Where each starts in the file.
        prefixes: The first three characters of each text: what kinds of segments there may be.
        empty_at: Offset of the empty segment that follows the last, if one does.
    """

    texts: list[str]
    offsets: OffsetsOf
    prefixes: AbstractSet[str]
    empty_at: int | None = None


@dataclass(slots=True)
class Cutter:
    """Cuts the text of one interchange into segments.

    Attributes:
        delimiters: Of the interchange.
        line_break: What followed the last terminator: expected after the next ones too.
        blanks: What may stand between a terminator and a segment without being part of either.
    """

    delimiters: Delimiters
    line_break: str = ""
    blanks: str = field(init=False)
    _blank_run: re.Pattern[str] = field(init=False)
    _no_start: AbstractSet[str] = field(init=False)

    def __post_init__(self) -> None:
        """Keep delimiters out of the blanks."""
        used = (self.delimiters.element, self.delimiters.component, self.delimiters.repetition, self.delimiters.segment)
        self.blanks = "".join(blank for blank in " \t\r\n" if blank not in used)
        self._blank_run = re.compile(f"[{self.blanks}]*")
        self._no_start = {"", *self.blanks}  # what no segment's text starts with

    @property
    def separator(self) -> str:
        """The terminator with the line break expected after it."""
        return self.delimiters.segment + self.line_break

    def after_blanks(self, text: str, at: int) -> int:
        """Return the index of the first character from an index on that is no blank."""
        run = self._blank_run.match(text, at)
        return run.end() if run else at

    def notice_line_break(self, text: str, at: int) -> None:
        """Learn the line break from what follows a terminator, `at` being the index after it."""
        if at + len("\r\n") > len(text):
            return
        line_break = text[at : self.after_blanks(text, at)]
        self.line_break = line_break if line_break in _LINE_BREAKS else ""

    def cut(self, text: str, start: int, end: int, base: int, *, tells_empty: bool = True) -> Iterator[Stretch]:
        """Cut whole segments.

        Args:
            text: The text that holds them.
            start: Index of the first segment's first character; no blank.
            end: Index of the last segment's terminator, or of the text's end if that is missing.
            base: Offset in the file of the text's first character.
            tells_empty: Whether it matters where empty segments are.

        Yields:
            One stretch if all is even or empty segments do not matter; otherwise one up to each run of empty segments.
        """
        region = text[start:end]
        texts = region.split(self.separator)
        prefixes = _prefixes(texts)
        all_broken_alike = not self.line_break or region.count(self.delimiters.segment) == len(texts) - 1
        if all_broken_alike and not any(prefix[:1] in self._no_start for prefix in prefixes):
            yield Stretch(texts, EvenOffsets(base + start, texts, len(self.separator)), prefixes)
        else:
            yield from self._cut_uneven(region, base + start, tells_empty=tells_empty)

    def _cut_uneven(self, region: str, offset: int, *, tells_empty: bool) -> Iterator[Stretch]:
        texts: list[str] = []
        starts: list[int] = []
        was_empty = False
        for piece in region.split(self.delimiters.segment):
            text = piece.lstrip(self.blanks)
            if text:
                texts.append(text)
                starts.append(offset + len(piece) - len(text))
            elif tells_empty and not was_empty:
                yield Stretch(texts, ListedOffsets(starts), _prefixes(texts), offset + len(piece))
                texts, starts = [], []
            was_empty = not text
            offset += len(piece) + 1
        if texts:
            yield Stretch(texts, ListedOffsets(starts), _prefixes(texts))


def _prefixes(texts: list[str]) -> set[str]:
    return set(map(_first_characters, texts))

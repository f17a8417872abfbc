"""One 837 set cut into pieces of claims: each piece with the header and those HL levels that its claims need.

HL segments are numbered anew in each piece, HL02 follows, and HL04 says whether a child follows in that piece. Which
claim goes where is decided elsewhere. Source: 005010X222A1 2000A, 2000B, 2000C (HL).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from hpedi.conversion.parts import OpenPart

MOST_HELD: Final = 10_000
"""Segments of one HL level before its claims, or of one subscriber's claims before a dependent; more is refused."""

_HAS_CHILD: Final = "1"
_HAS_NO_CHILD: Final = "0"


@dataclass(slots=True, eq=False)
class Level:
    """An HL that is open, with its segments up to its first claim or child.

    Attributes:
        elements: Of its HL segment.
        texts: The segments after it.
        has_claims: Whether a claim stood below it.
        numbers: The number that it has in each piece that holds it.
    """

    elements: list[str]
    texts: list[str] = field(default_factory=list)
    has_claims: bool = False
    numbers: dict[int, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """HL01 as sent."""
        return self.elements[1]


@dataclass(slots=True)
class _Piece:
    """What is written of the set in one part."""

    part: OpenPart
    count: int = 0
    claims: int = 0
    held_level: Level | None = None
    held: list[str] = field(default_factory=list)

    def texts(self, text: str) -> str:
        """Write a segment, or hold it back until it is known whether a child of the held level follows."""
        if self.held_level is None:
            return self.part.segment(text)
        self.held.append(text)
        return ""

    def release(self, separator: str, *, has_child: bool) -> str:
        """Write what was held back."""
        level, self.held_level = self.held_level, None
        if level is None:
            return ""
        elements = self.held[0].split(separator)
        elements[4] = _HAS_CHILD if has_child else _HAS_NO_CHILD
        held, self.held = self.held, []
        return "".join(map(self.part.segment, [separator.join(elements), *held[1:]]))


class ClaimSet:
    """The 837 set under way.

    Attributes:
        header: Its segments before the first HL, without ST.
        levels: The HL levels open, outermost first.
        is_lost: A level without claims was passed: it would be in no piece.
        is_unconnected: An HL02 names no open HL.
        is_too_long: More would have to be held than is allowed.
    """

    def __init__(self, separator: str) -> None:
        """Begin before the first segment after ST.

        Args:
            separator: Of elements.
        """
        self.header: list[str] = []
        self.levels: list[Level] = []
        self.is_lost = False
        self.is_unconnected = False
        self.is_too_long = False
        self._separator = separator
        self._pieces: dict[int, _Piece] = {}

    def open_level(self, text: str) -> None:
        """Take an HL: close the levels that do not hold it."""
        elements = (text.split(self._separator) + [""] * 5)[:5]
        parent = elements[2]
        if parent and all(level.id != parent for level in self.levels):
            self.is_unconnected = True
            return
        while self.levels and self.levels[-1].id != parent:
            self._close_level()
        self.levels.append(Level(elements))

    def add(self, text: str) -> None:
        """Take a segment of the header, or of the level opened last."""
        kept = self.levels[-1].texts if self.levels else self.header
        kept.append(text)
        self.is_too_long = self.is_too_long or len(kept) > MOST_HELD

    def open_claim(self, part: OpenPart) -> Iterator[str]:
        """Write what a claim of the level opened last needs in a part and has not there yet."""
        piece = self._pieces.setdefault(part.summary.part, _Piece(part))
        piece.claims += 1
        if not piece.count:
            yield from map(part.segment, self.header)
        for index, level in enumerate(self.levels):
            level.has_claims = True
            if part.summary.part not in level.numbers:
                is_child = index > 0 and piece.held_level is self.levels[index - 1]
                yield piece.release(self._separator, has_child=is_child)
                yield from self._write_level(piece, index)

    def _write_level(self, piece: _Piece, index: int) -> Iterator[str]:
        level, is_last = self.levels[index], index == len(self.levels) - 1
        piece.count += 1
        level.numbers[piece.part.summary.part] = piece.count
        parent = str(self.levels[index - 1].numbers[piece.part.summary.part]) if index else ""
        may_have_child = not is_last or level.elements[4] != _HAS_NO_CHILD
        if is_last and may_have_child:
            piece.held_level = level
        sent = ("HL", str(piece.count), parent, level.elements[3], _HAS_CHILD if may_have_child else _HAS_NO_CHILD)
        for text in (self._separator.join(sent), *level.texts):
            yield piece.texts(text)

    def claims_in(self, part: OpenPart) -> int:
        """Return how many claims of the set were written in a part."""
        return self._pieces[part.summary.part].claims

    def claim_segment(self, part: OpenPart, text: str) -> str:
        """Write a segment of a claim."""
        piece = self._pieces[part.summary.part]
        self.is_too_long = self.is_too_long or len(piece.held) > MOST_HELD
        return piece.texts(text)

    def end_piece(self, part: OpenPart) -> str:
        """Write the end of the piece in a part: what was held back, and SE."""
        piece = self._pieces.pop(part.summary.part)
        return piece.release(self._separator, has_child=False) + part.close_set()

    def close(self) -> None:
        """Close the levels at the end of the set."""
        while self.levels:
            self._close_level()

    def _close_level(self) -> None:
        level = self.levels.pop()
        self.is_lost = self.is_lost or not level.has_claims

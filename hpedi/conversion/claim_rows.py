"""The claims and service lines of 837 and 835 sets as rows: one flat table for both, a column a fact.

Values are as sent, but for dates, which become CCYY-MM-DD. Sets of other kinds, and sets without a guide, have no
rows. What the columns hold is in `claim_columns`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, Literal, TypeAlias

from hpedi.conversion.claim_columns import (
    ASKED_SEGMENTS,
    CLAIM_COLUMNS,
    DATES_OF_LINES,
    LINE_COLUMNS,
    LINES,
    Fact,
    FactColumn,
)
from hpedi.conversion.text_encoding import readable
from hpedi.conversion.units import SegmentAt, UnitEnd, UnitEvent, UnitKind, UnitStart
from hpedi.guides.nodes import LoopNode
from hpedi.x12.events import Delimiters

ClaimRowKind: TypeAlias = Literal["claims", "lines"]

_CLAIM_LOOPS: Final = {"837": "2300", "835": "2100"}
_LINE_LOOPS: Final = {"837": "2400", "835": "2110"}
_DATED: Final = frozenset({"DTP", "DTM"})
_MOST_KEPT: Final = 100  # of one segment id in one loop: as many as any guide has
_MOST_LINE_DATES: Final = 5_000
_PLACE_COLUMNS: Final = ("interchange", "group", "transaction_set", "set", "guide", "claim_number")


def claim_columns(kind: ClaimRowKind) -> tuple[str, ...]:
    """Return the names of the columns."""
    return (*_PLACE_COLUMNS, *(each.name for each in _columns(kind)))


def claim_rows(events: Iterable[UnitEvent], kind: ClaimRowKind) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a file.

    Args:
        events: What `hpedi.conversion.units.units` yields, with guides.
        kind: A row a claim, or a row a service line; a claim without lines has one row all the same.
    """
    rows = _Rows(kind)
    for event in events:
        if isinstance(event, SegmentAt):
            rows.keep(event)
        elif isinstance(event, UnitStart):
            rows.begin(event)
        elif isinstance(event, UnitEnd):
            yield from rows.end()


def _columns(kind: ClaimRowKind) -> tuple[FactColumn, ...]:
    return (*CLAIM_COLUMNS, *(DATES_OF_LINES if kind == "claims" else LINE_COLUMNS))


class _Rows:
    """What stands around the present place: segments of the open loops, and of those beside that tell about them."""

    def __init__(self, kind: ClaimRowKind) -> None:
        self._kind = kind
        self._opened: list[UnitStart] = []
        self._set: UnitStart | None = None
        self._kept: dict[str, dict[str, list[list[str]]]] = {}
        self._claims = 0
        self._lines = 0

    def begin(self, unit: UnitStart) -> None:
        """Open a unit: what an earlier loop of its kind held tells nothing any more."""
        self._opened.append(unit)
        if unit.kind is UnitKind.SET:
            self._set, self._kept, self._claims = unit, {}, 0
        if unit.loop is None or self._set is None:
            return
        for loop_id in _within(unit.loop):
            self._kept.pop(loop_id, None)
        if unit.id == _CLAIM_LOOPS.get(self._set.elements[1]):
            self._claims += 1
            self._lines = 0
            self._kept.pop(LINES, None)

    def keep(self, segment: SegmentAt) -> None:
        """Keep a segment of a set, if a column may ask for it."""
        if self._set is None or segment.node is None:
            return
        segment_id = segment.node.segment_id
        if segment_id not in ASKED_SEGMENTS:
            return
        unit = self._opened[-1]
        loop_id = "" if unit.loop is None else unit.id
        elements = readable(segment.text).split(unit.delimiters.element)
        self._add(loop_id, elements, _MOST_KEPT)
        if loop_id in _LINE_LOOPS.values() and segment_id in _DATED:
            self._add(LINES, elements, _MOST_LINE_DATES)

    def _add(self, loop_id: str, elements: list[str], most: int) -> None:
        kept = self._kept.setdefault(loop_id, {}).setdefault(elements[0], [])
        if len(kept) < most:
            kept.append(elements)

    def end(self) -> Iterator[tuple[str, ...]]:
        """Close a unit; yield the row of one that has a row."""
        unit = self._opened[-1]
        if self._set is not None and unit.loop is not None and self._has_row(unit.id, self._set.elements[1]):
            yield self._row(self._set)
        if unit.kind is UnitKind.SET:
            self._set = None
        self._opened.pop()

    def _has_row(self, loop_id: str, transaction_set: str) -> bool:
        is_line = loop_id == _LINE_LOOPS.get(transaction_set)
        is_claim = loop_id == _CLAIM_LOOPS.get(transaction_set)
        self._lines += is_line
        return is_claim if self._kind == "claims" else is_line or (is_claim and not self._lines)

    def _row(self, opened: UnitStart) -> tuple[str, ...]:
        interchange, group, *_ = self._opened
        guide = "" if opened.guide is None else opened.guide.id
        facts = (self._value(each, opened) for each in _columns(self._kind))
        return (interchange.id, group.id, opened.elements[1], opened.id, guide, str(self._claims), *facts)

    def _value(self, column: FactColumn, opened: UnitStart) -> str:
        for fact in column.facts.get(opened.elements[1], ()):
            values = [value for value in self._values(fact, opened.delimiters) if value]
            if values:
                return column.taken(values)
        return ""

    def _values(self, fact: Fact, delimiters: Delimiters) -> Iterator[str]:
        for elements in self._kept.get(fact.loop, {}).get(fact.segment, ()):
            yield from fact.read(elements, delimiters)


@cache
def _within(loop: LoopNode) -> frozenset[str]:
    """Return the ids of a loop and of all loops in it."""
    inner = (_within(child) for child in loop.children if isinstance(child, LoopNode))
    return frozenset({loop.loop_id}).union(*inner)

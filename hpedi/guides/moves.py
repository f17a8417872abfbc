"""A guide compiled into transition tables, for the delimiters of an interchange.

From where the walk stands, a segment's id and qualifier lead straight to its node, telling which loops close and
whether one opens. Tables are filled in when the walk first comes by (most of a guide is never visited), then kept for
every later set, and so are the checks of each node's segments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from hpedi.guides.load import Guide
from hpedi.guides.nodes import Child, LoopNode, SegmentNode, Selector, triggers
from hpedi.guides.segment_check import CheckOptions, MemoCount, SegmentCheck
from hpedi.guides.values import Alphabet
from hpedi.x12.events import Delimiters

STAYS, OPENS, OPENS_LEVEL, OPENS_NUMBERED = range(4)
"""What a move opens: no loop, a loop, one that an HL starts, one whose first element rises by one."""


class Move(NamedTuple):
    """What a segment does to the walk.

    Attributes:
        station: Where the walk stands then.
        node: The segment's node.
        bit: The bit of the segment, or of the loop it starts, in the loop instance that holds it.
        needs: Bits of what had to come before it in that instance.
        closes: For each loop it closes, innermost first, the bits of what is required in the rest of it.
        opens: `STAYS`, or what kind of loop it opens.
        child: The segment, or the loop it starts.
    """

    station: Station
    node: SegmentNode
    bit: int
    needs: int
    closes: tuple[int, ...]
    opens: int
    child: Child


class Choice:
    """Several moves for one segment id, told apart by a value of the segment."""

    __slots__ = ("_delimiters", "by_value")

    def __init__(self, delimiters: Delimiters) -> None:
        """Start without moves."""
        self._delimiters = delimiters
        self.by_value: dict[tuple[int, int], dict[str, Move]] = {}

    def add(self, selector: Selector, move: Move) -> None:
        """Add a move; an earlier one of the same value goes first."""
        moves = self.by_value.setdefault((selector.element, selector.component), {})
        for code in selector.codes:
            moves.setdefault(code, move)

    def pick(self, text: str) -> Move | None:
        """Return the move of a segment; None if it has none of the values."""
        for (element, component), moves in self.by_value.items():
            move = moves.get(selecting_value(text, element, component, self._delimiters))
            if move is not None:
                return move
        return None


Moves: TypeAlias = dict[str, Move | Choice | dict[str, Move]]
"""By segment id: a move, moves by the first element, or a choice by something else."""


def selecting_value(text: str, element: int, component: int, delimiters: Delimiters) -> str:
    """Return the element of a segment, or the component of it, that may choose its node; empty if it is not there."""
    elements = text.split(delimiters.element, element + 1)
    if len(elements) <= element:
        return ""
    if not component:
        return elements[element]
    components = elements[element].split(delimiters.component)
    return components[component - 1] if len(components) >= component else ""


class Station(SegmentCheck):
    """A node of the guide as a state of the walk: where it leads, and how its segments are checked.

    Attributes:
        moves: Where the walk may go from here; empty until it is derived.
        every: All moves behind those, nearest first.
    """

    __slots__ = ("_tables", "every", "moves")

    def __init__(self, node: SegmentNode, tables: GuideTables) -> None:
        """Stand at a node; nothing is compiled yet."""
        super().__init__(node, tables.options)
        self.moves: Moves = {}
        self.every: tuple[Move, ...] = ()
        self._tables = tables

    def derive(self) -> Moves:
        """Work out where the walk may go from here."""
        self.every = tuple(self._tables.moves_from(self.node))
        self.moves = self._tables.pack(self.every)
        return self.moves

    def moves_from_here(self) -> Moves:
        """Return the moves, working them out at the first time."""
        return self.moves or self.derive()


class GuideTables:
    """The tables of one guide for one set of delimiters.

    Attributes:
        guide: The guide.
        delimiters: Of the interchange.
        options: How segments are checked.
    """

    def __init__(
        self, guide: Guide, delimiters: Delimiters, *, memo: bool = True, count: MemoCount | None = None
    ) -> None:
        """Start with nothing compiled.

        Args:
            guide: The guide.
            delimiters: Of the interchange.
            memo: Whether right segments may be remembered; off for measuring.
            count: Counts how often they were, for measuring.
        """
        self.guide = guide
        self.delimiters = delimiters
        self.options = CheckOptions(delimiters, Alphabet.of(delimiters), memo, count)
        self._stations: dict[SegmentNode, Station] = {}
        self._nodes: dict[str, list[SegmentNode]] = {}
        for node in guide.root.segments():
            self._nodes.setdefault(node.segment_id, []).append(node)
        self._qualifiers: dict[str, dict[tuple[int, int], set[str]]] = {}
        for node in guide.root.segments():
            if node.selector is not None:
                place = (node.selector.element, node.selector.component)
                self._qualifiers.setdefault(node.segment_id, {}).setdefault(place, set()).update(node.selector.codes)

    def nodes(self, segment_id: str) -> list[SegmentNode]:
        """Return the nodes of a segment id, in the guide's order; none if the guide does not have it."""
        return self._nodes.get(segment_id, [])

    def station(self, node: SegmentNode) -> Station:
        """Return the state of the walk at a node."""
        station = self._stations.get(node)
        if station is None:
            station = self._stations[node] = Station(node, self)
        return station

    def has_qualifier(self, segment_id: str, text: str) -> bool:
        """Say whether some node of the guide is chosen by what a segment has as its qualifier."""
        return any(
            selecting_value(text, element, component, self.delimiters) in codes
            for (element, component), codes in self._qualifiers.get(segment_id, {}).items()
        )

    def start(self) -> Move:
        """Return the move that ST makes."""
        root = self.guide.root
        return Move(self.station(root.first), root.first, root.bit, 0, (), OPENS, root)

    def pack(self, every: Iterable[Move]) -> Moves:
        """Arrange moves, nearest first, by segment id and qualifier."""
        found: dict[str, list[Move]] = {}
        for move in every:
            found.setdefault(move.node.segment_id, []).append(move)
        return {segment_id: self._chosen(segment_id, moves) for segment_id, moves in found.items()}

    def _chosen(self, segment_id: str, moves: list[Move]) -> Move | Choice | dict[str, Move]:
        """Pack the moves of a segment id so that the usual ones need the least work.

        A qualifier that is the same all over the guide chooses nothing: a wrong one is an element's fault.
        """
        if len({node.selector for node in self._nodes[segment_id]}) == 1 or moves[0].node.selector is None:
            return moves[0]
        choice = Choice(self.delimiters)
        for move in moves:
            if move.node.selector is not None:
                choice.add(move.node.selector, move)
        if choice.by_value.keys() == {(1, 0)}:
            return choice.by_value[1, 0]
        return choice

    def moves_from(self, node: SegmentNode) -> Iterator[Move]:
        """Go through the moves from a node: within its loop, then up through the loops around it."""
        for loop, at, closes in levels_from(node):
            for child in loop.children:
                if child.rank >= at.rank and child.usage != "N" and not _is_trigger(child):
                    yield self.move_to(child, _needed(loop, at, child.rank), closes)

    def look_up(self, moves: Moves, segment_id: str, text: str) -> Move | None:
        """Return the move that a segment makes, None if it has none; what the walk's own loop does, for others."""
        found = moves.get(segment_id)
        if isinstance(found, dict):
            return found.get(selecting_value(text, 1, 0, self.delimiters))
        return found.pick(text) if isinstance(found, Choice) else found

    def move_to(self, child: Child, needs: int, closes: tuple[int, ...]) -> Move:
        """Return the move to a child of an open loop."""
        node = triggers(child)
        return Move(self.station(node), node, child.bit, needs, closes, _opening(child, node), child)


@lru_cache(maxsize=32)
def tables_of(guide: Guide, delimiters: Delimiters) -> GuideTables:
    """Return the tables of a guide for the delimiters of an interchange, made once for all its sets and later ones."""
    return GuideTables(guide, delimiters)


def levels_from(node: SegmentNode) -> Iterator[tuple[LoopNode, Child, tuple[int, ...]]]:
    """Go up from a node: each open loop, its child on the way, and what is still required in the loops left behind."""
    at: Child = node
    closes: tuple[int, ...] = ()
    for loop in node.loop.ancestors():
        yield loop, at, closes
        closes = (*closes, _needed(loop, at, None))
        at = loop


def _is_trigger(child: Child) -> bool:
    return isinstance(child, SegmentNode) and child.starts_loop


def _opening(child: Child, node: SegmentNode) -> int:
    if not isinstance(child, LoopNode):
        return STAYS
    if node.segment_id == "HL":
        return OPENS_LEVEL
    return OPENS_NUMBERED if any(rule.rises for rule in node.elements) else OPENS


def _needed(loop: LoopNode, at: Child, before: int | None) -> int:
    """Return the bits of what is required in a loop from a child that was seen up to a rank, or to the end."""
    return sum(
        child.bit
        for child in loop.children
        if child.usage == "R"
        and child is not at
        and not _is_trigger(child)
        and child.rank >= at.rank
        and (before is None or child.rank < before)
    )

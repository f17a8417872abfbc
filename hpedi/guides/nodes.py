"""An implementation guide as a tree: loops, their segments, and the rules of each element.

Nothing here reads a file or walks a set; `load` makes the tree and `moves` compiles it. Loops that only wrap tables
(HEADER, DETAIL, FOOTER) are no loops here: what stands in them belongs to the transaction set itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

UNLIMITED: Final = 0
"""The repeat of a node that may repeat without end (`>1` in a map)."""

_MOST_NUMBERED: Final = 999_999
"""What an unlimited loop with numbered instances may hold: LX01 has at most six digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementRule:
    """What a guide says of one element, composite or component.

    Attributes:
        position: In its segment or composite, from 1.
        id: NM108, or SV101-02 for a component.
        data_element: Its number in the X12 dictionary, for IK402.
        name: What the guide calls it.
        usage: R required, S situational, N not used.
        type: AN, ID, N0 ... R, DT, TM, B; empty for a composite.
        min_length: Fewest characters (N and R: digits).
        max_length: Most of them.
        codes: Codes allowed, those of an external set included; None if any value is.
        code_set: Name of the external code set, if it has one.
        pattern: What the whole value must match, if the guide says so.
        repeat: How often it may stand, divided by repetition separators.
        components: Those of a composite.
        rises: Whether its number rises by one from 1 in each instance of the loop around its own.
    """

    position: int
    id: str
    data_element: str
    name: str
    usage: str
    type: str = ""
    min_length: int = 1
    max_length: int = 1
    codes: frozenset[str] | None = None
    code_set: str = ""
    pattern: re.Pattern[str] | None = None
    repeat: int = 1
    components: tuple[ElementRule, ...] = ()
    is_composite: bool = False
    rises: bool = False


@dataclass(frozen=True, slots=True)
class SyntaxRule:
    """A condition between elements of a segment (X12.6): P paired, R required, E exclusion, C conditional, L list."""

    kind: str
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Selector:
    """Which value chooses a segment among its siblings, and the codes that choose it."""

    element: int
    component: int
    codes: frozenset[str]


@dataclass(slots=True, eq=False, kw_only=True)
class Child:
    """What loops and segments have in common as parts of a loop; `number_children` gives what an instance counts with.

    Attributes:
        path: Loop ids and segment from the top, for example 2000A/2010AA/REF[EI|SY]; wrappers left out.
        loop_id: Its loop, or itself if it is one; HEADER, DETAIL or FOOTER outside any.
        name: What the guide calls it.
        usage: R, S or N.
        repeat: How often it may stand in an instance of its loop; `UNLIMITED`.
        rank: Its place in its loop; equal ranks may come in any order.
        parent: The loop it stands in; None for the transaction set itself.
        bit: Set in the instance's number once it was seen.
        unit: Added to that number for each further one, if its repeats are limited to more than one.
        counter: The bits that `unit` counts in.
        full: What they hold when no further one is allowed; -1 if it is unlimited.
    """

    path: str
    loop_id: str
    name: str
    usage: str
    repeat: int
    rank: int = 0
    parent: LoopNode | None
    bit: int = 1
    unit: int = 0
    counter: int = 0
    full: int = 0

    def ordinal(self, seen: int) -> int:
        """Say how many of it an instance of its loop has seen; only known where repeats are limited."""
        repeats = (seen & self.counter) // self.unit if self.unit else 0
        return repeats + 1 if seen & self.bit else 0

    def is_full(self, seen: int) -> bool:
        """Say whether an instance of its loop that has seen this much may hold no further one."""
        return bool(seen & self.bit) and self.full >= 0 and (seen & self.counter) >= self.full


@dataclass(slots=True, eq=False, kw_only=True)
class SegmentNode(Child):
    """A segment at one place of a guide; compared by identity.

    Attributes:
        segment_id: For example NM1.
        starts_loop: Whether it is the first segment of its loop.
        elements: Rules by position; positions the guide does not list are not used.
        syntax: Conditions between elements.
        selector: What tells it from siblings of the same id; None if nothing does.
    """

    segment_id: str
    starts_loop: bool
    elements: tuple[ElementRule, ...]
    syntax: tuple[SyntaxRule, ...]
    selector: Selector | None

    @property
    def loop(self) -> LoopNode:
        """The loop it stands in."""
        if self.parent is None:
            raise TypeError("a segment stands in a loop")
        return self.parent

    def __repr__(self) -> str:
        """Show its path."""
        return f"<SegmentNode {self.path}>"


@dataclass(slots=True, eq=False, kw_only=True)
class LoopNode(Child):
    """A loop of a guide; its first child is the segment that starts it."""

    children: list[Child] = field(default_factory=list)

    @property
    def first(self) -> SegmentNode:
        """The segment that starts the loop."""
        first = self.children[0]
        if not isinstance(first, SegmentNode):
            raise TypeError(f"loop {self.path} does not start with a segment")
        return first

    def segments(self) -> Iterator[SegmentNode]:
        """Go through the segments of the loop and of those inside it, in order."""
        for child in self.children:
            if isinstance(child, LoopNode):
                yield from child.segments()
            elif isinstance(child, SegmentNode):
                yield child

    def ancestors(self) -> Iterator[LoopNode]:
        """Go through the loop and those around it, innermost first."""
        loop: LoopNode | None = self
        while loop is not None:
            yield loop
            loop = loop.parent

    def __repr__(self) -> str:
        """Show its path."""
        return f"<LoopNode {self.path}>"


def triggers(child: Child) -> SegmentNode:
    """Return the segment that a child of a loop begins with: itself, or the first of a loop."""
    if isinstance(child, LoopNode):
        return child.first
    if isinstance(child, SegmentNode):
        return child
    raise TypeError("a child is a loop or a segment")


def number_children(loop: LoopNode, positions: list[tuple[int, ...]]) -> None:
    """Give a loop's children their rank and their bits.

    An instance of a loop is one integer: a bit for each child, set when it was seen, and above those a small counter
    for each child whose repeats are limited to more than one.

    Args:
        loop: Its children are complete.
        positions: The place of each child in the map, in the same order.
    """
    ranks = {position: rank for rank, position in enumerate(sorted(set(positions)))}
    shift = len(loop.children)
    for index, (child, position) in enumerate(zip(loop.children, positions, strict=True)):
        child.rank = ranks[position]
        child.bit = 1 << index
        numbered = isinstance(child, LoopNode) and any(rule.rises for rule in child.first.elements)
        repeat = _MOST_NUMBERED if numbered and child.repeat == UNLIMITED else child.repeat
        if repeat == UNLIMITED:
            child.full = -1
        elif repeat > 1:
            width = repeat.bit_length()
            child.unit = 1 << shift
            child.counter = ((1 << width) - 1) << shift
            child.full = (repeat - 1) << shift
            shift += width

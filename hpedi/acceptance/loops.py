"""The loop instances of a transaction set as its checks see them: segments by id and qualifier, loops in and around.

The model only: `loop_tree` builds it while the set is walked. Loops that repeat without end and claims are dropped from
the loop around them once they were checked; sums over them are kept with `LoopInstance.add`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from hpedi.guides.nodes import LoopNode, SegmentNode
from hpedi.x12.events import Delimiters, SegmentBatch

_NOTHING: Final = Decimal(0)


class Frame:
    """What the segments of a batch have in common: the batch they were read in and their delimiters."""

    __slots__ = ("batch", "delimiters")

    def __init__(self, batch: SegmentBatch, delimiters: Delimiters) -> None:
        """Keep both."""
        self.batch = batch
        self.delimiters = delimiters


class Segment:
    """A placed segment.

    Attributes:
        node: Its place in the guide.
        position: In the transaction set, ST being 1.
        elements: Its id and its elements as sent.
    """

    __slots__ = ("_frame", "elements", "node", "position")

    def __init__(self, node: SegmentNode, position: int, text: str, frame: Frame) -> None:
        """Take it as it was placed."""
        self.node = node
        self.position = position
        self.elements = text.split(frame.delimiters.element)
        self._frame = frame

    @property
    def text(self) -> str:
        """The segment without terminator."""
        return self._frame.delimiters.element.join(self.elements)

    @property
    def byte_offset(self) -> int | None:
        """Of its first byte in the file, where it is known."""
        batch = self._frame.batch
        return batch.byte_offset(self.position - batch.first_position)

    def value(self, element: int, component: int | None = None) -> str:
        """Return an element, repetitions and all, or a component of it; "" where there is none."""
        elements = self.elements
        if element >= len(elements):
            return ""
        if component is None:
            return elements[element]
        components = elements[element].split(self._frame.delimiters.component)
        return components[component - 1] if component <= len(components) else ""

    def values(self, element: int) -> list[str]:
        """Return the repetitions of an element; none where it is empty."""
        value, separator = self.value(element), self._frame.delimiters.repetition
        if not value:
            return []
        return value.split(separator) if separator else [value]

    def components(self, element: int) -> list[str]:
        """Return the components of an element that does not repeat; none where it is empty."""
        value = self.value(element)
        return value.split(self._frame.delimiters.component) if value else []

    @property
    def qualifier(self) -> str:
        """The value that tells it from siblings of its id: what its node is selected by, else its first element."""
        selector = self.node.selector
        if selector is None:
            return self.value(1)
        return self.value(selector.element, selector.component or None)

    def __repr__(self) -> str:
        """Show its place, never its values."""
        return f"<Segment {self.position} {self.node.path}>"


class LoopInstance:
    """One instance of a loop; the root is the transaction set itself.

    Attributes:
        node: The loop in the guide.
        parent: The instance around it; None for the root.
        segments: Its own segments, in order.
        children: The instances in it that are kept.
        seen: The bits (`Child.bit`) of what was seen in it, dropped instances included.
        is_cut: Whether parts of it are not here, or not known to be its own: neither it nor what it holds is judged.
        lacks_parts: Whether a dropped instance in it was cut: its sums are not judged.
    """

    __slots__ = ("_totals", "children", "is_cut", "is_settled", "lacks_parts", "node", "parent", "seen", "segments")

    def __init__(self, node: LoopNode, parent: LoopInstance | None) -> None:
        """Begin an instance."""
        self.node = node
        self.parent = parent
        self.segments: list[Segment] = []
        self.children: list[LoopInstance] = []
        self.seen = 0
        self.is_cut: bool = parent is not None and parent.is_cut
        self.is_settled = self.lacks_parts = False
        self._totals: dict[str, Decimal] | None = None

    @property
    def loop_id(self) -> str:
        """Its id in the guide, for example 2010AA."""
        return self.node.loop_id

    @property
    def root(self) -> LoopInstance:
        """The transaction set it stands in."""
        loop = self
        while loop.parent is not None:
            loop = loop.parent
        return loop

    @property
    def trigger(self) -> Segment:
        """Its first segment, or the nearest one around it where it has none.

        Raises:
            LookupError: Not even the transaction set has one: a bug.
        """
        loop: LoopInstance | None = self
        while loop is not None:
            if loop.segments:
                return loop.segments[0]
            loop = loop.parent
        raise LookupError("a transaction set without segments is not checked")

    def segments_of(self, segment_id: str, *qualifiers: str) -> list[Segment]:
        """Return its own segments of an id, those with one of the qualifiers only where there are any."""
        return [
            segment
            for segment in self.segments
            if segment.node.segment_id == segment_id and (not qualifiers or segment.qualifier in qualifiers)
        ]

    def first(self, segment_id: str, *qualifiers: str) -> Segment | None:
        """Return the first of `segments_of`; None if there is none."""
        for segment in self.segments:
            if segment.node.segment_id == segment_id and (not qualifiers or segment.qualifier in qualifiers):
                return segment
        return None

    def loops(self, loop_id: str) -> list[LoopInstance]:
        """Return the kept instances of a loop directly in it."""
        return [child for child in self.children if child.node.loop_id == loop_id]

    def around(self, loop_id: str) -> LoopInstance | None:
        """Return itself or the nearest instance around it that has the id; None if there is none."""
        loop: LoopInstance | None = self
        while loop is not None and loop.node.loop_id != loop_id:
            loop = loop.parent
        return loop

    def within(self) -> Iterator[LoopInstance]:
        """Go through the kept instances in it at any depth, in order."""
        for child in self.children:
            yield child
            yield from child.within()

    def add(self, name: str, amount: Decimal) -> None:
        """Add to a running sum of this instance."""
        if self._totals is None:
            self._totals = {}
        self._totals[name] = self._totals.get(name, _NOTHING) + amount

    def total(self, name: str) -> Decimal:
        """Return a running sum; 0 where nothing was added."""
        return _NOTHING if self._totals is None else self._totals.get(name, _NOTHING)

    def cut(self) -> None:
        """Note that it cannot be judged whole; what is opened in it later knows from the start."""
        if self.is_cut:
            return
        self.is_cut = True
        for child in self.within():
            child.is_cut = True
        around = self.parent
        while around is not None:
            around.lacks_parts = True
            around = around.parent

    def __repr__(self) -> str:
        """Show its path."""
        return f"<LoopInstance {self.node.path or 'set'}>"


class Spot(NamedTuple):
    """Where a check fails.

    Attributes:
        segment: The segment at fault.
        element: Position of the element in it, if one is at fault.
        component: Position of the component.
        message: What is wrong and what to do, without any value; empty for what the rule's row says.
        trigger: The segment that makes the rule apply; None for what the rule's row says.
    """

    segment: Segment
    element: int | None = None
    component: int | None = None
    message: str = ""
    trigger: Segment | None = None

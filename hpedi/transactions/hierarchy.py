"""The hierarchical levels (HL) of a set, gathered from placed segments: what 270 and 276 are read from.

A level keeps its own segments in order, the details in it (benefit questions, claims) and the levels below it. Which
loops are levels and which are details is told by the reader of the set; nothing here knows a transaction set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from hpedi.guides.walk import PlacedBatch
from hpedi.x12.events import Delimiters
from hpedi.x12.segment import split_elements

Elements: TypeAlias = list[str]
"""A segment's id and elements."""

HEADER: Final = "HEADER"


def at(elements: Elements, position: int) -> str:
    """Return an element of a segment; empty where it was left out."""
    return elements[position] if position < len(elements) else ""


@dataclass(slots=True)
class Part:
    """Segments that belong together, in order.

    Attributes:
        loop: The loop that began it.
        segments: Its segments.
    """

    loop: str
    segments: list[Elements] = field(default_factory=list)

    def all(self, segment_id: str) -> Iterator[Elements]:
        """Yield the segments of an id."""
        return (each for each in self.segments if each[0] == segment_id)

    def first(self, segment_id: str) -> Elements:
        """Return the first segment of an id; an empty one where there is none."""
        return next(self.all(segment_id), [segment_id])


@dataclass(slots=True)
class HierarchyLevel(Part):
    """A level (HL).

    Attributes:
        details: The details in it, in order.
        below: The levels below it, in order.
    """

    details: list[Part] = field(default_factory=list)
    below: list[HierarchyLevel] = field(default_factory=list)


class HierarchyReader:
    """Gathers the levels of one transaction set, batch by batch."""

    def __init__(self, delimiters: Delimiters, depths: Mapping[str, int], details: frozenset[str]) -> None:
        """Begin a set.

        Args:
            delimiters: Those of the interchange.
            depths: How deep the loops of levels lie: 0 for those at the top.
            details: The loops of details.
        """
        self.delimiters = delimiters
        self.header = Part(HEADER)
        self.levels: list[HierarchyLevel] = []
        self._depths = depths
        self._details = details
        self._open: list[HierarchyLevel] = []
        self._part: Part = self.header

    def read(self, placed: PlacedBatch) -> None:
        """Take the next placed segments; one that has no place in the guide is passed over."""
        for node, text in zip(placed.nodes, placed.texts, strict=True):
            if node is None:
                continue
            if node.starts_loop and node.loop_id in self._depths:
                self._part = self._begin_level(node.loop_id)
            elif node.starts_loop and node.loop_id in self._details and self._open:
                self._part = Part(node.loop_id)
                self._open[-1].details.append(self._part)
            self._part.segments.append(split_elements(text, self.delimiters))

    def _begin_level(self, loop: str) -> HierarchyLevel:
        """Open a level below the last one that lies less deep."""
        level = HierarchyLevel(loop)
        self._open = [each for each in self._open if self._depths[each.loop] < self._depths[loop]]
        (self._open[-1].below if self._open else self.levels).append(level)
        self._open.append(level)
        return level

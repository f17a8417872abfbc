"""The levels that are open around a unit: each in the tree, or kept as it stands because nothing asked for it yet."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Final

from hpedi.acceptance.checks.screen import Around
from hpedi.acceptance.loop_tree import Stretch
from hpedi.acceptance.loops import LoopInstance
from hpedi.guides.nodes import LoopNode, SegmentNode


class Level(Around):
    """An open level.

    Attributes:
        above: The level that it stands in; None for the outermost.
        loop: Its loop; the transaction set for the outermost.
        number: Stands for its key in the keys of what is in it; None where that is not known.
        stretch: Its own segments.
        instance: It in the tree; None while it is not there.
        remembered: What was gathered of its values; None while nothing was.
        seen: The bits of what was passed over in it.
        kept: Running sums that wait until it is in the tree; None for none.
    """

    __slots__ = ("above", "instance", "kept", "loop", "number", "remembered", "seen", "stretch")

    def __init__(
        self, loop: LoopNode, above: Level | None, number: int | None, stretch: Stretch, instance: LoopInstance | None
    ) -> None:
        """Open it."""
        self.loop = loop
        self.number = number
        self.stretch = stretch
        self.instance = instance
        self.seen = 0
        self.above = above
        self.kept: list[tuple[str, Decimal]] | None = None
        self.remembered: dict[object, frozenset[str]] | None = None

    def passed_over(self, loop: LoopNode) -> None:
        """Note that a unit stands in it."""
        if self.instance is None:
            self.seen |= loop.bit
        else:
            self.instance.seen |= loop.bit

    def enter_tree(self, instance: LoopInstance) -> None:
        """Take what stands for it in the tree; its own part is known to be right."""
        self.instance = instance
        instance.seen |= self.seen
        for name, number in self.kept or ():
            instance.add(name, number)
        self.kept = None

    def _up(self, up: int) -> Level:
        level = self  # -1 never comes to 0: it ends at the transaction set
        while level.above is not None and up:
            level, up = level.above, up - 1
        return level

    def values(self, nodes: frozenset[SegmentNode], element: int) -> frozenset[str]:
        """Return an element of all segments of some nodes in it and the levels around."""
        loops = _loops_around(nodes)
        return self.gathered_values((nodes, element), element, loops.__contains__, nodes.__contains__)

    def found(self, segment_id: str, loop_id: str, element: int) -> frozenset[str]:
        """Return an element of all segments of an id in a loop of it or of the levels around."""
        level: Level | None = self
        while level is not None and not _holds(level.loop, loop_id):
            level = level.above
        if level is None:
            return _NO_VALUES
        key = (segment_id, loop_id, element)
        gathered = None if level.remembered is None else level.remembered.get(key)
        if gathered is not None:
            return gathered

        def is_asked(node: SegmentNode | None) -> bool:
            return node is not None and node.segment_id == segment_id and node.loop_id == loop_id

        return level.gathered_values(key, element, lambda loop: _holds(loop, loop_id), is_asked)

    def gathered_values(
        self,
        key: object,
        element: int,
        may_hold: Callable[[LoopNode], bool],
        is_asked: Callable[[SegmentNode | None], bool],
    ) -> frozenset[str]:
        """Return values of the levels that may hold them; remembered by the innermost of these."""
        level: Level | None = self
        while level is not None and not may_hold(level.loop):
            level = level.above
        if level is None:
            return _NO_VALUES
        known = level.remembered
        if known is None:
            known = level.remembered = {}
        gathered = known.get(key)
        if gathered is None:
            separator = level.stretch.frame.delimiters.element
            cuts = [
                text.split(separator)
                for node, text in zip(level.stretch.nodes, level.stretch.texts, strict=True)
                if is_asked(node)
            ]
            own = frozenset(cut[element] for cut in cuts if element < len(cut)) - {""}
            above = _NO_VALUES if level.above is None else level.above.gathered_values(key, element, may_hold, is_asked)
            gathered = known[key] = own | above
        return gathered

    def add(self, up: int, name: str, number: Decimal) -> None:
        """Add to a running sum of the level so many levels up; -1 is the transaction set."""
        level = self._up(up)
        if level.instance is not None:
            level.instance.add(name, number)
        elif level.kept is None:
            level.kept = [(name, number)]
        else:
            level.kept.append((name, number))

    def total(self, up: int, name: str) -> Decimal:
        """Return a running sum."""
        level = self._up(up)
        if level.instance is not None:
            return level.instance.total(name)
        return sum((number for each, number in level.kept or () if each == name), Decimal(0))

    def loop_id(self, up: int) -> str:
        """Return the loop of a level."""
        return self._up(up).loop.loop_id

    def value(self, up: int, segment_id: str, element: int) -> str:
        """Return an element of the first segment of an id in a level; "" where there is none."""
        stretch = self._up(up).stretch
        for node, text in zip(stretch.nodes, stretch.texts, strict=True):
            if node is not None and node.segment_id == segment_id:
                return [*text.split(stretch.frame.delimiters.element), *[""] * element][element]
        return ""


_NO_VALUES: Final[frozenset[str]] = frozenset()


@lru_cache(maxsize=1024)
def _holds(loop: LoopNode, loop_id: str) -> bool:
    """Say whether a loop has an id, or holds one that has it."""
    return any(node.loop_id == loop_id for node in loop.segments())


@lru_cache(maxsize=1024)
def _loops_around(nodes: frozenset[SegmentNode]) -> frozenset[LoopNode]:
    return frozenset(loop for node in nodes for loop in node.loop.ancestors())

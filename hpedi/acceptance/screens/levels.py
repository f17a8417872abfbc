"""The levels that are open around a unit: each in the tree, or kept as it stands because nothing asked for it yet."""

from __future__ import annotations

from decimal import Decimal

from hpedi.acceptance.loop_tree import Stretch
from hpedi.acceptance.loops import LoopInstance
from hpedi.acceptance.rules.paths import Path
from hpedi.acceptance.screens.flat_checks import Around
from hpedi.guides.nodes import LoopNode


class Level(Around):
    """An open level.

    Attributes:
        above: The level that it stands in; None for the outermost.
        loop: Its loop; the transaction set for the outermost.
        number: Stands for its key in the keys of what is in it; None where that is not known.
        stretch: Its own segments.
        instance: It in the tree; None while it is not there.
        seen: The bits of what was passed over in it.
        kept: Running sums that wait until it is in the tree.
    """

    __slots__ = ("_found", "_values", "above", "instance", "kept", "loop", "number", "seen", "stretch")

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
        self.kept: list[tuple[str, Decimal]] = []
        self._values: dict[Path, frozenset[str]] = {}
        self._found: dict[tuple[str, str, int], frozenset[str]] = {}

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
        for name, number in self.kept:
            instance.add(name, number)
        self.kept.clear()

    def _up(self, up: int) -> Level:
        level = self
        while level.above is not None and up:
            level, up = level.above, up - 1
        return level

    def values(self, path: Path) -> frozenset[str]:
        """Return what a path finds in it and the levels around."""
        found = self._values.get(path)
        if found is None:
            own = frozenset(self._own_values(path))
            found = self._values[path] = own if self.above is None else own | self.above.values(path)
        return found

    def found(self, segment_id: str, loop_id: str, element: int) -> frozenset[str]:
        """Return an element of all segments of an id in a loop of it or of the levels around."""
        place = (segment_id, loop_id, element)
        found = self._found.get(place)
        if found is None:
            separator = self.stretch.frame.delimiters.element
            cuts = [
                text.split(separator)
                for node, text in zip(self.stretch.nodes, self.stretch.texts, strict=True)
                if node is not None and node.segment_id == segment_id and node.loop_id == loop_id
            ]
            own = frozenset(cut[element] for cut in cuts if element < len(cut)) - {""}
            above = frozenset() if self.above is None else self.above.found(*place)
            found = self._found[place] = own | above
        return found

    def _own_values(self, path: Path) -> list[str]:
        separator = self.stretch.frame.delimiters.element
        element = path.element or 0
        cuts = [
            text.split(separator)
            for node, text in zip(self.stretch.nodes, self.stretch.texts, strict=True)
            if node in path.nodes
        ]
        return [cut[element] for cut in cuts if element < len(cut)]

    def add(self, up: int, name: str, number: Decimal) -> None:
        """Add to a running sum of the level so many levels up; -1 is the transaction set."""
        level = self._up(up)
        if level.instance is None:
            level.kept.append((name, number))
        else:
            level.instance.add(name, number)

    def total(self, up: int, name: str) -> Decimal:
        """Return a running sum."""
        level = self._up(up)
        kept = sum((number for each, number in level.kept if each == name), Decimal(0))
        return kept if level.instance is None else level.instance.total(name)

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

"""Numbers that tie a transaction set together: the HL tree and the lines of a loop.

HL01 rises by one from 1 through the set, HL02 names the HL01 of the level around, HL04 says whether levels follow
inside; the first element of a numbered loop (LX01 of an 837, by overlay) rises by one from 1 in each loop around it.
After a wrong number the count goes on from either, so that one mistake is told once.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hpedi.guides.nodes import Child, LoopNode, SegmentNode
from hpedi.guides.standing import Standing
from hpedi.guides.values import Alphabet, value_fault
from hpedi.x12.events import SegmentBatch

_LEVEL: Final = "HL"
_LEVEL_VALUES: Final = 5
_NO_CHILDREN: Final = "0"
_CHILDREN: Final = "1"
_MOST_DIGITS: Final = 12


class Level(NamedTuple):
    """An HL of the tree that is still open.

    Attributes:
        depth: Of its loop in the walk.
        number: HL01 as sent; empty if the HL itself was missing.
        meant: HL01 as it should be: levels inside may name it by either.
        child_code: HL04 as sent.
        node: Its node.
        batch: Where it stands.
        at: Where it stands in that.
    """

    depth: int
    number: str
    meant: str
    child_code: str
    node: SegmentNode | None = None
    batch: SegmentBatch | None = None
    at: int = 0


class Numbering:
    """Checks the numbers of one transaction set."""

    def __init__(self, walk: Standing) -> None:
        """Start before the first HL."""
        self.levels: list[Level] = []
        self._walk = walk
        self._separator = walk.tables.delimiters.element
        self._count = 0
        self._last_number = 0
        self._last: Level | None = None
        self._line_shift = 0

    def check(self, index: int, text: str, node: SegmentNode) -> None:
        """Check the segment that has just opened a loop.

        Findings:
            hl-id, hl-parent, hl-child-code, line-number.
        """
        values = text.split(self._separator)
        if node.segment_id == _LEVEL:
            _, number, parent, _, child_code, *_ = values if len(values) == _LEVEL_VALUES else [*values, "", "", "", ""]
            self._check_level(index, node, number=number, parent=parent, child_code=child_code)
        elif len(values) > 1:
            self._check_line(index, node.loop, values[1])

    def imply_level(self) -> None:
        """Count an HL that is missing although its segments are there."""
        self._enter(Level(len(self._walk.outer), "", "", ""))
        self._count += 1

    def close(self) -> None:
        """Check the last HL at the end of the set."""
        self._check_child_code(has_children=False)

    def parent_at(self, depth: int) -> str:
        """Return HL01 of the innermost level open at a depth; empty outside any."""
        return next((level.number for level in reversed(self.levels) if level.depth <= depth), "")

    def _check_level(self, index: int, node: SegmentNode, *, number: str, parent: str, child_code: str) -> None:
        """Check HL01, HL02 and the HL04 of the level before; a level that counts on from it is known at once."""
        walk, depth, last = self._walk, len(self._walk.outer), self._last
        if last is not None and last.child_code == (_NO_CHILDREN if last.depth < depth else _CHILDREN):
            self._check_child_code(has_children=last.depth < depth)
        self._count += 1
        counted = str(self._count)
        meant = number if number == str(self._last_number + 1) else counted
        self._enter(Level(depth, number, meant, child_code, node, walk.batch, index))
        above = self.levels[-2] if len(self.levels) > 1 else None
        if above is not None and parent != above.number and parent and above.number and parent != above.meant:
            walk.add("hl-parent", index, node, element=2, data_element="734")
        if number == counted:
            self._last_number = self._count
        else:
            self._check_number(index, node, number)

    def _check_number(self, index: int, node: SegmentNode, number: str) -> None:
        walk = self._walk
        if number.isdecimal() and len(number) <= _MOST_DIGITS:
            if int(number) not in (self._count, self._last_number + 1):
                walk.add("hl-id", index, node, element=1, data_element="628")
            self._last_number = int(number)
        elif number and not value_fault(node.elements[0], number, "", Alphabet.of(walk.tables.delimiters)):
            walk.add("hl-id", index, node, element=1, data_element="628")

    def _enter(self, level: Level) -> None:
        levels = self.levels
        while levels and levels[-1].depth >= level.depth:
            levels.pop()
        levels.append(level)
        self._last = level

    def _check_child_code(self, *, has_children: bool) -> None:
        last = self._last
        if last is None or last.node is None or last.batch is None:
            return
        if last.child_code != (_NO_CHILDREN if has_children else _CHILDREN):
            return
        is_no_code = any(rule.codes and last.child_code not in rule.codes for rule in last.node.elements[3:4])
        lacks_level = any(child.usage == "R" and _is_level(child) for child in last.node.loop.children)
        if not is_no_code and (has_children or not lacks_level):
            self._walk.add("hl-child-code", last.at, last.node, last.batch, element=4, data_element="736")

    def _check_line(self, index: int, loop: LoopNode, number: str) -> None:
        around = self._walk.outer[-1]
        ordinal = loop.ordinal(around)
        if ordinal == 1:
            self._line_shift = 0
        if number == str(ordinal):
            return
        if loop.is_full(around) or not number.isdecimal() or len(number) > _MOST_DIGITS:
            return
        shift = int(number) - ordinal
        if shift not in (0, self._line_shift):
            self._walk.add("line-number", index, loop.first, element=1, data_element="554")
            self._line_shift = shift


def _is_level(child: Child) -> bool:
    return isinstance(child, LoopNode) and child.first.segment_id == "HL"

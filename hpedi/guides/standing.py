"""Where a walk stands in its guide: the open loops, what was seen in each, what is missing so far.

The walk itself, the way back after a misplaced segment and the numbering of levels all work on one `Standing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hpedi.finding_kinds import FINDING_KINDS, found
from hpedi.findings import Finding, Where
from hpedi.guides.element_checks import Fault
from hpedi.guides.moves import GuideTables, Move, Moves, Station
from hpedi.guides.nodes import Child, LoopNode, SegmentNode, triggers
from hpedi.x12.events import OffsetsOf, SegmentBatch

GUESSED: Final = 0
"""Noted in place of a child's bit: what is missing in a loop that was only guessed at is not told."""


class Standing:
    """The state of one walk. A loop instance is one number: a bit for each child seen, small counters above.

    Attributes:
        tables: The guide's tables.
        where: The place of the set: file, interchange, group and set.
        station: Where the last segment was placed.
        moves: Where the walk may go from there.
        seen: The number of the innermost open loop instance.
        outer: Those of the loops around it, outermost first.
        missing: What had to come and may still come, by depth and bit of the child.
        batch: The batch being walked.
        findings: What was found and not told yet.
    """

    def __init__(self, tables: GuideTables, where: Where) -> None:
        """Stand before the ST segment."""
        self.tables = tables
        self.where = where
        self.station = tables.station(tables.guide.root.first)
        self.moves: Moves = {"ST": tables.start()}
        self.seen = 0
        self.outer: list[int] = []
        self.missing: dict[tuple[int, int], Finding | None] = {}
        self.batch = SegmentBatch([], 1, OffsetsOf())
        self.findings: list[Finding] = []

    def add(
        self, code: str, index: int, node: Child, batch: SegmentBatch | None = None, **places: str | int | None
    ) -> None:
        """Add a finding of a kind about a node, at a segment of this batch or another."""
        self.findings.append(self.finding(code, index, node, batch, **places))

    def finding(
        self, code: str, index: int, node: Child, batch: SegmentBatch | None = None, **places: str | int | None
    ) -> Finding:
        """Make a finding about a node, naming it in the message."""
        kind = FINDING_KINDS[code]
        message = f"{node.path or node.loop_id} ({node.name}): {kind.title}. {kind.remedy}"
        return found(code, self.place_of(index, node, batch, **places), message)

    def place_of(self, index: int, node: Child, batch: SegmentBatch | None = None, **places: str | int | None) -> Where:
        """Return the place of a segment."""
        of, around = batch or self.batch, self.where
        return Where(
            file=around.file,
            interchange=around.interchange,
            group=around.group,
            transaction_set=around.transaction_set,
            segment_id=triggers(node).segment_id,
            segment=of.first_position + index,
            byte_offset=of.byte_offset(index),
            loop=node.loop_id,
            **places,  # type: ignore[arg-type]
        )

    def add_faults(self, index: int, node: SegmentNode, faults: Iterable[Fault]) -> None:
        """Add what is wrong with a segment's elements."""
        for fault in faults:
            where = self.place_of(
                index,
                node,
                element=fault.element,
                component=fault.component,
                repetition=fault.repetition,
                data_element=fault.data_element,
            )
            self.findings.append(found(fault.code, where, f"{node.path}: {fault.message}", bad_code=fault.bad_code))

    def expect(self, index: int, here: Station, bits: int) -> int:
        """Note what had to come before a segment; told when its loop closes, for it may still come, out of order.

        Returns:
            The bits, to be counted as seen.
        """
        depth = len(self.outer)
        for child in _children_at(self.loop_at(here, depth), bits):
            self.missing[depth, child.bit] = self._lack(index, child)
        return bits

    def close_loop(self, index: int, here: Station, bits: int, move: Move) -> None:
        """Tell what is missing in the innermost loop, which a move is about to close.

        Nothing is, if the move only sends the loop's first segment once too often: that is told already.
        """
        depth = len(self.outer)
        noted = [key for key in self.missing if key[0] == depth]
        told = [self.missing.pop(key) for key in noted]
        self.findings += [finding for finding in told if finding is not None]
        sent_twice = move.node is here.node and move.child.is_full(self.outer[-1])
        if (depth, GUESSED) not in noted and not sent_twice:
            self.findings += [self._lack(index, child) for child in _children_at(self.loop_at(here, depth), bits)]

    def repeat(self, index: int, child: Child, seen: int) -> int:
        """Count a segment or loop once more; tell it if that is too often, unless another was only taken for it.

        Returns:
            What to add to the number of the loop instance.
        """
        if not child.is_full(seen):
            return child.unit
        noted = (len(self.outer), child.bit)
        if noted in self.missing:
            del self.missing[noted]
        else:
            self.add("loop-repeat" if isinstance(child, LoopNode) else "segment-repeat", index, child)
        return 0

    def loop_at(self, here: Station, depth: int) -> LoopNode:
        """Return the open loop at a depth, the transaction set being 1."""
        return list(here.node.loop.ancestors())[-depth]

    def _lack(self, index: int, child: Child) -> Finding:
        return self.finding("loop-missing" if isinstance(child, LoopNode) else "segment-missing", index, child)


def _children_at(loop: LoopNode, bits: int) -> list[Child]:
    return [child for child in loop.children if child.bit & bits]

"""One walk of a transaction set through its guide: each segment placed, and everything found on the way.

SNIP 1 and 2: usage, order and repeats of segments and loops, elements, the HL tree and line numbers. The walk reads no
envelope: control numbers and counts of ST and SE are `x12`'s. Findings carry positions, never values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from hpedi.finding_kinds import FINDING_KINDS, found
from hpedi.findings import Finding, Where
from hpedi.guides.element_checks import Fault
from hpedi.guides.load import Guide
from hpedi.guides.moves import OPENS, Choice, GuideTables, Move, Moves, Station, tables_of
from hpedi.guides.nodes import Child, LoopNode, SegmentNode, triggers
from hpedi.guides.numbering import Numbering
from hpedi.guides.recovery import GUESSED, Recovery
from hpedi.x12.events import Delimiters, OffsetsOf, SegmentBatch


@dataclass(slots=True)
class PlacedBatch:
    """A batch of segments with their places.

    Attributes:
        batch: As it was read.
        texts: Its segments' texts.
        nodes: The node of each; None for a segment that has no place in the guide.
        findings: What was found so far and not told before; nearly always about segments of this batch.
    """

    batch: SegmentBatch
    texts: list[str]
    nodes: list[SegmentNode | None]
    findings: list[Finding]


class SetWalk:
    """Walks one transaction set, batch by batch."""

    def __init__(
        self, guide: Guide, delimiters: Delimiters, where: Where, *, tables: GuideTables | None = None
    ) -> None:
        """Stand before the ST segment.

        Args:
            guide: The guide.
            delimiters: Of the interchange.
            where: The place of the set: file, interchange, group and set.
            tables: The guide's tables, if not the usual ones (for measuring).
        """
        self.tables = tables or tables_of(guide, delimiters)
        self.where = where
        self.station = self.tables.station(self.tables.guide.root.first)
        self.moves: Moves = {"ST": self.tables.start()}
        self.seen = 0
        self.outer: list[int] = []
        self.missing: dict[tuple[int, int], Finding | None] = {}
        self.batch = SegmentBatch([], 1, OffsetsOf())
        self.findings: list[Finding] = []
        self.numbering = Numbering(self)
        self._recovery = Recovery(self)

    def feed(self, batch: SegmentBatch) -> PlacedBatch:
        """Walk the next segments of the set."""
        nodes: list[SegmentNode | None] = []
        self.batch, self.findings = batch, []
        self._walk_through(batch.texts, self.tables.delimiters.element, nodes.append)
        return PlacedBatch(batch, batch.texts, nodes, self.findings)

    def _walk_through(  # noqa: C901  (see below)
        self, texts: list[str], separator: str, place: Callable[[SegmentNode | None], None]
    ) -> None:
        """Place segments: what happens to nearly every one in local variables here, whatever is rare in calls.

        Not cut into smaller functions, because a call for each segment would cost a tenth of the speed (benchmarks/).
        """
        here, seen, moves, outer, missing = self.station, self.seen, self.moves, self.outer, self.missing
        for index, text in enumerate(texts):
            segment_id, _, rest = text.partition(separator)
            move = moves.get(segment_id)
            if isinstance(move, dict):
                move = move.get(rest.partition(separator)[0])
            elif isinstance(move, Choice):
                move = move.pick(text)
            if move is None:
                self.station, self.seen, self.moves = here, seen, moves
                recovered = self._recovery.place(index, text, segment_id)
                here, seen, moves = self.station, self.seen, self.moves
                if not isinstance(recovered, Move):
                    place(recovered)
                    continue
                move = recovered
            station, node, bit, needs, closes, opens, child = move
            for required in closes:
                if required & ~seen or missing:
                    self.close_loop(index, here, required & ~seen, move)
                seen = outer.pop()
            if needs & ~seen:
                seen |= self.expect(index, here, needs & ~seen)
            if seen & bit:
                seen += self.repeat(index, child, seen)
            seen |= bit
            if opens:
                outer.append(seen)
                seen = 1
                if opens > OPENS:
                    self.numbering.check(index, text, node)
            if station.accepts(text) is None:
                self.add_faults(index, node, station.faults(text))
            place(node)
            here, moves = station, station.moves or station.derive()
        self.station, self.seen, self.moves = here, seen, moves

    def close(self) -> list[Finding]:
        """Return what is found at the end of the set, when its last batch was fed."""
        self.findings = []
        if self.station.node.segment_id == "SE":
            self.numbering.close()
        self._recovery.settle()
        self.findings += [finding for finding in self.missing.values() if finding is not None]
        self.missing.clear()
        return self.findings

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
        of = batch or self.batch
        return replace(
            self.where,
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


def walk_set(
    guide: Guide, delimiters: Delimiters, batches: Iterable[SegmentBatch], where: Where
) -> Iterator[PlacedBatch]:
    """Walk a whole transaction set; what is found at its end comes with an empty batch."""
    walk = SetWalk(guide, delimiters, where)
    for batch in batches:
        yield walk.feed(batch)
    yield PlacedBatch(SegmentBatch([], 1, OffsetsOf()), [], [], walk.close())


def _children_at(loop: LoopNode, bits: int) -> list[Child]:
    return [child for child in loop.children if child.bit & bits]

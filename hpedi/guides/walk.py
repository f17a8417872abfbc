"""One walk of a transaction set through its guide: each segment placed, and everything found on the way.

SNIP 1 and 2: usage, order and repeats of segments and loops, elements, the HL tree and line numbers. The walk reads no
envelope: control numbers and counts of ST and SE are `x12`'s. Findings carry positions, never values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hpedi.findings import Finding, Where
from hpedi.guides.load import Guide
from hpedi.guides.moves import OPENS, Choice, GuideTables, Move, Moves, Station, tables_of
from hpedi.guides.nodes import SegmentNode
from hpedi.guides.numbering import Numbering
from hpedi.guides.recovery import Recovery
from hpedi.guides.standing import Standing
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


class SetWalk(Standing):
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
        super().__init__(tables or tables_of(guide, delimiters), where)
        self._numbering = Numbering(self)
        self._recovery = Recovery(self, self._numbering)

    def feed(self, batch: SegmentBatch) -> PlacedBatch:
        """Walk the next segments of the set."""
        nodes: list[SegmentNode | None] = []
        self.batch, self.findings = batch, []
        self._walk_through(batch.texts, self.tables.delimiters.element, nodes.append)
        return PlacedBatch(batch, batch.texts, nodes, self.findings)

    def _walk_through(  # noqa: C901, PLR0912  (see below)
        self, texts: list[str], separator: str, place: Callable[[SegmentNode | None], None]
    ) -> None:
        """Place segments: what happens to nearly every one in local variables here, whatever is rare in calls.

        Not cut into smaller functions, because a call for each segment would cost a tenth of the speed (benchmarks/).
        """
        here, seen, moves, outer, missing = self.station, self.seen, self.moves, self.outer, self.missing
        check_number = self._numbering.check
        for index, text in enumerate(texts):
            segment_id, _, rest = text.partition(separator)
            found = moves.get(segment_id)
            move: Move | SegmentNode | None
            if type(found) is Move:  # most are; a test of identity, for `isinstance` takes long to say no
                move = found
            elif isinstance(found, dict):
                move = found.get(rest.partition(separator)[0])
            else:
                move = found.pick(text) if isinstance(found, Choice) else None
            if move is None:
                move, here, seen, moves = self._recovered(index, text, segment_id, (here, seen, moves))
                if not isinstance(move, Move):
                    place(move)
                    continue
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
                    check_number(index, text, node)
            if station.accepts(text) is None:
                self.add_faults(index, node, station.faults(text))
            place(node)
            here, moves = station, station.moves or station.derive()
        self.station, self.seen, self.moves = here, seen, moves

    def _recovered(
        self, index: int, text: str, segment_id: str, standing: tuple[Station, int, Moves]
    ) -> tuple[Move | SegmentNode | None, Station, int, Moves]:
        """Find a place for a segment that no move leads to; return its move or node, and where the walk stands then."""
        self.station, self.seen, self.moves = standing
        found = self._recovery.place(index, text, segment_id)
        return found, self.station, self.seen, self.moves

    def close(self) -> list[Finding]:
        """Return what is found at the end of the set, when its last batch was fed; the walk is over then."""
        self.findings = []
        if self.station.node.segment_id == "SE":
            self._numbering.close()
        self._recovery.settle()
        self.findings += [finding for finding in self.missing.values() if finding is not None]
        self.missing.clear()
        del self._numbering, self._recovery  # they hold the walk: without cycles all of it goes at once
        return self.findings


def walk_set(
    guide: Guide, delimiters: Delimiters, batches: Iterable[SegmentBatch], where: Where
) -> Iterator[PlacedBatch]:
    """Walk a whole transaction set; what is found at its end comes with an empty batch."""
    walk = SetWalk(guide, delimiters, where)
    for batch in batches:
        yield walk.feed(batch)
    yield PlacedBatch(SegmentBatch([], 1, OffsetsOf()), [], [], walk.close())

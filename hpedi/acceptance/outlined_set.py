"""One transaction set as pieces of an outline: walked by its guide, its claims checked, findings put to their segments.

Pieces are held back until what is found about them is known: at most one claim or some thousands of segments.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from hpedi.acceptance.loop_tree import TOLD_AFTERWARDS
from hpedi.acceptance.outline import Branch, BranchKind, OutlinedSegment, Piece
from hpedi.acceptance.set_reading import Known, SetReading
from hpedi.findings import Finding
from hpedi.guides.nodes import UNLIMITED, LoopNode, SegmentNode
from hpedi.guides.open_loops import loops_around, still_open
from hpedi.guides.walk import PlacedBatch
from hpedi.x12.events import Delimiters, SegmentBatch

_LONGEST_PIECE: Final = 2_000
_MOST_HELD: Final = 10_000
_CLAIM_STARTS: Final = frozenset({"CLM", "CLP"})


class OutlinedSet:
    """The transaction set under way."""

    def __init__(
        self,
        units: tuple[Branch, ...],
        delimiters: Delimiters,
        reading: SetReading | None,
    ) -> None:
        """Begin before its ST.

        Args:
            units: Interchange, group and set.
            delimiters: Of the interchange.
            reading: Reads it by its guide; without one its segments stand in no loop.
        """
        self._units = units
        self._delimiters = delimiters
        self._reading = reading
        self._open: list[tuple[LoopNode, Branch]] = []
        self._held: list[Piece] = []
        self._next = 1
        self._early: list[Finding] = []
        self._loose: list[Finding] = []

    def note(self, finding: Finding) -> None:
        """Put a finding to its segment: one that is held, or one still to come; else it is told where we are."""
        position = finding.where.segment
        if position is not None and finding.code in TOLD_AFTERWARDS:
            position = max(1, position - 1)
        if position is not None and position >= self._next:
            self._early.append(finding)
            return
        segment = None if position is None else self._held_segment(position)
        (self._loose if segment is None else segment.findings).append(finding)

    def take(self, batch: SegmentBatch) -> Iterator[Piece]:
        """Walk the next segments; yield the pieces about which all is known."""
        placed = PlacedBatch(batch, batch.texts, [None] * len(batch.texts), [])
        known = Known(placed=placed) if self._reading is None else self._reading.take(batch)
        nodes = placed.nodes if known.placed is None else known.placed.nodes
        for offset, (text, node) in enumerate(zip(batch.texts, nodes, strict=True)):
            self._add(text.split(self._delimiters.element), batch.first_position + offset, node)
        self._next = batch.first_position + len(batch.texts)
        early, self._early = self._early, []
        for finding in early:
            self.note(finding)
        self._note_all(known)
        yield from self._release(self._settled())

    def close(self) -> Iterator[Piece]:
        """Yield the rest when the set has ended."""
        if self._reading is not None:
            self._note_all(self._reading.close())
        self._loose += self._early
        if not self._held:
            self._held.append(Piece(self._units, self._delimiters))
        yield from self._release(len(self._held))

    def _note_all(self, known: Known) -> None:
        for finding in (*known.walked, *known.ruled, *known.of_set):
            self.note(finding)
        for claim in known.claims:
            for finding in claim.told_here:
                self.note(finding)

    def _add(self, elements: list[str], position: int, node: SegmentNode | None) -> None:
        """Add a segment to the piece of its loop, opening and closing loops as its node says."""
        if node is not None:
            self._enter(node, elements)
        chain = (*self._units, *(branch for _, branch in self._open))
        last = self._held[-1] if self._held else None
        if last is None or last.chain != chain or len(last.segments) >= _LONGEST_PIECE:
            last = Piece(chain, self._delimiters)
            self._held.append(last)
        last.segments.append(OutlinedSegment(elements, position, node))

    def _enter(self, node: SegmentNode, elements: list[str]) -> None:
        loops = loops_around(node)
        kept = still_open([loop for loop, _ in self._open], node)
        del self._open[kept:]
        for loop in loops[kept:]:
            is_claim = loop is node.loop and node.starts_loop and node.segment_id in _CLAIM_STARTS
            claim = (*elements, "")[1] if is_claim else None
            once = loop.repeat != UNLIMITED and loop.repeat == 1
            self._open.append((loop, Branch(BranchKind.LOOP, loop.loop_id, loop.name, once, claim)))

    def _held_segment(self, position: int) -> OutlinedSegment | None:
        after = bisect_right(self._held, position, key=lambda piece: piece.segments[0].position or 0)
        if not after:
            return None
        piece = self._held[after - 1]
        return piece.segments[position - (piece.segments[0].position or 0)]

    def _settled(self) -> int:
        """Return how many of the pieces held are known: all before the open claim, but never the last."""
        most = max(0, len(self._held) - 1)
        if sum(len(piece.segments) for piece in self._held) > _MOST_HELD:
            return most
        claim = next((branch for _, branch in self._open if branch.claim is not None), None)
        if claim is None or self._reading is None:
            return most
        return next((index for index, piece in enumerate(self._held) if claim in piece.chain), most)

    def _release(self, count: int) -> Iterator[Piece]:
        if count:
            self._held[count - 1].findings += self._loose
            self._loose = []
        released = self._held[:count]
        del self._held[:count]
        yield from released

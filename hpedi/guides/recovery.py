"""What to make of a segment that has no move: the walk goes on so that one mistake gives one finding.

In this order: its id is not the guide's; only its qualifier is wrong and one kind is possible here; it stands out of
order in an open loop; the segment that starts its loop is missing; else it is not expected here. Which of the last two
holds shows with the next segment: until then the finding is held back, and the segment is left without a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding
from hpedi.guides.moves import OPENS, STAYS, Move, Moves, levels_from, selecting_value
from hpedi.guides.nodes import Child, LoopNode, SegmentNode, triggers
from hpedi.guides.numbering import Numbering
from hpedi.guides.standing import GUESSED, Standing
from hpedi.x12.events import SegmentBatch

_LEVEL: Final = "HL"
_SEGMENT_IDS: Final = "segment_ids"
_ID_FORM: Final = re.compile("[A-Z][A-Z0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class _Guess:
    """A loop that would explain a segment, were the segment that starts it not missing.

    Attributes:
        opening: The move its first segment would have made.
        inside: The move that the segment then makes.
    """

    opening: Move
    inside: Move


@dataclass(frozen=True, slots=True)
class _Held:
    """A segment without a place, until the next one shows why.

    Attributes:
        index: Where it stands.
        batch: Where it stands.
        findings: What is told if no guess is right.
        guesses: Best first.
        followers: Segment ids that may follow it in a loop of its own; not told again.
    """

    index: int
    batch: SegmentBatch
    findings: tuple[Finding, ...]
    guesses: tuple[_Guess, ...]
    followers: frozenset[str]


class Recovery:
    """Finds the way back for one walk."""

    def __init__(self, walk: Standing, numbering: Numbering) -> None:
        """Hold nothing."""
        self._walk = walk
        self._numbering = numbering
        self._held: _Held | None = None

    def place(self, index: int, text: str, segment_id: str) -> Move | SegmentNode | None:
        """Place a segment that has no move, or that follows one.

        Returns:
            The move it makes; or its node, or nothing, if the walk stands already where it goes on.

        Findings:
            segment-unknown, segment-not-in-set, segment-unexpected, segment-out-of-order, segment-not-used,
            segment-missing.
        """
        held, walk = self._held, self._walk
        if held is not None:
            settled = self._settle_by(held, index, text, segment_id)
            if settled is not None or segment_id in held.followers:
                return settled
            self.settle()
        if not walk.tables.nodes(segment_id):
            self._tell_foreign(index, segment_id)
            return None
        move = self._misqualified(text, segment_id)
        if move is not None:
            return self._take_for(move, index, text)
        node = self._out_of_order(index, text, segment_id)
        if node is not None:
            return node
        guesses = self._guesses(text, segment_id)
        move = None if any(not guess.inside.needs for guess in guesses) else self._mistaken(text, segment_id)
        if move is not None:
            return self._take_for(move, index, text)
        self._hold(index, segment_id, guesses)
        return None

    def settle(self) -> None:
        """Tell what was held back: nothing explained it."""
        if self._held is not None:
            self._walk.findings += self._held.findings
            self._held = None
            self._walk.moves = self._moves_here()

    def _every_move(self) -> tuple[Move, ...]:
        self._moves_here()
        return self._walk.station.every

    def _moves_here(self) -> Moves:
        return self._walk.station.moves_from_here()

    # --- the segment after an unplaced one -------------------------------------------------------------------------

    def _settle_by(self, held: _Held, index: int, text: str, segment_id: str) -> Move | SegmentNode | None:
        """Decide by the next segment what the one held back was."""
        ordinary = self._walk.tables.look_up(self._moves_here(), segment_id, text)
        fits = ordinary is not None and not self._is_full(ordinary)
        for guess in held.guesses:
            if ordinary is not None and fits and ordinary.child is guess.opening.child:
                return self._follow_late(held, guess, ordinary, index, text)
            after = self._walk.tables.look_up(guess.inside.station.moves_from_here(), segment_id, text)
            stays_inside = after is not None and len(after.closes) <= (guess.inside.opens != STAYS)
            if after is not None and (self._is_due(guess.opening) if fits else stays_inside):
                self._follow(held, guess)
                return after
        if ordinary is not None:
            self.settle()
        return ordinary

    def _is_due(self, move: Move) -> bool:
        """Say whether a move makes something that is required and was not seen."""
        return move.child.usage == "R" and not self._seen_at(move) & move.bit

    def _follow(self, held: _Held, guess: _Guess) -> None:
        """Go where a guess leads: into the loop whose first segment is missing, past the segment held back."""
        walk, now = self._walk, self._walk.batch
        walk.batch = held.batch
        self._go(guess.opening, held.index)
        walk.add("segment-missing", held.index, guess.opening.node)
        walk.missing[len(walk.outer), GUESSED] = None
        if guess.opening.node.segment_id == _LEVEL:
            self._numbering.imply_level()
        self._go(guess.inside, held.index)
        walk.batch = now
        self._held = None
        walk.moves = self._moves_here()

    def _follow_late(self, held: _Held, guess: _Guess, move: Move, index: int, text: str) -> Move | SegmentNode:
        """Go into the loop of the segment held back, whose first segment comes only now."""
        walk, now = self._walk, self._walk.batch
        if guess.inside.opens != STAYS:
            self.settle()
            return move
        walk.batch = held.batch
        walk.add("segment-out-of-order", held.index, guess.inside.node)
        walk.batch = now
        self._held = None
        self._go(move, index)
        self._excuse(guess.inside, 0)
        return self._arrive(move, index, text)

    def _go(self, move: Move, index: int) -> None:
        """Make a move, as the walk's own loop does, but for what depends on the segment's text."""
        walk = self._walk
        for required in move.closes:
            walk.close_loop(index, walk.station, required & ~walk.seen, move)
            walk.seen = walk.outer.pop()
        if move.needs & ~walk.seen:
            walk.seen |= walk.expect(index, walk.station, move.needs & ~walk.seen)
        if walk.seen & move.bit:
            walk.seen += walk.repeat(index, move.child, walk.seen)
        walk.seen |= move.bit
        if move.opens != STAYS:
            walk.outer.append(walk.seen)
            walk.seen = 1
        walk.station = move.station

    def _arrive(self, move: Move, index: int, text: str) -> SegmentNode:
        """Check the segment that made a move here, and let the walk go on from there."""
        walk = self._walk
        if move.opens > OPENS:
            self._numbering.check(index, text, move.node)
        if move.station.accepts(text) is None:
            walk.add_faults(index, move.node, move.station.faults(text))
        walk.moves = self._moves_here()
        return move.node

    # --- a segment without a move ----------------------------------------------------------------------------------

    def _tell_foreign(self, index: int, segment_id: str) -> None:
        walk = self._walk
        standard = walk.tables.guide.code_sets.get(_SEGMENT_IDS)
        known = segment_id in standard if standard is not None else _looks_like_id(segment_id)
        code = "segment-not-in-set" if known else "segment-unknown"
        where = walk.place_of(index, walk.station.node)
        finding = found(code, where)
        walk.findings.append(finding.within(segment_id=segment_id if known else None))

    def _out_of_order(self, index: int, text: str, segment_id: str) -> SegmentNode | None:
        """Place a segment that belongs to an earlier place of an open loop, or that the guide marks as not used there.

        The walk stays where it is; what may follow the segment in a loop of its own is passed over.
        """
        walk = self._walk
        qualified = walk.tables.has_qualifier(segment_id, text)
        for level, (loop, at, _) in enumerate(levels_from(walk.station.node)):
            for child in loop.children[1:]:
                node = triggers(child)
                if node.segment_id != segment_id or not self._is_chosen(node, text, qualified=qualified):
                    continue
                was_noted = walk.missing.pop((len(walk.outer) - level, child.bit), None) is not None
                late = child.rank < at.rank and (was_noted or self._comes_late(child, level))
                if not late and child.usage != "N":
                    continue
                walk.add("segment-out-of-order" if late else "segment-not-used", index, child)
                self._mark(level, child.bit)
                if isinstance(child, LoopNode):
                    self._held = _Held(index, walk.batch, (), (), self._followers(segment_id))
                    walk.moves = {}
                return node
        return None

    def _comes_late(self, child: Child, level: int) -> bool:
        return isinstance(child, SegmentNode) and not child.is_full(self._seen_in(level))

    def _misqualified(self, text: str, segment_id: str) -> Move | None:
        """Return the one move that a segment must be meant to make although its qualifier is wrong.

        A qualifier that the guide has somewhere is not wrong, and a segment with other faults is not taken for another.
        """
        return None if self._walk.tables.has_qualifier(segment_id, text) else self._meant(text, segment_id)

    def _mistaken(self, text: str, segment_id: str) -> Move | None:
        """Return the one move into a loop that a segment must be meant to make although its qualifier is another's.

        Asked where a segment missing before it does not explain it alone: one wrong value is likelier than two segments
        left out.
        """
        move = None if segment_id == _LEVEL else self._meant(text, segment_id)
        return move if move is not None and move.opens != STAYS else None

    def _meant(self, text: str, segment_id: str) -> Move | None:
        """Return the move of a segment but for its qualifier: the one that is due, else the only one there is."""
        moves = [move for move in self._every_move() if move.node.segment_id == segment_id and not self._is_full(move)]
        if segment_id == _LEVEL:
            moves = list(self._under_parent(moves, text))
        meant = (move for move in moves if self._only_qualifier(move, text))
        due = next((move for move in moves if self._is_due(move) and self._only_qualifier(move, text)), None)
        first, second = next(meant, None), next(meant, None)
        return due or (first if second is None else None)

    def _only_qualifier(self, move: Move, text: str) -> bool:
        move.station.accepts(text)
        faults = move.station.faults(text)
        selector = move.node.selector
        return selector is not None and [fault.element for fault in faults] == [selector.element]

    def _take_for(self, move: Move, index: int, text: str) -> SegmentNode:
        """Take a segment with a wrong qualifier for another.

        It counts as sent, but the right one is not once too often. Unless it opens a loop the walk stays where it is.
        """
        walk = self._walk
        level = len(move.closes)
        if move.opens == STAYS:
            self._excuse(move, level)
            walk.add_faults(index, move.node, move.station.faults(text))
            return move.node
        self._go(move, index)
        self._excuse(move, 1)
        walk.missing[len(walk.outer), GUESSED] = None
        return self._arrive(move, index, text)

    def _under_parent(self, moves: list[Move], text: str) -> Iterator[Move]:
        """Keep the moves of an HL under the level that its HL02 names."""
        walk = self._walk
        parent = selecting_value(text, 2, 0, walk.tables.delimiters)
        for move in moves:
            if self._numbering.parent_at(len(walk.outer) - len(move.closes)) == parent:
                yield move

    def _hold(self, index: int, segment_id: str, guesses: tuple[_Guess, ...]) -> None:
        """Keep back what is wrong until the next segment."""
        walk = self._walk
        where = walk.place_of(index, walk.station.node)
        finding = found("segment-unexpected", where).within(segment_id=segment_id)
        self._held = _Held(index, walk.batch, (finding,), guesses, self._followers(segment_id))
        walk.moves = {}

    def _guesses(self, text: str, segment_id: str) -> tuple[_Guess, ...]:
        """Return the loops that would explain a segment, were the segment that starts them not missing; best first."""
        guesses = [
            _Guess(opening, inside)
            for opening in self._every_move()
            if opening.opens != STAYS and not self._is_full(opening)
            for inside in [self._inside(opening, segment_id, text)]
            if inside is not None
        ]
        guesses.sort(key=lambda guess: (guess.inside.needs != 0, guess.inside.opens != STAYS))
        return tuple(guesses)

    def _inside(self, opening: Move, segment_id: str, text: str) -> Move | None:
        """Return the move a segment makes inside a loop, had that been opened."""
        inside = self._walk.tables.look_up(opening.station.moves_from_here(), segment_id, text)
        return inside if inside is not None and not inside.closes else None

    def _followers(self, segment_id: str) -> frozenset[str]:
        """Return the ids of segments in the loops that a segment id starts."""
        loops = [node.loop for node in self._walk.tables.nodes(segment_id) if node.starts_loop]
        return frozenset(node.segment_id for loop in loops for node in loop.segments()) - {segment_id}

    # --- what open loops have seen ---------------------------------------------------------------------------------

    def _is_chosen(self, node: SegmentNode, text: str, *, qualified: bool) -> bool:
        """Say whether a segment's qualifier chooses a node; one without a selector only if no other is chosen."""
        selector = node.selector
        if selector is None:
            return not qualified
        delimiters = self._walk.tables.delimiters
        return selecting_value(text, selector.element, selector.component, delimiters) in selector.codes

    def _seen_in(self, level: int) -> int:
        return self._walk.outer[-level] if level else self._walk.seen

    def _seen_at(self, move: Move) -> int:
        return self._seen_in(len(move.closes))

    def _is_full(self, move: Move) -> bool:
        return move.child.is_full(self._seen_at(move))

    def _excuse(self, move: Move, level: int) -> None:
        """Count what a move makes as seen, without minding if it is still to come."""
        self._mark(level, move.bit)
        self._walk.missing[len(self._walk.outer) - level, move.bit] = None

    def _mark(self, level: int, bit: int) -> None:
        """Count something as seen in an open loop."""
        walk = self._walk
        if level:
            walk.outer[-level] |= bit
        else:
            walk.seen |= bit


def _looks_like_id(segment_id: str) -> bool:
    return _ID_FORM.fullmatch(segment_id) is not None

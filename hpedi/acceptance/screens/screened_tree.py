"""The tree of a set into which only those units are put that may hold a finding.

It finds what `LoopTree` finds: a unit is passed over where its key says that nothing is found, see `screening`. What
the walk found something in, and what is not whole in one batch, is put into the tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from operator import call
from typing import Final, TypeAlias

from hpedi.acceptance.checks.screen import Values
from hpedi.acceptance.loop_tree import CheckedClaim, LoopTree, Stretch
from hpedi.acceptance.loops import Frame, LoopInstance
from hpedi.acceptance.rules.plan import CheckPlan
from hpedi.acceptance.screens.levels import Level
from hpedi.acceptance.screens.screening import (
    NOT_CLEAN,
    Key,
    Screening,
    ShapeFacts,
    Verdict,
    clean_but_for,
    screening_of,
)
from hpedi.findings import Where
from hpedi.guides.nodes import LoopNode, SegmentNode
from hpedi.guides.walk import PlacedBatch
from hpedi.x12.events import Delimiters

_MADE: Final = {"BHT": 4, "BPR": 16}
"""Where the day stands on which a set was made, by segment."""
_TRIED: Final = 500
"""After so many units it is seen whether screening is worth it."""
_WORTH_IT: Final = 4
"""One unit in so many may be new, or no more is screened in the set."""


_Read: TypeAlias = tuple[ShapeFacts, Key, Values]
"""A unit as it was read: its shape, its key, and what flat checks look at."""


class ScreenedTree(LoopTree):
    """The loop instances of one transaction set that may be at fault."""

    def __init__(self, plan: CheckPlan, root: LoopNode, delimiters: Delimiters, where: Where) -> None:
        """Begin before the ST; see `LoopTree`."""
        super().__init__(plan, root, delimiters, where)
        self._check_plan = plan
        self._screening: Screening | None = None
        self._levels: list[Level] = []
        self._astray: frozenset[int] = frozenset()
        self._faulty: frozenset[int] = frozenset()
        self._is_right = True
        self._units = self._new = 0
        self._is_tried = False

    def take(self, placed: PlacedBatch) -> None:
        """Take the next segments; `findings` and `claims` then hold what became known with them."""
        self.findings, self.claims = [], []
        self._astray = self._hear(placed.findings) if placed.findings else frozenset()
        self._faulty = _places(placed)
        self._is_right = not self._faulty and None not in placed.nodes
        frame = Frame(placed.batch, self._delimiters)
        whole = Stretch(placed.nodes, placed.texts, placed.batch.first_position, frame)
        bounds = self._bounds(whole)
        # Where something that stands behind all units comes before any, there is nothing to pass over.
        if (
            self._screening is None
            or not bounds
            or not (self._levels or whole.nodes[bounds[0]] in self._screening.units)
        ):
            self._feed(whole, self._astray)
            return
        self._feed_part(whole, 0, bounds[0])
        if not self._levels:
            self._open_set(whole, bounds[0], self._screening)
        for start, end in pairwise([*bounds, 0]):
            self._take_unit(whole, start, end)

    def _bounds(self, whole: Stretch) -> list[int]:
        """Return where units begin, and what stands behind them."""
        if not self._is_tried:
            self._is_tried = True
            if whole.first_position == 1:
                self._screening = screening_of(self._check_plan, self._delimiters, _day_made(whole))
        elif self._units >= _TRIED and self._new * _WORTH_IT > self._units:
            self._screening = None
        if self._screening is None:
            return []
        bounds = self._screening.bounds
        return [index for index, node in enumerate(whole.nodes) if node in bounds]

    def _open_set(self, whole: Stretch, end: int, screening: Screening) -> None:
        """Begin with the transaction set itself, which is checked as soon as its first unit begins."""
        root = self._here
        while root.parent is not None:
            root = root.parent
        first, header = whole.nodes[end], _part(whole, 0, end)
        if first in screening.units and first is not None and first.parent is not None:
            self._position = whole.first_position + end
            self._here = self._back_to(self._here, root.node)
            if first.parent.parent is root.node:
                root.seen |= first.parent.bit
                self._settle(root)
        is_known = whole.first_position == 1 and not self._is_faulty(header)
        read = self._read(header.nodes, header.texts, root.node, (0, 0)) if is_known else None
        self._levels = [Level(root.node, None, None if read is None else screening.number(read[1]), header, root)]

    def _take_unit(self, whole: Stretch, start: int, end: int) -> None:
        """Pass over a unit, or put it into the tree; `end` is 0 for the last one of a batch, which may go on."""
        node, screening = whole.nodes[start], self._screening
        if node is None or screening is None or node.parent is None:
            raise LookupError("a unit begins with a segment that has its place")
        loop = node.parent
        if node not in screening.units:
            self._take_trailer(whole, start, end, loop)
            return
        around = self._levels[-1]
        if around.loop is not loop.parent and loop.parent is not None:
            self._leave_to(loop.parent)
            around = self._levels[-1]
        if around.loop is not loop.parent or not end:
            self._feed_unknown(whole, start, end, loop)
            return
        is_faulty = not self._is_right and self._is_faulty(_part(whole, start, end))
        if is_faulty and not self._stands_in(_part(whole, start, end), loop):
            self._feed_astray(_part(whole, start, end))
            return
        following = whole.nodes[end]
        inner = following.parent if following in screening.units and following is not None else None
        child = inner if inner is not None and inner.parent is loop else None
        self._units += 1
        read = verdict = None
        if around.number is not None and not is_faulty:
            place = (around.number, 0 if child is None else child.bit)
            read = self._read(whole.nodes[start:end], whole.texts[start:end], loop, place)
            if read is not None:
                verdict = screening.known(read[1])
                if verdict is not None and verdict.is_clean and _holds(verdict, read[2], around):
                    self._pass_over(whole, start, end, loop, child, verdict, read)
                    return
        self._put(_part(whole, start, end), loop, child, read, is_new=verdict is None)

    def _take_trailer(self, whole: Stretch, start: int, end: int, loop: LoopNode) -> None:
        """Put what stands behind all units of a loop into the tree."""
        self._leave_to(loop)
        self._enter_all()
        self._feed_part(whole, start, end or len(whole.texts))
        self._levels[-1].number = None

    def _read(
        self, nodes: Sequence[SegmentNode | None], segments: Sequence[str], loop: LoopNode, place: tuple[int, int]
    ) -> _Read | None:
        """Read a unit: its shape, the classes of its values, the level it stands in; None for an unusual one."""
        screening = self._screening
        if screening is None:
            return None
        shape = screening.shape(tuple(nodes), loop)
        reading = shape.reading
        if reading is None:
            return None
        match = reading.fullmatch(self._delimiters.segment.join(segments))
        if match is None:
            self._new += 1
            return None
        groups = match.groups()
        texts = reading.texts(groups)
        classes = [*map(call, reading.known, texts)]
        if None in classes:
            told = zip(classes, reading.classify, texts, strict=True)
            classes = [classify(text) if known is None else known for known, classify, text in told]
        return shape, (place, shape.number, reading.marks(groups), *classes), reading.columns(groups)

    def _pass_over(
        self,
        whole: Stretch,
        start: int,
        end: int,
        loop: LoopNode,
        child: LoopNode | None,
        verdict: Verdict,
        read: _Read,
    ) -> None:
        """Leave a unit out of the tree: nothing is found in it."""
        around = self._levels[-1]
        around.passed_over(loop)
        for book in verdict.books:
            book(read[2], around)
        if self._plan[loop].is_claim:
            first = whole.first_position
            above = tuple(finding for _, findings in self._above for finding in findings) if self._above else ()
            self.claims.append(CheckedClaim(first + start, first + end - 1, above))
        elif self._screening is not None:
            level = Level(loop, around, self._screening.number(read[1]), _part(whole, start, end), None)
            level.seen = child.bit if child is not None else 0
            self._levels.append(level)

    def _put(self, unit: Stretch, loop: LoopNode, child: LoopNode | None, read: _Read | None, *, is_new: bool) -> None:
        """Put a unit into the tree, check it, and learn from it what to do with its like."""
        self._enter_all()
        found = len(self.findings)
        self._feed(unit, self._astray)
        self._position = unit.first_position + len(unit.texts)
        instance = self._here = self._back_to(self._here, loop)
        if child is not None:
            instance.seen |= child.bit
        checks, ends_right = None, True
        if is_new and read is not None and self._screening is not None:
            self._new += 1
            checks = self._screening.left(instance, read[0])
            ends_right = child is None or self._screening.ends_right(instance)
        if child is not None:
            self._settle(instance)
        elif loop.parent is not None:
            self._here = self._back_to(instance, loop.parent)
        if is_new and read is not None and self._screening is not None:
            is_clean = checks is not None and len(self.findings) == found and ends_right
            self._screening.learn(read[1], clean_but_for(checks or ()) if is_clean else NOT_CLEAN)
        if not self._plan[loop].is_claim:
            number = None if read is None or self._screening is None else self._screening.number(read[1])
            self._levels.append(Level(loop, self._levels[-1], number, unit, instance))

    def _feed_unknown(self, whole: Stretch, start: int, end: int, loop: LoopNode) -> None:
        """Put into the tree what cannot be screened: it stands out of its place, or is not whole yet."""
        self._enter_all()
        self._feed_part(whole, start, end or len(whole.texts))
        if not self._plan[loop].is_claim:
            instance = _around(self._here, loop)
            self._levels.append(Level(loop, self._levels[-1], None, _part(whole, start, start), instance))

    def _feed_astray(self, unit: Stretch) -> None:
        """Put a unit into the tree that reaches beyond its loop; of the levels around it nothing is known any more."""
        self._enter_all()
        self._feed(unit, self._astray)
        for level in self._levels[1:]:
            level.number = None
        if any(node is not None and node.parent is self._levels[0].loop for node in unit.nodes):
            self._levels[0].number = None

    def _feed_part(self, whole: Stretch, start: int, end: int) -> None:
        if start < end:
            self._feed(_part(whole, start, end), self._astray)

    def _leave_to(self, loop: LoopNode) -> None:
        """Close the levels that are not around a loop, or are not it."""
        levels = self._levels
        if levels[-1].loop is loop:
            return
        around = None if len(levels) > 1 and levels[-2].loop is loop else set(loop.ancestors())
        while len(levels) > 1 and levels[-1].loop is not loop and (around is None or levels[-1].loop not in around):
            level = levels.pop()
            if level.instance is not None and level.instance.parent is not None:
                self._here = self._back_to(self._here, level.instance.parent.node)

    def _enter_all(self) -> None:
        """Put the levels into the tree that are not there yet."""
        for level in self._levels:
            if level.instance is None:
                self._feed(level.stretch, frozenset())
                instance = self._here = self._back_to(self._here, level.loop)
                level.enter_tree(instance)
                self._settle(instance)

    def _stands_in(self, unit: Stretch, loop: LoopNode) -> bool:
        """Say whether all segments of a unit that have a place stand in its loop, and in no unit within it."""
        dropped = self._check_plan.dropped
        innermost = (
            next(each for each in node.loop.ancestors() if each in dropped or each.parent is None)
            for node in unit.nodes
            if node is not None
        )
        return all(each is loop for each in innermost)

    def _is_faulty(self, unit: Stretch) -> bool:
        if self._is_right:
            return False
        if None in unit.nodes:
            return True
        first = unit.first_position
        return not self._faulty.isdisjoint(range(first, first + len(unit.texts) + 1))


def _holds(verdict: Verdict, values: Values, around: Level) -> bool:
    for holds in verdict.holds:  # noqa: SIM110  # a generator costs as much as a check
        if not holds(values, around):
            return False
    return True


def _part(whole: Stretch, start: int, end: int) -> Stretch:
    return Stretch(whole.nodes[start:end], whole.texts[start:end], whole.first_position + start, whole.frame)


def _places(placed: PlacedBatch) -> frozenset[int]:
    """Return the positions that the walk found something at; what is told at a segment may be about the one before."""
    return frozenset(at for finding in placed.findings if (at := finding.where.segment) is not None)


def _around(here: LoopInstance, loop: LoopNode) -> LoopInstance | None:
    found: LoopInstance | None = here
    while found is not None and found.node is not loop:
        found = found.parent
    return found


def _day_made(whole: Stretch) -> str:
    """Return the day of a set as it stands in its second segment; empty where there is none."""
    for node, text in zip(whole.nodes[1:2], whole.texts[1:2], strict=True):
        element = None if node is None else _MADE.get(node.segment_id)
        if element is not None:
            return [*text.split(whole.frame.delimiters.element), *[""] * element][element]
    return ""

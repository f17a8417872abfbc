"""Placed segments to loop instances, checked as they are complete and dropped as soon as nothing asks for them.

One pass beside the guide's walk: nothing is parsed or placed a second time. What the guide found wrong is not told
again: a fault of a rule at an element, or about a segment, that the walk refused is left out.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from hpedi.acceptance.loops import Frame, LoopInstance, Segment
from hpedi.acceptance.rules.compile import Fault, Trigger
from hpedi.acceptance.rules.plan import CheckPlan
from hpedi.acceptance.rules.rule import Moment
from hpedi.findings import Finding, Where
from hpedi.guides.nodes import ElementRule, LoopNode, SegmentNode
from hpedi.guides.walk import PlacedBatch
from hpedi.x12.events import Delimiters

_MOST_KEPT: Final = 20_000
"""Segments, and loops, that are kept of one instance; the guides allow far fewer."""
_ASTRAY: Final = frozenset({"segment-out-of-order", "segment-unexpected"})
"""Kinds of a segment that does not belong where it stands: it moves nothing, and what it was meant for is not known."""
_TRAILER: Final = "SE"
TOLD_AFTERWARDS: Final = frozenset({"segment-missing", "loop-missing"})
"""Kinds told at the segment that follows what is missing."""


class CheckedClaim(NamedTuple):
    """A claim that was checked.

    Attributes:
        first_segment: Position of its CLM, ST being 1.
        last_segment: Position of its last segment.
        findings: What refuses it or is told with it: its own, and those of the levels above it.
    """

    first_segment: int
    last_segment: int
    findings: tuple[Finding, ...]


class Stretch(NamedTuple):
    """Placed segments that follow each other, and the position of the first."""

    nodes: Sequence[SegmentNode | None]
    texts: Sequence[str]
    first_position: int
    frame: Frame


class LoopTree:
    """The loop instances of one transaction set that are open or kept."""

    def __init__(self, plan: CheckPlan, root: LoopNode, delimiters: Delimiters, where: Where) -> None:
        """Begin before the ST.

        Args:
            plan: The checks of the guide.
            root: The guide's transaction set.
            delimiters: Of the interchange.
            where: The place of the set.
        """
        self._plan = plan.plans(delimiters.component)
        self._delimiters = delimiters
        self._where = where
        self._here = LoopInstance(root, None)
        self._claim: LoopInstance | None = None
        self._of_claim: list[Finding] = []
        self._above: list[tuple[LoopInstance, list[Finding]]] = []
        self._refused: dict[int, set[int | None]] = {}
        self._position = 0
        self._is_cut_off = False
        self.findings: list[Finding] = []
        self.of_set: list[Finding] = []
        self.claims: list[CheckedClaim] = []

    def take(self, placed: PlacedBatch) -> None:
        """Take the next segments; `findings` and `claims` then hold what became known with them."""
        self.findings, self.claims = [], []
        frame = Frame(placed.batch, self._delimiters)
        astray = self._hear(placed.findings) if placed.findings else frozenset()
        self._feed(Stretch(placed.nodes, placed.texts, placed.batch.first_position, frame), astray)

    def _feed(self, stretch: Stretch, astray: Container[int]) -> None:
        """Put segments into the tree, but for those that stand astray."""
        frame, position = stretch.frame, stretch.first_position
        here = self._here
        for node, text in zip(stretch.nodes, stretch.texts, strict=True):
            if node is None or (astray and position in astray):
                here.cut()
            else:
                loop = node.parent
                if node.starts_loop and loop is not None and loop.parent is not None:
                    self._position = position
                    here = self._open(here, loop)
                elif here.node is not loop and loop is not None:
                    self._position = position
                    here = self._back_to(here, loop)
                if len(here.segments) < _MOST_KEPT:
                    here.segments.append(Segment(node, position, text, frame))
                else:
                    here.cut()
                here.seen |= node.bit
            position += 1
        self._here, self._position = here, position

    def close(self, told: Iterable[Finding]) -> None:
        """End the set. `of_set` then holds what was found in the set as a whole.

        What is open is complete if the set has its SE; of a set that was cut off it is not judged.

        Args:
            told: What the walk found at its end.
        """
        self.findings, self.claims = [], []
        self._hear(told)
        root = self._here
        self._is_cut_off = root.parent is not None or not root.segments or root.segments[-1].node.segment_id != _TRAILER
        while root.parent is not None:
            root = self._close(root)
        self._settle(root)
        self.of_set = self._found(root, Moment.END)
        root.children.clear()  # they hold the root: without cycles all of it goes at once

    def _hear(self, findings: Iterable[Finding]) -> frozenset[int]:
        """Note which elements the walk refused, and return the positions of segments that stand astray."""
        astray: set[int] = set()
        for finding in findings:
            where = finding.where
            if where.segment is None:
                continue
            if finding.is_error and finding.code not in TOLD_AFTERWARDS:
                self._refused.setdefault(where.segment, set()).add(where.element)
            if finding.code in _ASTRAY:
                astray.add(where.segment)
        return frozenset(astray)

    def _open(self, here: LoopInstance, loop: LoopNode) -> LoopInstance:
        """Open an instance, closing those that it does not stand in."""
        around = self._back_to(here, loop.parent) if here.node is not loop.parent else here
        plan = self._plan[loop]
        around.seen |= loop.bit
        if plan.is_dropped:
            self._settle(around)
        opened = LoopInstance(loop, around)
        if not plan.is_dropped:
            if len(around.children) < _MOST_KEPT:
                around.children.append(opened)
            else:
                around.cut()
        if plan.is_claim:
            self._claim, self._of_claim = opened, []
        return opened

    def _back_to(self, here: LoopInstance, loop: LoopNode | None) -> LoopInstance:
        """Close instances until one of this loop is open; open it where none is, as after a missing first segment."""
        around: LoopInstance | None = here
        while around is not None and around.node is not loop:
            around = around.parent
        if around is None:
            if loop is None:
                return here
            opened = self._open(here, loop)
            (opened.parent or opened).cut()
            return opened
        while here is not around:
            here = self._close(here)
        return here

    def _close(self, loop: LoopInstance) -> LoopInstance:
        """Check an instance that is complete and return the one around it."""
        self._settle(loop)
        self._check(loop, Moment.END)
        if loop is self._claim:
            self._end_claim(loop)
        if self._plan[loop.node].is_dropped:
            if self._refused:
                self._forget(loop.trigger.position)
            _release(loop)
        if self._above and self._above[-1][0] is loop:
            self._above.pop()
        if loop.parent is None:
            raise LookupError("the transaction set is closed at its end")
        return loop.parent

    def _settle(self, loop: LoopInstance) -> None:
        """Check an instance whose own part is complete."""
        if not loop.is_settled:
            loop.is_settled = True
            if self._plan[loop.node].required & ~loop.seen:
                loop.cut()
            self._check(loop, Moment.HEAD)

    def _check(self, loop: LoopInstance, moment: Moment) -> None:
        findings = self._found(loop, moment)
        if not findings:
            return
        self.findings += findings
        if self._claim is not None:
            self._of_claim += findings
        else:
            self._keep_above(loop, findings)

    def _found(self, loop: LoopInstance, moment: Moment) -> list[Finding]:
        if self._is_cut_off:
            return []
        faults = self._plan[loop.node].faults(loop, moment)
        return [self._finding(fault) for fault in faults if not self._is_told(fault)] if faults else []

    def _keep_above(self, loop: LoopInstance, findings: list[Finding]) -> None:
        """Keep what was found above claims as long as claims may follow that it is about."""
        while loop.parent is not None and not self._plan[loop.node].is_dropped:
            loop = loop.parent
        if self._above and self._above[-1][0] is loop:
            self._above[-1][1].extend(findings)
        else:
            self._above.append((loop, findings))

    def _end_claim(self, claim: LoopInstance) -> None:
        above = [finding for _, findings in self._above for finding in findings]
        findings = (*self._of_claim, *above)
        self.claims.append(CheckedClaim(claim.trigger.position, self._position - 1, findings))
        self._claim, self._of_claim = None, []

    def _forget(self, first: int) -> None:
        """Forget what the walk refused from a position on up to here: nothing asks for it any more."""
        passed, refused = range(first, self._position), self._refused
        for at in passed if len(passed) < len(refused) else [at for at in refused if at in passed]:
            refused.pop(at, None)

    def _is_told(self, fault: Fault) -> bool:
        """Say whether the walk refused the element already, or the segment as a whole."""
        refused = self._refused.get(fault.spot.segment.position)
        if not refused or fault.missing is not None:
            return False
        return None in refused or fault.spot.element in refused

    def _finding(self, fault: Fault) -> Finding:
        kind, spot = fault.kind, fault.spot
        where = self._place(Trigger(spot.segment, spot.element, spot.component))
        if fault.missing is not None:
            segment_id, loop_id = fault.missing
            where = replace(where, segment_id=segment_id or where.segment_id, loop=loop_id or where.loop)
        return Finding(
            kind=kind,
            severity=fault.severity,
            where=where,
            message=spot.message or kind.advice,
            source=fault.source,
            trigger=None if fault.trigger is None else self._place(fault.trigger),
        )

    def _place(self, at: Trigger) -> Where:
        segment = at.segment
        rule = _rule_of(segment.node, at.element, at.component)
        return replace(
            self._where,
            segment_id=segment.node.segment_id,
            segment=segment.position,
            byte_offset=segment.byte_offset,
            loop=segment.node.loop_id,
            element=at.element,
            component=at.component,
            data_element=None if rule is None else rule.data_element,
        )


def _release(loop: LoopInstance) -> None:
    """Let go of what stands in an instance that is dropped, so that it is freed at once, not by the collector."""
    for child in loop.children:
        if child.children:
            _release(child)
    loop.children.clear()


def _rule_of(node: SegmentNode, element: int | None, component: int | None) -> ElementRule | None:
    rule = next((rule for rule in node.elements if rule.position == element), None)
    if rule is not None and component is not None:
        return next((part for part in rule.components if part.position == component), rule)
    return rule

"""One transaction set read in one pass: walked by its guide, its loops checked by rules, its claims or inquiries read.

What is found is handed out as it becomes known; what it refuses and how it is answered is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hpedi.acceptance.claim_checks import check_claim
from hpedi.acceptance.inquiry_readers import INQUIRY_READERS, Inquiry, InquiryReader
from hpedi.acceptance.judging import GUIDE_SNIP, Judging
from hpedi.acceptance.loop_tree import CheckedClaim, LoopTree
from hpedi.acceptance.screens.screened_tree import ScreenedTree
from hpedi.claims.submission import SubmissionHeader
from hpedi.findings import Finding, Where
from hpedi.guides.load import Guide
from hpedi.guides.walk import PlacedBatch, SetWalk
from hpedi.transactions.claim_837.claim_types import CLAIM_TYPES
from hpedi.transactions.claim_837.read import ClaimReader, PlacedClaim
from hpedi.x12.events import Delimiters, OffsetsOf, SegmentBatch

CLAIM_SET = "837"
_BALANCING = 3
"""A sum that does not hold tells nothing of the amount that makes it so; a rule above it says why a value is wrong."""


_AT_A_TIME: Final = 512
"""Segments whose claims are read in one go."""


class ReadClaim(NamedTuple):
    """A claim that has ended.

    Attributes:
        placed: It and its place; None for a claim that no model was asked of or can be made of.
        told_here: What was found in reading it and in the checks of its model; empty where the guide said why already.
        findings: All that refuses it or is told with it, that of the levels above it too.
    """

    placed: PlacedClaim | None
    told_here: tuple[Finding, ...]
    findings: tuple[Finding, ...]


@dataclass(slots=True, kw_only=True)
class Known:
    """What became known with some segments of a set, or at its end.

    Attributes:
        placed: The segments with their places.
        walked: Findings of the guide.
        ruled: Findings of rules about loops.
        of_set: Findings of rules about the set as a whole, at its end.
        claims: Claims that ended; read as they are gone through, once, before the next segments are taken.
    """

    placed: PlacedBatch | None = None
    walked: list[Finding] = field(default_factory=list)
    ruled: list[Finding] = field(default_factory=list)
    of_set: list[Finding] = field(default_factory=list)
    claims: Iterable[ReadClaim] = ()


def _claim_reader(guide: Guide, delimiters: Delimiters, where: Where, judging: Judging) -> ClaimReader | None:
    """Return what reads the claims of a set: as models where we have them, else only for who answers them."""
    claim_type = CLAIM_TYPES.get(guide.id)
    if claim_type is not None and judging.reads_claims:
        return ClaimReader(delimiters, where, claim_type=claim_type)
    is_answered = guide.transaction_set == CLAIM_SET and judging.on_claim is not None
    return ClaimReader(delimiters, where, makes_models=False) if is_answered else None


def _inquiry_reader(guide: Guide, delimiters: Delimiters, judging: Judging) -> InquiryReader | None:
    """Return what reads an inquiry set that is to be answered."""
    reader = INQUIRY_READERS.get(guide.transaction_set) if judging.reads_inquiries else None
    return None if reader is None else reader(delimiters)


class _LaterOffsets(OffsetsOf):
    """The offsets of a part of a batch."""

    def __init__(self, batch: SegmentBatch, start: int) -> None:
        self._batch = batch
        self._start = start

    def of(self, index: int) -> int:
        return self._batch.byte_offset(self._start + index)


def _part(placed: PlacedBatch, start: int) -> PlacedBatch:
    """Return some segments of a batch; what was found in it is told already."""
    batch, end = placed.batch, start + _AT_A_TIME
    texts = placed.texts[start:end]
    part = SegmentBatch(texts, batch.first_position + start, _LaterOffsets(batch, start))
    return PlacedBatch(part, texts, placed.nodes[start:end], [])


class SetReading:
    """The reading of one transaction set."""

    def __init__(
        self, guide: Guide, delimiters: Delimiters, where: Where, judging: Judging, receivers: frozenset[str]
    ) -> None:
        """Begin before its ST.

        Args:
            guide: Its guide.
            delimiters: Of the interchange.
            where: The place of the set.
            judging: How to judge.
            receivers: Whom it is addressed to (ISA08, GS03): a companion guide may apply.
        """
        self._walk = SetWalk(guide, delimiters, where)
        self._highest = judging.highest_snip
        plan = judging.plan_for(guide, receivers) if self._highest > GUIDE_SNIP else None
        self._tree = None if plan is None else ScreenedTree(plan, guide.root, delimiters, where)
        self._reader = _claim_reader(guide, delimiters, where, judging)
        self._inquiry_reader = _inquiry_reader(guide, delimiters, judging)
        self.inquiry: Inquiry | None = None
        self._checks = [each for each in judging.claim_checks if each.finding_kind.snip <= self._highest]
        self._checked: dict[int, CheckedClaim] = {}
        self._first_fault: int | None = None

    @property
    def header(self) -> SubmissionHeader | None:
        """The head of an 837 whose claims are read."""
        return None if self._reader is None else self._reader.header

    def take(self, batch: SegmentBatch) -> Known:
        """Read the next segments."""
        placed = self._walk.feed(batch)
        known = Known(placed=placed, walked=self._hear(placed.findings))
        if self._tree is not None:
            self._tree.take(placed)
            self._take_ruled(known, self._tree)
        if self._reader is not None:
            known.claims = self._claims(placed, self._reader)
        if self._inquiry_reader is not None:
            self._inquiry_reader.read(placed)
        return known

    def close(self) -> Known:
        """End the set."""
        known = Known(walked=self._hear(self._walk.close()))
        if self._tree is not None:
            self._tree.close(known.walked)
            self._take_ruled(known, self._tree)
            known.of_set = self._asked(self._tree.of_set)
        if self._reader is not None:
            known.claims = [self._claim(each, self._reader) for each in self._reader.close()]
        if self._inquiry_reader is not None:
            self.inquiry = self._inquiry_reader.close()
        return known

    def _hear(self, findings: list[Finding]) -> list[Finding]:
        """Take the findings of the guide that are asked for, and note where they lie."""
        asked = self._asked(findings)
        if self._first_fault is None:
            errors = (finding.where.segment for finding in asked if finding.is_error)
            self._first_fault = min((position for position in errors if position is not None), default=None)
        return asked

    def _asked(self, findings: list[Finding]) -> list[Finding]:
        return [finding for finding in findings if finding.kind.snip <= self._highest]

    def _take_ruled(self, known: Known, tree: LoopTree) -> None:
        known.ruled = self._asked(tree.findings)
        if self._reader is not None:
            self._checked.update({claim.first_segment: claim for claim in tree.claims if claim.findings})
            return
        known.claims = [
            ReadClaim(placed=None, told_here=(), findings=tuple(self._asked(list(claim.findings))))
            for claim in tree.claims
        ]

    def _claims(self, placed: PlacedBatch, reader: ClaimReader) -> Iterator[ReadClaim]:
        """Read claims a few at a time: what is made of each is let go before it grows old for the collector."""
        for start in range(0, len(placed.texts), _AT_A_TIME):
            for each in reader.read(_part(placed, start)):
                yield self._claim(each, reader)

    def _claim(self, placed: PlacedClaim, reader: ClaimReader) -> ReadClaim:
        """Check a claim; one that cannot be read says so only where the guide has not said why."""
        checked = self._checked.pop(placed.first_segment, None) if self._checked else None
        if checked is None and not self._checks and not placed.findings:
            return ReadClaim(placed, (), ())
        ruled = [] if checked is None else self._asked(list(checked.findings))
        unread = self._asked(list(placed.findings))
        failed = []
        if placed.claim is not None:
            ruled_codes = {finding.code for finding in ruled}
            checks = [each for each in self._checks if each.kind not in ruled_codes] if ruled else self._checks
            failed = check_claim(placed.claim, checks, lambda: reader.where_of(placed))
        told = {finding.where.segment for finding in ruled if finding.is_error and finding.kind.snip > _BALANCING}
        news = [finding for finding in unread if finding.where.segment not in told]
        return ReadClaim(
            placed=placed,
            told_here=tuple(failed if self._is_refused_by_guide(placed) else news + failed),
            findings=(*unread, *failed, *ruled),
        )

    def _is_refused_by_guide(self, placed: PlacedClaim) -> bool:
        """Say whether the guide found an error in the claim or before it: what lies above it, or in its neighbours.

        What the claim lacks at its end is told at the segment behind it.
        """
        return self._first_fault is not None and self._first_fault <= placed.last_segment + 1

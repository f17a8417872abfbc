"""The interchange, group and transaction set under way: they gather findings and parts, and are judged at their end."""

from __future__ import annotations

from dataclasses import replace

from hpedi.acceptance.business_units import BusinessUnits
from hpedi.acceptance.claim_checks import check_claim
from hpedi.acceptance.judgement import (
    ClaimJudgement,
    GroupJudgement,
    InterchangeJudgement,
    Noted,
    SetJudgement,
)
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.verdicts import ANSWERED_AT, Verdict, own_verdict, rolled_up, verdict_of
from hpedi.finding_kinds import FINDING_KINDS, found
from hpedi.findings import Finding, Where
from hpedi.guides.load import Guide
from hpedi.guides.walk import SetWalk
from hpedi.transactions.claim_837.read import ClaimReader, PlacedClaim
from hpedi.x12.events import (
    GroupEnd,
    GroupStart,
    InterchangeEnd,
    InterchangeStart,
    SegmentBatch,
    SetEnd,
    SetStart,
)

CLAIM_GUIDES = frozenset({"005010X222A1"})
"""The guides whose sets hold claims that we read."""

_COUNT_DIGITS = 9


class Notes:
    """The findings of a unit: counts all, keeps the first ones, and always the first error."""

    __slots__ = ("_answered_warnings", "_errors", "_kept", "_limit", "_warnings")

    def __init__(self, limit: int) -> None:
        """Begin with none, to keep at most so many (and the first error)."""
        self._limit = limit
        self._kept: list[Finding] = []
        self._errors = self._warnings = self._answered_warnings = 0

    def add(self, finding: Finding) -> bool:
        """Count a finding and say whether it is kept."""
        is_kept = len(self._kept) < self._limit or (finding.is_error and not self._errors)
        if is_kept:
            self._kept.append(finding)
        if finding.is_error:
            self._errors += 1
        else:
            self._warnings += 1
            self._answered_warnings += ANSWERED_AT[finding.code] is not None
        return is_kept

    @property
    def answered(self) -> Verdict:
        """The verdict by what is answered: a warning that sends no code is not."""
        return own_verdict(errors=self._errors, warnings=self._answered_warnings)

    def noted(self) -> Noted:
        """Return the findings as they stand."""
        return Noted(findings=tuple(self._kept), errors=self._errors, warnings=self._warnings)


class OpenInterchange:
    """The interchange under way."""

    def __init__(self, start: InterchangeStart, ordinal: int, findings_kept: int) -> None:
        """Begin at its ISA."""
        self.start = start
        self.groups: list[GroupJudgement] = []
        self.acknowledged: list[tuple[str, ...]] = []
        self.sets = 0
        self.claims = 0
        self.findings_of_sets = 0
        self._ordinal = ordinal
        self._notes = Notes(findings_kept)

    def note(self, finding: Finding) -> None:
        """Note a finding against the interchange."""
        self._notes.add(finding)

    def judged(self, end: InterchangeEnd) -> InterchangeJudgement:
        """Judge it at its end; refused itself, it refuses its groups."""
        noted = self._notes.noted()
        groups = tuple(self.groups)
        if noted.verdict is Verdict.REJECTED:
            groups = tuple(_refused(group) for group in groups)
        return InterchangeJudgement(
            ordinal=self._ordinal,
            elements=self.start.elements,
            delimiters=self.start.delimiters,
            byte_offset=self.start.byte_offset,
            end_offset=end.end_offset,
            digest=end.digest,
            groups=groups,
            acknowledged=tuple(self.acknowledged),
            verdict=rolled_up(noted.verdict, [group.verdict for group in groups]),
            noted=noted,
        )


def _refused(group: GroupJudgement) -> GroupJudgement:
    sets = tuple(replace(each, verdict=Verdict.REJECTED) for each in group.sets)
    return replace(group, sets=sets, verdict=Verdict.REJECTED)


class OpenGroup:
    """The functional group under way."""

    def __init__(self, start: GroupStart, findings_kept: int) -> None:
        """Begin at its GS."""
        self.elements = start.elements
        self.sets: list[SetJudgement] = []
        self._notes = Notes(findings_kept)

    def note(self, finding: Finding) -> None:
        """Note a finding against the group."""
        self._notes.add(finding)

    def judged(self, end: GroupEnd) -> GroupJudgement:
        """Judge it at its end; refused itself, it refuses its sets."""
        noted = self._notes.noted()
        stated = end.elements[1] if len(end.elements) > 1 else ""
        judgement = GroupJudgement(
            elements=self.elements,
            stated=int(stated) if len(stated) <= _COUNT_DIGITS and stated.isascii() and stated.isdigit() else None,
            sets=tuple(self.sets),
            syntax=rolled_up(self._notes.answered, [each.syntax for each in self.sets]),
            verdict=rolled_up(noted.verdict, [each.verdict for each in self.sets]),
            noted=noted,
        )
        return _refused(judgement) if noted.verdict is Verdict.REJECTED else judgement


class OpenSet:
    """The transaction set under way."""

    def __init__(
        self, start: SetStart, guide: Guide | None, interchange: OpenInterchange, group: OpenGroup, judging: Judging
    ) -> None:
        """Begin at its ST; without a guide it is only counted."""
        self._start = start
        self._guide = guide
        self._interchange = interchange
        self._judging = judging
        self._ordinal = interchange.sets
        left = max(0, judging.findings_kept_of_sets - interchange.findings_of_sets)
        self._notes, self._syntax = Notes(min(judging.findings_kept, left)), Notes(0)
        self._checks = [each for each in judging.claim_checks if self._is_asked(each.kind)]
        self._claims = self._claims_rejected = 0
        self._claim_verdicts: set[Verdict] = set()
        self._faults: list[int] = []
        where = Where(
            file=judging.file,
            interchange=interchange.start.control_number,
            group=group.elements[6],
            transaction_set=start.elements[2],
        )
        delimiters = interchange.start.delimiters
        self._walk = None if guide is None else SetWalk(guide, delimiters, where)
        has_claims = guide is not None and guide.id in CLAIM_GUIDES
        self._units = BusinessUnits(delimiters.element) if has_claims else None
        self._reader = ClaimReader(delimiters, where) if has_claims and judging.reads_claims else None
        if guide is None:
            place = replace(where, segment=1, segment_id="ST", byte_offset=start.byte_offset)
            belonging = judging.sets_of_group(group.elements[1])
            is_astray = belonging and start.elements[1] not in belonging
            self.note(found("set-not-of-group" if is_astray else "set-not-supported", place))

    def note(self, finding: Finding) -> None:
        """Note a finding against the set."""
        if not self._is_asked(finding.code):
            return
        self._syntax.add(finding)
        if self._notes.add(finding) and finding.where.segment is not None and self._units is not None:
            self._units.seek(finding.where.segment)
            self._faults.append(finding.where.segment)

    def take(self, batch: SegmentBatch) -> None:
        """Walk the next segments and hand out the claims that end with them."""
        if self._walk is None:
            return
        placed = self._walk.feed(batch)
        for finding in placed.findings:
            self.note(finding)
        if self._units is not None:
            self._units.passes(placed)
        if self._reader is not None:
            for claim in self._reader.read(placed):
                self._take_claim(claim, self._reader)

    def judged(self, end: SetEnd) -> SetJudgement:
        """Judge it at its end."""
        if self._walk is not None:
            for finding in self._walk.close():
                self.note(finding)
        if self._reader is not None:
            for claim in self._reader.close():
                self._take_claim(claim, self._reader)
        noted = self._notes.noted()
        self._interchange.findings_of_sets += len(noted.findings)
        own = self._syntax.noted().verdict
        _, set_id, control_number, version, *_ = (*self._start.elements, "", "", "")
        return SetJudgement(
            ordinal=self._ordinal,
            id=set_id,
            control_number=control_number,
            version=version,
            guide="" if self._guide is None else self._guide.id,
            byte_offset=self._start.byte_offset,
            segments=end.segments,
            syntax=self._syntax.answered,
            verdict=rolled_up(own, self._claim_verdicts),
            noted=noted,
            claims=self._claims,
            claims_rejected=self._claims_rejected,
            header=None if self._reader is None else self._reader.header,
            units={} if self._units is None else self._units.close(),
        )

    def _take_claim(self, placed: PlacedClaim, reader: ClaimReader) -> None:
        """Check a claim, count it and hand it out."""
        findings = [finding for finding in placed.findings if self._is_asked(finding.code)]
        if placed.claim is not None:
            findings += check_claim(placed.claim, self._checks, lambda: reader.where_of(placed))
        if placed.claim is not None or not self._is_told_by_guide(placed):
            for finding in findings:
                self._notes.add(finding)
        verdict = verdict_of(findings)
        self._claims += 1
        self._claims_rejected += verdict is Verdict.REJECTED
        self._claim_verdicts.add(verdict)
        self._interchange.claims += 1
        if self._judging.on_claim is not None:
            self._judging.on_claim(
                ClaimJudgement(
                    ordinal=self._interchange.claims,
                    set_ordinal=self._ordinal,
                    placed=placed,
                    findings=tuple(findings),
                    verdict=verdict,
                )
            )

    def _is_told_by_guide(self, placed: PlacedClaim) -> bool:
        """Say whether a finding of the guide lies in the claim; all that lie in it or before it are known by now."""
        first, last = placed.first_segment, placed.last_segment
        is_at_fault = any(first <= position <= last for position in self._faults)
        self._faults = [position for position in self._faults if position > last]
        return is_at_fault

    def _is_asked(self, kind: str) -> bool:
        return FINDING_KINDS[kind].snip <= self._judging.highest_snip

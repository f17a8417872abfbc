"""The interchange, group and transaction set under way: they gather findings and parts, and are judged at their end."""

from __future__ import annotations

from dataclasses import replace

from hpedi.acceptance.business_units import business_units
from hpedi.acceptance.guide_refusal import guide_refused
from hpedi.acceptance.judgement import (
    ClaimJudgement,
    GroupJudgement,
    InterchangeJudgement,
    Noted,
    SetJudgement,
)
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.set_reading import CLAIM_SET, Known, ReadClaim, SetReading
from hpedi.acceptance.verdicts import Level, Verdict, answered_at, own_verdict, rolled_up, verdict_of
from hpedi.findings import Finding, Where
from hpedi.guides.load import Guide
from hpedi.x12.events import (
    GroupEnd,
    GroupStart,
    InterchangeEnd,
    InterchangeStart,
    SegmentBatch,
    SetEnd,
    SetStart,
)

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
        is_error = finding.is_error
        is_kept = len(self._kept) < self._limit or (is_error and not self._errors)
        if is_kept:
            self._kept.append(finding)
        if is_error:
            self._errors += 1
        else:
            self._warnings += 1
            self._answered_warnings += answered_at(finding.kind) is not None
        return is_kept

    def list_for_claim(self, finding: Finding) -> None:
        """Count what a 999 lists, if it does, without refusing the set: it refuses a claim."""
        is_listed = bool(finding.kind.sent.ik304)
        self._warnings += is_listed
        self._answered_warnings += is_listed

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
        self._claims = self._claims_rejected = 0
        self._claim_verdicts: set[Verdict] = set()
        where = Where(
            file=judging.file,
            interchange=interchange.start.control_number,
            group=group.elements[6],
            transaction_set=start.elements[2],
        )
        delimiters = interchange.start.delimiters
        receivers = frozenset({interchange.start.elements[8].strip(), group.elements[3].strip()})
        self._reading = None if guide is None else SetReading(guide, delimiters, where, judging, receivers)
        self._has_claims = guide is not None and guide.transaction_set == CLAIM_SET
        self._units = None if guide is None else business_units(guide.transaction_set, delimiters.element)
        if guide is None:
            place = replace(where, byte_offset=start.byte_offset)
            functional_id, version, set_id = group.elements[1], group.elements[8], start.elements[1]
            self.note(
                guide_refused(place, judging, functional_id=functional_id, version=version, transaction_set=set_id)
            )

    def note(self, finding: Finding) -> None:
        """Note a finding against the set."""
        if finding.kind.snip <= self._judging.highest_snip:
            self._syntax.add(finding)
            self._keep(finding)

    def take(self, batch: SegmentBatch) -> None:
        """Read the next segments and hand out the claims that end with them."""
        if self._reading is not None:
            self._take(self._reading.take(batch))

    def _take(self, known: Known) -> None:
        for finding in (*known.walked, *known.of_set):
            self.note(finding)
        for finding in known.ruled:
            self._note_ruled(finding)
        if self._units is not None and known.placed is not None:
            self._units.passes(known.placed)
        for claim in known.claims:
            self._take_claim(claim)

    def _note_ruled(self, finding: Finding) -> None:
        """Note what a rule found: against the claims that it is about, where it is about claims."""
        if not self._has_claims or answered_at(finding.kind) is not Level.CLAIM:
            self.note(finding)
            return
        self._syntax.list_for_claim(finding)
        self._keep(finding)

    def _keep(self, finding: Finding) -> None:
        """Keep a finding, and ask for the claim that it lies in."""
        if self._notes.add(finding) and finding.where.segment is not None and self._units is not None:
            self._units.seek(finding.where.segment)

    def judged(self, end: SetEnd) -> SetJudgement:
        """Judge it at its end."""
        if self._reading is not None:
            self._take(self._reading.close())
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
            header=None if self._reading is None else self._reading.header,
            units={} if self._units is None else self._units.close(),
            inquiry=None if self._reading is None else self._reading.inquiry,
        )

    def _take_claim(self, claim: ReadClaim) -> None:
        """Count a claim and hand it out."""
        for finding in claim.told_here:
            self._notes.add(finding)
        verdict = verdict_of(claim.findings) if claim.findings else Verdict.ACCEPTED
        self._claims += 1
        self._claims_rejected += verdict is Verdict.REJECTED
        self._claim_verdicts.add(verdict)
        self._interchange.claims += 1
        if self._judging.on_claim is not None and claim.placed is not None:
            self._judging.on_claim(
                ClaimJudgement(
                    ordinal=self._interchange.claims,
                    set_ordinal=self._ordinal,
                    placed=claim.placed,
                    findings=claim.findings,
                    verdict=verdict,
                )
            )

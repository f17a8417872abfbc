"""`hpedi validate --engine pyx12`: what pyx12 says of each transaction set, in the words of our findings.

The envelope is still read by us: pyx12 is only ever given one transaction set. Its codes are turned back into the kinds
of finding that send them; where several kinds send one code, one stands for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from hpedi.acceptance.verdicts import Level, Verdict, refused_level, rolled_up, verdict_of
from hpedi.commands.file_report import (
    FileReport,
    ReportedGroup,
    ReportedInterchange,
    ReportedSet,
    ReportedTa1,
    report_findings,
)
from hpedi.crosscheck import Opinion, Pyx12Answer, SegmentErrors, validate_with_pyx12
from hpedi.finding_kinds import FINDING_KINDS, found
from hpedi.findings import Finding, Where
from hpedi.guide_files import GuideFiles
from hpedi.transactions.ack_ta1.model import codes_of
from hpedi.x12.events import (
    Event,
    GroupEnd,
    GroupStart,
    InterchangeEnd,
    InterchangeStart,
    SegmentBatch,
    SetEnd,
    SetStart,
)

_KINDS: Final = tuple(FINDING_KINDS.values())
_KIND_OF_IK304: Final = {k.sent.ik304: k.code for k in reversed(_KINDS) if k.sent.ik304 and not k.sent.ik403}
_KIND_OF_IK403: Final = {k.sent.ik403: k.code for k in _KINDS if k.sent.ik403}  # the last one is the plain element's
_KIND_OF_IK502: Final = {k.sent.ik502: k.code for k in reversed(_KINDS) if k.sent.ik502}


def ask_pyx12(file: str, events: Iterable[Event]) -> FileReport:
    """Report what pyx12 finds in each transaction set, and what our reader finds around them."""
    hearing = _Hearing()
    for event in events:
        hearing.take(event)
    outside = [Verdict.REJECTED if each.is_error else Verdict.ACCEPTED_WITH_ERRORS for each in hearing.outside]
    parts = [each.verdict for each in hearing.interchanges]
    return FileReport(
        file=file,
        verdict=rolled_up(Verdict.ACCEPTED, parts + outside) if parts else Verdict.REJECTED,
        segments=hearing.segments,
        interchanges=tuple(hearing.interchanges),
        findings=report_findings(hearing.findings),
    )


@dataclass(slots=True)
class _OpenInterchange:
    start: InterchangeStart
    findings: list[Finding] = field(default_factory=list)
    groups: list[ReportedGroup] = field(default_factory=list)


@dataclass(slots=True)
class _OpenGroup:
    start: GroupStart
    findings: list[Finding] = field(default_factory=list)
    sets: list[ReportedSet] = field(default_factory=list)


@dataclass(slots=True)
class _OpenSet:
    start: SetStart
    findings: list[Finding] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)


class _Hearing:
    """The units open at the present place in the file, and what was said so far."""

    def __init__(self) -> None:
        self.interchanges: list[ReportedInterchange] = []
        self.findings: list[Finding] = []
        self.outside: list[Finding] = []
        self.segments = 0
        self._guides = GuideFiles()
        self._interchange: _OpenInterchange | None = None
        self._group: _OpenGroup | None = None
        self._set: _OpenSet | None = None

    def take(self, event: Event) -> None:
        """Take the next event of the file."""
        if isinstance(event, Finding):
            self._note(event)
        elif isinstance(event, SegmentBatch) and self._set is not None:
            self._set.texts += event.texts
            self._set.offsets += [event.byte_offset(index) for index in range(len(event.texts))]
        elif isinstance(event, InterchangeStart):
            self._interchange = _OpenInterchange(event)
        elif isinstance(event, GroupStart):
            self._group = _OpenGroup(event)
        elif isinstance(event, SetStart):
            self._set = _OpenSet(event)
        elif isinstance(event, SetEnd | GroupEnd | InterchangeEnd):
            self._close(event)

    def _note(self, finding: Finding) -> None:
        self.findings.append(finding)
        units = [unit for unit in (self._interchange, self._group, self._set) if unit is not None]
        if not units:
            self.outside.append(finding)
            return
        levels = (Level.INTERCHANGE, Level.GROUP, Level.SET)
        level = refused_level(finding, levels[len(units) - 1])
        depth = levels.index(level) if level in levels else len(units) - 1
        units[min(depth, len(units) - 1)].findings.append(finding)

    def _close(self, event: SetEnd | GroupEnd | InterchangeEnd) -> None:
        interchange, group, opened = self._interchange, self._group, self._set
        if isinstance(event, SetEnd) and interchange and group and opened:
            group.sets.append(self._judge_set(interchange.start, group.start, opened))
            self._set = None
        elif isinstance(event, GroupEnd) and interchange and group:
            interchange.groups.append(_reported_group(group))
            self._group = None
        elif isinstance(event, InterchangeEnd) and interchange:
            self.interchanges.append(_reported_interchange(interchange))
            self._interchange = None

    def _judge_set(self, interchange: InterchangeStart, group: GroupStart, opened: _OpenSet) -> ReportedSet:
        self.segments += len(opened.texts)
        set_id, control_number = opened.start.elements[1], opened.start.elements[2]
        functional_id, version = group.elements[1], group.elements[8]
        where = Where(
            interchange=interchange.control_number,
            group=group.elements[6],
            transaction_set=control_number,
            segment=1,
            byte_offset=opened.start.byte_offset,
        )
        guide = self._guides.guide_for(functional_id, version, set_id)
        if guide is None:
            said = [found("set-not-supported", where)]
        else:
            answer = validate_with_pyx12(
                opened.texts, interchange.delimiters, functional_id=functional_id, version=version
            )
            said = list(_findings(answer, opened, where))
        self.findings += said
        return ReportedSet(
            id=set_id,
            guide="" if guide is None else guide.id,
            control_number=control_number,
            verdict=verdict_of(opened.findings + said),
        )


def _reported_group(group: _OpenGroup) -> ReportedGroup:
    elements = group.start.elements
    return ReportedGroup(
        control_number=elements[6],
        functional_id=elements[1],
        version=elements[8],
        verdict=rolled_up(verdict_of(group.findings), [each.verdict for each in group.sets]),
        transaction_sets=tuple(group.sets),
    )


def _reported_interchange(interchange: _OpenInterchange) -> ReportedInterchange:
    code, note = codes_of(interchange.findings)
    return ReportedInterchange(
        control_number=interchange.start.control_number,
        verdict=rolled_up(verdict_of(interchange.findings), [each.verdict for each in interchange.groups]),
        ta1=ReportedTa1(code=code, note=note),
        groups=tuple(interchange.groups),
    )


def _findings(answer: Pyx12Answer, opened: _OpenSet, where: Where) -> Iterator[Finding]:
    for segment in answer.segments:
        yield from _of_segment(segment, opened.offsets, where)
    for code in answer.set_codes:
        yield found(_KIND_OF_IK502.get(code, "second-opinion"), where)
    if answer.opinion is not Opinion.ACCEPTED and not answer.segments and not answer.set_codes:
        yield found("second-opinion", where)


def _of_segment(errors: SegmentErrors, offsets: Sequence[int], where: Where) -> Iterator[Finding]:
    index = errors.position - 1
    at = replace(
        where,
        segment=errors.position,
        segment_id=errors.segment_id or None,
        byte_offset=offsets[index] if 0 <= index < len(offsets) else None,
    )
    for code in errors.codes:
        if code in _KIND_OF_IK304 or not errors.elements:
            yield found(_KIND_OF_IK304.get(code, "second-opinion"), at)
    for element in errors.elements:
        place = replace(
            at,
            element=element.element,
            component=element.component or None,
            data_element=element.data_element or None,
        )
        yield found(_KIND_OF_IK403.get(element.code, "second-opinion"), place)

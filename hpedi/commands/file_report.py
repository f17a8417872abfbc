"""What `hpedi validate` says of a file: the object that --json prints, with exactly these fields.

Control numbers and ids of headers are shown as sent where they have their form; what has not may be PHI and is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final

from hpedi.acceptance.judgement import FileJudgement, InterchangeJudgement
from hpedi.acceptance.verdicts import Verdict
from hpedi.findings import MASKED, Finding, Severity, Where, shown_control_number

_IDS: Final = {"set": "[A-Z0-9]{0,3}", "group": "[A-Z]{0,2}", "version": "[A-Z0-9]{0,12}"}
"""The forms of ST01, GS01 and GS08."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding:
    """A finding with the level of its kind.

    Attributes:
        where: Its place as far as it is known, with `byte_offset`, `segment`, `loop` and `element` always.
    """

    code: str
    snip: int
    severity: Severity
    message: str
    source: str
    where: dict[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedSet:
    """A transaction set."""

    id: str
    guide: str
    control_number: str
    verdict: Verdict

    def __post_init__(self) -> None:
        """Mask what is malformed."""
        _show(
            self,
            id=_shown_id("set", self.id),
            control_number=shown_control_number("transaction_set", self.control_number),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedGroup:
    """A functional group with its transaction sets."""

    control_number: str
    functional_id: str
    version: str
    verdict: Verdict
    transaction_sets: tuple[ReportedSet, ...]

    def __post_init__(self) -> None:
        """Mask what is malformed."""
        _show(self, functional_id=_shown_id("group", self.functional_id), version=_shown_id("version", self.version))
        _show(self, control_number=shown_control_number("group", self.control_number))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedTa1:
    """What a TA1 would say: TA104 and TA105."""

    code: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedInterchange:
    """An interchange with its groups, and the transaction sets of all of them in order."""

    control_number: str
    verdict: Verdict
    ta1: ReportedTa1
    groups: tuple[ReportedGroup, ...]
    transaction_sets: tuple[ReportedSet, ...] = ()

    def __post_init__(self) -> None:
        """List the sets of the groups; mask what is malformed."""
        sets = tuple(each for group in self.groups for each in group.transaction_sets)
        object.__setattr__(self, "transaction_sets", sets)
        _show(self, control_number=shown_control_number("interchange", self.control_number))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """A file. `segments` counts those of its transaction sets, ST and SE included."""

    file: str
    verdict: Verdict
    segments: int
    interchanges: tuple[ReportedInterchange, ...]
    findings: tuple[ReportedFinding, ...]
    not_checked: tuple[str, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Say whether anything in it is refused."""
        return self.verdict in (Verdict.REJECTED, Verdict.PARTIALLY_ACCEPTED)


def _show(report: object, **shown: str) -> None:
    for name, value in shown.items():
        object.__setattr__(report, name, value)


def _shown_id(kind: str, sent: str) -> str:
    return sent if re.fullmatch(_IDS[kind], sent) else MASKED


_PLACES = tuple(each.name for each in fields(Where) if each.name != "file")
_places_of = attrgetter(*_PLACES)
_ALWAYS = ("byte_offset", "segment", "loop", "element")


def report(file: str, judged: FileJudgement, *, not_checked: tuple[str, ...] = ()) -> FileReport:
    """Report what our engine found, and which code sets could not be checked for want of a list."""
    findings = [*judged.findings, *(each for interchange in judged.interchanges for each in interchange.findings())]
    return FileReport(
        file=file,
        verdict=judged.verdict,
        segments=sum(each.segments for each in judged.interchanges),
        interchanges=tuple(_interchange(each) for each in judged.interchanges),
        findings=report_findings(findings),
        not_checked=not_checked,
    )


def report_findings(findings: Iterable[Finding]) -> tuple[ReportedFinding, ...]:
    """Report findings in the order of their places."""
    ordered = sorted(findings, key=lambda finding: finding.where.byte_offset or 0)
    return tuple(_finding(finding) for finding in ordered)


def _finding(finding: Finding) -> ReportedFinding:
    return ReportedFinding(
        code=finding.code,
        snip=finding.kind.snip,
        severity=finding.severity,
        message=finding.message,
        source=finding.source,
        where=_place(finding.where),
    )


def _place(where: Where) -> dict[str, str | int | None]:
    places = zip(_PLACES, _places_of(where), strict=True)
    return {name: value for name, value in places if value is not None or name in _ALWAYS}


def _interchange(judged: InterchangeJudgement) -> ReportedInterchange:
    code, note = judged.ta1
    groups = tuple(
        ReportedGroup(
            control_number=group.control_number,
            functional_id=group.functional_id,
            version=group.version,
            verdict=group.verdict,
            transaction_sets=tuple(
                ReportedSet(id=each.id, guide=each.guide, control_number=each.control_number, verdict=each.verdict)
                for each in group.sets
            ),
        )
        for group in judged.groups
    )
    return ReportedInterchange(
        control_number=judged.control_number,
        verdict=judged.verdict,
        ta1=ReportedTa1(code=code, note=note),
        groups=groups,
    )

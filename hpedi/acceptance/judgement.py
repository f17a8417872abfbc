"""What became of a file, interchange, group, transaction set and claim: facts and verdicts, not yet answers.

`hpedi validate --json` prints these; the TA1, 999 and 277CA are made of them. A transaction set and a group have two
verdicts: `syntax` counts only what a 999 answers, `verdict` everything, their claims and the units around them too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hpedi.acceptance.inquiry_readers import Inquiry
from hpedi.acceptance.verdicts import Verdict, own_verdict, rolled_up
from hpedi.claims.submission import SubmissionHeader
from hpedi.findings import Finding
from hpedi.transactions.ack_999.model import BusinessUnit
from hpedi.transactions.ack_ta1.model import codes_of
from hpedi.transactions.claim_837.read import PlacedClaim
from hpedi.x12.events import Delimiters


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """The findings of a unit: all are counted, the first ones are kept.

    Attributes:
        findings: Those kept, in the order found.
        errors: How many errors there were.
        warnings: How many warnings there were.
    """

    findings: tuple[Finding, ...] = ()
    errors: int = 0
    warnings: int = 0

    @property
    def left_off(self) -> int:
        """How many findings were counted but not kept."""
        return self.errors + self.warnings - len(self.findings)

    @property
    def verdict(self) -> Verdict:
        """The verdict by these findings alone."""
        return own_verdict(errors=self.errors, warnings=self.warnings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimJudgement:
    """A claim as it is handed out, while its set is still being read.

    Attributes:
        ordinal: Its number in the interchange, from 1.
        set_ordinal: Its set's number in the interchange, from 1.
        placed: The claim and its place; no model where it cannot be read.
        findings: What was found in reading and checking it.
        verdict: By its own findings. Its set, group or interchange may be refused later.
    """

    ordinal: int
    set_ordinal: int
    placed: PlacedClaim
    findings: tuple[Finding, ...] = ()
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SetJudgement:
    """A transaction set.

    Attributes:
        ordinal: Its number in the interchange, from 1.
        id: ST01.
        control_number: ST02.
        version: ST03.
        guide: The guide it was judged by; empty where we have none.
        byte_offset: Of its ST.
        segments: From ST to SE.
        syntax: What IK501 says.
        verdict: With its claims, and with the group and interchange around it.
        noted: Its findings, those of its claims among them.
        claims: Number of claims that were read in it.
        claims_rejected: How many of them are refused.
        header: The head of an 837; None for other sets, and where no claims were read.
        units: The claim that a kept finding lies in, by the position of its segment.
        inquiry: What an inquiry set asks; None for other sets, and where nobody is to answer it.
    """

    ordinal: int
    id: str
    control_number: str
    version: str
    guide: str
    byte_offset: int
    segments: int
    syntax: Verdict
    verdict: Verdict
    noted: Noted
    claims: int = 0
    claims_rejected: int = 0
    header: SubmissionHeader | None = None
    units: Mapping[int, BusinessUnit] = field(default_factory=dict)
    inquiry: Inquiry | None = None

    def unit_at(self, position: int) -> BusinessUnit | None:
        """Return the business unit that a segment at fault lies in, where it is known."""
        return self.units.get(position)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJudgement:
    """A functional group.

    Attributes:
        elements: GS00 to GS08 as sent.
        stated: GE01; None where GE is missing or GE01 is no number.
        sets: Its transaction sets.
        syntax: What AK901 says.
        verdict: With everything below it, and with the interchange around it.
        noted: The findings of the group itself.
    """

    elements: tuple[str, ...]
    stated: int | None
    sets: tuple[SetJudgement, ...]
    syntax: Verdict
    verdict: Verdict
    noted: Noted

    @property
    def functional_id(self) -> str:
        """GS01."""
        return self.elements[1]

    @property
    def control_number(self) -> str:
        """GS06."""
        return self.elements[6]

    @property
    def version(self) -> str:
        """GS08."""
        return self.elements[8]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterchangeJudgement:
    """An interchange.

    Attributes:
        ordinal: Its number in the file, from 1.
        elements: ISA00 to ISA16 as sent, blanks kept.
        delimiters: Its delimiters.
        byte_offset: Of its first byte in the file.
        end_offset: Of the first byte after it.
        digest: SHA-256 (hex) of its bytes.
        groups: Its functional groups.
        acknowledged: The TA1 segments in it, elements TA100 to TA105.
        verdict: With everything below it.
        noted: The findings of the interchange itself.
    """

    ordinal: int
    elements: tuple[str, ...]
    delimiters: Delimiters
    byte_offset: int
    end_offset: int
    digest: str
    groups: tuple[GroupJudgement, ...]
    acknowledged: tuple[tuple[str, ...], ...]
    verdict: Verdict
    noted: Noted

    @property
    def control_number(self) -> str:
        """ISA13."""
        return self.elements[13]

    @property
    def inquires(self) -> bool:
        """Whether a set of it holds an inquiry that was read."""
        return any(each.inquiry is not None for group in self.groups for each in group.sets)

    @property
    def usage(self) -> str:
        """ISA15: T for test, P for production."""
        return self.elements[15]

    @property
    def ta1(self) -> tuple[str, str]:
        """TA104 and TA105."""
        return codes_of(self.noted.findings)

    @property
    def segments(self) -> int:
        """Number of segments in its transaction sets."""
        return sum(each.segments for group in self.groups for each in group.sets)

    def findings(self) -> list[Finding]:
        """Return all findings kept: of the interchange, then of each group and its sets."""
        noted = [self.noted]
        for group in self.groups:
            noted += [group.noted, *(each.noted for each in group.sets)]
        return [finding for each in noted for finding in each.findings]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileJudgement:
    """A whole file; `findings` are those outside any interchange."""

    interchanges: tuple[InterchangeJudgement, ...]
    findings: tuple[Finding, ...]
    verdict: Verdict


def judged_file(judged: Sequence[InterchangeJudgement | Finding]) -> FileJudgement:
    """Put together what `judge` yields for one file.

    A file without an interchange is rejected. An error outside any interchange leaves the interchanges as they are.
    """
    interchanges = tuple(each for each in judged if isinstance(each, InterchangeJudgement))
    findings = tuple(each for each in judged if isinstance(each, Finding))
    parts = [each.verdict for each in interchanges]
    outside = [Verdict.REJECTED if each.is_error else Verdict.ACCEPTED_WITH_ERRORS for each in findings]
    verdict = rolled_up(Verdict.ACCEPTED, parts + outside) if parts else Verdict.REJECTED
    return FileJudgement(interchanges=interchanges, findings=findings, verdict=verdict)

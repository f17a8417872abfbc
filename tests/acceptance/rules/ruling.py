"""Rules written in a test, and what they find in a claim written in the test."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import yaml

from hpedi.acceptance.checks import NamedCheck
from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import FileJudgement, judged_file
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.loops import LoopInstance, Segment
from hpedi.acceptance.rules.plan import CheckPlan
from hpedi.acceptance.rules.rule import overridden, read_rules
from hpedi.findings import Finding
from hpedi.guide_files import GuideFiles
from hpedi.x12.reader import read_x12
from tests.acceptance.balancing_files import file_of, segments

GUIDES: Final = GuideFiles()
PROFESSIONAL: Final = GUIDES.guide_for("HC", "005010X222A1", "837")
REMITTANCE: Final = GUIDES.guide_for("HP", "005010X221A1", "835")

ABOVE: Final = """
    BHT*0019*00*REF1*20260105*0930*CH
    NM1*41*2*NORTH BILLING*****46*S1
    PER*IC*HELP DESK*TE*5555550100
    NM1*40*2*LAKESIDE HEALTH PLAN*****46*94267
    HL*1**20*1
    NM1*85*2*NORTH CLINIC*****XX*1234567893
    N3*1 MAIN ST
    N4*TOWN*MN*554010001
    REF*EI*411234567
    HL*2*1*22*0
    SBR*P*18*******CI
    NM1*IL*1*DOE*ANN****MI*M100
    N3*2 MAIN ST
    N4*TOWN*MN*55401
    DMG*D8*19800101*F
    NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267
"""
"""Segments 2 to 17 of a set."""

CLAIM: Final = """
    CLM*C1*185.5***11:B:1*Y*A*Y*Y
    REF*D9*T1
    HI*ABK:E119*ABF:I10
    LX*1
    SV1*HC:99213:25*100*UN*1***1:2
    DTP*472*D8*20260101
    REF*6R*A
    LX*2
    SV1*HC:87070*85.50*UN*1***1
    DTP*472*D8*20260102
    REF*6R*B
"""
"""Segments 18 to 28: CLM 18, REF 19, HI 20, LX 21 and 25, SV1 22 and 26, DTP 23 and 27, REF 24 and 28."""


class Told(NamedTuple):
    """A finding of a rule: its code and place."""

    code: str
    segment: int | None
    segment_id: str | None
    element: int | None = None
    component: int | None = None


def rule(**parts: object) -> dict[str, object]:
    """Write a rule of 2300 that is broken; what it asks for is handed in."""
    row: dict[str, object] = {
        "id": "T-1",
        "code": "broken",
        "guides": ["837P"],
        "at": "2300",
        "title": "Something is wrong",
        "remedy": "Mend it.",
        "severity": "error",
        "source": "this test",
    }
    return row | parts


def rule_file(*rows: dict[str, object], **parts: object) -> bytes:
    """Write a rule file."""
    return yaml.safe_dump({"snip": 4, "rules": list(rows)} | parts).encode()


def judged(
    content: bytes,
    text: str = ABOVE + CLAIM,
    *,
    severities: Mapping[str, str] = MappingProxyType({}),
    checks: Mapping[str, NamedCheck] = MappingProxyType({}),
) -> FileJudgement:
    """Judge a set of professional claims by its guide and these rules alone."""
    return judged_bytes(content, b"".join(file_of("HC", "005010X222A1", "837", segments(text))), severities, checks)


def judged_bytes(
    content: bytes,
    file: bytes,
    severities: Mapping[str, str] = MappingProxyType({}),
    checks: Mapping[str, NamedCheck] = MappingProxyType({}),
) -> FileJudgement:
    """Judge a file by its guides and these rules alone."""
    rules = overridden(read_rules(content), severities)
    plans = {
        guide.id: CheckPlan(guide, [each for each in rules if GUIDES.name_of(guide) in each.guides], _EvenCodes, checks)
        for guide in (PROFESSIONAL, REMITTANCE)
        if guide is not None
    }
    judging = Judging(
        guide_for=GUIDES.guide_for, plan_for=lambda guide, _receivers: plans[guide.id], claim_checks=(), highest_snip=7
    )
    return judged_file(list(judge(read_x12([file]), judging)))


def of_rules(result: FileJudgement) -> list[Finding]:
    """Return the findings of rules."""
    return [each for interchange in result.interchanges for each in interchange.findings() if each.kind.rule]


def told(*rows: dict[str, object], text: str = ABOVE + CLAIM, **parts: object) -> list[Told]:
    """Return what rules find in a set of professional claims."""
    return [
        Told(each.code, each.where.segment, each.where.segment_id, each.where.element, each.where.component)
        for each in of_rules(judged(rule_file(*rows, **parts), text))
    ]


class _EvenCodes:
    """Knows codes of even length."""

    def __init__(self, code_set: str, on: str) -> None:
        self._told = f"It is not of {code_set} on {on}."

    def passes(self, code: str) -> bool:
        return len(code) % 2 == 0

    def __call__(self, _loop: LoopInstance, _segment: Segment, code: str) -> str | None:
        return None if self.passes(code) else self._told

"""Claims by kind and mistakes in them, written in YAML beside this file, and what is found in them (SNIP 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import yaml

from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import judged_file
from hpedi.acceptance.judging import Judging
from hpedi.acceptance_files import RuleFiles
from hpedi.findings import Finding
from hpedi.guide_files import GuideFiles
from hpedi.x12.reader import read_x12
from tests.acceptance.balancing_files import file_of, segments

FOLDER: Final = Path(__file__).parent / "claim_types"
GUIDES: Final = GuideFiles()
VERSIONS: Final = MappingProxyType({"837P": "005010X222A1", "837I": "005010X223A2", "837D": "005010X224A2"})

HEADER: Final = """
    BHT*0019*00*REF1*20260302*0914*CH
    NM1*41*2*NORTH BILLING*****46*LAKES
    PER*IC*HELP DESK*TE*5555550100
    NM1*40*2*LAKESIDE HEALTH PLAN*****46*94267
    HL*1**20*1
    NM1*85*2*NORTH CLINIC*****XX*1000003008
    N3*1 MAIN ST
    N4*DULUTH*MN*558020001
    REF*EI*410000304
    HL*2*1*22*0
    SBR*P*18*******{filing}
    NM1*IL*1*DOE*ANN****MI*M1000001
    N3*2 BIRCH LN
    N4*DULUTH*MN*558020012
    DMG*D8*19800101*F
    NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267
"""


class Told(NamedTuple):
    """A finding: its code, the position of its segment (ST = 1), element and component; 0 where it is not so deep."""

    code: str
    segment: int
    element: int
    component: int


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One change of a right claim.

    Attributes:
        rule: The rule that it is about.
        claim: The claim.
        change: How the segment begins that is changed or left out.
        nth: Which of those that begin so; 0 where there is one.
        drop: How many segments are left out from there.
        to: What stands there instead.
        header: Segments changed before the claim.
        finds: The code that is found; empty where the change is right too.
        at: How the segment begins where it is found, then its element and component.
        also: Codes of other rules that the change cannot but break.
    """

    rule: str
    claim: str
    change: str = ""
    nth: int = 0
    drop: int = 1
    to: list[str] = field(default_factory=list)
    header: dict[str, str] = field(default_factory=dict)
    finds: str = ""
    at: str = ""
    also: list[str] = field(default_factory=list)

    def made_in(self, lines: list[str]) -> list[str]:
        """Return the segments of a set with the change made."""
        lines = [self.header.get(line, line) for line in lines]
        if not self.change:
            return lines
        places = [place for place, line in enumerate(lines) if line.startswith(self.change)]
        (place,) = places[self.nth - 1 : self.nth] if self.nth else places
        return [*lines[:place], *self.to, *lines[place + self.drop :]]

    def expected(self, lines: list[str]) -> list[Told]:
        """Return what is to be found in the segments (without ST) after the change."""
        if not self.finds:
            return []
        start, _, place = self.at.rpartition(" ") if self.at[-1].isdigit() and " " in self.at else (self.at, "", "")
        (segment,) = [position for position, line in enumerate(lines, 2) if line.startswith(start)]
        element, _, component = place.partition("-")
        return [Told(self.finds, segment, int(element or 0), int(component or 0))]


@cache
def written(name: str) -> Mapping[str, Any]:
    """Return a file of claims and mistakes."""
    content: Mapping[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def claim_of(name: str, claim: str) -> list[str]:
    """Return the segments of a set of one claim, without ST and SE."""
    kind = written(name)["claims"][claim]
    return [*segments(HEADER.format(filing=kind["filing"])), *segments(kind["segments"])]


def mistakes(name: str) -> list[Mistake]:
    """Return the mistakes of a file."""
    return [Mistake(**row) for row in written(name)["mistakes"]]


def findings_of(guide: str, lines: Iterable[str]) -> list[Finding]:
    """Return what is found in a claim set, given without ST and SE."""
    return found_in(b"".join(file_of("HC", VERSIONS[guide], "837", lines)))


def found_in(data: bytes, companion: str | None = None) -> list[Finding]:
    """Return what is found in a file at all levels, by the companion guide of its receiver or the one asked for."""
    judging = Judging(
        guide_for=GUIDES.guide_for, plan_for=RuleFiles(GUIDES, companion=companion).plan_for, claim_checks=()
    )
    judged = judged_file(list(judge(read_x12([data], file="a.x12"), judging)))
    return [finding for interchange in judged.interchanges for finding in interchange.findings()]


def told(findings: Iterable[Finding], snip: int) -> list[Told]:
    """Return the findings of a level, in the order of their segments."""
    places = [(finding.code, finding.where) for finding in findings if finding.kind.snip == snip]
    return sorted(
        (Told(code, where.segment or 0, where.element or 0, where.component or 0) for code, where in places),
        key=lambda each: each[1:],
    )

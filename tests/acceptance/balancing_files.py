"""Files of whole sets written out in segments, and what is found in them up to SNIP 3, for the tests of balancing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple

from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import judged_file
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.rules.plan import CheckPlan
from hpedi.acceptance.rules.rule import Rule, overridden, read_rules
from hpedi.findings import Finding
from hpedi.guide_files import GuideFiles
from hpedi.guides.load import Guide
from hpedi.mappings_folder import mapping
from hpedi.x12.reader import read_x12

_GUIDES: Final = GuideFiles()
_ISA: Final = (
    "ISA*00*          *00*          *ZZ*LAKES          *ZZ*94267          *260302*0914*^*00501*000000905*1*P*:~"
)


class Told(NamedTuple):
    """A finding: its code and the segment and element it is told at."""

    code: str
    at: str


def segments(text: str) -> list[str]:
    """Return the segments written one a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def file_of(functional_id: str, version: str, set_id: str, *sets: Iterable[str]) -> Iterator[bytes]:
    """Write sets, each from after its ST to before its SE, as a file of one group, a segment at a time."""
    yield f"{_ISA}GS*{functional_id}*LAKES*94267*20260302*0914*1*X*{version}~".encode()
    for number, each in enumerate(sets, 1):
        count = 2
        yield f"ST*{set_id}*{number:04}{f'*{version}' if set_id != '835' else ''}~".encode()
        for segment in each:
            yield f"{segment}~".encode()
            count += 1
        yield f"SE*{count}*{number:04}~".encode()
    yield f"GE*{len(sets)}*1~IEA*1*000000905~".encode()


@cache
def balancing_rules() -> tuple[Rule, ...]:
    """Return the rules of balancing, and no others."""
    return read_rules(mapping("acceptance/balancing.yaml").read_bytes())


def plan_for(guide: Guide, severities: Mapping[str, str] = MappingProxyType({})) -> CheckPlan:
    """Return the plan of a guide with the rules of balancing."""
    name = _GUIDES.name_of(guide)
    rules = [rule for rule in overridden(balancing_rules(), severities) if name in rule.guides]
    return CheckPlan(guide, rules, lambda _code_set, _on: lambda _loop, _segment, _code: None)


def found_in(file: Iterable[bytes], severities: Mapping[str, str] = MappingProxyType({})) -> list[Finding]:
    """Return the findings of SNIP 1 to 3 in a file."""
    judging = Judging(
        guide_for=_GUIDES.guide_for,
        plan_for=lambda guide, _receivers: plan_for(guide, severities),
        claim_checks=(),
        highest_snip=3,
    )
    judged = judged_file(list(judge(read_x12(file, file="a.x12"), judging)))
    return [finding for interchange in judged.interchanges for finding in interchange.findings()]


def told(
    file: Iterable[bytes], *, severities: Mapping[str, str] = MappingProxyType({}), errors_only: bool = False
) -> list[Told]:
    """Return what is found in a file, in the order of its segments."""
    data = b"".join(file)
    found = [each for each in found_in([data], severities) if each.is_error or not errors_only]
    found.sort(key=lambda finding: finding.where.byte_offset or 0)
    return [
        Told(
            finding.code,
            f"{_segment(data, finding.where.byte_offset)} {finding.where.segment_id}{finding.where.element or 0:02}",
        )
        for finding in found
    ]


def _segment(data: bytes, offset: int | None) -> str:
    return "" if offset is None else data[offset:].split(b"~", 1)[0].decode()


def with_change(lines: list[str], old: str, *new: str) -> list[str]:
    """Return segments with one of them, which must stand there once, changed into others or left out."""
    assert lines.count(old) == 1, old
    at = lines.index(old)
    return [*lines[:at], *new, *lines[at + 1 :]]

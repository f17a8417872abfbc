"""Mistakes written in tables beside this file, the files they make, and what is found in them at SNIP 4.

A row is `rule | edits | places | also`. Edits, joined by ` && `, change a clean file of tests/conformance: `A => B ; C`
puts segments in place of the one that begins so (nothing: leaves it out), `A .. B =>` leaves out all from one to before
another, `A ++ B` adds behind, `A @ 05-3=8, 09=` sets elements. A place is a segment of the changed file by its
beginning, with element and component: `CLM*NC-0001 05-3`. No place: the change is right. `also`: rules that the change
cannot but break.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import judged_file
from hpedi.acceptance.judging import Judging
from hpedi.acceptance_files import RuleFiles
from hpedi.findings import Finding
from hpedi.guide_files import GuideFiles
from hpedi.x12.reader import read_x12
from tests.conformance.corpus import as_bytes, clean_segments
from tests.conformance.edits import count_segments, place_of, position_in_set

FOLDER: Final = Path(__file__).parent / "situational"
LEVEL: Final = 4
_GUIDES: Final = GuideFiles()
_RULES: Final = RuleFiles(_GUIDES)
_PLACE: Final = re.compile(r"(?P<segment>.+?)(?: (?P<element>\d\d)(?:-(?P<component>\d))?)?")


class Place(NamedTuple):
    """Where something is found: position in the set (ST = 1), element and component; 0 where it is not so deep."""

    segment: int
    element: int
    component: int


@dataclass(frozen=True)
class Mistake:
    """A row of a table.

    Attributes:
        base: The clean file.
        rule: The rule that the change breaks, or keeps where there are no places.
        edits: The change.
        places: Where it is found.
        also: Other rules that it breaks, and codes of what has no rule.
    """

    base: str
    rule: str
    edits: str
    places: tuple[str, ...]
    also: frozenset[str]

    def segments(self) -> list[str]:
        """Return the clean file with the change made, SE01 counted anew."""
        segments = list(clean_segments(self.base))
        for edit in self.edits.split(" && "):
            _edit(segments, edit)
        return count_segments(segments)

    def expected(self, segments: list[str]) -> set[Place]:
        """Return the places in the changed file."""
        return {_place(place, segments) for place in self.places}


def mistakes() -> list[Mistake]:
    """Return the rows of every table."""
    return [
        _mistake(path.stem, line)
        for path in sorted(FOLDER.glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]


def _mistake(base: str, line: str) -> Mistake:
    rule, edits, places, also, *_ = (*(part.strip() for part in line.split("|")), "", "")
    return Mistake(base, rule, edits, tuple(places.split(" & ")) if places else (), frozenset(also.split()))


def _edit(segments: list[str], edit: str) -> None:
    """Make one edit."""
    name, sign, rest = (part.strip() for part in re.split(r" (=>|\+\+|@) ?", edit, maxsplit=1))
    first, _, end = name.partition(" .. ")
    start = place_of(segments, first)
    stop = place_of(segments, end) if end else start + 1
    texts = [text.strip() for text in rest.split(" ; ")] if rest else []
    if sign == "@":
        segments[start] = _with_elements(segments[start], rest)
    elif sign == "++":
        segments[stop:stop] = texts
    else:
        segments[start:stop] = texts


def _with_elements(segment: str, changes: str) -> str:
    """Return a segment with elements or components set: `05-3=8, 09=`."""
    elements = segment.split("*")
    for change in changes.split(", "):
        place, _, value = change.partition("=")
        element, _, component = place.partition("-")
        elements += [""] * (int(element) + 1 - len(elements))
        components = elements[int(element)].split(":")
        if component:
            components[int(component) - 1] = value
        elements[int(element)] = ":".join(components) if component else value
    return "*".join(elements).rstrip("*")


def _place(place: str, segments: list[str]) -> Place:
    parts = _PLACE.fullmatch(place.strip())
    if parts is None:
        raise ValueError(f"{place!r} is no place")
    position = position_in_set(segments, place_of(segments, parts["segment"]))
    return Place(position or 0, int(parts["element"] or 0), int(parts["component"] or 0))


def findings_of(segments: list[str]) -> list[Finding]:
    """Return what is found in a file at SNIP 4, by no companion guide."""
    judging = Judging(
        guide_for=_GUIDES.guide_for,
        sets_of_group=_GUIDES.sets_of_group,
        known_version=_GUIDES.known_version,
        plan_for=lambda guide, _receivers: _RULES.plan_for(guide, frozenset()),
        highest_snip=LEVEL,
    )
    judged = judged_file(list(judge(read_x12([as_bytes(segments)]), judging)))
    sets = (each for interchange in judged.interchanges for group in interchange.groups for each in group.sets)
    return [finding for each in sets for finding in each.noted.findings if finding.kind.snip == LEVEL]


def place_of_finding(finding: Finding) -> Place:
    """Return where a finding is."""
    where = finding.where
    return Place(where.segment or 0, where.element or 0, where.component or 0)


@cache
def found_by_rule(mistake: Mistake) -> dict[str, set[Place]]:
    """Return the places that each rule, or what has no rule by its code, finds in the file that a mistake makes."""
    found: dict[str, set[Place]] = {}
    for finding in findings_of(mistake.segments()):
        found.setdefault(finding.kind.rule or finding.code, set()).add(place_of_finding(finding))
    return found

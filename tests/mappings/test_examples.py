"""Sets of our own under the maps: the right ones are accepted by our engine and by pyx12, one mistake is found by both.

The examples lie in tests/mappings/examples, a segment a line; mutants.tsv has the mistakes.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from hpedi.crosscheck import Opinion, validate_with_pyx12
from hpedi.findings import Finding, Where
from hpedi.guide_files import GuideFiles
from hpedi.guides.walk import walk_set
from hpedi.x12.events import Delimiters, SegmentBatch
from tests.differential.compare import NoOffsets

EXAMPLES = Path(__file__).parent / "examples"
GUIDES = GuideFiles()
GROUPS = {"270": "HS", "271": "HB", "276": "HR", "277": "HN", "837": "HC"}
DELIMITERS = Delimiters()


@dataclass(frozen=True)
class Mutant:
    """A line of mutants.tsv."""

    example: str
    segment: str
    text: str
    finding: str
    at: str
    element: str
    component: str

    @property
    def texts(self) -> list[str]:
        """The example with the mistake in it, its SE01 counted anew."""
        texts, place = list(example(self.example)), int(self.segment) - 1
        changed = {"-": [], "+": [texts[place], self.text[1:]]}.get(self.text[0], [self.text])
        texts[place : place + 1] = changed
        texts[-1] = f"SE*{len(texts)}*0001"
        return texts

    @property
    def expected(self) -> tuple[str, int, int, int]:
        """The finding's code, segment, element and component; 0 where it is not so deep."""
        return self.finding, int(self.at), int(self.element or 0), int(self.component or 0)


def mutants() -> list[Mutant]:
    """Lines of mutants.tsv."""
    lines = (EXAMPLES / "mutants.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [Mutant(**row) for row in rows]


@cache
def example(name: str) -> tuple[str, ...]:
    """Segments of an example, ST to SE."""
    return tuple((EXAMPLES / f"{name}.txt").read_text(encoding="utf-8").splitlines())


def group_of(texts: list[str]) -> tuple[str, str, str]:
    """GS01, GS08 and ST01 of a set, told by its ST."""
    _, set_id, _, version = texts[0].split("*")
    return GROUPS[set_id], version, set_id


def errors(texts: list[str]) -> list[tuple[str, int, int, int]]:
    """What our engine finds in a set: code, segment, element and component."""
    guide = GUIDES.guide_for(*group_of(texts))
    assert guide is not None
    walked = walk_set(guide, DELIMITERS, [SegmentBatch(texts, 1, NoOffsets())], Where())
    return [_told(finding) for placed in walked for finding in placed.findings if finding.is_error]


def _told(finding: Finding) -> tuple[str, int, int, int]:
    where = finding.where
    return finding.code, where.segment or 0, where.element or 0, where.component or 0


def opinion(texts: list[str]) -> Opinion:
    """What pyx12 makes of a set with our map."""
    functional_id, version, _ = group_of(texts)
    return validate_with_pyx12(texts, DELIMITERS, functional_id=functional_id, version=version).opinion


NAMES = sorted(file.stem for file in EXAMPLES.glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_a_right_set_is_accepted(name: str) -> None:
    """Our engine finds nothing in an example, and pyx12 accepts it."""
    texts = list(example(name))
    assert errors(texts) == []
    assert opinion(texts) is Opinion.ACCEPTED


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: f"{mutant.example}-{mutant.at}-{mutant.text[:16]}")
def test_one_mistake_is_found(mutant: Mutant) -> None:
    """Our engine finds the one mistake where it is and nothing else; pyx12 rejects the set as well."""
    assert errors(mutant.texts) == [mutant.expected]
    assert opinion(mutant.texts) is Opinion.REJECTED


@pytest.mark.parametrize("name", NAMES)
def test_every_example_has_its_mistakes(name: str) -> None:
    """There are at least five mistakes to each example."""
    assert sum(mutant.example == name for mutant in mutants()) >= 5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("EB*1**30^98^AL**LAKE GOLD", []),
        ("EB*1**30^ZZZ**LAKE GOLD", [("element-code", 18, 3, 0)]),
        ("EB*1**" + "^".join(["30"] * 100) + "**LAKE GOLD", [("element-repeat", 18, 3, 0)]),
    ],
)
def test_service_types_repeat(text: str, found: list[tuple[str, int, int, int]]) -> None:
    """EB03 repeats up to 99 times, each of them checked."""
    texts = list(example("271"))
    texts[17] = text
    assert errors(texts) == found

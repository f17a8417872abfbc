"""Passing units over finds what putting every unit into the tree finds: on right files and on randomly spoilt ones."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks import claims_837p
from benchmarks.claims_other import DENTAL_CLAIMS, INSTITUTIONAL
from benchmarks.inquiries import ELIGIBILITY, STATUS
from benchmarks.interchanges import write_file
from benchmarks.remittances_835 import REMITTANCES
from hpedi.acceptance import set_reading
from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import ClaimJudgement
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.loop_tree import LoopTree
from hpedi.acceptance.screens.screened_tree import ScreenedTree
from hpedi.acceptance_files import RuleFiles
from hpedi.guide_files import GuideFiles
from hpedi.x12.reader import read_x12

UNITS, SPOILT, BLOCK_BYTES = 120, 25, 6000
KINDS = {kind.name: kind for kind in (INSTITUTIONAL, DENTAL_CLAIMS, REMITTANCES, ELIGIBILITY, STATUS)}
NAMES = ("837P", *KINDS)
VALUES = ("Y", "P", "18", "2", "99", "20261231", "19000101", "-5", "0", "ABK", "XX", "MI", "US", "X" * 40, "")


def content_of(name: str, folder: Path) -> bytes:
    """Return a right file of a kind."""
    path = folder / name
    if name in KINDS:
        write_file(path, KINDS[name], UNITS)
    else:
        claims_837p.write_file(path, UNITS)
    return path.read_bytes()


def spoilt(content: bytes, seed: int) -> bytes:
    """Spoil some segments: leave out, double, swap for another, change or add an element."""
    random = Random(seed)  # noqa: S311  # the same each time
    segments = content.decode("latin-1").split("~")
    for _ in range(SPOILT):
        at = random.randrange(4, len(segments) - 5)
        elements = segments[at].split("*")
        if random.random() < 0.5:
            elements[random.randrange(1, len(elements))] = random.choice(VALUES)
        how = random.randrange(6)
        changed = {0: [], 1: ["*".join(elements)] * 2, 2: [segments[random.randrange(4, len(segments) - 5)]]}
        segments[at : at + 1] = changed.get(how, ["*".join(elements).rstrip("*")])
    return "~".join(segments).encode("latin-1")


def told(content: bytes) -> str:
    """Return all that is judged of a file, and each claim handed out."""
    guides = GuideFiles()
    claims: list[ClaimJudgement] = []
    judging = Judging(
        guide_for=guides.guide_for,
        sets_of_group=guides.sets_of_group,
        plan_for=RuleFiles(guides).plan_for,
        on_claim=claims.append,
    )
    judged = list(judge(read_x12([content], block_bytes=BLOCK_BYTES), judging))
    return repr((judged, [(each.ordinal, each.verdict, each.findings) for each in claims]))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", NAMES)
def test_what_is_found_is_equal(name: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spoilt file gives the same findings, verdicts and claims, after right ones of its kind were seen as before."""
    right = content_of(name, tmp_path)
    content = spoilt(right, seed)
    with monkeypatch.context() as patched:
        patched.setattr(set_reading, "ScreenedTree", LoopTree)
        expected = told(content)
    assert told(content) == expected
    told(right)
    assert told(content) == expected


@pytest.mark.parametrize("name", NAMES)
def test_right_units_are_passed_over(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a right file whose like was seen, most units are not put into the tree."""
    right = content_of(name, tmp_path)
    told(right)
    passed: list[object] = []
    pass_over = ScreenedTree._pass_over

    def counted(tree: ScreenedTree, *unit: Any) -> None:
        passed.append(unit[0])
        pass_over(tree, *unit)

    monkeypatch.setattr(ScreenedTree, "_pass_over", counted)
    told(right)
    assert len(passed) > UNITS * 0.7

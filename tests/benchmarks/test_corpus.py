"""The benchmark's other files: right at every level, and the same each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import claims_837p
from benchmarks.claims_other import DENTAL_CLAIMS, INSTITUTIONAL
from benchmarks.distinctness import shares_of_own
from benchmarks.inquiries import ELIGIBILITY, STATUS
from benchmarks.interchanges import Kind, write_file
from benchmarks.remittances_835 import REMITTANCES
from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import InterchangeJudgement
from hpedi.acceptance.judging import Judging
from hpedi.acceptance_files import RuleFiles
from hpedi.guide_files import GuideFiles
from hpedi.x12.reader import read_x12

UNITS = 40
KINDS = (INSTITUTIONAL, DENTAL_CLAIMS, REMITTANCES, ELIGIBILITY, STATUS)


def codes_found(path: Path) -> list[str]:
    """Return the codes of all that is found in a file."""
    guides = GuideFiles()
    judging = Judging(
        guide_for=guides.guide_for, sets_of_group=guides.sets_of_group, plan_for=RuleFiles(guides).plan_for
    )
    (judged,) = judge(read_x12([path.read_bytes()]), judging)
    assert isinstance(judged, InterchangeJudgement)
    return [finding.code for finding in judged.findings()]


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_a_file_is_right_at_every_level(kind: Kind, tmp_path: Path) -> None:
    """Nothing is found in it: what is timed is the work on right files."""
    path = tmp_path / "file"
    write_file(path, kind, UNITS)
    assert codes_found(path) == []
    first = path.read_bytes()
    write_file(path, kind, UNITS)
    assert path.read_bytes() == first


def test_the_837p_is_right_at_every_level(tmp_path: Path) -> None:
    """Nothing is found in it."""
    path = tmp_path / "file"
    claims_837p.write_file(path, UNITS)
    assert codes_found(path) == []


def test_nearly_all_is_different() -> None:
    """In a set at least 80 % of the claims have a name, number, dates and amount of their own."""
    assert min(shares_of_own(500).values()) >= 0.8

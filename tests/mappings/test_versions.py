"""Which versions of the guides are taken: the adopted ones; any other is refused with a finding of the set."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import InterchangeJudgement
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.verdicts import Verdict
from hpedi.crosscheck.pyx12_engine import wrap
from hpedi.finding_kinds import FINDING_KINDS
from hpedi.guide_files import GuideFiles
from hpedi.x12.events import Delimiters
from hpedi.x12.reader import read_x12

EXAMPLES = Path(__file__).parent / "examples"
GUIDES = GuideFiles()
ADOPTED = {
    "270": ("HS", "005010X279A1"),
    "271": ("HB", "005010X279A1"),
    "276": ("HR", "005010X212"),
    "277": ("HN", "005010X212"),
    "837D": ("HC", "005010X224A2"),
    "837I": ("HC", "005010X223A2"),
}
OTHERS = [
    ("270", "005010X279"),
    ("276", "005010X212E1"),
    ("837D", "005010X224"),
    ("837D", "005010X224A3"),
    ("837I", "005010X222A2"),
    ("837I", "005010X223"),
    ("837I", "005010X223A3"),
]


def judged(name: str, version: str) -> InterchangeJudgement:
    """An example in a group and with an ST03 of a version, judged."""
    functional_id, adopted = ADOPTED[name]
    texts = (EXAMPLES / f"{name}.txt").read_text(encoding="utf-8").replace(adopted, version).splitlines()
    file = wrap(texts, Delimiters(), functional_id=functional_id, version=version).encode()
    judging = Judging(guide_for=GUIDES.guide_for, sets_of_group=GUIDES.sets_of_group)
    (interchange,) = judge(read_x12([file]), judging)
    assert isinstance(interchange, InterchangeJudgement)
    return interchange


@pytest.mark.parametrize("name", sorted(ADOPTED))
def test_an_adopted_version_is_judged_by_its_guide(name: str) -> None:
    """A file with an example in it is accepted under the adopted version."""
    (group,) = judged(name, ADOPTED[name][1]).groups
    (transaction,) = group.sets
    assert (transaction.guide, transaction.verdict) == (ADOPTED[name][1], Verdict.ACCEPTED)


@pytest.mark.parametrize(("name", "version"), OTHERS)
def test_another_version_is_refused(name: str, version: str) -> None:
    """A set of a version that is not adopted is refused as not supported, IK502 1, and not judged by another guide."""
    (group,) = judged(name, version).groups
    (transaction,) = group.sets
    assert (transaction.guide, transaction.verdict) == ("", Verdict.REJECTED)
    assert [finding.code for finding in transaction.noted.findings] == ["set-not-supported"]
    assert FINDING_KINDS["set-not-supported"].sent.ik502 == "1"

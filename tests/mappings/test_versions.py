"""Which versions of the guides are taken: the adopted ones; any other is refused with a finding of the set."""

from __future__ import annotations

import re

import pytest

from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import InterchangeJudgement
from hpedi.acceptance.judging import Judging
from hpedi.acceptance.verdicts import Verdict
from hpedi.guide_files import GuideFiles
from hpedi.x12.reader import read_x12
from tests.conformance.corpus import as_bytes, clean_segments

GUIDES = GuideFiles()
ADOPTED = {
    "270": "005010X279A1",
    "271": "005010X279A1",
    "276": "005010X212",
    "277": "005010X212",
    "837D": "005010X224A2",
    "837I": "005010X223A2",
}
OTHERS = [
    ("270", "005010X279"),
    ("270", "004010X092A1"),
    ("276", "005010X212E1"),
    ("837D", "005010X224"),
    ("837D", "005010X224A3"),
    ("837I", "005010X223"),
    ("837I", "005010X223A3"),
]
UNKNOWN = [("837I", "005010X223A9"), ("270", "005010X222A1"), ("276", "005010X279")]


def judged(name: str, version: str) -> InterchangeJudgement:
    """A clean file with another version in GS08 and ST03, judged."""
    file = as_bytes(list(clean_segments(name))).replace(ADOPTED[name].encode(), version.encode())
    judging = Judging(
        guide_for=GUIDES.guide_for, sets_of_group=GUIDES.sets_of_group, known_version=GUIDES.known_version
    )
    (interchange,) = judge(read_x12([file]), judging)
    assert isinstance(interchange, InterchangeJudgement)
    return interchange


@pytest.mark.parametrize("name", sorted(ADOPTED))
def test_an_adopted_version_is_judged_by_its_guide(name: str) -> None:
    """A clean file is accepted under the adopted version."""
    (group,) = judged(name, ADOPTED[name]).groups
    (transaction,) = group.sets
    assert (transaction.guide, transaction.verdict) == (ADOPTED[name], Verdict.ACCEPTED)


@pytest.mark.parametrize(("name", "version"), OTHERS)
def test_another_version_is_refused(name: str, version: str) -> None:
    """A set of a version that is not adopted is refused, IK502 I6, and told which one is; no other guide judges it."""
    (group,) = judged(name, version).groups
    (transaction,) = group.sets
    assert (transaction.guide, transaction.verdict) == ("", Verdict.REJECTED)
    (finding,) = transaction.noted.findings
    assert (finding.code, finding.kind.sent.ik502) == ("version-not-adopted", "I6")
    assert finding.message.startswith(f"Version {version} of the guide ")
    assert finding.message.endswith(f"Send version {ADOPTED[name]}.")


@pytest.mark.parametrize(("name", "version"), UNKNOWN)
def test_an_unknown_version_is_refused(name: str, version: str) -> None:
    """A set of a version that nobody published for it is refused as not supported, IK502 1."""
    (group,) = judged(name, version).groups
    (transaction,) = group.sets
    assert (transaction.guide, transaction.verdict) == ("", Verdict.REJECTED)
    (finding,) = transaction.noted.findings
    assert (finding.code, finding.kind.sent.ik502) == ("set-not-supported", "1")


def test_known_versions_say_where_they_stand() -> None:
    """Each known version is none that is adopted, names the adopted one and has the form of a version."""
    adopted = {entry.id for entry in GUIDES.entries.values()}
    for entry in GUIDES.entries.values():
        for known in entry.known:
            assert known.id not in adopted
            assert known.adopted == entry.id
            assert re.fullmatch("00[45]0[14]0X[0-9]{3}([AE][0-9])?", known.id)
            assert known.standing

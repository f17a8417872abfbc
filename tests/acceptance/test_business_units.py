"""The claims that findings lie in."""

from __future__ import annotations

import pytest

from hpedi.acceptance.judge import judge
from hpedi.acceptance.judgement import InterchangeJudgement, SetJudgement
from hpedi.acceptance.judging import Judging
from hpedi.guide_files import GuideFiles
from hpedi.transactions.claim_837.build import ClaimBuilder
from hpedi.x12.reader import read_x12
from tests.acceptance.submissions import JOHN, MARY, changed, submitted

LEVELS = (2, 7)
"""Judged by the guide alone, and with its claims read."""


def only_set(data: bytes, highest_snip: int, block_bytes: int = 131_072) -> SetJudgement:
    """Judge a file of one transaction set."""
    judging = Judging(guide_for=GuideFiles().guide_for, highest_snip=highest_snip)
    (judged,) = judge(read_x12([data], block_bytes=block_bytes), judging)
    assert isinstance(judged, InterchangeJudgement)
    ((only,),) = [group.sets for group in judged.groups]
    return only


def named(judged: SetJudgement) -> list[tuple[str | None, str]]:
    """Return the segment and the claim of each finding."""
    units = [(finding, judged.unit_at(finding.where.segment or 0)) for finding in judged.noted.findings]
    return [(finding.where.segment_id, unit.value if unit else "") for finding, unit in units]


@pytest.mark.parametrize("highest_snip", LEVELS)
@pytest.mark.parametrize("block_bytes", [64, 131_072])
def test_a_finding_names_the_claim_it_lies_in(highest_snip: int, block_bytes: int) -> None:
    """The claim is known on every level, and where its segments come in many batches."""
    data = changed(submitted([MARY, JOHN]), "CLM*PCN2*185*", "CLM*PCN2*ABC*")
    assert ("CLM", "PCN2") in named(only_set(data, highest_snip, block_bytes))
    line = "SV1*HC:T1015*185*UN*1***1~DTP*472*D8*20260310~"
    data = changed(submitted([MARY, JOHN]), f"{line}HL", f"{line.replace('185', 'ABC')}HL")
    assert ("SV1", "PCN1") in named(only_set(data, highest_snip, block_bytes))


@pytest.mark.parametrize("highest_snip", LEVELS)
def test_a_finding_above_the_claims_names_none(highest_snip: int) -> None:
    """The subscriber between two claims belongs to neither."""
    data = changed(submitted([MARY, JOHN]), "HL*3*1*22*0~SBR*P*18*", "HL*3*1*22*0~SBR*P*99*")
    assert named(only_set(data, highest_snip)) == [("SBR", "")]


def test_no_claim_is_read_where_the_guide_alone_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to SNIP 2 no model of a claim is made."""

    def make_none(*_: object) -> None:
        raise AssertionError("a claim was read")

    monkeypatch.setattr(ClaimBuilder, "claim", make_none)
    judged = only_set(submitted([MARY, JOHN]), 2)
    assert (judged.claims, judged.header) == (0, None)

"""The claims, inquiries and payments that findings lie in."""

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


ISA = "ISA*00*          *00*          *ZZ*LAKES          *ZZ*94267          *260302*0914*^*00501*000000905*0*P*:~"
INQUIRIES = (
    "GS*HS*LAKES*94267*20260302*0914*1*X*005010X279A1~ST*270*0001*005010X279A1~BHT*0022*13*R1*20260302*0914~"
    "HL*1**20*1~NM1*PR*2*PLAN*****PI*94267~HL*2*1*21*1~NM1*1P*2*CLINIC*****XX*1234567893~"
    "HL*3*2*22*0~TRN*1*T-ONE*9411111111~NM1*IL*1*LAKE*MARY****QQ*1~EQ*30~"
    "HL*4*2*22*0~NM1*IL*1*HILL*JOHN****QQ*2~EQ*30~SE*14*0001~GE*1*1~IEA*1*000000905~"
)
PAYMENT = (
    "GS*HP*LAKES*94267*20260302*0914*1*X*005010X221A1~ST*835*0001~BPR*I*90*C*CHK************20260302~"
    "TRN*1*EFT-7*1411111111~DTM*405*20260302~N1*PR*PLAN~N3*1 LAKE ST~N4*DULUTH*MN*558020000~PER*BL*HELP*TE*6125550100~"
    "N1*PE*CLINIC*XX*1234567893~LX*1~CLP*P1*1*100*90*10*12*ICN1~NM1*QC*1*LAKE*MARY****QQ*1~"
    "SVC*HC:T1015*100*90~DTM*472*20260301~CAS*PR*3*10~SE*16*0001~GE*1*1~IEA*1*000000905~"
)


def named_by(data: str, block_bytes: int) -> dict[tuple[str | None, int | None], str]:
    """Return what a 999 would call the unit of each finding, by its segment."""
    judged = only_set(data.encode(), 2, block_bytes)
    told: dict[tuple[str | None, int | None], str] = {}
    for where in (finding.where for finding in judged.noted.findings):
        unit = judged.unit_at(where.segment or 0)
        told[where.segment_id, where.segment] = f"{unit.name}:{unit.value}" if unit else ""
    return told


@pytest.mark.parametrize("block_bytes", [64, 131_072])
def test_an_inquiry_is_named_by_its_trace(block_bytes: int) -> None:
    """A fault below a TRN of 2000C in a 270 is named by TRN02 (RFI 1312), one where no TRN was sent is not."""
    assert named_by(ISA + INQUIRIES, block_bytes) == {("NM1", 9): "TRN02:T-ONE", ("NM1", 12): ""}


@pytest.mark.parametrize("block_bytes", [64, 131_072])
def test_a_payment_is_named_by_its_trace(block_bytes: int) -> None:
    """A fault of an 835 is named by TRN02 of its header, however far behind."""
    assert named_by(ISA + PAYMENT, block_bytes) == {("NM1", 12): "TRN02:EFT-7"}

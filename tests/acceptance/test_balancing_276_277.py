"""Balancing of claim status inquiries and responses: charges of claims and of their lines."""

from __future__ import annotations

import pytest

from tests.acceptance.balancing_files import Told, file_of, segments, told, with_change

INQUIRY = segments("""
    BHT*0010*13*ASK-2*20260105*0931
    HL*1**20*1
    NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267
    HL*2*1*21*1
    NM1*41*2*NORTH BILLING*****46*S1
    HL*3*2*19*1
    NM1*1P*2*NORTH CLINIC*****XX*1234567893
    HL*4*3*22*0
    DMG*D8*19800101*F
    NM1*IL*1*DOE*ANN****MI*M100
    TRN*1*T-1
    AMT*T3*150
    DTP*472*RD8*20251201-20251203
    SVC*HC:99213:25*100*****1
    REF*FJ*L1
    DTP*472*D8*20251201
    SVC*HC:87070*50*****1
    REF*FJ*L2
    DTP*472*D8*20251201
""")
RESPONSE = segments("""
    BHT*0010*08*ASK-2*20260105*0931*DG
    HL*1**20*1
    NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267
    PER*IC*HELP DESK*TE*5555550100
    HL*2*1*21*1
    NM1*41*2*NORTH BILLING*****46*S1
    HL*3*2*19*1
    NM1*1P*2*NORTH CLINIC*****XX*1234567893
    HL*4*3*22*0
    NM1*IL*1*DOE*ANN****MI*M100
    TRN*2*T-1
    STC*F1:65*20260104**150*120*20260103**20260104*77
    STC*F1:107*20260104**150.00
    STC*F1:104*20260104
    REF*1K*94267-1
    DTP*472*RD8*20251201-20251203
    SVC*HC:99213:25*100*80****1
    STC*F1:65*20260104
    REF*FJ*L1
    DTP*472*D8*20251201
    HL*5*3*22*1
    NM1*IL*1*ROE*BOB****MI*M200
    HL*6*5*23
    NM1*QC*1*ROE*CAL
    TRN*2*T-2
    STC*P1:20*20260104**75
    STC*P1:21*20260104**75
    DTP*472*D8*20251202
    SVC*HC:99213*75*0****1
    STC*P1:20*20260104
    DTP*472*D8*20251202
""")


def of_inquiry(lines: list[str]) -> list[Told]:
    """Return what is found in a 276."""
    return told(file_of("HR", "005010X212", "276", lines))


def of_response(lines: list[str]) -> list[Told]:
    """Return what is found in a 277."""
    return told(file_of("HN", "005010X212", "277", lines))


def test_lines_are_within_the_claim() -> None:
    """Lines that make up the claim, or some of it, are within its charge."""
    assert of_inquiry(INQUIRY) == []
    assert of_response(RESPONSE) == []


def test_lines_above_the_claim_of_an_inquiry() -> None:
    """SVC02 above AMT*T3 is a warning at AMT02."""
    wrong = with_change(INQUIRY, "AMT*T3*150", "AMT*T3*149.99")
    assert of_inquiry(wrong) == [("line-charges-above-claim", "AMT*T3*149.99 AMT02")]
    assert told(file_of("HR", "005010X212", "276", wrong), errors_only=True) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        (
            "SVC*HC:99213:25*100*80****1",
            "SVC*HC:99213:25*151*80****1",
            "line-charges-above-claim",
            "STC*F1:65*20260104**150*120*20260103**20260104*77 STC04",
        ),
        (
            "STC*F1:107*20260104**150.00",
            "STC*F1:107*20260104**151",
            "status-charges-differ",
            "STC*F1:107*20260104**151 STC04",
        ),
        (
            "SVC*HC:99213*75*0****1",
            "SVC*HC:99213*76*0****1",
            "dependent-line-charges-above-claim",
            "STC*P1:20*20260104**75 STC04",
        ),
        (
            "STC*P1:21*20260104**75",
            "STC*P1:21*20260104**57",
            "dependent-status-charges-differ",
            "STC*P1:21*20260104**57 STC04",
        ),
    ],
)
def test_charges_of_a_response(old: str, new: str, code: str, at: str) -> None:
    """Lines above the claim, and statuses with another charge than the first, are told."""
    assert of_response(with_change(RESPONSE, old, new)) == [(code, at)]


def test_charges_that_cannot_be_read_are_left_to_the_guide() -> None:
    """A line whose charge is no number is not compared."""
    wrong = with_change(INQUIRY, "SVC*HC:87070*50*****1", "SVC*HC:87070*5O0*****1")
    assert [each.code for each in of_inquiry(wrong)] == ["element-character"]

"""Balancing of claim acknowledgements: a right one, and each amount and count wrong by itself."""

from __future__ import annotations

import pytest

from tests.acceptance.balancing_files import Told, file_of, segments, told, with_change

ANSWER = segments("""
    BHT*0085*08*ANS1*20260302*0914*TH
    HL*1**20*1
    NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267
    TRN*1*T1
    DTP*050*D8*20260301
    DTP*009*D8*20260302
    HL*2*1*21*1
    NM1*41*2*NORTH BILLING*****46*S1
    TRN*2*BATCH1
    STC*A1:19:PR*20260302*WQ*1000.5
    QTY*90*2
    QTY*AA*3
    AMT*YU*350.50
    AMT*YY*650
    HL*3*2*19*1
    NM1*85*2*NORTH CLINIC*****XX*1234567893
    TRN*1*0
    STC*A1:19:PR**WQ*550.50
    QTY*QA*2
    QTY*QC*1
    AMT*YU*350.50
    AMT*YY*200
    HL*4*3*PT
    NM1*QC*1*DOE*ANN****MI*M100
    TRN*2*C1
    STC*A2:20*20260302*WQ*300.50
    DTP*472*D8*20260101
    HL*5*3*PT
    NM1*QC*1*DOE*BOB****MI*M200
    TRN*2*C2
    STC*A7:562:85*20260302*U*200
    STC*A7:21*20260302*U*200
    DTP*472*D8*20260101
    HL*6*3*PT
    NM1*QC*1*DOE*CAL****MI*M300
    TRN*2*C3
    STC*A2:20*20260302*WQ*50
    DTP*472*D8*20260101
    HL*7*2*19*0
    NM1*85*2*SOUTH CLINIC*****XX*1234567901
    TRN*1*0
    STC*A7:562:85**U*450
    QTY*QC*2
    AMT*YY*450
""")
"""Accepted: 300.50 + 50. Rejected: 200, and two claims of 450 by the answer to their provider as a whole."""


def found(lines: list[str]) -> list[Told]:
    """Return what is found in a 277CA."""
    return told(file_of("HN", "005010X214", "277", lines))


def test_amounts_and_counts_of_every_level_agree() -> None:
    """Claims, providers with and without claims, and the receiver."""
    assert found(ANSWER) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "STC*A1:19:PR*20260302*WQ*1000.5",
            "STC*A1:19:PR*20260302*WQ*1000",
            [("receiver-amount-balance", "STC*A1:19:PR*20260302*WQ*1000 STC04")],
        ),
        (
            "STC*A1:19:PR**WQ*550.50",
            "STC*A1:19:PR**WQ*550",
            [("provider-amount-balance", "STC*A1:19:PR**WQ*550 STC04")],
        ),
        ("QTY*90*2", "QTY*90*3", [("receiver-status-count", "QTY*90*3 QTY02")]),
        ("QTY*AA*3", "QTY*AA*1", [("receiver-status-count", "QTY*AA*1 QTY02")]),
        ("QTY*QA*2", "QTY*QA*1", [("provider-status-count", "QTY*QA*1 QTY02")]),
        ("QTY*QC*1", "QTY*QC*2", [("provider-status-count", "QTY*QC*2 QTY02")]),
        (
            "AMT*YY*650",
            "AMT*YY*200",
            [
                ("receiver-amount-balance", "STC*A1:19:PR*20260302*WQ*1000.5 STC04"),
                ("receiver-status-amount", "AMT*YY*200 AMT02"),
            ],
        ),
        (
            "AMT*YY*200",
            "AMT*YY*201",
            [
                ("provider-amount-balance", "STC*A1:19:PR**WQ*550.50 STC04"),
                ("provider-status-amount", "AMT*YY*201 AMT02"),
            ],
        ),
        (
            "STC*A7:21*20260302*U*200",
            "STC*A7:21*20260302*U*20",
            [("claim-status-amount", "STC*A7:21*20260302*U*20 STC04")],
        ),
    ],
)
def test_each_amount_and_count(old: str, new: str, expected: list[Told]) -> None:
    """One of them changed is told where it is stated."""
    assert found(with_change(ANSWER, old, new)) == expected


def test_a_claim_that_changes_sides() -> None:
    """A claim accepted that is counted as rejected is told at every total of both."""
    wrong = with_change(ANSWER, "STC*A2:20*20260302*WQ*50", "STC*A7:21*20260302*U*50")
    codes = [each.code for each in found(wrong)]
    assert (
        codes
        == ["receiver-status-count"] * 2
        + ["receiver-status-amount"] * 2
        + ["provider-status-count"] * 2
        + ["provider-status-amount"] * 2
    )


def test_a_receiver_answered_as_a_whole() -> None:
    """Without providers only the amounts of the receiver itself are held against each other."""
    whole = ANSWER[: ANSWER.index("HL*3*2*19*1")]
    whole[whole.index("HL*2*1*21*1")] = "HL*2*1*21*0"
    assert found(whole) == []


@pytest.mark.parametrize("amount", ["", "x", "1E2"])
def test_amounts_that_cannot_be_read_are_left_to_the_guide(amount: str) -> None:
    """A claim's charge that is no number is not added up."""
    wrong = with_change(ANSWER, "STC*A2:20*20260302*WQ*50", f"STC*A2:20*20260302*WQ*{amount}")
    codes = {each.code for each in found(wrong)}
    assert codes
    assert not {code for code in codes if code.startswith(("receiver", "provider"))}

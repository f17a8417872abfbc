"""Balancing of claims: right ones of every shape, and each rule broken by one amount."""

from __future__ import annotations

import pytest

from tests.acceptance.balancing_files import Told, file_of, segments, told, with_change

HEAD = """
    BHT*0019*00*REF1*20260105*0930*CH
    NM1*41*2*NORTH BILLING*****46*S1
    PER*IC*HELP DESK*TE*5555550100
    NM1*40*2*LAKESIDE HEALTH PLAN*****46*94267
    HL*1**20*1
    NM1*85*2*NORTH CLINIC*****XX*1234567893
    N3*1 MAIN ST
    N4*TOWN*MN*554010001
    REF*EI*411234567
    HL*2*1*22*0
    SBR*{responsibility}*18*******CI
    NM1*IL*1*DOE*ANN****MI*M100
    N3*2 MAIN ST
    N4*TOWN*MN*55401
    DMG*D8*19800101*F
    NM1*PR*2*LAKESIDE HEALTH PLAN*****PI*94267
"""
PAID_ON = "DTP*573*D8*20260110"
PROFESSIONAL, INSTITUTIONAL, DENTAL = "005010X222A1", "005010X223A2", "005010X224A2"


def claims(text: str, *, responsibility: str = "P") -> list[str]:
    """Return a set with these claims of one subscriber."""
    return segments(HEAD.format(responsibility=responsibility) + text)


def found(lines: list[str], guide: str = PROFESSIONAL) -> list[Told]:
    """Return what is found in a set of claims."""
    return told(file_of("HC", guide, "837", lines))


PLAIN = claims("""
    CLM*C1*185.5***11:B:1*Y*A*Y*Y
    HI*ABK:E119
    LX*1
    SV1*HC:99213*100*UN*1***1
    DTP*472*D8*20260101
    LX*2
    SV1*HC:87070*85.50*UN*1***1
    DTP*472*D8*20260101
    CLM*C2*0***11:B:1*Y*A*Y*Y
    HI*ABK:E119
    LX*1
    SV1*HC:99213*0*UN*1***1
    DTP*472*D8*20260101
""")
"""100 + 85.50 = 185.50, with and without the last nought; and a claim of nothing."""


def test_a_claim_is_the_sum_of_its_lines() -> None:
    """CLM02 that is the sum of SV102 balances, however it is written; a claim of 0 with a line of 0 does."""
    assert found(PLAIN) == []


@pytest.mark.parametrize("charged", ["185.49", "185.51", "100", "-185.50", "0", "1855"])
def test_a_claim_that_is_not_the_sum_of_its_lines(charged: str) -> None:
    """Any other CLM02 is told at CLM02, and the claim beside it is not."""
    wrong = with_change(PLAIN, "CLM*C1*185.5***11:B:1*Y*A*Y*Y", f"CLM*C1*{charged}***11:B:1*Y*A*Y*Y")
    assert found(wrong) == [("claim-balance", f"CLM*C1*{charged}***11:B:1*Y*A*Y*Y CLM02")]


def test_amounts_that_cannot_be_read_are_left_to_the_guide() -> None:
    """A charge that is no number is told as such, not as a sum that does not hold."""
    for old, new in (
        ("CLM*C1*185.5***11:B:1*Y*A*Y*Y", "CLM*C1*18x***11:B:1*Y*A*Y*Y"),
        ("SV1*HC:99213*100*UN*1***1", "SV1*HC:99213*1E2*UN*1***1"),
        ("SV1*HC:99213*100*UN*1***1", "SV1*HC:99213**UN*1***1"),
        ("SV1*HC:99213*100*UN*1***1", "SV1*HC:99213*NaN*UN*1***1"),
        ("SV1*HC:99213*100*UN*1***1", "SV1*HC:99213*" + "9" * 40 + "*UN*1***1"),
    ):
        codes = {each.code for each in found(with_change(PLAIN, old, new))}
        assert codes, new
        assert "claim-balance" not in codes, new


@pytest.mark.parametrize("lost", ["LX*2", "SV1*HC:87070*85.50*UN*1***1"])
def test_a_line_that_has_no_place_is_left_to_the_guide(lost: str) -> None:
    """A claim in which the guide misses a segment is not added up without the line."""
    codes = [each.code for each in found(with_change(PLAIN, lost))]
    assert codes == ["segment-missing"]


INPATIENT = claims(
    """
    CLM*C1*500***11:A:1**A*Y*Y
    DTP*096*TM*1100
    DTP*434*RD8*20260101-20260102
    DTP*435*DT*202601010900
    CL1*1*1*01
    HI*ABK:E119
    HI*ABJ:E119
    NM1*71*1*MILLS*EVE****XX*1234567893
    LX*1
    SV2*0120**300*DA*1
    DTP*472*D8*20260101
    LX*2
    SV2*0450*HC:99283*200*UN*1**50
    DTP*472*D8*20260101
    """
)
DENTIST = claims(
    """
    CLM*C1*150***11:B:1*Y*A*Y*Y
    DTP*472*D8*20260101
    LX*1
    SV3*AD:D1110*90****1
    LX*2
    SV3*AD:D0120*60****1
    """
)


def test_institutional_and_dental_claims_balance_too() -> None:
    """CLM02 is the sum of SV203 or SV302, and is told where it is not."""
    assert found(INPATIENT, INSTITUTIONAL) == []
    assert found(DENTIST, DENTAL) == []
    wrong = with_change(INPATIENT, "SV2*0120**300*DA*1", "SV2*0120**301*DA*1")
    assert found(wrong, INSTITUTIONAL) == [("claim-balance", "CLM*C1*500***11:A:1**A*Y*Y CLM02")]
    wrong = with_change(DENTIST, "SV3*AD:D0120*60****1", "SV3*AD:D0120*59.99****1")
    assert found(wrong, DENTAL) == [("claim-balance", "CLM*C1*150***11:B:1*Y*A*Y*Y CLM02")]


def test_what_is_not_covered_is_within_the_line() -> None:
    """SV207 above SV203 is told as a warning at SV207."""
    line = "SV2*0450*HC:99283*200*UN*1**200.01"
    wrong = with_change(INPATIENT, "SV2*0450*HC:99283*200*UN*1**50", line)
    assert found(wrong, INSTITUTIONAL) == [("noncovered-charge-above-line", f"{line} SV207")]
    assert told(file_of("HC", INSTITUTIONAL, "837", wrong), errors_only=True) == []


TERTIARY = claims(
    """
    CLM*C1*300***11:B:1*Y*A*Y*Y
    HI*ABK:E119
    SBR*P*18*******CI
    AMT*D*180
    OI***Y***Y
    NM1*IL*1*DOE*ANN****MI*A100
    NM1*PR*2*FIRST PLAN*****PI*P1
    SBR*S*18*******CI
    CAS*OA*23*180
    CAS*PR*2*60**3*20
    AMT*D*40
    OI***Y***Y
    NM1*IL*1*DOE*ANN****MI*B100
    NM1*PR*2*SECOND PLAN*****PI*P2
    DTP*573*D8*20260203
    LX*1
    SV1*HC:99213*200*UN*1***1
    DTP*472*D8*20260101
    SVD*P1*130*HC:99213**1
    CAS*CO*45*40
    CAS*PR*1*10**2*20
    DTP*573*D8*20260110
    LX*2
    SV1*HC:87070*100*UN*1***1
    DTP*472*D8*20260101
    SVD*P1*50*HC:87070**1
    CAS*CO*45*50
    DTP*573*D8*20260110
    """,
    responsibility="T",
)
"""The first payer decided by line: 200 = 130 + 40 + 30 and 100 = 50 + 50, paid 180 = 130 + 50. The second decided for
the claim as a whole: 300 = 40 + 180 + 60 + 20.
"""


def test_a_claim_after_two_payers_balances() -> None:
    """One payer decided by line, the other for the claim as a whole."""
    assert found(TERTIARY) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("CAS*CO*45*40", "CAS*CO*45*39.99", [("line-adjudication-balance", "SVD*P1*130*HC:99213**1 SVD02")]),
        ("CAS*PR*1*10**2*20", "CAS*PR*1*10", [("line-adjudication-balance", "SVD*P1*130*HC:99213**1 SVD02")]),
        ("CAS*CO*45*50", "CAS*CO*45*-50", [("line-adjudication-balance", "SVD*P1*50*HC:87070**1 SVD02")]),
        ("AMT*D*180", "AMT*D*181", [("other-payer-paid-balance", "AMT*D*181 AMT02")]),
        ("AMT*D*40", "AMT*D*0", [("other-payer-balance", "AMT*D*0 AMT02")]),
        ("CAS*OA*23*180", "CAS*OA*23*130", [("other-payer-balance", "AMT*D*40 AMT02")]),
        ("CAS*PR*2*60**3*20", "CAS*PR*2*60**3*20**1*5", [("other-payer-balance", "AMT*D*40 AMT02")]),
        (
            "SVD*P1*130*HC:99213**1",
            "SVD*P1*131*HC:99213**1",
            [
                ("other-payer-paid-balance", "AMT*D*180 AMT02"),
                ("line-adjudication-balance", "SVD*P1*131*HC:99213**1 SVD02"),
            ],
        ),
    ],
)
def test_each_amount_of_another_payer_counts(old: str, new: str, expected: list[Told]) -> None:
    """One amount changed is told at the payer that it belongs to, and at no other."""
    assert found(with_change(TERTIARY, old, new)) == expected


def test_adjustments_of_a_claim_decided_by_line_lower_what_was_paid() -> None:
    """AMT*D = SVD02 (180) less CAS of 2320 (30); sent without the lower AMT*D it is told."""
    lowered = with_change(TERTIARY, "AMT*D*180", "CAS*CO*253*30", "AMT*D*150")
    assert found(lowered) == []
    repeated = with_change(TERTIARY, "AMT*D*180", "CAS*CO*253*30", "AMT*D*180")
    assert found(repeated) == [("other-payer-paid-balance", "AMT*D*180 AMT02")]


def test_a_payer_that_decided_some_lines_only() -> None:
    """A line that the payer left out, and one that its adjustment in 2320 makes up for, both balance."""
    some = TERTIARY
    for gone in ("SVD*P1*50*HC:87070**1", "CAS*CO*45*50"):
        some = with_change(some, gone)
    some.pop()  # when the line was decided
    assert found(with_change(some, "AMT*D*180", "AMT*D*130")) == []
    assert found(with_change(some, "AMT*D*180", "CAS*CO*96*100", "AMT*D*130")) == []
    assert found(some) == [("other-payer-paid-balance", "AMT*D*180 AMT02")]


def test_a_split_line_balances_by_the_sum_of_its_parts() -> None:
    """Two 2430 of a payer in a line make its charge together (X12 RFI 1507: 400 = 80 + 20 + 260 + 40)."""
    split = claims(
        """
        CLM*C1*400***11:B:1*Y*A*Y*Y
        HI*ABK:E119
        SBR*P*18*******CI
        AMT*D*340
        OI***Y***Y
        NM1*IL*1*DOE*ANN****MI*A100
        NM1*PR*2*FIRST PLAN*****PI*P1
        LX*1
        SV1*HC:99213*400*UN*4***1
        DTP*472*D8*20260101
        SVD*P1*80*HC:99213**1
        CAS*CO*45*20
        DTP*573*D8*20260110
        SVD*P1*260*HC:99213**3
        CAS*CO*45*40
        DTP*573*D8*20260110
        """,
        responsibility="S",
    )
    assert found(split) == []
    wrong = with_change(split, "CAS*CO*45*40", "CAS*CO*45*41")
    assert found(wrong) == [("line-adjudication-balance", "SVD*P1*80*HC:99213**1 SVD02")]


def test_bundled_lines_balance_each_by_itself() -> None:
    """The line that others were bundled into is paid above its charge and adjusted below zero; the other is paid 0."""
    bundled = claims(
        """
        CLM*C1*200***11:B:1*Y*A*Y*Y
        HI*ABK:E119
        SBR*P*18*******CI
        AMT*D*150
        OI***Y***Y
        NM1*IL*1*DOE*ANN****MI*A100
        NM1*PR*2*FIRST PLAN*****PI*P1
        LX*1
        SV1*HC:80048*100*UN*1***1
        DTP*472*D8*20260101
        SVD*P1*150*HC:80053**1
        CAS*OA*94*-100
        CAS*CO*45*50
        DTP*573*D8*20260110
        LX*2
        SV1*HC:80076*100*UN*1***1
        DTP*472*D8*20260101
        SVD*P1*0*HC:80053**1*1
        CAS*OA*97*100
        DTP*573*D8*20260110
        """,
        responsibility="S",
    )
    assert found(bundled) == []
    wrong = with_change(bundled, "CAS*OA*97*100", "CAS*OA*97*90")
    assert found(wrong) == [("line-adjudication-balance", "SVD*P1*0*HC:80053**1*1 SVD02")]


def test_a_payer_that_was_not_asked_or_did_not_decide() -> None:
    """Without AMT*D nothing of a payer balances; AMT*A8 is CLM02, else a warning."""
    undecided = claims(
        """
        CLM*C1*100***11:B:1*Y*A*Y*Y
        HI*ABK:E119
        SBR*P*18*******CI
        AMT*A8*100
        OI***Y***Y
        NM1*IL*1*DOE*ANN****MI*A100
        NM1*PR*2*FIRST PLAN*****PI*P1
        SBR*T*18*******CI
        OI***Y***Y
        NM1*IL*1*DOE*ANN****MI*B100
        NM1*PR*2*THIRD PLAN*****PI*P3
        LX*1
        SV1*HC:99213*100*UN*1***1
        DTP*472*D8*20260101
        """,
        responsibility="S",
    )
    assert found(undecided) == []
    wrong = with_change(undecided, "AMT*A8*100", "AMT*A8*99")
    assert found(wrong) == [("noncovered-amount-balance", "AMT*A8*99 AMT02")]
    assert told(file_of("HC", PROFESSIONAL, "837", wrong), errors_only=True) == []


def test_payers_that_cannot_be_told_apart_are_not_balanced() -> None:
    """Where an SVD01 names none of the payers, nothing is said of what they paid; each line still balances."""
    astray = with_change(TERTIARY, "SVD*P1*50*HC:87070**1", "SVD*P9*50*HC:87070**1")
    assert found(astray) == []


def test_what_the_patient_paid_and_taxes_are_within_the_charge() -> None:
    """AMT*F5 above CLM02, and taxes above the charge of a line, are warnings."""
    paid = claims("""
        CLM*C1*100***11:B:1*Y*A*Y*Y
        AMT*F5*100
        HI*ABK:E119
        LX*1
        SV1*HC:99213*100*UN*1***1
        DTP*472*D8*20260101
        AMT*T*60
        AMT*F4*40
    """)
    assert found(paid) == []
    wrong = with_change(paid, "AMT*F5*100", "AMT*F5*100.01")
    assert found(wrong) == [("patient-paid-above-charge", "AMT*F5*100.01 AMT02")]
    wrong = with_change(paid, "AMT*F4*40", "AMT*F4*40.01")
    assert found(wrong) == [("line-taxes-above-charge", "AMT*T*60 AMT02")]


OTHER_PAYER = ("AMT*D*100", "OI***Y***Y", "NM1*IL*1*DOE*ANN****MI*A100", "NM1*PR*2*FIRST PLAN*****PI*P1")


def secondary(lines: list[str], *of_payer: str) -> list[str]:
    """Return a claim with another payer before its first line."""
    at = lines.index("LX*1")
    return [*with_change(lines[:at], "SBR*P*18*******CI", "SBR*S*18*******CI"), *of_payer, *lines[at:]]


def test_a_dental_claim_after_another_payer() -> None:
    """SV302 balances with SVD and CAS as SV102 does: 90 = 70 + 20, 60 = 30 + 30, 100 = 70 + 30."""
    claim = secondary(DENTIST, "SBR*P*18*******CI", *OTHER_PAYER)
    claim = with_change(
        claim, "SV3*AD:D1110*90****1", "SV3*AD:D1110*90****1", "SVD*P1*70*AD:D1110**1", "CAS*CO*45*20", PAID_ON
    )
    claim = with_change(
        claim, "SV3*AD:D0120*60****1", "SV3*AD:D0120*60****1", "SVD*P1*30*AD:D0120**1", "CAS*PR*1*30", PAID_ON
    )
    assert found(claim, DENTAL) == []
    wrong = with_change(claim, "CAS*PR*1*30", "CAS*PR*1*20")
    assert found(wrong, DENTAL) == [("line-adjudication-balance", "SVD*P1*30*AD:D0120**1 SVD02")]


def test_an_institutional_claim_after_another_payer() -> None:
    """A claim that the payer decided as a whole: 500 = 100 + 400."""
    claim = secondary(INPATIENT, "SBR*P*18*******CI", "CAS*CO*45*400", *OTHER_PAYER)
    assert found(claim, INSTITUTIONAL) == []
    wrong = with_change(claim, "AMT*D*100", "AMT*D*90")
    assert found(wrong, INSTITUTIONAL) == [("other-payer-balance", "AMT*D*90 AMT02")]

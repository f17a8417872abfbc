"""Balancing of premium payments, enrolments and acknowledgments: right ones, and each total wrong by itself."""

from __future__ import annotations

import pytest

from tests.acceptance.balancing_files import Told, file_of, segments, told, with_change

PREMIUM = segments("""
    BPR*C*985*C*ACH*CTX*01*999999992*DA*12345678*1030449999**01*199999999*DA*98765*20260302
    TRN*1*12345*1030449999
    N1*PE*LAKESIDE HEALTH PLAN*FI*012222222
    N1*PR*NORTH PLASTICS*FI*123456789
    ENT*1*2J*34*111223333
    NM1*IL*1*DOE*ANN
    RMR*AZ*POL1**450*500
    ADX*-50*52
    RMR*AZ*POL2**250
    ENT*2*2J*34*111223334
    NM1*IL*1*ROE*BOB
    ADX*-15*52
    RMR*AZ*POL3**300
""")
"""450 = 500 - 50. 985 = 450 + 250 + 300 - 15, an adjustment of a former payment."""


def of_premium(lines: list[str]) -> list[Told]:
    """Return what is found in an 820."""
    return told(file_of("RA", "005010X218", "820", lines))


def test_a_premium_payment_balances() -> None:
    """With the adjustments of former payments, or without; the payment sent apart from its details too."""
    assert of_premium(PREMIUM) == []
    bpr = "BPR*C*{}*C*ACH*CTX*01*999999992*DA*12345678*1030449999**01*199999999*DA*98765*20260302"
    assert of_premium(with_change(PREMIUM, bpr.format(985), bpr.format(1000))) == []
    wrong = with_change(PREMIUM, bpr.format(985), bpr.format(984))
    assert of_premium(wrong) == [("premium-payment-balance", f"{bpr.format(984)} BPR02")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("ADX*-50*52", "ADX*-40*52", ["individual-premium-balance"]),
        ("RMR*AZ*POL2**250", "RMR*AZ*POL2**205", ["premium-payment-balance"]),
        ("ADX*-15*52", "ADX*0*52", ["premium-payment-balance", "individual-premium-adjustment-zero"]),
        ("RMR*AZ*POL2**250", "RMR*AZ*POL2**x", ["element-character"]),
    ],
)
def test_each_amount_of_a_premium_payment(old: str, new: str, expected: list[str]) -> None:
    """One amount changed is told at what it breaks; what cannot be read is not added up."""
    assert [each.code for each in of_premium(with_change(PREMIUM, old, new))] == expected


SUMMARY = segments("""
    BPR*C*16700*C*ACH*CTX*01*999999992*DA*12345678*1030449999**01*199999999*DA*98765*20260302
    TRN*1*12345*1030449999
    N1*PE*LAKESIDE HEALTH PLAN*FI*012222222
    N1*PR*NORTH PLASTICS*FI*123456789
    ENT*1*2L*FI*123456789
    ADX*-50*52
    RMR*IK*INVOICE1**16500*16400
    ADX*100*52
    RMR*IK*INVOICE2**250
""")
"""16500 = 16400 + 100; 16700 = 16500 + 250 - 50."""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("ADX*100*52", "ADX*100*52", []),
        ("ADX*100*52", "ADX*101*52", ["premium-detail-balance"]),
        ("ADX*-50*52", "ADX*0*52", ["premium-payment-balance", "premium-adjustment-zero"]),
        ("RMR*IK*INVOICE2**250", "RMR*IK*INVOICE2**249", ["premium-payment-balance"]),
    ],
)
def test_a_summary_of_an_organization(old: str, new: str, expected: list[str]) -> None:
    """The details of an organization balance as those of individuals do."""
    assert [each.code for each in of_premium(with_change(SUMMARY, old, new))] == expected


ENROLMENT = segments("""
    BGN*00*REF1*20260302*0914****2
    QTY*TO*3
    QTY*ET*2
    QTY*DT*1
    N1*P5*NORTH PLASTICS*FI*123456789
    N1*IN*LAKESIDE HEALTH PLAN*FI*012222222
    INS*Y*18*021*28*A***FT
    REF*0F*M100
    DTP*356*D8*20260101
    NM1*IL*1*DOE*ANN
    HD*021**HLT
    DTP*348*D8*20260101
    INS*N*19*021*28*A
    REF*0F*M100
    NM1*IL*1*DOE*BOB
    INS*Y*18*021*28*A***FT
    REF*0F*M200
    NM1*IL*1*ROE*CAL
""")


def of_enrolment(lines: list[str]) -> list[Told]:
    """Return the balancing findings of an 834."""
    found = told(file_of("BE", "005010X220A1", "834", lines))
    return [each for each in found if each.code.startswith("members")]


def test_members_are_counted() -> None:
    """QTY*TO counts all members, ET subscribers and DT dependents."""
    assert of_enrolment(ENROLMENT) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("QTY*TO*3", "QTY*TO*4", "members-below-total"),
        ("QTY*TO*3", "QTY*TO*1", "members-above-total"),
        ("QTY*ET*2", "QTY*ET*3", "members-below-total"),
        ("QTY*DT*1", "QTY*DT*0", "members-above-total"),
    ],
)
def test_members_that_are_not_as_many_as_the_total_says(old: str, new: str, code: str) -> None:
    """A total that is wrong is told once, at QTY02."""
    assert of_enrolment(with_change(ENROLMENT, old, new)) == [(code, f"{new} QTY02")]


ACKNOWLEDGED = segments("""
    AK1*HC*1*005010X222A1
    AK2*837*0001*005010X222A1
    IK5*A
    AK2*837*0002*005010X222A1
    IK3*CLM*20**8
    IK4*2*782*1
    IK5*E*I5
    AK2*837*0003*005010X222A1
    IK3*CLM*21**8
    IK4*2*782*1
    IK5*R*I5
    AK9*P*4*4*3
""")
"""Three of four sets are answered one by one, the fourth was accepted too."""


def of_acknowledgment(lines: list[str]) -> list[Told]:
    """Return what is found in a 999."""
    return told(file_of("FA", "005010X231A1", "999", lines))


def test_an_acknowledgment_that_counts_right() -> None:
    """Sets that are not answered one by one count as accepted or refused as AK904 says."""
    assert of_acknowledgment(ACKNOWLEDGED) == []
    assert of_acknowledgment(with_change(ACKNOWLEDGED, "AK9*P*4*4*3", "AK9*P*4*4*2")) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("AK9*P*4*4*3", "AK9*P*4*4*1", [("accepted-sets-balance", "AK9*P*4*4*1 AK904")]),
        (
            "AK9*P*4*4*3",
            "AK9*A*4*4*4",
            [("accepted-sets-balance", "AK9*A*4*4*4 AK904")],
        ),
        (
            "AK9*P*4*4*3",
            "AK9*P*2*2*1",
            [
                ("sets-above-received", "AK9*P*2*2*1 AK903"),
                ("accepted-sets-balance", "AK9*P*2*2*1 AK904"),
            ],
        ),
        ("AK9*P*4*4*3", "AK9*P*4*4*5", [("accepted-above-received", "AK9*P*4*4*5 AK904")]),
        ("AK9*P*4*4*3", "AK9*A*4*4*3", [("group-answer-balance", "AK9*A*4*4*3 AK901")]),
        ("AK9*P*4*4*3", "AK9*R*4*4*3", [("group-answer-balance", "AK9*R*4*4*3 AK901")]),
        ("IK5*E*I5", "IK5*A*I5", [("accepted-set-with-errors", "IK5*A*I5 IK501")]),
        ("AK9*P*4*4*3", "AK9*P*4*4*x", [("element-character", "AK9*P*4*4*x AK904")]),
    ],
)
def test_an_acknowledgment_that_counts_wrong(old: str, new: str, expected: list[Told]) -> None:
    """A count or answer changed is told where it is stated."""
    assert of_acknowledgment(with_change(ACKNOWLEDGED, old, new)) == expected

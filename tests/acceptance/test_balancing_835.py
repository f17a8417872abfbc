"""Balancing of remittance advices: right ones of every shape, and each rule broken by one amount."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from tests.acceptance.balancing_files import Told, file_of, found_in, segments, told, with_change

HEAD = """
    {bpr}
    TRN*1*TRACE1*1941234567
    DTM*405*20260110
    N1*PR*LAKESIDE HEALTH PLAN
    N3*1 LAKE ST
    N4*TOWN*MN*55401
    PER*BL*HELP DESK*TE*5555550100
    N1*PE*NORTH CLINIC*XX*1234567893
"""
PAID = "BPR*I*{}*C*CHK************20260110"
NOTHING_PAID = "BPR*H*0*C*NON************20260110"


def remittance(bpr: str, text: str) -> list[str]:
    """Return an 835 that pays by this BPR."""
    return segments(HEAD.format(bpr=bpr) + text)


def found(*sets: list[str]) -> list[Told]:
    """Return what is found in a file of 835s."""
    return told(file_of("HP", "005010X221A1", "835", *sets))


PROFESSIONAL = remittance(
    PAID.format("230.5"),
    """
    LX*1
    CLP*C1*1*300*180.50*35*12*ICN1*11*1
    CAS*CO*45*10
    NM1*QC*1*DOE*ANN****MI*M100
    SVC*HC:99213*200*120.50**1
    DTM*472*20260101
    CAS*CO*45*44.5
    CAS*PR*1*25**2*10
    SVC*HC:87070*100*70**1
    DTM*472*20260101
    CAS*CO*45*30
    CLP*C2*1*80*80.00**12*ICN2*11*1
    NM1*QC*1*ROE*BOB****MI*M200
    SVC*HC:99212*80*80**1
    DTM*472*20260102
    CLP*C3*4*50*0**12*ICN3*11*1
    CAS*CO*29*50
    NM1*QC*1*POE*CAL****MI*M300
    DTM*232*20260103
    PLB*1234567893*20261231*WO:ICN9*40*L6*-10
    """,
)
"""Services: 120.50 = 200 - 44.50 - 25 - 10; 70 = 100 - 30. Claim C1: 180.50 = 300 - 10 - 79.50 - 30, PR 35 = 25 + 10.
C2 is paid in full, C3 is denied as a whole. Payment: 180.50 + 80 + 0 - (40 - 10) = 230.50.
"""


def test_a_payment_balances_at_every_level() -> None:
    """Services, claims and payment, with adjustments at each level; no service, and nothing adjusted."""
    assert found(PROFESSIONAL) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "SVC*HC:87070*100*70**1",
            "SVC*HC:87070*100*70.01**1",
            [("service-payment-balance", "SVC*HC:87070*100*70.01**1 SVC03")],
        ),
        (
            "SVC*HC:87070*100*70**1",
            "SVC*HC:87070*99*69**1",
            [("service-charges-balance", "CLP*C1*1*300*180.50*35*12*ICN1*11*1 CLP03")],
        ),
        ("CAS*CO*45*10", "CAS*CO*45*11", [("claim-payment-balance", "CLP*C1*1*300*180.50*35*12*ICN1*11*1 CLP04")]),
        (
            "CAS*CO*45*30",
            "CAS*CO*45*31",
            [
                ("claim-payment-balance", "CLP*C1*1*300*180.50*35*12*ICN1*11*1 CLP04"),
                ("service-payment-balance", "SVC*HC:87070*100*70**1 SVC03"),
            ],
        ),
        (
            "CLP*C1*1*300*180.50*35*12*ICN1*11*1",
            "CLP*C1*1*300*180.50*34*12*ICN1*11*1",
            [("patient-responsibility-balance", "CLP*C1*1*300*180.50*34*12*ICN1*11*1 CLP05")],
        ),
        (
            "CLP*C1*1*300*180.50*35*12*ICN1*11*1",
            "CLP*C1*1*300*180.50**12*ICN1*11*1",
            [("patient-responsibility-balance", "CLP*C1*1*300*180.50**12*ICN1*11*1 CLP05")],
        ),
        (
            "CLP*C3*4*50*0**12*ICN3*11*1",
            "CLP*C3*4*50*5**12*ICN3*11*1",
            [
                ("payment-balance", "BPR*I*230.5*C*CHK************20260110 BPR02"),
                ("claim-payment-balance", "CLP*C3*4*50*5**12*ICN3*11*1 CLP04"),
            ],
        ),
        (
            "PLB*1234567893*20261231*WO:ICN9*40*L6*-10",
            "PLB*1234567893*20261231*WO:ICN9*40*L6*10",
            [("payment-balance", "BPR*I*230.5*C*CHK************20260110 BPR02")],
        ),
        (
            "BPR*I*230.5*C*CHK************20260110",
            "BPR*I*230*C*CHK************20260110",
            [("payment-balance", "BPR*I*230*C*CHK************20260110 BPR02")],
        ),
    ],
)
def test_each_amount_counts(old: str, new: str, expected: list[Told]) -> None:
    """One amount changed is told at each sum that it breaks, and at no other."""
    assert found(with_change(PROFESSIONAL, old, new)) == expected


def test_what_only_partners_differ_in_is_a_warning() -> None:
    """CLP03 against SVC02 and CLP05 against PR are warnings."""
    for old, new in (
        ("SVC*HC:87070*100*70**1", "SVC*HC:87070*99*69**1"),
        ("CLP*C1*1*300*180.50*35*12*ICN1*11*1", "CLP*C1*1*300*180.50*34*12*ICN1*11*1"),
    ):
        file = file_of("HP", "005010X221A1", "835", with_change(PROFESSIONAL, old, new))
        assert told(file, errors_only=True) == []


def test_a_provider_adjustment_has_up_to_six_amounts() -> None:
    """All six amounts of PLB, and several PLB, count: 230.50 = 260.50 - (40 - 10) and further ones of 0 in all."""
    six = "PLB*1234567893*20261231*WO:A*40*L6*-10*CS:B*1*CS:C*2*CS:D*3*CS:E*-6"
    plb = "PLB*1234567893*20261231*WO:ICN9*40*L6*-10"
    assert found(with_change(PROFESSIONAL, plb, six)) == []
    assert found(with_change(PROFESSIONAL, plb, plb, "PLB*1234567893*20261231*72:F*5", "PLB*9*20261231*WO:F*-5")) == []
    wrong = with_change(PROFESSIONAL, plb, six.replace("*-6", "*-5"))
    assert [each.code for each in found(wrong)] == ["payment-balance"]


REVERSAL = remittance(
    NOTHING_PAID,
    """
    LX*1
    CLP*C1*22*-200*-120**12*ICN1*11*7
    NM1*QC*1*DOE*ANN****MI*M100
    SVC*HC:99213*-200*-120**-1
    DTM*472*20260101
    CAS*CO*45*-60
    CAS*PR*1*-20
    CLP*C1*1*200*90*30*12*ICN2*11*1
    NM1*QC*1*DOE*ANN****MI*M100
    SVC*HC:99213*200*90**1
    DTM*472*20260101
    CAS*CO*45*80
    CAS*PR*1*30
    PLB*1234567893*20261231*FB:ICN1*-30
    """,
)
"""The reversal: -120 = -200 + 60 + 20; the correction: 90 = 200 - 80 - 30. 0 = -120 + 90 + 30 carried forward."""


def test_a_reversal_and_its_correction() -> None:
    """The reversal balances with signs reversed and without CLP05; what is owed back goes forward in PLB."""
    assert found(REVERSAL) == []


def test_a_reversal_above_zero() -> None:
    """A reversal that states its charge or payment unreversed is warned of at each such amount."""
    clp, svc = "CLP*C1*22*200*-120**12*ICN1*11*7", "SVC*HC:99213*200*-120**-1"
    wrong = with_change(REVERSAL, "CLP*C1*22*-200*-120**12*ICN1*11*7", clp)
    wrong = with_change(wrong, "SVC*HC:99213*-200*-120**-1", svc)
    assert [each for each in found(wrong) if each.code == "reversal-amount-positive"] == [
        ("reversal-amount-positive", f"{clp} CLP03"),
        ("reversal-amount-positive", f"{svc} SVC02"),
    ]


def test_payers_after_the_first() -> None:
    """What others paid is an adjustment (OA 23) as any other: 25 = 100 - 60 - 15."""
    secondary = remittance(
        PAID.format("25"),
        """
        LX*1
        CLP*C1*2*100*25**12*ICN1*11*1
        NM1*QC*1*DOE*ANN****MI*M100
        SVC*HC:99213*100*25**1
        DTM*472*20260101
        CAS*OA*23*60
        CAS*CO*45*15
        CLP*C1*3*100*0*10*12*ICN2*11*1
        CAS*OA*23*90
        CAS*PR*2*10
        NM1*QC*1*DOE*ANN****MI*M100
        DTM*232*20260101
        """,
    )
    assert found(secondary) == []
    wrong = with_change(secondary, "CAS*OA*23*90", "CAS*OA*23*80")
    assert found(wrong) == [("claim-payment-balance", "CLP*C1*3*100*0*10*12*ICN2*11*1 CLP04")]


def test_bundled_services() -> None:
    """A service paid above its charge is adjusted below zero (94), the one bundled into it as a whole (97)."""
    bundled = remittance(
        PAID.format("150"),
        """
        LX*1
        CLP*C1*1*200*150**12*ICN1*11*1
        NM1*QC*1*DOE*ANN****MI*M100
        SVC*HC:80053*100*150**1*HC:80048
        DTM*472*20260101
        CAS*OA*94*-100
        CAS*CO*45*50
        SVC*HC:80053*100*0**1*HC:80076
        DTM*472*20260101
        CAS*OA*97*100
        """,
    )
    assert found(bundled) == []
    wrong = with_change(bundled, "CAS*OA*94*-100", "CAS*OA*94*100")
    assert [each.code for each in found(wrong)] == ["claim-payment-balance", "service-payment-balance"]


def test_units_that_an_adjustment_takes() -> None:
    """SVC05 is SVC07 less the quantities of CAS; one unit is paid where SVC05 is absent."""
    units = remittance(
        PAID.format("60"),
        """
        LX*1
        CLP*C1*1*100*60**12*ICN1*11*1
        NM1*QC*1*DOE*ANN****MI*M100
        SVC*HC:97110*80*40**2**4
        DTM*472*20260101
        CAS*CO*119*40*2
        SVC*HC:97140*20*20****1
        DTM*472*20260101
        """,
    )
    assert found(units) == []
    wrong = with_change(units, "CAS*CO*119*40*2", "CAS*CO*119*40*1")
    assert found(wrong) == [("paid-units-balance", "SVC*HC:97110*80*40**2**4 SVC05")]
    assert told(file_of("HP", "005010X221A1", "835", wrong), errors_only=True) == []


SUMMARY = remittance(
    PAID.format("290"),
    """
    LX*1
    TS3*1234567893*11*20261231*2*250
    CLP*C1*1*200*150**MA*ICN1*11*1
    CAS*CO*45*50
    NM1*QC*1*DOE*ANN****MI*M100
    DTM*232*20260101
    CLP*C2*1*50*50**MA*ICN2*11*1
    NM1*QC*1*ROE*BOB****MI*M200
    DTM*232*20260101
    LX*2
    TS3*1234567893*13*20261231*1*100
    CLP*C3*1*100*90**MB*ICN3*13*1
    CAS*CO*45*10
    NM1*QC*1*POE*CAL****MI*M300
    DTM*232*20260101
    """,
)


def test_a_summary_of_each_provider() -> None:
    """TS304 counts the claims of its own LX, TS305 adds up their charges; else warnings."""
    assert found(SUMMARY) == []
    wrong = "TS3*1234567893*13*20261231*3*100"
    assert found(with_change(SUMMARY, "TS3*1234567893*13*20261231*1*100", wrong)) == [
        ("provider-claim-count", f"{wrong} TS304")
    ]
    wrong = "TS3*1234567893*11*20261231*2*350"
    changed = with_change(SUMMARY, "TS3*1234567893*11*20261231*2*250", wrong)
    assert found(changed) == [("provider-charges-balance", f"{wrong} TS305")]
    assert told(file_of("HP", "005010X221A1", "835", changed), errors_only=True) == []


def test_a_payment_of_nothing_and_one_without_claims() -> None:
    """Nothing paid for a denied claim balances; so do a payment and a recovery by PLB alone."""
    denied = remittance(
        NOTHING_PAID,
        """
        LX*1
        CLP*C1*4*50*0**12*ICN1*11*1
        CAS*CO*29*50
        NM1*QC*1*DOE*ANN****MI*M100
        DTM*232*20260103
        """,
    )
    incentive = remittance(PAID.format("75"), "PLB*1234567893*20261231*BN*-75")
    nothing = remittance(NOTHING_PAID, "PLB*1234567893*20261231*WO:A*20*FB:B*-20")
    assert found(denied, incentive, nothing) == []
    wrong = with_change(incentive, "PLB*1234567893*20261231*BN*-75", "PLB*1234567893*20261231*BN*75")
    assert found(denied, wrong, nothing) == [
        ("payment-balance", "BPR*I*75*C*CHK************20260110 BPR02"),
    ]


def test_sets_of_a_file_are_added_up_apart() -> None:
    """One 835 that does not balance is told; those before and after it are not."""
    wrong = with_change(PROFESSIONAL, "BPR*I*230.5*C*CHK************20260110", PAID.format("231"))
    assert found(PROFESSIONAL, wrong, REVERSAL) == [("payment-balance", f"{PAID.format('231')} BPR02")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CAS*CO*45*30", "CAS*CO*45*3O"),
        ("CAS*CO*45*30", "CAS*CO*45"),
        ("CLP*C3*4*50*0**12*ICN3*11*1", "CLP*C3*4*50***12*ICN3*11*1"),
        ("SVC*HC:87070*100*70**1", "SVC*HC:87070*100*x**1"),
        ("PLB*1234567893*20261231*WO:ICN9*40*L6*-10", "PLB*1234567893*20261231*WO:ICN9*+40*L6*-10"),
    ],
)
def test_amounts_that_cannot_be_read_are_left_to_the_guide(old: str, new: str) -> None:
    """What is no number is told as such, and no sum that it belongs to is."""
    told_codes = {each.code for each in found(with_change(PROFESSIONAL, old, new))}
    assert told_codes
    assert not {code for code in told_codes if code.endswith("balance")}


def test_a_claim_without_its_clp_spoils_only_the_sums_over_it() -> None:
    """Where LX is missing the CLP has no place: what stands under it is not added up without it."""
    lost = with_change(SUMMARY, "LX*1")
    assert not [each for each in found(lost) if each.code.endswith("balance")]


@pytest.mark.parametrize("added", ["SV1*HC:99213*1", "CAX*CO*45*1"])
def test_a_claim_with_a_segment_out_of_place_is_left_to_the_guide(added: str) -> None:
    """A segment that has no place may be the adjustment that is missing."""
    line = "CAS*CO*45*44.5"
    codes = {each.code for each in found(with_change(PROFESSIONAL, line, added))}
    assert not {code for code in codes if code.endswith("balance")}, codes


def test_rules_that_keep_sums_can_be_switched_off() -> None:
    """Without the rule of claims the payment is not added up, rather than told wrong."""
    wrong = with_change(PROFESSIONAL, "CAS*CO*45*10", "CAS*CO*45*11")
    file = list(file_of("HP", "005010X221A1", "835", wrong))
    assert [each.code for each in told(file)] == ["claim-payment-balance"]
    assert told(file, severities={"S3-835-2": "off"}) == []


def _many(claims: int) -> Iterator[bytes]:
    def lines() -> Iterator[str]:
        yield from remittance(PAID.format(f"{claims * 70}.00"), "LX*1")
        for number in range(claims):
            yield f"CLP*C{number}*1*100*70**12*ICN{number}*11*1"
            yield "NM1*QC*1*DOE*ANN****MI*M100"
            yield "SVC*HC:99213*100*70**1"
            yield "DTM*472*20260101"
            yield "CAS*CO*45*30"

    return file_of("HP", "005010X221A1", "835", lines())


def test_memory_does_not_grow_with_the_claims() -> None:
    """Of the claims that went by only sums are kept."""
    assert found_in(_many(100)) == []
    peaks = []
    for claims in (6_000, 9_000):
        tracemalloc.start()
        assert found_in(_many(claims)) == []
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 187_500

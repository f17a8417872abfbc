"""Rules by kind of claim in a remittance (SNIP 6 of an 835)."""

from __future__ import annotations

import pytest

from tests.acceptance.balancing_files import file_of, segments, with_change
from tests.acceptance.claim_type_files import Told, found_in, told

INPATIENT = segments("""
    BPR*I*900*C*CHK************20260302
    TRN*1*900000001*1410000942
    DTM*405*20260302
    N1*PR*LAKESIDE HEALTH PLAN
    N3*PO BOX 1000
    N4*BLOOMINGTON*MN*554250000
    PER*CX**TE*9525550142
    PER*BL*HELP DESK*TE*9525550142
    N1*PE*NORTH HOSPITAL*XX*1000003008
    LX*1
    CLP*C1*1*1000*900**12*ICN1*11*1**343*1.05
    CAS*CO*45*100
    NM1*QC*1*DOE*ANN****MI*M1000001
    MIA*3
    DTM*232*20260203
""")
CLAIM = "CLP*C1*1*1000*900**12*ICN1*11*1**343*1.05"
SERVICE = ("SVC*AD:D0120*1000*900**1", "DTM*472*20260203")


def found(lines: list[str]) -> list[Told]:
    """Return what rules by kind of claim find in a remittance."""
    return told(found_in(b"".join(file_of("HP", "005010X221A1", "835", lines))), 6)


def test_an_inpatient_payment_is_clean() -> None:
    """An inpatient claim may be paid by its DRG and carry inpatient information."""
    assert found(INPATIENT) == []


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (
            "CLP*C1*1*1000*900**12*ICN1*13*1",
            [Told("outpatient-inpatient-information", 15, 0, 0)],
        ),
        (
            "CLP*C1*1*1000*900**12*ICN1*13*1**343*1.05",
            [Told("outpatient-payment-drg", 12, 11, 0), Told("outpatient-inpatient-information", 15, 0, 0)],
        ),
        ("CLP*C1*1*1000*900**12*ICN1*11*1***1.05", [Told("drg-weight-without-drg", 12, 11, 0)]),
    ],
)
def test_what_belongs_to_inpatients_is_told(new: str, expected: list[Told]) -> None:
    """An outpatient claim with inpatient information or a DRG is told, and a weight without its DRG."""
    assert found(with_change(INPATIENT, CLAIM, new)) == expected


def test_a_dental_claim_is_not_paid_by_drg() -> None:
    """A line with a dental procedure and a DRG do not go together."""
    assert found([*INPATIENT, *SERVICE]) == [Told("dental-payment-drg", 12, 11, 0)]

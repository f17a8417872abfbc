"""What the 835 says of claims priced as one, and of institutional lines, to the segment and by other readers."""

from __future__ import annotations

import oxedi
import pytest
from msgspec.structs import replace

from hpedi.adjudication.decision import ClaimDecision
from hpedi.claims.claim import ReceivedClaim
from hpedi.crosscheck.answer import Opinion
from hpedi.crosscheck.pyx12_engine import validate_with_pyx12
from hpedi.guide_files import GuideFiles
from hpedi.money import usd
from hpedi.payments.balancing import check_remittance
from hpedi.payments.claim_payments import ClaimFiling, claim_payment
from hpedi.payments.verification import verify_remittances
from hpedi.transactions.remittance_835.model import PaymentMethod, Remittance
from hpedi.x12.events import Delimiters
from tests.rules.cases import Json, decide, payer, received_claim
from tests.transactions.remittance_835.as_bytes import VERSION, interchange_of, segments_of
from tests.transactions.remittance_835.examples import GS56

ROOM = {"code": "", "revenue_code": "0118", "unit": "DA", "units": "6", "charge": "11400.00"}
PHYSIOTHERAPY = {"code": "", "revenue_code": "0420", "units": "12", "charge": "9600.00"}
MET = {"ded_ind_inn MARY": "1500.00"}

# Per diem: 6 x 2,200.00 = 13,200.00; 21,000.00 - 13,200.00 = 7,800.00; 20% = 2,640.00; paid 10,560.00.
STAY = ({"provider": "HOSPITAL", "bill": "021", "lines": [ROOM, PHYSIOTHERAPY]}, MET)
STAY_SEGMENTS = """\
CLP*ICN1*1*21000*10560*2640*12*ICN1*21*1
CAS*CO*45*7800
CAS*PR*2*2640
NM1*QC*1*LAKE*MARY****MI*942670000101
DTM*232*20260310
DTM*050*20260312
AMT*AU*21000
QTY*CA*6"""

# DRG 193: 10,000.00 x 1.3144 = 13,144.00; outlier (60,000.00 - 50,000.00) x 40% = 4,000.00; allowed 17,144.00;
# 20% = 3,428.80, of which 100.00 is left of the out-of-pocket maximum; paid 17,044.00.
OUTLIER = (
    {
        "provider": "HOSPITAL",
        "bill": "021",
        "drg": "193",
        "lines": [{"code": "", "revenue_code": "0200", "unit": "DA", "units": "9", "charge": "60000.00"}],
    },
    {**MET, "oop_ind_inn MARY": "3900.00"},
)
OUTLIER_SEGMENTS = """\
CLP*ICN1*1*60000*17044*100*12*ICN1*21*1**193*1.3144
CAS*CO*45*46856**70*-4000
CAS*PR*2*100
NM1*QC*1*LAKE*MARY****MI*942670000101
MIA*0****N919
DTM*232*20260310
DTM*050*20260312
AMT*AU*60000
QTY*CA*9"""

# APC: 820.00 and a packaged line; 20% of 820.00 = 164.00.
OUTPATIENT = (
    {
        "provider": "HOSPITAL",
        "bill": "013",
        "lines": [
            {"code": "G0260", "revenue_code": "0360", "charge": "2000.00"},
            {"code": "", "revenue_code": "0250", "charge": "60.00"},
        ],
    },
    MET,
)
OUTPATIENT_SEGMENTS = """\
CLP*ICN1*1*2060*656*164*12*ICN1*13*1
NM1*QC*1*LAKE*MARY****MI*942670000101
DTM*050*20260312
SVC*HC:G0260*2000*656*0360*1
DTM*472*20260310
CAS*CO*45*1180
CAS*PR*2*164
REF*APC*5443
AMT*B6*820
SVC*NU:0250*60*0**1
DTM*472*20260310
CAS*CO*97*60"""


def decided(told: Json, used: Json) -> tuple[ReceivedClaim, ClaimDecision]:
    """Return a claim of the rule cases and its decision."""
    reference, _membership, members = payer()
    made = decide({"claim": told, "used": used})
    assert isinstance(made, ClaimDecision)
    return received_claim(told, members, reference, "ICN1"), made


def remittance_of(told: Json, used: Json) -> Remittance:
    """Return a remittance that pays a claim of the rule cases."""
    received, made = decided(told, used)
    paid = claim_payment(received, made, received.claim.billing.npi, ClaimFiling(usual="12", by_plan={}))
    method = PaymentMethod.ACH if made.paid else PaymentMethod.NONE
    return replace(GS56, claims=(paid,), provider_adjustments=(), amount=made.paid, method=method)


CASES = [
    pytest.param(STAY, STAY_SEGMENTS, id="per diem"),
    pytest.param(OUTLIER, OUTLIER_SEGMENTS, id="DRG with outlier"),
    pytest.param(OUTPATIENT, OUTPATIENT_SEGMENTS, id="APC"),
]


@pytest.mark.parametrize(("claim", "expected"), CASES)
def test_segments_of_a_claim(claim: tuple[Json, Json], expected: str) -> None:
    """A claim priced as one has reasons, days and covered charge at the claim and no lines; other lines have theirs."""
    segments = segments_of(interchange_of(remittance_of(*claim)))
    first = next(index for index, segment in enumerate(segments) if segment.startswith("CLP"))
    assert "\n".join(segments[first:-3]) == expected


@pytest.mark.parametrize(("claim", "_expected"), CASES)
def test_own_guide_and_balancing_agree(claim: tuple[Json, Json], _expected: str) -> None:
    """What was written reads back through our guide as what was built, and balances."""
    built = remittance_of(*claim)
    check_remittance(built)
    guide = GuideFiles().guide_for("HP", VERSION, "835")
    assert guide is not None
    (read,) = verify_remittances(interchange_of(built), guide, [built])
    assert read.amount == built.amount


@pytest.mark.parametrize(("claim", "_expected"), CASES)
def test_other_readers_agree(claim: tuple[Json, Json], _expected: str) -> None:
    """Independent programs take the set without an error."""
    content = interchange_of(remittance_of(*claim))
    assert list(oxedi.parse(content).diagnostics) == []
    texts = segments_of(content)[2:-2]
    assert validate_with_pyx12(texts, Delimiters(), functional_id="HP", version=VERSION).opinion is Opinion.ACCEPTED


def test_a_stay_that_is_denied_shows_no_coverage() -> None:
    """Of a claim priced as one of which all is denied, the reason stands with the claim, and nothing is covered."""
    told = {"provider": "HOSPITAL", "bill": "021", "received": "2028-01-01", "lines": [ROOM]}
    (paid,) = remittance_of(told, {}).claims
    assert (paid.paid, paid.services, paid.amounts) == (usd("0.00"), (), ())
    assert [(each.group, each.carc, each.amount) for each in paid.adjustments] == [("CO", "29", usd("11400.00"))]
    assert [(qualifier, str(days)) for qualifier, days in paid.quantities] == [("NE", "6")]

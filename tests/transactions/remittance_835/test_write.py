"""The segments of an 835, by hand and by independent readers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import oxedi
import pytest
from hypothesis import Phase, given, settings
from msgspec.structs import replace

from hpedi.claims.adjustment import Adjustment
from hpedi.claims.parties import Address
from hpedi.crosscheck.answer import Opinion
from hpedi.crosscheck.pyx12_engine import validate_with_pyx12
from hpedi.money import usd
from hpedi.transactions.remittance_835.adjustments import grouped
from hpedi.transactions.remittance_835.adjustments import segments_of as cas_segments
from hpedi.transactions.remittance_835.model import PaymentMethod, ProviderAdjustment, Remittance
from hpedi.transactions.remittance_835.write import write_remittance
from hpedi.x12.events import Delimiters
from hpedi.x12.segment import SegmentValues
from tests.transactions.remittance_835.as_bytes import VERSION, interchange_of, segments_of
from tests.transactions.remittance_835.examples import GS56, PAYEE, PAYER, claim, remittances

# GS-56 as printed: BPR, TRN, REF*2U and PLB are the golden file's; the rest follows from its claims.
EXPECTED = """\
ST*835*0001
BPR*I*589.5*C*ACH*CCP*01*999999992*DA*411111111*1411111111**01*123456780*DA*100000012*20260518
TRN*1*9426700000056*1411111111
DTM*405*20260515
N1*PR*HPEDI HEALTH PLAN
N3*8170 33RD AVE S
N4*BLOOMINGTON*MN*554250000
REF*2U*94267
PER*BL*EDI SUPPORT*TE*9525550100
N1*PE*LAKES FAMILY CLINIC*XX*1000000012
N3*1 LAKE ST*SUITE 2
N4*EDINA*MN*554241234
REF*TJ*411000001
LX*1
CLP*GS56a*1*185*90*30*12*GS56A*11*1
NM1*QC*1*LAKE*MARY****MI*942670000101
SVC*HC:T1015*185*90**1
DTM*472*20260310
CAS*CO*45*65
CAS*PR*3*30
CLP*GS56b*1*820*340*165*12*GS56B*11*1
NM1*QC*1*LAKE*MARY****MI*942670000101
DTM*050*20260409
AMT*I*4.5
SVC*HC:G0130*140*8**1
DTM*472*20260407
CAS*CO*45*50
CAS*PR*1*80**2*2
SVC*HC:G0260*650*320**1
DTM*472*20260407
CAS*CO*45*250
CAS*PR*2*80
SVC*HC:G0283:59*30*12**1
DTM*472*20260407
CAS*CO*45*15
CAS*PR*2*3
REF*6R*3
AMT*B6*15
LQ*HE*N362
CLP*GS56c*1*605*275*120*12*GS56C*11*1
NM1*QC*1*LAKE*JON
NM1*IL*1*LAKE*MARY****MI*942670000101
NM1*82*1*OLSON*KARI****XX*1000000103
SVC*HC:G0439*240*160**1
DTM*472*20260407
CAS*CO*45*80
SVC*HC:T1015:25*185*90**1
DTM*472*20260407
CAS*CO*45*65
CAS*PR*3*30
SVC*HC:G0130*140*0**1
DTM*472*20260407
CAS*CO*45*50
CAS*PR*1*90
SVC*HC:G0008*40*25**1
DTM*472*20260407
CAS*CO*45*15
PLB*1000000012*20261231*L6:GS56B*-4.5*FB:T55Z*120
SE*59*0001""".splitlines()


def bare(method: PaymentMethod, amount: str) -> Remittance:
    """Return a remittance of one claim without lines."""
    row = ProviderAdjustment(code="72", reference="", amount=-usd(amount))
    return replace(GS56, method=method, amount=usd(amount), claims=(), provider_adjustments=(row,))


def written(remittance: Remittance, segment_id: str) -> list[SegmentValues]:
    """Return the segments of an id."""
    return [segment for segment in write_remittance(remittance) if segment[0] == segment_id]


def test_gs56_to_the_segment() -> None:
    """The golden example gives these segments and no others."""
    assert segments_of(interchange_of(GS56))[2:-2] == EXPECTED


def test_a_check_shows_no_accounts() -> None:
    """A check has BPR04 CHK and its number in TRN02; accounts stand only in electronic payments."""
    (bpr,) = written(bare(PaymentMethod.CHECK, "10.00"), "BPR")
    assert bpr == ("BPR", "I", "10", "C", "CHK", "", *("",) * 10, "20260518")


def test_nothing_paid_is_h_and_non() -> None:
    """BPR01 H and BPR04 NON where nothing is paid; an 835 without claims has no LX."""
    (bpr,) = written(bare(PaymentMethod.NONE, "0.00"), "BPR")
    assert bpr[1:5] == ("H", "0", "C", "NON")
    assert written(bare(PaymentMethod.NONE, "0.00"), "LX") == []


def test_six_reasons_a_segment_and_groups_once() -> None:
    """Eight reasons of a group take two segments, and the groups stand in the order of their first reason."""
    adjustments = [Adjustment("CO", str(carc), usd("1.00")) for carc in range(1, 9)]
    adjustments.insert(3, Adjustment("PR", "3", usd("2.00"), Decimal(2)))
    told = [(group, [each.carc for each in reasons]) for group, reasons in cas_segments(adjustments)]
    assert told == [("CO", ["1", "2", "3", "4", "5", "6"]), ("CO", ["7", "8"]), ("PR", ["3"])]


def test_equal_reasons_are_one() -> None:
    """A reason that stands twice in a group is one, with amounts and counted units added up."""
    twice = (Adjustment("CO", "45", usd("1.00"), Decimal(1)), Adjustment("CO", "45", usd("2.50")))
    assert grouped(twice) == (Adjustment("CO", "45", usd("3.50"), Decimal(1)),)


def test_six_provider_adjustments_a_segment() -> None:
    """Eight provider adjustments take two PLB segments; one without a reference has only its code."""
    rows = tuple(ProviderAdjustment(code="WO", reference=f"R{n}" if n else "", amount=usd(n)) for n in range(8))
    first, second = written(replace(GS56, provider_adjustments=rows), "PLB")
    assert first[3:7] == (("WO",), "0", ("WO", "R1"), "1")
    assert len(first) == 3 + 12
    assert second[3:] == (("WO", "R6"), "6", ("WO", "R7"), "7")


def test_units_billed_only_where_they_differ() -> None:
    """SVC07 stands only where fewer units are paid than billed (S4-116)."""
    one = GS56.claims[0].services[0]
    fewer = replace(one, units_paid=Decimal(1), units_billed=Decimal("2.5"))
    shown = replace(GS56, claims=(replace(GS56.claims[0], services=(one, fewer)),))
    assert [segment[5:] for segment in written(shown, "SVC")] == [("1", "", ""), ("1", "", "2.5")]


def test_what_no_segment_holds_raises() -> None:
    """A sixth claim remark, a third address line and an electronic payment without an account are bugs."""
    with pytest.raises(ValueError, match="five remark"):
        list(write_remittance(replace(GS56, claims=(replace(GS56.claims[0], remarks=("M1",) * 6),))))
    with pytest.raises(ValueError, match="two address lines"):
        list(write_remittance(replace(GS56, payee=replace(PAYEE, address=Address(lines=("1", "2", "3"), city="X")))))
    with pytest.raises(ValueError, match="account"):
        list(write_remittance(replace(GS56, payer=replace(PAYER, account=None))))


def test_an_account_number_is_not_in_a_repr() -> None:
    """What a traceback or log shows of a remittance holds no account number."""
    assert "100000012" not in repr(PAYEE.account)


def test_oxedi_reads_it_without_a_word() -> None:
    """An independent reader finds no fault and the same money."""
    result = oxedi.parse(interchange_of(GS56))
    assert list(result.diagnostics) == []
    assert result.count_claims() == 3
    assert result.sum_payments() == Decimal("589.50")


@given(remittances())
@settings(max_examples=30)
def test_oxedi_agrees_that_it_balances(remittance: Remittance) -> None:
    """Any balanced remittance is read by oxedi with its payment and number of claims, and balances there too."""
    result = oxedi.parse(interchange_of(remittance))
    assert result.sum_payments() == remittance.amount
    assert result.count_claims() == len(remittance.claims)
    assert [diagnostic.kind for diagnostic in result.diagnostics if diagnostic.level == 3] == []


def test_pyx12_accepts_each_method() -> None:
    """The reference engine accepts each method, and would find a missing segment."""
    for remittance in (GS56, bare(PaymentMethod.CHECK, "10.00"), bare(PaymentMethod.NONE, "0.00")):
        assert pyx12_says(segments_of(interchange_of(remittance))[2:-2]) is Opinion.ACCEPTED
    without_contact = [text for text in EXPECTED if not text.startswith("PER")]
    assert pyx12_says(without_contact) is Opinion.REJECTED


@given(remittances(most_provider_adjustments=5))
@settings(max_examples=10, phases=[Phase.explicit, Phase.generate])
def test_pyx12_accepts_any(remittance: Remittance) -> None:
    """The reference engine accepts any balanced remittance of one PLB; it takes a second for a second table 3."""
    assert pyx12_says(segments_of(interchange_of(remittance))[2:-2]) is Opinion.ACCEPTED


def pyx12_says(texts: Sequence[str]) -> Opinion:
    """Ask pyx12 about a set."""
    return validate_with_pyx12(texts, Delimiters(), functional_id="HP", version=VERSION).opinion


def test_a_claim_without_lines() -> None:
    """A claim without lines is written without SVC."""
    shown = replace(GS56, claims=(claim("X", "10.00", "10.00", "0.00"),))
    assert written(shown, "SVC") == []

"""The 277CA: one answer to an 837 set of three claims, worked out by hand from X214."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hpedi.claims.parties import Name
from hpedi.money import usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.ack_277ca.model import AnsweredClaim, AnsweredLine, ClaimAcknowledgment, ClaimStatus, Party
from hpedi.transactions.ack_277ca.write import write_claim_acknowledgment
from hpedi.x12.events import Delimiters
from hpedi.x12.writer import segment_writer

CLINIC = Party(is_person=False, name=Name(last="LAKE CLINIC"), id_qualifier="XX", id="1234567893")
DOCTOR = Party(is_person=True, name=Name(last="ROSE", first="ANN"), id_qualifier="FI", id="411111111")
MARY = Party(is_person=True, name=Name(last="LAKE", first="MARY"), id_qualifier="MI", id="942670000101")
JOHN = Party(is_person=True, name=Name(last="HILL", first="JOHN", middle="Q", suffix="JR"), id_qualifier="MI", id="M2")
TENTH = DateSpan(date(2026, 3, 10), date(2026, 3, 10))


UNKNOWN = ClaimStatus("A7", "562", "85")
NOT_OURS = ClaimStatus("A3", "116")
NOT_APPROVED = ClaimStatus("A3", "24", "41")


def claim(
    number: str,
    charged: str,
    *statuses: ClaimStatus,
    patient: Party = MARY,
    billing: Party = CLINIC,
    lines: tuple[AnsweredLine, ...] = (),
) -> AnsweredClaim:
    """Return an answered claim of 10 March."""
    return AnsweredClaim(
        billing=billing,
        patient=patient,
        patient_control_number=number,
        charged=usd(charged),
        statuses=statuses,
        payer_claim_control_number="" if statuses else "26070" + number,
        service_dates=TENTH,
        lines=lines,
    )


def written(*claims: AnsweredClaim) -> list[str]:
    """Write the answer to a set with these claims."""
    answer = ClaimAcknowledgment(
        reference="A1",
        created=datetime(2026, 3, 12, 8, 30, 5, tzinfo=UTC),
        payer_name="HPEDI HEALTH PLAN",
        payer_id="94267",
        payer_trace="A1",
        received=date(2026, 3, 11),
        answered=date(2026, 3, 12),
        submitter=Party(is_person=False, name=Name(last="LAKES BILLING"), id_qualifier="46", id="LAKES"),
        submission_trace="BATCH7",
        claims=claims,
    )
    return [segment_writer(Delimiters())(segment) for segment in write_claim_acknowledgment(answer)]


def test_accepted_and_refused_claims_and_their_totals() -> None:
    """Accepted claims carry our number, refused ones their statuses; the submitter level adds both up."""
    more = (ClaimStatus("A8", "400"), ClaimStatus("A6", "255"), ClaimStatus("A7", "187"))
    last = claim("3", "9", *more, patient=JOHN, billing=DOCTOR)
    assert written(claim("1", "100.00"), claim("2", "50.50", UNKNOWN), last) == [
        "BHT*0085*08*A1*20260312*083005*TH",
        "HL*1**20*1",
        "NM1*PR*2*HPEDI HEALTH PLAN*****PI*94267",
        "TRN*1*A1",
        "DTP*050*D8*20260311",
        "DTP*009*D8*20260312",
        "HL*2*1*21*1",
        "NM1*41*2*LAKES BILLING*****46*LAKES",
        "TRN*2*BATCH7",
        "STC*A1:19:PR*20260312*WQ*159.5",
        "QTY*90*1",
        "QTY*AA*2",
        "AMT*YU*100",
        "AMT*YY*59.5",
        "HL*3*2*19*1",
        "NM1*85*2*LAKE CLINIC*****XX*1234567893",
        "HL*4*3*PT",
        "NM1*QC*1*LAKE*MARY****MI*942670000101",
        "TRN*2*1",
        "STC*A2:20*20260312*WQ*100",
        "REF*1K*260701",
        "DTP*472*D8*20260310",
        "TRN*2*2",
        "STC*A7:562:85*20260312*U*50.5",
        "DTP*472*D8*20260310",
        "HL*5*2*19*1",
        "NM1*85*1*ROSE*ANN****FI*411111111",
        "HL*6*5*PT",
        "NM1*QC*1*HILL*JOHN*Q**JR*MI*M2",
        "TRN*2*3",
        "STC*A8:400*20260312*U*9******A6:255*A7:187",
        "DTP*472*D8*20260310",
    ]


def test_a_set_without_claims_ends_at_the_submitter() -> None:
    """Without claims the submitter level has no children and no totals."""
    assert written()[6:] == [
        "HL*2*1*21*0",
        "NM1*41*2*LAKES BILLING*****46*LAKES",
        "TRN*2*BATCH7",
        "STC*A1:19:PR*20260312*WQ*0",
    ]


def test_more_than_three_statuses_take_further_segments() -> None:
    """STC carries three statuses in STC01, STC10 and STC11; the fourth begins another STC of the same claim."""
    codes = ("400", "255", "187", "178")
    statuses = [ClaimStatus("A7", code) for code in codes]
    segments = written(claim("1", "9", *statuses))
    at = segments.index("TRN*2*1")
    assert segments[at + 1 : at + 4] == [
        "STC*A7:400*20260312*U*9******A7:255*A7:187",
        "STC*A7:178*20260312*U*9",
        "DTP*472*D8*20260310",
    ]
    assert segments[9:12] == ["STC*A1:19:PR*20260312*WQ*9", "QTY*AA*1", "AMT*YY*9"]


def test_lines_at_fault_stand_under_their_claim() -> None:
    """A line that refused its claim has its procedure, its statuses without a date, its number and its days."""
    pointer, quantity = ClaimStatus("A8", "477"), ClaimStatus("A7", "476")
    days = DateSpan(date(2026, 3, 10), date(2026, 3, 12))
    lines = (
        AnsweredLine(
            procedure=("HC", "99213", "25", "59"),
            charged=usd("75.50"),
            units="2",
            statuses=(pointer, quantity),
            control_number="LINE7",
            prescription="RX1",
            service_dates=days,
        ),
        AnsweredLine(
            procedure=("HC", "T1015"), charged=usd("5"), revenue_code="0521", statuses=(pointer,), control_number="2"
        ),
    )
    segments = written(claim("1", "80.50", pointer, quantity, lines=lines))
    assert segments[segments.index("TRN*2*1") :] == [
        "TRN*2*1",
        "STC*A8:477*20260312*U*80.5******A7:476",
        "DTP*472*D8*20260310",
        "SVC*HC:99213:25:59*75.5*****2",
        "STC*A8:477**U*******A7:476",
        "REF*FJ*LINE7",
        "REF*XZ*RX1",
        "DTP*472*RD8*20260310-20260312",
        "SVC*HC:T1015*5**0521",
        "STC*A8:477**U",
        "REF*FJ*2",
    ]


def test_the_bill_type_of_an_institutional_claim() -> None:
    """REF*BLT stands after our number and the clearinghouse's trace."""
    institutional = replace(claim("1", "80.00"), bill_type="131", clearinghouse_trace="T7")
    assert written(institutional)[-4:] == ["REF*1K*260701", "REF*D9*T7", "REF*BLT*131", "DTP*472*D8*20260310"]


def test_two_providers_one_of_them_refused_as_a_whole() -> None:
    """A provider all of whose claims are refused for its sake is told once, with their number and charges (RFI 1211).

    2200B counts them all: 100.00 accepted; 50.50 of the clinic, 9.00 and 1.25 of the doctor refused, 60.75 together.
    """
    balance = ClaimStatus("A8", "400")
    segments = written(
        claim("1", "100.00"),
        claim("2", "9.00", balance, UNKNOWN, billing=DOCTOR),
        claim("3", "1.25", UNKNOWN, billing=DOCTOR, patient=JOHN),
        claim("4", "50.50", balance, patient=JOHN),
    )
    assert segments[6:] == [
        "HL*2*1*21*1",
        "NM1*41*2*LAKES BILLING*****46*LAKES",
        "TRN*2*BATCH7",
        "STC*A1:19:PR*20260312*WQ*160.75",
        "QTY*90*1",
        "QTY*AA*3",
        "AMT*YU*100",
        "AMT*YY*60.75",
        "HL*3*2*19*1",
        "NM1*85*2*LAKE CLINIC*****XX*1234567893",
        "HL*4*3*PT",
        "NM1*QC*1*LAKE*MARY****MI*942670000101",
        "TRN*2*1",
        "STC*A2:20*20260312*WQ*100",
        "REF*1K*260701",
        "DTP*472*D8*20260310",
        "HL*5*2*19*0",
        "NM1*85*1*ROSE*ANN****FI*411111111",
        "TRN*1*A1-2",
        "STC*A7:562:85**U*10.25",
        "QTY*QC*2",
        "AMT*YY*10.25",
        "HL*6*2*19*1",
        "NM1*85*2*LAKE CLINIC*****XX*1234567893",
        "HL*7*6*PT",
        "NM1*QC*1*HILL*JOHN*Q**JR*MI*M2",
        "TRN*2*4",
        "STC*A8:400*20260312*U*50.5",
        "DTP*472*D8*20260310",
    ]


@pytest.mark.parametrize(("status", "told"), [(NOT_APPROVED, "A3:24:41"), (NOT_OURS, "A3:116")])
def test_a_submission_refused_as_a_whole(status: ClaimStatus, told: str) -> None:
    """A submission refused for its submitter or its payer ends at the receiver, with what it held (RFI 2145)."""
    segments = written(claim("1", "100.00", UNKNOWN, status), claim("2", "700.25", status, billing=DOCTOR))
    assert segments == [
        "BHT*0085*08*A1*20260312*083005*TH",
        "HL*1**20*1",
        "NM1*PR*2*HPEDI HEALTH PLAN*****PI*94267",
        "TRN*1*A1",
        "DTP*050*D8*20260311",
        "DTP*009*D8*20260312",
        "HL*2*1*21*0",
        "NM1*41*2*LAKES BILLING*****46*LAKES",
        "TRN*2*BATCH7",
        f"STC*{told}*20260312*U*800.25",
        "QTY*AA*2",
        "AMT*YY*800.25",
    ]


def test_a_submission_refused_in_part_names_its_claims() -> None:
    """What is wrong with some claims only is told of each: the submission and the provider were taken."""
    segments = written(claim("1", "100.00"), claim("2", "7", NOT_OURS), claim("3", "8", NOT_OURS, UNKNOWN))
    assert [segment for segment in segments if segment[:3] in ("HL*", "STC")] == [
        "HL*1**20*1",
        "HL*2*1*21*1",
        "STC*A1:19:PR*20260312*WQ*115",
        "HL*3*2*19*1",
        "HL*4*3*PT",
        "STC*A2:20*20260312*WQ*100",
        "STC*A3:116*20260312*U*7",
        "STC*A3:116*20260312*U*8******A7:562:85",
    ]


def test_claims_of_nothing_are_counted() -> None:
    """A claim that charges nothing has its amount told beside its number."""
    assert written(claim("1", "0"))[9:12] == ["STC*A1:19:PR*20260312*WQ*0", "QTY*90*1", "AMT*YU*0"]

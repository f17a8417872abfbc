"""The 277CA: one answer to an 837 set of three claims, worked out by hand from X214."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hpedi.claims.claim import Name
from hpedi.money import usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.ack_277ca.model import AnsweredClaim, ClaimAcknowledgment, ClaimStatus, Party
from hpedi.transactions.ack_277ca.write import write_claim_acknowledgment
from hpedi.x12.events import Delimiters
from hpedi.x12.writer import segment_writer

CLINIC = Party(is_person=False, name=Name(last="LAKE CLINIC"), id_qualifier="XX", id="1234567893")
DOCTOR = Party(is_person=True, name=Name(last="ROSE", first="ANN"), id_qualifier="FI", id="411111111")
MARY = Party(is_person=True, name=Name(last="LAKE", first="MARY"), id_qualifier="MI", id="942670000101")
JOHN = Party(is_person=True, name=Name(last="HILL", first="JOHN", middle="Q", suffix="JR"), id_qualifier="MI", id="M2")
TENTH = DateSpan(date(2026, 3, 10), date(2026, 3, 10))


def claim(
    number: str, charged: str, *statuses: ClaimStatus, patient: Party = MARY, billing: Party = CLINIC
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
    unknown = ClaimStatus("A7", "562", "85")
    more = (ClaimStatus("A8", "400"), ClaimStatus("A6", "255"), ClaimStatus("A7", "187"))
    last = claim("3", "9", *more, patient=JOHN, billing=DOCTOR)
    assert written(claim("1", "100.00"), claim("2", "50.50", unknown), last) == [
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

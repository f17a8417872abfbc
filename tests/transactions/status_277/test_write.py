"""277 sets are written level by level; what is written passes its guide, pyx12, and says what the model says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from hpedi.claims.parties import Name
from hpedi.crosscheck import Opinion, validate_with_pyx12
from hpedi.service_dates import DateSpan
from hpedi.transactions.ack_277ca.model import ClaimStatus, Party
from hpedi.transactions.status_277.model import (
    ClaimStatusResponse,
    Refusal,
    ReportedClaim,
    ReportedLine,
    StatusAnswer,
)
from hpedi.transactions.status_277.write import FUNCTIONAL_ID, SET_ID, VERSION, write_status_response
from hpedi.x12.events import Delimiters, SegmentBatch
from hpedi.x12.reader import read_x12
from tests.transactions.status_277.told import told_of
from tests.transactions.walked import in_bytes, walked

TENTH: Final = DateSpan(date(2026, 2, 10), date(2026, 2, 10))
TOM: Final = Party(is_person=True, name=Name(last="LAKE", first="TOM"), id_qualifier="", id="")
LINE: Final = ReportedLine(
    procedure=("HC", "99213", "25"),
    charged=Decimal("145.00"),
    paid=Decimal("85.50"),
    units="1",
    statuses=(ClaimStatus("F1", "65"),),
    effective=date(2026, 3, 18),
    control_number="L1",
    service_dates=TENTH,
)
PAID: Final = ReportedClaim(
    trace="TRACE1",
    statuses=(ClaimStatus("F1", "65"),),
    effective=date(2026, 3, 18),
    charged=Decimal("145.00"),
    paid=Decimal("85.50"),
    finalised=date(2026, 3, 16),
    remitted=date(2026, 3, 18),
    remittance_number="900000001",
    payer_claim_control_number="26061000010000001",
    patient_control_number="RB-1",
    service_dates=TENTH,
    lines=(LINE,),
)
UNKNOWN: Final = ReportedClaim(trace="TRACE2", statuses=(ClaimStatus("A4", "35"),), effective=date(2026, 3, 20))
MARY: Final = StatusAnswer(
    receiver=Party(is_person=False, name=Name(last="LAKES BILLING"), id_qualifier="46", id="LAKES"),
    providers=(Party(is_person=False, name=Name(last="A CLINIC"), id_qualifier="XX", id="1000002018"),),
    subscriber=Party(is_person=True, name=Name(last="LAKE", first="MARY"), id_qualifier="MI", id="HS1000001"),
    claims=(PAID,),
)


def response(*answers: StatusAnswer) -> ClaimStatusResponse:
    """Return the answer to a set."""
    return ClaimStatusResponse(
        reference="7-1",
        created=datetime(2026, 3, 20, 9, 30, tzinfo=UTC),
        payer_name="HPEDI HEALTH PLAN",
        payer_id="94267",
        inquiry_reference="INQ7",
        answers=answers,
    )


def written(*answers: StatusAnswer) -> list[str]:
    """Return the segments of an answer, which its guide and pyx12 accept."""
    content = in_bytes(FUNCTIONAL_ID, VERSION, SET_ID, [write_status_response(response(*answers))])
    for placed in walked(content, FUNCTIONAL_ID, VERSION, SET_ID):
        assert not placed.findings
        assert None not in placed.nodes
    for event in read_x12([content]):
        if isinstance(event, SegmentBatch):
            said = validate_with_pyx12(event.texts, Delimiters(), functional_id=FUNCTIONAL_ID, version=VERSION)
            assert said.opinion is Opinion.ACCEPTED
    segments = content.decode().split("~")
    return segments[2:-3]


def of_id(segments: Sequence[str], *ids: str) -> list[str]:
    """Return the segments of some ids."""
    return [each for each in segments if each.split("*")[0] in ids]


def test_a_paid_claim_is_written_whole() -> None:
    """A claim with its payment and line stands as the guide has it, segment by segment."""
    assert written(MARY) == [
        "ST*277*0001*005010X212",
        "BHT*0010*08*7-1*20260320*093000*DG",
        "HL*1**20*1",
        "NM1*PR*2*HPEDI HEALTH PLAN*****PI*94267",
        "HL*2*1*21*1",
        "NM1*41*2*LAKES BILLING*****46*LAKES",
        "HL*3*2*19*1",
        "NM1*1P*2*A CLINIC*****XX*1000002018",
        "HL*4*3*22*0",
        "NM1*IL*1*LAKE*MARY****MI*HS1000001",
        "TRN*2*TRACE1",
        "STC*F1:65*20260318**145*85.5*20260316**20260318*900000001",
        "REF*1K*26061000010000001",
        "REF*EJ*RB-1",
        "DTP*472*D8*20260210",
        "SVC*HC:99213:25*145*85.5****1",
        "STC*F1:65*20260318",
        "REF*FJ*L1",
        "DTP*472*D8*20260210",
        "SE*20*0001",
    ]


def test_levels_are_shared_and_told_apart() -> None:
    """Answers under the same levels share them; a subscriber's own claims and those of dependents do not."""
    own, child = MARY, replace(MARY, dependent=TOM, claims=(UNKNOWN,))
    other = replace(MARY, providers=(replace_id(MARY.providers[0], "1000002026"),))
    segments = written(own, own, child, other)
    assert of_id(segments, "HL", "TRN") == [
        "HL*1**20*1",
        "HL*2*1*21*1",
        "HL*3*2*19*1",
        "HL*4*3*22*0",
        "TRN*2*TRACE1",
        "TRN*2*TRACE1",
        "HL*5*3*22*1",
        "HL*6*5*23",
        "TRN*2*TRACE2",
        "HL*7*2*19*1",
        "HL*8*7*22*0",
        "TRN*2*TRACE1",
    ]


def replace_id(party: Party, number: str) -> Party:
    """Return a party with another identifier."""
    return Party(is_person=party.is_person, name=party.name, id_qualifier=party.id_qualifier, id=number)


def test_refusals_end_at_their_level() -> None:
    """An inquiry refused for its payer ends at the receiver, one refused for its provider at the provider."""
    payer = Refusal(statuses=(ClaimStatus("E0", "153", "PR"),), is_of_provider=False)
    provider = Refusal(statuses=(ClaimStatus("E0", "562", "1P"),), is_of_provider=True)
    refused = replace(MARY, claims=(), refusal=payer)
    segments = written(refused, refused, replace(MARY, claims=(), refusal=provider), MARY)
    assert of_id(segments, "HL", "TRN", "STC")[1:10] == [
        "HL*2*1*21*0",
        "TRN*2*INQ7",
        "STC*E0:153:PR*20260320",
        "HL*3*1*21*1",
        "HL*4*3*19*0",
        "TRN*1*0",
        "STC*E0:562:1P*20260320",
        "HL*5*3*19*1",
        "HL*6*5*22*0",
    ]


def test_further_statuses_stand_beside_and_below_the_first() -> None:
    """Three statuses stand in one STC and the fourth in the next, which repeats the amounts."""
    four = tuple(ClaimStatus("E0", code) for code in ("21", "187", "178", "464"))
    claim = replace(UNKNOWN, statuses=four, charged=Decimal("10.00"))
    segments = written(replace(MARY, claims=(claim,)))
    assert of_id(segments, "STC") == [
        "STC*E0:21*20260320**10******E0:187*E0:178",
        "STC*E0:464*20260320**10",
    ]


def test_what_is_written_is_read_back() -> None:
    """An independent reading of the bytes finds the claims with their trace, amounts, payment and lines."""
    content = in_bytes(FUNCTIONAL_ID, VERSION, SET_ID, [write_status_response(response(MARY))])
    (told,) = told_of(content)
    assert (told.patient, told.trace, told.statuses, told.number) == (
        "LAKE, MARY", "TRACE1", ["F1:65"], "26061000010000001",
    )  # fmt: skip
    assert (told.charged, told.paid, told.payment, told.days) == ("145", "85.5", ("20260318", "900000001"), "20260210")
    (line,) = told.lines
    assert (line.service, line.statuses, line.control_number, line.days) == (
        ["HC:99213:25", "145", "85.5", "1"], ["F1:65"], "L1", "20260210",
    )  # fmt: skip

"""A 271 is written as its guide wants it: models by hand against segments by hand, walked by the guide."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from hpedi.claims.parties import Name
from hpedi.money import usd
from hpedi.service_dates import DateSpan
from hpedi.transactions.eligibility_270.model import Diagnosis, InquiryParty, OtherId, Procedure, Trace
from hpedi.transactions.eligibility_271.model import (
    AnsweredPatient,
    AnsweredReceiver,
    AnsweredSubscriber,
    AnsweringSource,
    Benefit,
    DatedFact,
    EligibilityAnswer,
    Rejection,
)
from hpedi.transactions.eligibility_271.write import FUNCTIONAL_ID, SET_ID, VERSION, write_eligibility_answer
from tests.inquired import segments_of
from tests.transactions.walked import in_bytes, walked

US = InquiryParty(role="PR", is_person=False, name=Name(last="A PLAN"), id_qualifier="PI", id="94267")
CLINIC = InquiryParty(
    role="1P", is_person=True, name=Name(last="SOLBERG", first="MAJA"), id_qualifier="XX", id="1000002018"
)
TODAY = date(2026, 3, 2)
BENEFITS = (
    Benefit(
        information="1",
        service_types=("30",),
        plan="A plan whose name is longer than fifty characters are, by far",
        ids=(OtherId(qualifier="6P", value="PINEWOOD", description="PINEWOOD FOODS"),),
        dates=(DatedFact(qualifier="346", dates=DateSpan(TODAY)),),
        messages=("OPEN NETWORK",),
    ),
    Benefit(
        information="C",
        coverage_level="IND",
        service_types=("30",),
        period="23",
        amount=usd("1500.50"),
        in_network="Y",
        dates=(DatedFact(qualifier="292", dates=DateSpan(date(2026, 1, 1), date(2026, 12, 31))),),
    ),
    Benefit(information="A", coverage_level="IND", service_types=("98", "UC"), rate=Decimal("0.20"), in_network="W"),
    Benefit(
        information="F",
        service_types=("PT",),
        period="29",
        quantity_type="VS",
        quantity=Decimal("7.00"),
        authorization="N",
        places=("11",),
        party=InquiryParty(role="1P", is_person=False, name=Name(last="ONLINE"), id_qualifier="XX", id="1000002034"),
    ),
    Benefit(information="I", procedure=Procedure(qualifier="HC", code="J1745", modifiers=("26",)), pointers=(2, 1)),
    Benefit(information="V", service_types=("81",), rejections=(Rejection("63", "C"),)),
)
EXPECTED = """
BHT*0022*11*REF-1*20260302*091400
HL*1**20*1
NM1*PR*2*A PLAN*****PI*94267
PER*IC*SERVICES*TE*9525550142
HL*2*1*21*1
NM1*1P*1*SOLBERG*MAJA****XX*1000002018
REF*TJ*410000202
HL*3*2*22*1
TRN*2*T-1*9RIVERBEND*DESK 4
TRN*1*1-1*1410000942
NM1*IL*1*AMBLE*ROSA****MI*HS1000001
AAA*N**71*C
DMG*D8*19790412*F
HL*4*3*23*0
NM1*03*1*AMBLE*IDA
DMG***F
INS*N*19*001*25
HI*ABK:M0580*ABF:J029
DTP*347*D8*20261231
EB*1**30**A plan whose name is longer than fifty characters
REF*6P*PINEWOOD*PINEWOOD FOODS
DTP*346*D8*20260302
MSG*OPEN NETWORK
EB*C*IND*30***23*1500.5*****Y
DTP*292*RD8*20260101-20261231
EB*A*IND*98^UC*****0.2****W
EB*F**PT***29***VS*7*N
III*ZZ*11
LS*2120
NM1*1P*2*ONLINE*****XX*1000002034
LE*2120
EB*I************HC:J1745:26*2:1
EB*V**81
AAA*N**63*C
"""


def answer() -> EligibilityAnswer:
    """Return an answer with one of everything."""
    rosa = AnsweredPatient(
        name=Name(last="AMBLE", first="ROSA"),
        member_id="HS1000001",
        traces=(Trace(number="T-1", originator="9RIVERBEND", part="DESK 4"),),
        own_trace=Trace(number="1-1", originator="1410000942"),
        rejections=(Rejection("71", "C"),),
        birth_date=date(1979, 4, 12),
        sex="F",
    )
    ida = AnsweredPatient(
        name=Name(last="AMBLE", first="IDA"),
        sex="F",
        relationship="19",
        is_changed=True,
        diagnoses=(Diagnosis(qualifier="ABK", code="M0580"), Diagnosis(qualifier="ABF", code="J029")),
        dates=(DatedFact(qualifier="347", dates=DateSpan(date(2026, 12, 31))),),
        benefits=BENEFITS,
    )
    receiver = AnsweredReceiver(
        party=CLINIC,
        ids=(OtherId(qualifier="TJ", value="410000202"),),
        subscribers=(AnsweredSubscriber(patient=rosa, dependents=(ida,)),),
    )
    source = AnsweringSource(party=US, contact=("SERVICES", "9525550142"), receivers=(receiver,))
    return EligibilityAnswer(reference="REF-1", created=datetime(2026, 3, 2, 9, 14, tzinfo=UTC), sources=(source,))


def test_every_part_of_an_answer_stands_in_its_segment() -> None:
    """Each value is written where its element is, and a plan's name is cut to what EB05 takes."""
    content = in_bytes(FUNCTIONAL_ID, VERSION, SET_ID, [write_eligibility_answer(answer())])
    assert segments_of(content)[3:-3] == EXPECTED.split("\n")[1:-1]


def test_the_guide_finds_nothing_wrong() -> None:
    """The walk of the 271 guide has no finding, to its last segment."""
    content = in_bytes(FUNCTIONAL_ID, VERSION, SET_ID, [write_eligibility_answer(answer())])
    assert [finding for placed in walked(content, FUNCTIONAL_ID, VERSION, SET_ID) for finding in placed.findings] == []

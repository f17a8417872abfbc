"""A 270 becomes an inquiry: hand-written segments against models written by hand."""

from __future__ import annotations

from datetime import date

import pytest

from hpedi.claims.parties import Name
from hpedi.service_dates import DateSpan
from hpedi.transactions.eligibility_270.model import (
    AskedPatient,
    AskedSubscriber,
    Diagnosis,
    EligibilityInquiry,
    OtherId,
    Procedure,
    Question,
    Trace,
)
from hpedi.transactions.eligibility_270.read import EligibilityInquiryReader
from hpedi.x12.events import Delimiters
from tests.inquired import ROSA, enveloped, inquiry
from tests.transactions.walked import walked


def read(content: bytes) -> EligibilityInquiry:
    """Walk and read the one set of a file."""
    reader = EligibilityInquiryReader(Delimiters())
    for placed in walked(content, "HS", "005010X279A1", "270"):
        assert placed.findings == []
        reader.read(placed)
    return reader.close()


def subscribers(content: bytes) -> tuple[AskedSubscriber, ...]:
    """Return the subscribers of the one receiver of a file."""
    return read(content).sources[0].receivers[0].subscribers


def test_everything_sent_of_a_subscriber_is_read() -> None:
    """Names, numbers, dates, diagnoses and questions stand where they were sent."""
    asked = (
        *ROSA[:2],
        "TRN*1*T-2*9RIVERBEND*DESK 4",
        "NM1*IL*1*AMBLE*ROSA*B***MI*HS1000001",
        "REF*EJ*ACC-7",
        "DMG*D8*19790412*F",
        "HI*ABK:Z00.00*ABF:J02.9",
        "DTP*291*RD8*20260301-20260305",
        "EQ*30^98",
        "EQ**HC:J1745:26:LT*FAM**2",
        "III*ZZ*11",
        "REF*G1*AUTH-1",
        "DTP*291*D8*20260304",
    )
    (only,) = subscribers(inquiry(asked))
    assert only == AskedSubscriber(
        patient=AskedPatient(
            name=Name(last="AMBLE", first="ROSA", middle="B"),
            member_id="HS1000001",
            birth_date=date(1979, 4, 12),
            sex="F",
            traces=(
                Trace(number="T-1", originator="9RIVERBEND"),
                Trace(number="T-2", originator="9RIVERBEND", part="DESK 4"),
            ),
            ids=(OtherId(qualifier="EJ", value="ACC-7"),),
            diagnoses=(Diagnosis(qualifier="ABK", code="Z0000"), Diagnosis(qualifier="ABF", code="J029")),
            dates=DateSpan(date(2026, 3, 1), date(2026, 3, 5)),
            questions=(
                Question(service_types=("30", "98")),
                Question(
                    procedure=Procedure(qualifier="HC", code="J1745", modifiers=("26", "LT")),
                    pointers=(2,),
                    place_of_service="11",
                    dates=DateSpan(date(2026, 3, 4), date(2026, 3, 4)),
                ),
            ),
        )
    )


def test_each_dependent_stands_below_its_subscriber() -> None:
    """Several subscribers and dependents keep their order and their families."""
    family = (
        "HL*{level}*2*22*1",
        "NM1*IL*1******MI*HS1000001",
        "HL*{below}*{level}*23*0",
        "NM1*03*1*AMBLE*IDA",
        "DMG*D8*20140821",
        "EQ*30",
    )
    first, second = subscribers(inquiry(family, (*ROSA, "EQ*98")))
    assert [each.name.first for each in first.dependents] == ["IDA"]
    assert first.patient.member_id == "HS1000001"
    assert first.patient.questions == ()
    assert second.dependents == ()
    assert [each.service_types for each in second.patient.questions] == [("98",)]


def test_the_head_and_both_parties_are_read() -> None:
    """BHT03, the information source and the receiver with its identifiers."""
    body = [
        "ST*270*0001*005010X279A1",
        "BHT*0022*13*REF-9*20260302*0900",
        "HL*1**20*1",
        "NM1*PR*2*A PAYER*****PI*94267",
        "HL*2*1*21*1",
        "NM1*1P*1*SOLBERG*MAJA****SV*HARBOR",
        "REF*TJ*410000202",
        "HL*3*2*22*0",
        "NM1*IL*1*AMBLE*ROSA****MI*HS1000001",
        "EQ*30",
    ]
    made = read(enveloped(body))
    (source,) = made.sources
    (receiver,) = source.receivers
    assert (made.reference, source.party.id) == ("REF-9", "94267")
    assert (receiver.party.is_person, receiver.party.id_qualifier, receiver.party.id) == (True, "SV", "HARBOR")
    assert receiver.ids == (OtherId(qualifier="TJ", value="410000202"),)


@pytest.mark.parametrize(("place", "errors"), [("02", []), ("10", []), ("19", []), ("00", ["III02 external-code"])])
def test_a_place_of_service_is_one_of_the_list_that_cms_keeps(place: str, errors: list[str]) -> None:
    """Telehealth and off-campus outpatient are younger than the guide, whose own list gives way to code source 237."""
    content = inquiry((*ROSA, "EQ**HC:J1745", f"III*ZZ*{place}"))
    found = [each for placed in walked(content, "HS", "005010X279A1", "270") for each in placed.findings]
    assert [f"{each.where.segment_id}{each.where.element:02d} {each.code}" for each in found] == errors


@pytest.mark.parametrize(("sent", "read_as"), [("9" * 5_000, ()), ("X:1", (1,)), ("\u00b2:2", (2,))])
def test_what_is_no_pointer_is_left_out(sent: str, read_as: tuple[int, ...]) -> None:
    """A set is read to its end whatever stands in EQ05, before its 999 refuses it."""
    reader = EligibilityInquiryReader(Delimiters())
    content = inquiry((*ROSA, f"EQ**HC:J1745***{sent}"))
    for placed in walked(content, "HS", "005010X279A1", "270"):
        reader.read(placed)
    (only,) = reader.close().sources[0].receivers[0].subscribers
    assert [each.pointers for each in only.patient.questions] == [read_as]


def test_names_and_numbers_are_not_in_the_repr() -> None:
    """What a bug would print of a patient holds no name, number or birth date."""
    (only,) = subscribers(inquiry((*ROSA, "EQ*30")))
    shown = repr(only)
    assert not any(each in shown for each in ("AMBLE", "HS1000001", "1979"))

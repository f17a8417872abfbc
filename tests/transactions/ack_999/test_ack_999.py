"""The 999: from findings to segments, worked out by hand from X231A1."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hpedi.finding_kinds import found
from hpedi.findings import Finding, FindingKind, Sent, Severity, Where
from hpedi.transactions.ack_999.build import build_set_acknowledgment, group_reasons
from hpedi.transactions.ack_999.headers import SetHeader, group_control_number_answered
from hpedi.transactions.ack_999.model import (
    BusinessUnit,
    FunctionalGroupAcknowledgment,
    TransactionSetAcknowledgment,
)
from hpedi.transactions.ack_999.write import write_group_acknowledgment
from hpedi.x12.events import Delimiters
from hpedi.x12.writer import segment_writer

NPI = found(
    "element-pattern",
    Where(segment_id="NM1", segment=8, loop="2010AA", element=9, data_element="67"),
)
POINTER = found(
    "element-code",
    Where(segment_id="SV1", segment=31, loop="2400", element=7, component=2, data_element="1328"),
    bad_code="13",
)
CHARGE = found("element-missing", Where(segment_id="SV1", segment=31, loop="2400", element=2, data_element="782"))
DATE = found("segment-missing", Where(segment_id="DTP", segment=32, loop="2400"))
TWICE = found("element-repeat", Where(segment_id="DMG", segment=12, loop="2010BA", element=5, repetition=3))
COUNT = found("segment-count", Where(segment_id="SE", segment=40))


def answer(*findings: Finding, code: str = "R", segment_errors: int = 1000) -> TransactionSetAcknowledgment:
    """Answer an 837 set whose claim PCN1 stands at segments 20 to 35."""
    return build_set_acknowledgment(
        SetHeader(functional_id="HC", set_id="837", control_number="0001", version="005010X222A1"),
        code=code,
        findings=findings,
        business_unit_at=lambda at: BusinessUnit(name="CLM01", value="PCN1") if 20 <= at <= 35 else None,
        segment_errors=segment_errors,
    )


def written(*sets: TransactionSetAcknowledgment, code: str = "R", accepted: int = 0) -> list[str]:
    """Write a 999 for group 7 with these sets."""
    group = FunctionalGroupAcknowledgment(
        functional_id="HC",
        control_number="7",
        version="005010X222A1",
        sets=sets,
        code=code,
        stated=len(sets),
        received=len(sets),
        accepted=accepted,
    )
    return [segment_writer(Delimiters())(segment) for segment in write_group_acknowledgment(group)]


def test_a_clean_set_is_accepted() -> None:
    """A set without findings is reported as accepted."""
    assert written(answer(code="A"), code="A", accepted=1) == [
        "AK1*HC*7*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK5*A",
        "AK9*A*1*1*1",
    ]


def test_faults_are_reported_by_segment_and_element() -> None:
    """Elements of a segment share its IK3; loops are cut to four characters; the claim is named once a segment."""
    assert written(answer(DATE, POINTER, CHARGE, TWICE, NPI))[2:-1] == [
        "IK3*NM1*8*2010*8",
        "IK4*9*67*I12",
        "IK3*DMG*12*2010*8",
        "IK4*5::3**12",
        "IK3*SV1*31*2400*8",
        "CTX*CLM01:PCN1",
        "IK4*2*782*1",
        "IK4*7:2*1328*7*13",
        "IK3*DTP*32*2400*3",
        "CTX*CLM01:PCN1",
        "IK5*R*5*I5",
    ]


def test_a_fault_of_the_set_has_no_segment() -> None:
    """A wrong segment count is a reason of IK5 alone."""
    assert written(answer(COUNT))[2:] == ["IK5*R*4", "AK9*R*1*1*0"]


def test_warnings_are_noted() -> None:
    """A set accepted with errors says E, and its group may."""
    assert written(answer(NPI, code="E"), code="E", accepted=1)[-2:] == ["IK5*E*5*I5", "AK9*E*1*1*1"]


def test_one_of_two_sets_rejected_is_a_partial_acceptance() -> None:
    """AK9 counts what was stated, received and accepted."""
    assert written(answer(code="A"), answer(COUNT), code="P", accepted=1)[-1] == "AK9*P*2*2*1"


def test_a_table_is_no_loop() -> None:
    """What stands in no loop has no IK303."""
    header = found("segment-missing", Where(segment_id="BHT", segment=2, loop="HEADER"))
    assert written(answer(header))[2] == "IK3*BHT*2**3"


def test_a_long_business_unit_is_cut() -> None:
    """A claim number of more than 35 characters is cut to 35 (RFI 2293)."""
    error = answer(DATE).segment_errors[0]
    long = replace(error, business_unit=BusinessUnit(name="CLM01", value="P" * 38))
    assert written(replace(answer(DATE), segment_errors=(long,)))[3] == "CTX*CLM01:" + "P" * 35


def test_a_malformed_segment_id_is_not_copied() -> None:
    """What stands where a segment id should may be PHI: it is not sent back."""
    garbled = found("segment-unknown", Where(segment_id="JOHN DOE", segment=9, loop="2300"))
    assert written(answer(garbled))[2] == "IK3*ZZZ*9*2300*1"


def test_the_number_of_reported_segments_is_limited() -> None:
    """Beyond the limit segments at fault are counted, not sent."""
    few = answer(NPI, DATE, TWICE, segment_errors=2)
    assert [error.position for error in few.segment_errors] == [8, 12]
    assert few.left_off == 1


def test_reasons_are_distinct_and_at_most_five() -> None:
    """IK5 and AK9 carry each reason once, five at most."""
    kinds = ["segment-count", "set-control-number", "set-trailer-missing", "set-id", "set-not-of-group"]
    findings = [found(kind, Where()) for kind in [*kinds, *kinds]]
    assert answer(*findings, NPI).reasons == ("4", "3", "2", "6", "18")
    of_group = [found(kind, Where()) for kind in ["set-count", "set-count", "group-control-number", "element-code"]]
    assert group_reasons(of_group) == ("5", "4")


def situational(ik304: str, ik403: str = "", *, at: Where, trigger: Where | None) -> Finding:
    """Return a finding of a situational rule about a claim, which refuses the claim alone."""
    sent = Sent(ik304=ik304, ik403=ik403, status=("A6", "189"))
    kind = FindingKind(
        code="admission-date-missing",
        snip=4,
        severity=Severity.ERROR,
        title="The admission date of an inpatient claim is missing",
        remedy="Send DTP*435 in 2300.",
        sent=sent,
    )
    return Finding(kind=kind, severity=Severity.ERROR, where=at, message=kind.advice, trigger=trigger)


PLACE_OF_SERVICE = Where(segment_id="CLM", segment=20, loop="2300", element=5, component=1)


def test_a_missing_situational_segment_names_its_trigger() -> None:
    """IK304 I6 is followed by what made the segment necessary, then by the claim; the set is accepted with errors."""
    missing = situational("I6", at=Where(segment_id="DTP", segment=20, loop="2300"), trigger=PLACE_OF_SERVICE)
    assert written(answer(missing, code="E"), code="E", accepted=1) == [
        "AK1*HC*7*005010X222A1",
        "AK2*837*0001*005010X222A1",
        "IK3*DTP*20*2300*I6",
        "CTX*SITUATIONAL TRIGGER*CLM*20*2300*5:1",
        "CTX*CLM01:PCN1",
        "IK5*E*I5",
        "AK9*E*1*1*1",
    ]


def test_a_situational_element_names_its_trigger_behind_it() -> None:
    """A trigger of an element stands behind its IK4; another fault of the segment has none."""
    line = Where(segment_id="SV1", segment=31, loop="2400", element=4, data_element="380")
    whole = Where(segment_id="CR1", segment=22, loop="2300")
    pair = [situational("8", "I9", at=line, trigger=trigger) for trigger in (whole, PLACE_OF_SERVICE)]
    assert written(answer(CHARGE, *pair))[2:-1] == [
        "IK3*SV1*31*2400*8",
        "CTX*CLM01:PCN1",
        "IK4*2*782*1",
        "IK4*4*380*I9",
        "CTX*SITUATIONAL TRIGGER*CR1*22*2300",
        "CTX*SITUATIONAL TRIGGER*CLM*20*2300*5:1",
        "IK5*R*5*I5",
    ]


@pytest.mark.parametrize(("ik304", "ik403", "most"), [("I9", "", 9), ("8", "I13", 10)])
def test_triggers_are_limited(ik304: str, ik403: str, most: int) -> None:
    """Nine triggers of a segment leave room for the claim; ten may stand behind an element."""
    at = Where(segment_id="REF", segment=21, loop="2300", element=2 if ik403 else None)
    triggers = [replace(PLACE_OF_SERVICE, element=element) for element in (*range(1, 13), 1, 2)]
    segments = written(answer(*[situational(ik304, ik403, at=at, trigger=each) for each in triggers]))
    assert sum(segment.startswith("CTX*SITUATIONAL TRIGGER*CLM*20*2300*") for segment in segments) == most
    assert "CTX*CLM01:PCN1" in segments


@pytest.mark.parametrize(
    ("functional_id", "set_id", "control_number", "copied"),
    [
        ("HC", "837", "12345", "AK2*837*12345*X"),
        ("HC", "835", "0 1 2", "AK2*835*0 1 2*X"),
        ("HC", "850", "12", "AK2*837*0000*X"),
        ("HS", "JOHN DOE", "JOHN DOE OF DULUTH", "AK2*270*0000*X"),
        ("PO", "850", "0001", "AK2*850*0001*X"),
        ("PO", "", "", "AK2*000*0000*X"),
    ],
)
def test_what_ak2_cannot_carry_is_not_copied(functional_id: str, set_id: str, control_number: str, copied: str) -> None:
    """A malformed ST02 is answered with zeros, ST01 that a 999 does not know with the set of its group."""
    header = SetHeader(functional_id=functional_id, set_id=set_id, control_number=control_number, version="X")
    assert written(build_set_acknowledgment(header, code="R", findings=[]))[1] == copied


@pytest.mark.parametrize(("sent", "copied"), [("7", "7"), ("123456789", "123456789"), ("1234567890", "0"), ("A", "0")])
def test_a_malformed_group_control_number_is_not_copied(sent: str, copied: str) -> None:
    """AK102 is a number of nine digits at most."""
    assert group_control_number_answered(sent) == copied

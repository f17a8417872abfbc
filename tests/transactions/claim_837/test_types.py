"""Institutional and dental claims: what their readers take from where, and what they make of what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from msgspec.structs import replace

from hpedi.claims.claim import Claim, Dental
from hpedi.service_dates import DateSpan
from hpedi.transactions.claim_837.claim_types import GUIDES
from hpedi.transactions.claim_837.read import PlacedClaim
from hpedi.transactions.claim_837.write import write_claims
from hpedi.x12.segment import SegmentValues
from samples.write_inbound import dental_claims, hospital_claims
from tests.acceptance.submissions import HEADER, handed_out, judged
from tests.transactions.walked import in_bytes

STAY, VISIT = hospital_claims()
(FILLING,) = dental_claims()
OURS = {"receiver_name": "HPEDI SAMPLE HEALTH PLAN", "created": date(2026, 3, 2)}


def sent(claims: Sequence[Claim]) -> bytes:
    """Write claims of one type as a file."""
    header = replace(HEADER, submitter_id=claims[0].submitter_id, **OURS)
    return in_bytes("HC", GUIDES[claims[0].type], "837", [write_claims(claims, header)])


def edited(claim: Claim, changes: dict[str, SegmentValues | None]) -> PlacedClaim:
    """Write a claim with segments replaced, or left out, by how they start; read it through the whole judgement."""

    def segments() -> Iterator[SegmentValues]:
        header = replace(HEADER, submitter_id=claim.submitter_id, **OURS)
        for values in write_claims([claim], header):
            start = "*".join(str(value) for value in values[:2])
            if changes.get(start, values) is not None:
                yield changes.get(start, values) or values

    (read,) = handed_out(in_bytes("HC", GUIDES[claim.type], "837", [segments()]))
    return read.placed


@pytest.mark.parametrize("claims", [[STAY, VISIT], [FILLING]])
def test_the_samples_are_right_at_every_level_and_read_back(claims: list[Claim]) -> None:
    """A stay, a visit and a filling are written so that no level finds anything, and are read as they were."""
    data = sent(claims)
    assert [each.placed.claim for each in handed_out(data)] == claims
    assert [finding.code for each in judged(data).interchanges for finding in each.findings()] == []


def test_a_claim_tells_its_type_and_its_type_of_bill() -> None:
    """The type of bill has its leading zero and the frequency; other claims have none, and a place of service."""
    assert (STAY.type, STAY.type_of_bill, STAY.facility_code) == ("I", "0111", "11")
    assert (VISIT.type, VISIT.type_of_bill) == ("I", "0131")
    assert (FILLING.type, FILLING.type_of_bill, FILLING.facility_code) == ("D", "", "11")


def test_lines_without_dates_are_dated_by_their_claim() -> None:
    """A line of a hospital that says no days is over the days of the statement."""
    placed = edited(STAY, {"DTP*472": None})
    assert placed.claim is not None
    assert {line.dates for line in placed.claim.lines} == {DateSpan(date(2026, 2, 3), date(2026, 2, 7))}
    assert placed.bill_type == "111"


def test_what_a_dentist_asks_about_beforehand_has_no_day_yet() -> None:
    """A dental line needs a day, but for a predetermination: that is dated by the day it was sent."""
    placed = edited(FILLING, {"DTP*472": None, "DTP*452": None})
    assert placed.claim is None
    assert [finding.code for finding in placed.findings] == ["claim-undated"]
    asked = replace(FILLING, dental=Dental(predetermination=True))
    assert [finding.code for each in judged(sent([asked])).interchanges for finding in each.findings()] == []
    placed = edited(asked, {})
    assert placed.claim is not None
    assert placed.claim.lines[0].dates == DateSpan(date(2026, 3, 2), date(2026, 3, 2))
    assert placed.claim.is_predetermination


def test_the_lines_of_a_hospital_are_for_all_its_diagnoses() -> None:
    """Lines of an institutional claim do not point at diagnoses; those of others do."""
    assert [each.code for each in STAY.diagnoses_of(STAY.lines[0])] == ["J189"]
    assert [each.code for each in FILLING.diagnoses_of(FILLING.lines[0])] == ["K0262"]
    assert FILLING.diagnoses_of(replace(FILLING.lines[0], diagnosis_pointers=(2, 0))) == ()


@pytest.mark.parametrize(
    ("start", "segment", "finding"),
    [
        ("DTP*434", ("DTP", "434", "RD8", "20260230-20260303"), ("claim-date", "2300", "DTP", 3)),
        ("DTP*434", None, ("claim-incomplete", "2300", "DTP", None)),
        ("DTP*435", ("DTP", "435", "DT", "2026MAR1"), ("claim-date", "2300", "DTP", 3)),
        ("SV2*0120", ("SV2", "0120", "", "TWELVE", "DA", "4"), ("claim-amount", "2400", "SV2", 3)),
        ("SV2*0120", ("SV2", "0120", "", "12000", "DA", "FOUR"), ("claim-quantity", "2400", "SV2", 5)),
        ("SV2*0120", None, ("claim-incomplete", "2400", "SV2", None)),
        ("HI*('DR', '193')", ("HI", ("BE", "80", "", "", "X")), ("claim-amount", "2300", "HI", 1)),
        ("HI*('DR', '193')", ("HI", ("BH", "11", "D8", "X")), ("claim-date", "2300", "HI", 1)),
        ("HI*('DR', '193')", ("HI", ("BBR", "0SRC0J9", "D8", "")), ("claim-date", "2300", "HI", 1)),
    ],
)
def test_what_a_hospital_sends_and_nobody_can_read_is_told(
    start: str, segment: SegmentValues | None, finding: tuple[str, str, str, int | None]
) -> None:
    """A claim with a part that cannot be read has no model, and says which part."""
    placed = edited(STAY, {start: segment})
    assert placed.claim is None
    told = [(each.code, each.where.loop, each.where.segment_id, each.where.element) for each in placed.findings]
    assert finding in told


@pytest.mark.parametrize(
    ("segment", "finding"),
    [
        (("SV3", ("AD", "D2391"), "X"), ("claim-amount", "2400", "SV3", 2)),
        (("SV3", ("AD", "D2391"), "180", "", "", "", "X"), ("claim-quantity", "2400", "SV3", 6)),
    ],
)
def test_what_a_dentist_sends_and_nobody_can_read_is_told(
    segment: SegmentValues, finding: tuple[str, str, str, int]
) -> None:
    """Likewise of a dental claim."""
    placed = edited(FILLING, {"SV3*('AD', 'D2391', '', '', '', '', '')": segment})
    assert placed.claim is None
    told = [(each.code, each.where.loop, each.where.segment_id, each.where.element) for each in placed.findings]
    assert finding in told

"""834 sets are read to enrolments: members, their coverage and other coverage, each at its place."""

from __future__ import annotations

from datetime import date

import pytest

from hpedi.guide_files import GuideFiles
from hpedi.pipeline.enrolment import SentEnrolment, read_enrolments
from hpedi.transactions.enrolment_834.model import SaidCoverage, SaidMember, SaidOtherCoverage, SaidPerson
from tests.pipeline.made_enrolment import enrolment_file, health, member, other


def read(content: bytes) -> SentEnrolment:
    """Read a file of one set."""
    guide = GuideFiles().guide_for("BE", "005010X220A1", "834")
    assert guide is not None
    (sent,) = read_enrolments(content, guide, "test.834")
    return sent


def test_a_member_is_read_whole() -> None:
    """Every part of a member that the model holds is read, with the positions of INS and HD in the set."""
    segments = member(
        "N*19*021", "HS1000005", "ELM*ANA", "20260105",
        health("021", "COPAY-500", "20260105", "20261231"), other("P", "20260110"),
    )  # fmt: skip
    sent = read(enrolment_file(segments, effective="20260301"))
    assert not sent.findings
    assert (sent.enrolment.action, sent.enrolment.effective, sent.enrolment.is_full) == ("2", date(2026, 3, 1), False)
    assert sent.enrolment.members == (
        SaidMember(
            position=6,
            is_subscriber=False,
            relationship="19",
            maintenance="021",
            subscriber_number="HS1000005",
            person=SaidPerson(last="ELM", first="ANA", birth_date=date(2026, 1, 5), sex="F"),
            coverage=(
                SaidCoverage(
                    position=13,
                    maintenance="021",
                    line="HLT",
                    plan="COPAY-500",
                    level="FAM",
                    start=date(2026, 1, 5),
                    end=date(2026, 12, 31),
                    others=(
                        SaidOtherCoverage(
                            order="P",
                            coordination="1",
                            payer_name="OTHER MUTUAL",
                            payer_id="99999",
                            start=date(2026, 1, 10),
                        ),
                    ),
                ),
            ),
        ),
    )


def test_who_it_was_is_read() -> None:
    """A corrected name is read beside the one that was wrong (2100B)."""
    segments = member("N*19*001", "HS1000005", "ELM*JOAN", "20091111", before="ELM*JO")
    (said,) = read(enrolment_file(segments)).enrolment.members
    assert said.person.first == "JOAN"
    assert said.before is not None
    assert said.before.first == "JO"


@pytest.mark.parametrize(("action", "is_full"), [("2", False), ("4", True), ("RX", True)])
def test_full_files_say_so(action: str, is_full: bool) -> None:  # noqa: FBT001 - a parameter of the cases
    """BGN08 says whether the file names every member."""
    segments = member("Y*18*030", "HS1000001", "AMBLE*ROSA", "19790412")
    assert read(enrolment_file(segments, action=action)).enrolment.is_full is is_full


def test_a_member_with_no_date_is_left_out() -> None:
    """A member whose date cannot be read is told at its INS without the value; its neighbours are read."""
    bad = member("Y*18*021", "HS2000001", "GROVE*LIV", "19901305")
    good = member("Y*18*021", "HS2000002", "HEATH*KAI", "19900105")
    sent = read(enrolment_file(bad, good))
    assert [each.subscriber_number for each in sent.enrolment.members] == ["HS2000002"]
    (finding,) = sent.findings
    assert (finding.code, finding.where.segment, finding.where.loop) == ("enrolment-unreadable", 5, "2000")
    assert "1305" not in repr(finding)


def test_no_name_is_shown() -> None:
    """A repr of a member shows neither name, birth date nor card number."""
    (said,) = read(enrolment_file(member("Y*18*021", "HS2000001", "GROVE*LIV", "19900105"))).enrolment.members
    assert not [part for part in ("GROVE", "LIV", "1990", "HS2000001") if part in repr(said)]

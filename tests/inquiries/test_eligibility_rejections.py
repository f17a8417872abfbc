"""Who an inquiry finds, and what is answered where nobody is found: a table with its source."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from hpedi.benefits.membership import Family
from hpedi.claims.parties import Name
from hpedi.inquiries.eligibility_dates import days_asked, why_not
from hpedi.inquiries.eligibility_search import FoundMember, Search, find_dependent, find_subscriber
from hpedi.inquiry_files import inquiry_data
from hpedi.reference.members import Member
from hpedi.service_dates import DateSpan
from hpedi.transactions.eligibility_270.model import AskedPatient

Case = dict[str, Any]
CASES: dict[str, list[Case]] = yaml.safe_load(Path(__file__).with_name("eligibility_rejections.yaml").read_text())
TODAY = date(2026, 3, 2)
RULES = inquiry_data().eligibility.on(TODAY)
TWINS = date(2014, 8, 21)


def member(number: str, family: str, card: str, last: str, first: str, born: date) -> Member:
    """Return a member; M01, M04 and M09 are subscribers."""
    subscriber = {"F01": "M01", "F02": "M04", "F09": "M08"}[family]
    relationship = "18" if number == subscriber else "19"
    return Member(
        id=number,
        family=family,
        subscriber=subscriber,
        relationship=relationship,
        member_id=card,
        last=last,
        first=first,
        birth_date=born,
        sex="U",
    )


def family(name: str, *members: Member) -> Family:
    """Return a family."""
    return Family(id=name, members=members, coverage=(), other_coverage=())


AMBLE = family(
    "F01",
    member("M01", "F01", "HS1000001", "AMBLE", "ROSA", date(1979, 4, 12)),
    member("M02", "F01", "HS1000001", "AMBLE", "THEO", date(1977, 10, 3)),
    member("M03", "F01", "HS1000001", "AMBLE", "IDA", TWINS),
    member("M05", "F01", "HS1000001", "AMBLE", "UNA", TWINS),
)
BROOK = family("F02", member("M04", "F02", "HS1000002", "BROOK", "OTTO", date(1966, 1, 30)))
OTHERS = family(
    "F09",
    member("M08", "F09", "HS1000009", "AMBLE", "LENA", date(1985, 6, 17)),
    member("M09", "F09", "HS1000009", "AMBLE", "IDA", TWINS),
)
EVERYBODY = (AMBLE, BROOK, OTHERS)


def asked(sent: Case) -> AskedPatient:
    """Return a patient as sent."""
    return AskedPatient(
        name=Name(last=sent.get("last", ""), first=sent.get("first", "")),
        member_id=sent.get("member_id", ""),
        birth_date=sent.get("birth_date"),
    )


def told(found: Search, level: str) -> str | list[str]:
    """Return the first name of who was found, or AAA03 of what is answered."""
    if isinstance(found, FoundMember):
        return found.member.first
    return [RULES.rejection(level, each).reason for each in found]


@pytest.mark.parametrize("case", CASES["subscriber"], ids=lambda case: case["case"])
def test_who_is_found_as_subscriber(case: Case) -> None:
    """Whoever was sent as subscriber is found, or is answered for with the codes of what was wrong."""
    found = find_subscriber(asked(case["sent"]), EVERYBODY, RULES)
    assert told(found, "subscriber") == case.get("finds", case.get("answers"))


@pytest.mark.parametrize("case", CASES["dependent"], ids=lambda case: case["case"])
def test_who_is_found_as_dependent(case: Case) -> None:
    """A dependent is found in the subscriber's family, or answered for at its own level."""
    found = find_dependent(asked(case["sent"]), FoundMember(AMBLE.members[0], AMBLE), RULES)
    assert told(found, "dependent") == case.get("finds", case.get("answers"))


@pytest.mark.parametrize("case", CASES["days"], ids=lambda case: case["case"])
def test_which_days_are_answered(case: Case) -> None:
    """Twelve months back to the end of the month of the inquiry."""
    days = DateSpan(case["from"], case.get("to", case["from"]))
    situation = why_not(days, TODAY, RULES.periods, case.get("born"))
    answered = None if situation is None else RULES.rejection("patient", situation).reason
    assert answered == case.get("answers")


def test_without_a_day_it_is_today() -> None:
    """An inquiry without a date is about the day it was made."""
    assert days_asked(None, TODAY) == DateSpan(TODAY, TODAY)


def test_every_rejection_is_of_a_code_that_the_guide_has_at_its_level() -> None:
    """AAA03 of each row stands among the guide's codes of its level, and each row says who says so."""
    from hpedi.guide_files import GuideFiles  # noqa: PLC0415  this test alone reads the guide

    guide = GuideFiles().guide_for("HB", "005010X279A1", "271")
    assert guide is not None
    codes = {}
    for node in guide.root.segments():
        if node.segment_id == "AAA":
            (reason,) = (rule for rule in node.elements if rule.position == 3)
            codes[node.loop_id] = reason.codes
    loops = {
        "source": ["2100A"],
        "receiver": ["2100B"],
        "subscriber": ["2100C"],
        "dependent": ["2100D"],
        "patient": ["2100C", "2100D"],
    }
    for row in inquiry_data().eligibility.rejections:
        assert row.source
        assert all(row.reason in (codes[loop] or ()) for loop in loops[row.level]), row.when

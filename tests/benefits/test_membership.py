"""Recognising the patient of a claim among the members."""

from __future__ import annotations

from datetime import date

import pytest

from hpedi.benefits.membership import Family, Membership
from hpedi.claims.claim import Claim, ServiceLine
from hpedi.claims.parties import Name, Patient, Payer, Provider, Subscriber
from hpedi.money import usd
from hpedi.reference.members import CoverageSpan, Member
from hpedi.reference.members import Family as FamilyContent
from hpedi.reference.records import record_of
from hpedi.service_dates import DateSpan

CARD = "1000"
BORN = date(2015, 6, 1)


def member(name: str, born: date, relationship: str = "19", card: str = CARD) -> Member:
    """Make a member of one family."""
    return Member(
        id=name, family="F", subscriber="MARY", relationship=relationship, member_id=card, last="LAKE", first=name,
        birth_date=born, sex="U",
    )  # fmt: skip


def membership() -> Membership:
    """A family with one card and twins, read back from its record."""
    content = FamilyContent(
        id="F",
        members=(member("MARY", date(1980, 1, 1), "18"), member("ANNA", BORN), member("BERT", BORN)),
        coverage=(
            CoverageSpan(member="ANNA", plan="P", start=date(2026, 1, 1), end=date(2026, 3, 31)),
            CoverageSpan(member="MARY", plan="P", start=date(2025, 1, 1)),
        ),
    )
    return Membership.of([Family.of(record_of("family", "F", content).body)])


def claim(patient: Patient | None = None, *, card: str = CARD, first: str = "MARY") -> Claim:
    """Make a claim under a card."""
    day = date(2026, 3, 10)
    return Claim(
        patient_control_number="C", charged=usd("1.00"), place_of_service="11", submitter_id="S",
        billing=Provider(is_person=False, name=None), payer=Payer(name="P", id="1"), patient=patient,
        subscriber=Subscriber(
            payer_responsibility="P", name=Name(last="LAKE", first=first), member_id=card, birth_date=date(1980, 1, 1)
        ),
        lines=(ServiceLine(number=1, code="T1015", charged=usd("1.00"), units=usd("1"), dates=DateSpan(day, day)),),
    )  # fmt: skip


def child(first: str, born: date | None = BORN, last: str = "LAKE") -> Patient:
    """Make a patient who is a child of the subscriber."""
    return Patient(relationship="19", name=Name(last=last, first=first), birth_date=born)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (claim(), "MARY"),
        (claim(first="mary"), "MARY"),
        (claim(card="1001"), None),
        (claim(child("ANNA")), "ANNA"),
        (claim(child("BERT")), "BERT"),
        (claim(child("ANNA", last="RIVERS")), "ANNA"),
        (claim(child("CARL")), None),
        (claim(child("ANNA", date(2015, 6, 2))), None),
        (claim(child("ANNA", None)), None),
        (claim(child("")), None),
    ],
)
def test_match(asked: Claim, found: str | None) -> None:
    """Card, birth date and a name make a member; twins need their first name; nothing less is enough."""
    matched = membership().match(asked)
    assert (matched.member.id if matched else None) == found


def test_match_brings_only_own_coverage() -> None:
    """A member's spans are their own: the subscriber's coverage is not the child's."""
    matched = membership().match(claim(child("ANNA")))
    assert matched is not None
    assert matched.covered_by(date(2026, 3, 31)) is not None
    assert matched.covered_by(date(2026, 4, 1)) is None
    assert matched.last_covered_before(date(2026, 4, 1)) == date(2026, 3, 31)
    assert matched.last_covered_before(date(2026, 3, 31)) is None


def test_subscriber_is_found_for_a_stranger() -> None:
    """A claim for somebody unknown still names its subscriber."""
    subscriber = membership().subscriber_of(claim(child("CARL")))
    assert subscriber is not None
    assert subscriber.member.id == "MARY"

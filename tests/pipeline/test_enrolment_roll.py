"""What holds of the roll whatever is sent: no day is covered twice, and days before a change stay as they were."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from hpedi.pipeline.enrolment_roll import NotEnrolled, Roll
from hpedi.reference.members import CoverageSpan, Family, Member
from hpedi.transactions.enrolment_834.model import SaidCoverage, SaidMember, SaidPerson

FIRST = date(2026, 1, 1)
BORN = date(1990, 1, 5)
DAYS = 80
SUBSCRIBER = Member(
    id="M", family="F", subscriber="M", relationship="18", member_id="C", last="L", first="A", birth_date=BORN, sex="U"
)
KNOWN = Family(id="F", members=(SUBSCRIBER,), coverage=(CoverageSpan(member="M", plan="A", start=FIRST),))


def day(number: int) -> date:
    """Return a day of the year, from 0."""
    return FIRST + timedelta(days=number)


@st.composite
def sent_coverage(draw: st.DrawFn) -> SaidCoverage:
    """Draw a coverage of any maintenance type."""
    start = draw(st.integers(0, 60))
    end = draw(st.none() | st.integers(start, DAYS - 1))
    return SaidCoverage(
        position=2,
        maintenance=draw(st.sampled_from(["001", "002", "021", "024", "025", "026", "030"])),
        line="HLT",
        plan=draw(st.sampled_from("AB")),
        level="EMP",
        start=day(start),
        end=None if end is None else day(end),
    )


def sent(coverage: SaidCoverage) -> SaidMember:
    """Return the subscriber as sent with a coverage."""
    person = SaidPerson(last="L", first="A", birth_date=BORN, sex="U")
    return SaidMember(
        position=1, is_subscriber=True, relationship="18", maintenance="001", subscriber_number="C", person=person,
        coverage=(coverage,),
    )  # fmt: skip


def plans_on(family: Family, on: date) -> list[str]:
    """Return the plans that cover the member on a day."""
    return [span.plan for span in family.coverage if span.covers(on)]


@given(st.lists(sent_coverage(), max_size=6))
def test_no_day_is_covered_twice(coverages: list[SaidCoverage]) -> None:
    """After any sequence of members, taken or refused, at most one plan covers a day, and days before a change stay."""
    family = KNOWN
    for coverage in coverages:
        numbers = count(1)
        roll = Roll([family], {"A", "B"}, FIRST, lambda numbers=numbers: next(numbers))  # type: ignore[misc]
        with suppress(NotEnrolled):
            roll.take(sent(coverage))
        after = next(iter(roll.families), family)
        changed_from = coverage.end if coverage.maintenance == "024" else coverage.start
        for number in range(DAYS + 5):
            on = day(number)
            assert len(plans_on(after, on)) <= 1
            if changed_from is not None and on < changed_from:
                assert plans_on(after, on) == plans_on(family, on)
        family = after
    assert all(span.end is None or span.start <= span.end for span in family.coverage)

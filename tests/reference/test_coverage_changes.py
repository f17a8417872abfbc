"""On which days coverage is otherwise, by hand and as a property."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpedi.reference.coverage_changes import changes_of_family
from hpedi.reference.members import CoverageSpan, Family, Member

FIRST = date(2026, 1, 1)
PERSON = Member(
    id="M", family="F", subscriber="M", relationship="18", member_id="C", last="L", birth_date=FIRST, sex="U"
)


def family(*spans: tuple[str, int, int | None]) -> Family:
    """Return a family of one member, covered by plans from day to day of the year."""
    coverage = tuple(
        CoverageSpan(member="M", plan=plan, start=day(start), end=None if end is None else day(end))
        for plan, start, end in spans
    )
    return Family(id="F", members=(PERSON,), coverage=coverage)


def day(number: int) -> date:
    """Return a day of the year, from 0."""
    return FIRST + timedelta(days=number)


CASES = [
    ([("A", 0, None)], [("A", 0, 30)], "ended", [(31, None)]),
    ([("A", 0, 30)], [("A", 0, None)], "changed", [(31, None)]),
    ([("A", 0, None)], [("A", 0, 9), ("B", 10, None)], "changed", [(10, None)]),
    ([("A", 0, 9), ("A", 10, None)], [("A", 0, None)], None, []),
    ([("A", 5, 20)], [("A", 0, 25)], "changed", [(0, 4), (21, 25)]),
    ([], [("A", 0, 9)], "changed", [(0, 9)]),
    ([("A", 0, 9)], [], "ended", [(0, 9)]),
]


@pytest.mark.parametrize(("before", "after", "change", "days"), CASES)
def test_days_that_change(
    before: list[tuple[str, int, int | None]],
    after: list[tuple[str, int, int | None]],
    change: str | None,
    days: list[tuple[int, int | None]],
) -> None:
    """A change has the days on which another plan, or none, covers; spans that only touch are the same as one."""
    found = list(changes_of_family(family(*before), family(*after)))
    assert [each.change for each in found] == ([] if change is None else [change])
    expected = [(day(start), None if end is None else day(end)) for start, end in days]
    assert [span for each in found for span in each.days] == expected


@st.composite
def histories(draw: st.DrawFn) -> Family:
    """Draw coverage whose spans follow each other."""
    edges = sorted(draw(st.sets(st.integers(0, 60), max_size=6)))
    spans = [(draw(st.sampled_from("AB")), start, end - 1) for start, end in pairwise(edges) if draw(st.booleans())]
    return family(*spans)


@given(histories(), histories())
def test_a_day_is_told_if_and_only_if_it_changes(before: Family, after: Family) -> None:
    """Of every day it is told whether another plan covers it afterwards."""

    def plan_on(of: Family, on: date) -> set[str]:
        return {span.plan for span in of.coverage if span.covers(on)}

    found = list(changes_of_family(before, after))
    for number in range(62):
        on = day(number)
        told = any(each.concerns(on, on) for each in found)
        assert told == (plan_on(before, on) != plan_on(after, on))


def test_new_and_gone_members_are_told() -> None:
    """A family that is new has members added, one that is known no more has them gone."""
    (added,) = changes_of_family(None, family(("A", 0, None)))
    (gone,) = changes_of_family(family(("A", 0, None)), None)
    assert (added.change, gone.change) == ("added", "gone")
    assert added.days == gone.days == ((FIRST, None),)

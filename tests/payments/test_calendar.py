"""ACH business days."""

from __future__ import annotations

from datetime import date

import pytest

from hpedi.payments.calendar import check_calendar
from tests.payments.worked_example import calendar


@pytest.mark.parametrize(
    ("asked", "paid"),
    [
        (date(2026, 5, 18), date(2026, 5, 18)),  # a Monday
        (date(2026, 5, 16), date(2026, 5, 18)),  # Saturday
        (date(2026, 5, 23), date(2026, 5, 26)),  # Saturday before Memorial Day
        (date(2026, 7, 3), date(2026, 7, 3)),  # July 4 is a Saturday: the Friday before is open
        (date(2027, 7, 3), date(2027, 7, 6)),  # July 4 is a Sunday: the Monday after is closed
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 4)),
    ],
)
def test_next_business_day(asked: date, paid: date) -> None:
    """A payment date moves to the first day on which ACH entries settle."""
    assert calendar().next_business_day(asked) == paid


def test_days_of_the_payer_are_closed_too() -> None:
    """A payer folder closes further days."""
    closed = calendar().closed_also([date(2026, 5, 18)])
    assert closed.next_business_day(date(2026, 5, 16)) == date(2026, 5, 19)


def test_unlisted_year_is_a_finding() -> None:
    """A year without listed holidays is told before a run and never guessed."""
    assert [finding.code for finding in check_calendar(calendar(), date(2030, 12, 27))] == ["calendar-missing"]
    assert check_calendar(calendar(), date(2030, 12, 20)) == ()
    with pytest.raises(LookupError, match="2031"):
        calendar().is_business_day(date(2031, 1, 2))


@pytest.mark.parametrize(
    ("day", "count", "after"),
    [
        (date(2026, 3, 16), 0, date(2026, 3, 16)),
        (date(2026, 3, 16), 3, date(2026, 3, 19)),
        (date(2026, 3, 14), 0, date(2026, 3, 16)),  # a Saturday counts from the Monday after
        (date(2026, 5, 21), 3, date(2026, 5, 27)),  # over a weekend and Memorial Day
    ],
)
def test_business_days_after_a_day(day: date, count: int, after: date) -> None:
    """Only days on which entries settle are counted."""
    assert calendar().business_days_after(day, count) == after


@pytest.mark.parametrize(
    ("one", "other", "between"),
    [
        (date(2026, 5, 21), date(2026, 5, 27), 3),
        (date(2026, 5, 27), date(2026, 5, 21), 3),
        (date(2026, 5, 21), date(2026, 5, 21), 0),
        (date(2026, 5, 21), date(2099, 1, 1), None),
    ],
)
def test_business_days_between_two_days(one: date, other: date, between: int | None) -> None:
    """Whichever comes first; a year that is not listed is not guessed."""
    assert calendar().business_days_between(one, other) == between

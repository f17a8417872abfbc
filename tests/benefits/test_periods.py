"""Benefit years."""

from __future__ import annotations

from datetime import date

import pytest

from hpedi.benefits.periods import last_of_period, period_of
from hpedi.reference.plans import BenefitYear

CALENDAR = BenefitYear(type="calendar")
JULY = BenefitYear(type="plan_year", start_month_day="07-01")


@pytest.mark.parametrize(
    ("year", "day", "period"),
    [
        (CALENDAR, date(2025, 12, 31), date(2025, 1, 1)),
        (CALENDAR, date(2026, 1, 1), date(2026, 1, 1)),
        (JULY, date(2026, 6, 30), date(2025, 7, 1)),
        (JULY, date(2026, 7, 1), date(2026, 7, 1)),
        (JULY, date(2024, 2, 29), date(2023, 7, 1)),
    ],
)
def test_period(year: BenefitYear, day: date, period: date) -> None:
    """A day lies in the benefit year that began last."""
    assert period_of(year, day) == period


@pytest.mark.parametrize(
    ("period", "last"), [(date(2026, 1, 1), date(2026, 12, 31)), (date(2023, 3, 1), date(2024, 2, 29))]
)
def test_a_benefit_year_ends_the_day_before_the_next(period: date, last: date) -> None:
    """On 31 December, or the last of February of a leap year."""
    assert last_of_period(period) == last

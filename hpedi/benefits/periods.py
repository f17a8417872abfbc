"""Benefit years: in which one a day of service lies."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from hpedi.reference.plans import BenefitYear


@lru_cache(maxsize=4096)
def benefit_period(start_month_day: str, day: date) -> date:
    """Return the first day of the benefit year that a day lies in.

    Args:
        start_month_day: The day each year begins, MM-DD (never 29 February).
        day: A date of service.
    """
    month, start = int(start_month_day[:2]), int(start_month_day[3:])
    year = day.year if (day.month, day.day) >= (month, start) else day.year - 1
    return date(year, month, start)


def period_of(year: BenefitYear, day: date) -> date:
    """Return the first day of a plan's benefit year that a day lies in."""
    return benefit_period("01-01" if year.type == "calendar" else year.start_month_day, day)


def last_of_period(period: date) -> date:
    """Return the last day of the benefit year that begins on a day."""
    return date(period.year + 1, period.month, period.day) - timedelta(days=1)

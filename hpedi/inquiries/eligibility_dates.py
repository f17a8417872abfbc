"""Which days an eligibility inquiry is about: those sent, or the day of the inquiry; or why these are not answered."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from hpedi.inquiries.eligibility_rules import PeriodRules
from hpedi.service_dates import DateSpan, add_months


def days_asked(sent: DateSpan | None, today: date) -> DateSpan:
    """Return the days asked about: the day of the inquiry where none are sent."""
    return DateSpan(today, today) if sent is None else sent


def why_not(days: DateSpan, today: date, periods: PeriodRules, born: date | None) -> str | None:
    """Return the situation for which days are not answered; None where they are.

    Args:
        days: The days asked about.
        today: The day of the inquiry.
        periods: How far back and ahead may be asked.
        born: The patient's day of birth, where one was sent.
    """
    last = days.end or days.start
    if born is not None and last < born:
        return "date_before_birth"
    if days.start < add_months(today, -periods.months_back):
        return "date_too_early"
    ahead = add_months(today, periods.months_ahead)
    if last > ahead.replace(day=monthrange(ahead.year, ahead.month)[1]):
        return "date_too_late"
    return None

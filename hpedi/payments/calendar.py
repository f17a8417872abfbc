"""Business days of the ACH network: no weekend, no day on which the Federal Reserve Banks are closed.

The days are data (mappings/payments/ach_calendar.yaml, and what a payer folder adds); nothing is computed from rules,
so that a day which is moved or added by proclamation is a row. A year that is not listed is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day on which ACH entries do not settle."""

    day: date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AchCalendar:
    """The days on which ACH entries do not settle.

    Attributes:
        first_year: First year whose holidays are listed.
        last_year: Last year whose holidays are listed.
        weekend: ISO weekdays that are never business days.
        holidays: The other days.
    """

    first_year: int
    last_year: int
    weekend: frozenset[int]
    holidays: frozenset[date]

    def is_business_day(self, day: date) -> bool:
        """Say whether entries settle on a day.

        Raises:
            LookupError: The year is not listed; see `check_calendar`.
        """
        if not self.first_year <= day.year <= self.last_year:
            raise LookupError(f"no ACH holidays are known for {day.year}")
        return day.isoweekday() not in self.weekend and day not in self.holidays

    def next_business_day(self, day: date) -> date:
        """Return the day itself if entries settle on it, else the first day after it on which they do."""
        while not self.is_business_day(day):
            day += timedelta(days=1)
        return day

    def business_days_after(self, day: date, count: int) -> date:
        """Return the business day so many business days after a day, or after the first one that follows it."""
        day = self.next_business_day(day)
        for _each in range(count):
            day = self.next_business_day(day + timedelta(days=1))
        return day

    def business_days_between(self, one: date, other: date) -> int | None:
        """Return the business days between two days, whichever comes first; None where a year is not listed."""
        day, last = sorted((one, other))
        if not self.first_year <= day.year <= last.year <= self.last_year:
            return None
        return sum(self.is_business_day(day + timedelta(days=each)) for each in range(1, (last - day).days + 1))

    def closed_also(self, days: Iterable[date]) -> AchCalendar:
        """Return the calendar with more days closed, for example a payer's own."""
        return AchCalendar(
            first_year=self.first_year,
            last_year=self.last_year,
            weekend=self.weekend,
            holidays=self.holidays | frozenset(days),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _CalendarFile:
    source: str
    read_on: date
    first_year: int
    last_year: int
    weekend: tuple[int, ...]
    holidays: tuple[Holiday, ...]


def load_ach_calendar(content: bytes) -> AchCalendar:
    """Load the calendar from the YAML of mappings/payments/ach_calendar.yaml.

    Raises:
        msgspec.ValidationError: It does not have the form of that file: a bug, for it is ours.
    """
    listed = msgspec.yaml.decode(content, type=_CalendarFile)
    return AchCalendar(
        first_year=listed.first_year,
        last_year=listed.last_year,
        weekend=frozenset(listed.weekend),
        holidays=frozenset(holiday.day for holiday in listed.holidays),
    )


def check_calendar(calendar: AchCalendar, day: date) -> tuple[Finding, ...]:
    """Ask whether a payment date can be found from a day on.

    Findings:
        calendar-missing: The year of the day, or of ten days later, is not listed.
    """
    years = {day.year, (day + timedelta(days=10)).year}
    if all(calendar.first_year <= year <= calendar.last_year for year in years):
        return ()
    return (found("calendar-missing", Where()),)

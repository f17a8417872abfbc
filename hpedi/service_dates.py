"""Dates of service and spans of days, both ends included."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

D8_LENGTH = 8


@dataclass(frozen=True, slots=True)
class DateSpan:
    """Whole days from `start` to `end`, both included; `end` None is open."""

    start: date
    end: date | None = None

    def covers(self, day: date) -> bool:
        """Say whether a day lies in the span."""
        return self.start <= day and (self.end is None or day <= self.end)


def read_d8(text: str) -> date:
    """Read an X12 date CCYYMMDD.

    Raises:
        ValueError: The text is not such a date.
    """
    if len(text) != D8_LENGTH or not text.isascii() or not text.isdigit():
        raise ValueError("not a CCYYMMDD date")
    return date.fromisoformat(text)


def read_rd8(text: str) -> DateSpan:
    """Read an X12 date range CCYYMMDD-CCYYMMDD.

    Raises:
        ValueError: The text is not such a range.
    """
    first, dash, last = text.partition("-")
    if not dash:
        raise ValueError("not a CCYYMMDD-CCYYMMDD range")
    return DateSpan(read_d8(first), read_d8(last))


def write_d8(day: date) -> str:
    """Write a date as CCYYMMDD."""
    return day.isoformat().replace("-", "")


def write_span(span: DateSpan) -> tuple[str, str]:
    """Write days as a DTP has them, form and value: RD8 where they are several, D8 for one or where no end is known."""
    if span.end is None or span.end == span.start:
        return ("D8", write_d8(span.start))
    return ("RD8", f"{write_d8(span.start)}-{write_d8(span.end)}")


def add_months(day: date, months: int) -> date:
    """Return the same day some months on, or the last of the month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))

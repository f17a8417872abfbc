"""What a pool earned: simple interest a year of 365 days, on what was in it at the end of each day.

The rates are dated data of the programme. What came in on a day earns from the next day on. The sum is rounded once,
half up to the cent; its parts are told as they are, so that somebody can add them up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from hpedi.money import Usd, rounded
from hpedi.reference.settling import InterestRate

YEAR: Final = 365
"""Days of a year of interest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestSpan:
    """What a pool earned at one rate.

    Attributes:
        start: First day.
        end: Last day.
        rate: A year.
        dollar_days: The sum of what was in the pool, day by day, US dollars.
    """

    start: date
    end: date
    rate: Decimal
    dollar_days: Decimal

    @property
    def amount(self) -> Decimal:
        """US dollars, not rounded."""
        return self.dollar_days * self.rate / YEAR

    @property
    def told(self) -> str:
        """How it was worked out, for people to follow."""
        return (
            f"{self.start} to {self.end}: {self.dollar_days:,} dollar-days x {self.rate} / {YEAR} = {self.amount:,.4f}"
        )


def pool_interest(
    movements: Sequence[tuple[date, Usd]], rates: Iterable[InterestRate], until: date
) -> tuple[InterestSpan, ...]:
    """Return what a pool earned until the end of a day, rate by rate.

    Args:
        movements: Days and US dollars, into the pool above 0.00.
        rates: What it earns.
        until: The last day that counts.
    """
    if not movements:
        return ()
    first = min(day for day, _amount in movements) + timedelta(days=1)
    spans = []
    for rate in sorted(rates, key=lambda each: each.start):
        start, end = max(rate.start, first), min(rate.end or until, until)
        if start <= end:
            days = _dollar_days(movements, start, end)
            spans.append(InterestSpan(start=start, end=end, rate=rate.rate, dollar_days=days))
    return tuple(spans)


def interest_sum(spans: Iterable[InterestSpan]) -> Usd:
    """Return the interest of all spans, US dollars, rounded once."""
    return rounded(sum((span.amount for span in spans), Decimal(0)))


def _dollar_days(movements: Iterable[tuple[date, Usd]], start: date, end: date) -> Decimal:
    earning = ((max(start, day + timedelta(days=1)), amount) for day, amount in movements if day < end)
    return sum((amount * ((end - begins).days + 1) for begins, amount in earning), Decimal(0))

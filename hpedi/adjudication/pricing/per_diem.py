"""Per diem: the rate for each covered day."""

from __future__ import annotations

from decimal import Decimal

from hpedi.money import Usd, rounded


def price_by_per_diem(rate: Decimal, covered_days: Decimal) -> Usd:
    """Return what is allowed, US dollars.

    Args:
        rate: US dollars a day.
        covered_days: Days billed less those denied.
    """
    return rounded(rate * covered_days)

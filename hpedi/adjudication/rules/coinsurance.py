"""Coinsurance: a share of what remains after copay and deductible."""

from __future__ import annotations

from decimal import Decimal

from hpedi.money import Usd, rounded


def coinsurance_of(remaining: Usd, rate: Decimal) -> Usd:
    """Return the coinsurance of a line, half a cent rounded up; the plan pays the rest.

    Args:
        remaining: What of the allowed amount is not shared yet, US dollars.
        rate: The member's share, 0 to 1.
    """
    return rounded(remaining * rate)

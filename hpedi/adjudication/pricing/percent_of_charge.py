"""Percent of charge: the agreed share of what is charged, but no more than the fee where a schedule lists the code."""

from __future__ import annotations

from decimal import Decimal

from hpedi.adjudication.pricing.price import Billed
from hpedi.money import Usd, rounded


def price_by_percent_of_charge(billed: Billed, percent: Decimal, cap_fee: Decimal | None) -> Usd:
    """Return what is allowed, US dollars.

    Args:
        billed: Charge and units that are priced.
        percent: The agreed share of the charge.
        cap_fee: US dollars for one unit that is the most; None where there is none.
    """
    allowed = rounded(billed.charged * percent)
    return allowed if cap_fee is None else min(allowed, rounded(cap_fee * billed.units))

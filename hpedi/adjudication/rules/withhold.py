"""Withhold: a share of what is payable goes into a pool."""

from __future__ import annotations

from decimal import Decimal

from hpedi.money import Usd, rounded


def withheld_of(payable: Usd, percent: Decimal) -> Usd:
    """Return what of a line's payment goes into a pool, half a cent rounded up.

    Args:
        payable: What we would pay after the member's share and other payers, US dollars.
        percent: The pool's share, 0 to 1.
    """
    return rounded(payable * percent)

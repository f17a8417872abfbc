"""Dollar maximum: a benefit with a maximum a year pays no more than what is left of it; the rest is the member's.

The price agreed holds for what is beyond the maximum too. Once nothing is left the member has no share to bear or to be
credited with: the whole price is beyond it.
"""

from __future__ import annotations

from hpedi.money import ZERO, Usd


def is_used_up(left: Usd | None) -> bool:
    """Say whether a benefit pays nothing any more; without a maximum it never is.

    Args:
        left: US dollars that the benefit may still pay in the benefit year; None without a maximum.
    """
    return left is not None and left <= ZERO


def beyond_maximum(payable: Usd, left: Usd | None) -> Usd:
    """Return what of a payment is beyond the maximum: US dollars, never below zero.

    Args:
        payable: US dollars that the plan would pay.
        left: US dollars that the benefit may still pay in the benefit year; None without a maximum.
    """
    return ZERO if left is None else max(payable - max(left, ZERO), ZERO)

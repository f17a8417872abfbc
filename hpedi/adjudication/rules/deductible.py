"""Deductible: what the member pays alone until the year's limit is met."""

from __future__ import annotations

from hpedi.money import ZERO, Usd


def deductible_of(remaining: Usd, left: Usd | None) -> Usd:
    """Return the deductible of a line.

    Args:
        remaining: What of the allowed amount is not shared yet, US dollars.
        left: What is left of the deductible: the lesser of individual and family where both limit, the family's
            where the plan is aggregate; None where no limit exists in the tier, and then there is no deductible.

    Returns:
        US dollars, never more than either.
    """
    return ZERO if left is None else min(remaining, left)

"""Copay: a fixed amount a visit."""

from __future__ import annotations

from hpedi.money import ZERO, Usd


def copay_of(amount: Usd, remaining: Usd, *, visit_had_one: bool) -> Usd:
    """Return the copay of a line.

    Args:
        amount: The plan's copay, US dollars a visit.
        remaining: What of the allowed amount is not shared yet.
        visit_had_one: A line of the same member, date of service and benefit row bore the visit's copay already,
            on this claim or another.

    Returns:
        US dollars, never more than what remains; 0.00 for a later line of a visit.
    """
    return ZERO if visit_had_one else min(amount, remaining)

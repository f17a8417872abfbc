"""US dollars as exact decimals.

Every amount in hpedi is a `Usd`: a `Decimal` in US dollars with two places. This module makes them, rounds them
(nothing else does) and splits them into shares that add up. It knows no claim and no X12.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Final, TypeAlias

Usd: TypeAlias = Decimal

CENT = Decimal("0.01")
ZERO: Usd = Decimal("0.00")

LARGEST_AMOUNT: Usd = Decimal("99999999.99")
"""An amount in a HIPAA transaction set has at most ten digits, cents among them (005010X222A1 B.1.1.3.1.2)."""

_NEVER_MONEY: Final = (float, bool)
_MONEY = Context(prec=18)
"""So many digits an amount has at most, cents among them: what a count of cents in 64 bits holds."""


def usd(value: str | int | Decimal) -> Usd:
    """Return an exact amount of US dollars.

    Args:
        value: A decimal string, whole dollars or a Decimal, with at most two places that are not zero.

    Raises:
        TypeError: A float was given; a float has already lost cents.
        ValueError: The value is no number, is not finite, has a fraction of a cent or more than 18 digits.
    """
    if isinstance(value, _NEVER_MONEY):
        raise TypeError("money is never a float or a bool; pass a str, int or Decimal")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError("not a decimal amount") from None
    if not amount.is_finite():
        raise ValueError("not a finite amount")
    try:
        exact = amount.quantize(CENT, None, _MONEY)
    except InvalidOperation:
        raise ValueError("an amount of more digits than money has") from None
    if exact != amount:
        raise ValueError("an amount of US dollars has at most two decimal places")
    return exact + ZERO


def rounded(amount: Decimal) -> Usd:
    """Round half up to the cent: the one place where hpedi rounds money."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP) + ZERO


def allocate(total: Usd, weights: Sequence[Decimal]) -> tuple[Usd, ...]:
    """Split a total in proportion to weights so that the shares add up to it exactly.

    Cents that do not divide go, one each, to the largest remainders, the earlier share first.

    Args:
        total: US dollars, of either sign.
        weights: One non-negative weight a share; all zero means equal shares.

    Raises:
        ValueError: There are no weights, or one is negative.
    """
    if not weights or any(weight < 0 for weight in weights):
        raise ValueError("allocate needs at least one weight and none below zero")
    whole = sum(weights, Decimal(0))
    shares_of = [Decimal(1)] * len(weights) if whole == 0 else list(weights)
    whole = whole or Decimal(len(weights))
    cents = int(abs(total) / CENT)
    exact = [cents * weight / whole for weight in shares_of]
    shares = [int(share.to_integral_value(rounding=ROUND_DOWN)) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (shares[i] - exact[i], i))
    for index in by_remainder[: cents - sum(shares)]:
        shares[index] += 1
    sign = -1 if total < 0 else 1
    return tuple(sign * share * CENT + ZERO for share in shares)


def on_the_wire(amount: Usd) -> str:
    """Write an amount as X12 data type R: no trailing zeros, no plus sign, no bare point (589.50 -> "589.5")."""
    text = Decimal.__str__(amount)  # and of nothing else: None would be written as a text
    if "E" in text:  # seldom, and `format` takes three times as long
        text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text

"""Numbers of X12 type R as the balancing checks read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hpedi.acceptance.checks.balancing_amounts import amount, differ, exceeds


@pytest.mark.parametrize(
    ("text", "value"),
    [("", "0"), ("0", "0"), ("-12.5", "-12.5"), (".5", "0.5"), ("100.00", "100"), ("007", "7"), ("-.01", "-0.01")],
)
def test_a_number(text: str, value: str) -> None:
    """A sign, digits and a point; nothing is 0."""
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["x", "1E2", "+1", "5.", ".", "-", "1,000", " 1", "1_0", "NaN", "Infinity", "\u0661", "1" * 21]
)
def test_what_is_no_number(text: str) -> None:
    """Anything else cannot be read, and neither can a sum with it."""
    assert (amount(text) + amount("1")).is_nan()


def test_nothing_is_said_of_what_cannot_be_read() -> None:
    """A number that cannot be read neither differs nor exceeds, nor is exceeded."""
    unreadable, one = amount("x"), Decimal(1)
    assert not differ(unreadable, one)
    assert not differ(unreadable, unreadable)
    assert not exceeds(unreadable, one)
    assert not exceeds(one, unreadable)
    assert exceeds(Decimal(2), one)
    assert not exceeds(one, one)

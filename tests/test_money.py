"""US dollars: exact, rounded in one place, shared out to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpedi.money import CENT, allocate, on_the_wire, rounded, usd


@pytest.mark.parametrize(
    ("text", "amount"), [("589.50", "589.50"), ("589.5", "589.50"), ("7", "7.00"), ("-0", "0.00"), ("1e2", "100.00")]
)
def test_exact_amounts(text: str, amount: str) -> None:
    """A decimal text is that amount with two places."""
    assert str(usd(text)) == amount


@pytest.mark.parametrize("text", ["", "x", "1.005", "NaN", "Infinity", "1E30", "9" * 40])
def test_what_is_no_amount(text: str) -> None:
    """What is no number, not finite, finer than a cent or of more digits than money has is refused."""
    with pytest.raises(ValueError, match="amount"):
        usd(text)


@pytest.mark.parametrize("value", [1.5, True])
def test_a_float_is_never_money(value: float) -> None:
    """A float or bool is refused whatever its value."""
    with pytest.raises(TypeError):
        usd(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("exact", "cents"), [("0.005", "0.01"), ("0.0049", "0.00"), ("-0.005", "-0.01"), ("66.665", "66.67")]
)
def test_rounds_half_up(exact: str, cents: str) -> None:
    """Half a cent goes away from zero."""
    assert str(rounded(Decimal(exact))) == cents


@pytest.mark.parametrize(
    ("amount", "wire"), [("589.50", "589.5"), ("120.00", "120"), ("0.00", "0"), ("-4.50", "-4.5"), ("0.05", "0.05")]
)
def test_no_trailing_zeros_on_the_wire(amount: str, wire: str) -> None:
    """Data type R has no trailing zeros and no bare point."""
    assert on_the_wire(usd(amount)) == wire


@pytest.mark.parametrize(
    ("number", "wire"),
    [
        ("1E+2", "100"),
        ("-1E+2", "-100"),
        ("1E-7", "0.0000001"),
        ("0E-9", "0"),
        ("-0.00", "0"),
        ("9E+17", "9" + "0" * 17),
    ],
)
def test_no_exponents_on_the_wire(number: str, wire: str) -> None:
    """Data type R has digits only, however a number was written."""
    assert on_the_wire(Decimal(number)) == wire


def test_nothing_is_no_amount_on_the_wire() -> None:
    """What is absent is never written as a text."""
    with pytest.raises(TypeError):
        on_the_wire(None)  # type: ignore[arg-type]


def test_cents_that_do_not_divide_go_to_the_largest_remainders() -> None:
    """100.00 in three equal shares gives the first the odd cent."""
    assert [str(share) for share in allocate(usd("100.00"), [Decimal(1)] * 3)] == ["33.34", "33.33", "33.33"]


@given(
    st.integers(min_value=-10_000_000, max_value=10_000_000),
    st.lists(st.integers(min_value=0, max_value=1000), min_size=1, max_size=20),
)
def test_shares_add_up(cents: int, weights: list[int]) -> None:
    """Shares of any amount by any weights add up to it."""
    total = cents * CENT
    assert sum(allocate(total, [Decimal(weight) for weight in weights])) == total

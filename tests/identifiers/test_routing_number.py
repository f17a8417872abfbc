"""Routing numbers."""

from __future__ import annotations

import pytest

from hpedi.identifiers import routing_number


@pytest.mark.parametrize("number", ["123456780", "999999992", "091000019", "021000021"])
def test_right_numbers(number: str) -> None:
    """Nine digits with the right check digit are a routing number."""
    assert routing_number.validate(number) == number
    assert routing_number.calc_check_digit(number[:8]) == number[8]


@pytest.mark.parametrize("number", ["123456789", "12345678", "1234567800", "12345678O", "", "12345678\uff10"])
def test_wrong_numbers(number: str) -> None:
    """Another check digit, length or character is none, and the message does not repeat it."""
    with pytest.raises(ValueError, match="routing number") as caught:
        routing_number.validate(number)
    assert not number or number not in str(caught.value)

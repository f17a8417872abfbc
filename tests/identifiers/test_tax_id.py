"""Tax IDs."""

from __future__ import annotations

import pytest

from hpedi.identifiers import tax_id


@pytest.mark.parametrize(("number", "digits"), [("41-1111111", "411111111"), ("411000001", "411000001")])
def test_right_numbers(number: str, digits: str) -> None:
    """An EIN with or without its dash is a tax ID of nine digits."""
    assert tax_id.validate(number) == digits
    assert tax_id.is_valid_ein(number)


@pytest.mark.parametrize("number", ["000000000", "41111111", "4111111111", "ABCDEFGHI", ""])
def test_wrong_numbers(number: str) -> None:
    """Another length, letters or zeros are none, and the message does not repeat it."""
    with pytest.raises(ValueError, match="tax ID") as caught:
        tax_id.validate(number)
    assert not number or number not in str(caught.value)

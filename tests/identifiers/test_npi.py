"""NPIs: check digit and form."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpedi.identifiers import npi


def test_the_module_shows_itself() -> None:
    """The examples in the module hold."""
    assert doctest.testmod(npi).failed == 0


def test_the_check_digit_of_the_standard() -> None:
    """CMS's own example, 123456789, has check digit 3."""
    assert npi.calc_check_digit("123456789") == "3"


@given(st.from_regex("[0-9]{9}", fullmatch=True), st.integers(1, 9))
def test_one_wrong_digit_is_seen(nine: str, error: int) -> None:
    """A number with its check digit is valid, with any other last digit it is not."""
    digit = npi.calc_check_digit(nine)
    assert npi.is_valid(nine + digit)
    assert not npi.is_valid(nine + str((int(digit) + error) % 10))


@pytest.mark.parametrize("number", ["", "123456789", "12345678931", "12345678X3", "²234567893"])
def test_what_is_no_number_is_refused_without_showing_it(number: str) -> None:
    """The message of a refused number never holds the number."""
    with pytest.raises(ValueError, match="NPI") as refused:
        npi.validate(number)
    assert not number or number not in str(refused.value)

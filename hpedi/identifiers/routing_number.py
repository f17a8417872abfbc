"""ABA routing numbers: nine digits, the last a check digit.

Thin over `stdnum.us.rtn`, so that the rest of hpedi names the number and not the library. It does not know which
numbers a bank really has.

>>> is_valid("123456780")
True
>>> is_valid("123456789")
False
>>> is_valid("12345678 0")
False
"""

from __future__ import annotations

from stdnum.us import rtn


def is_valid(number: str) -> bool:
    """Say whether a text is a routing number as it stands: nine digits with the right check digit."""
    return len(number) == 9 and number.isascii() and number.isdigit() and bool(rtn.is_valid(number))  # noqa: PLR2004


def calc_check_digit(first_eight: str) -> str:
    """Return the ninth digit that belongs to the first eight."""
    return str(rtn.calc_check_digit(first_eight))


def validate(number: str) -> str:
    """Return the number if it is a routing number as it stands.

    Raises:
        ValueError: It is not; the message does not repeat it.
    """
    if not is_valid(number):
        raise ValueError("not a routing number: nine digits, the last a check digit")
    return number

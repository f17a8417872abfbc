"""Tax IDs of providers and payers: an EIN, or an SSN of a sole proprietor, nine digits.

Thin over `stdnum.us.ein` and `stdnum.us.ssn`. It does not know whether the number was issued.

>>> is_valid("41-1111111")
True
>>> is_valid("411111111")
True
>>> is_valid("07-1144442")
True
>>> is_valid("000000000")
False
"""

from __future__ import annotations

from stdnum.us import ein, ssn


def compact(number: str) -> str:
    """Return the digits of a tax ID, dashes and blanks around it left out."""
    return str(ein.compact(number))


def is_valid_ein(number: str) -> bool:
    """Say whether a text is an EIN: nine digits whose first two the IRS assigns."""
    return bool(ein.is_valid(number))


def is_valid(number: str) -> bool:
    """Say whether a text is an EIN or an SSN."""
    return is_valid_ein(number) or bool(ssn.is_valid(compact(number)))


def validate(number: str) -> str:
    """Return the nine digits of a tax ID.

    Raises:
        ValueError: It is none; the message does not repeat it.
    """
    if not is_valid(number):
        raise ValueError("not a tax ID: an EIN or SSN of nine digits")
    return compact(number)

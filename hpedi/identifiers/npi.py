"""National Provider Identifier (NPI): ten digits, the last a check digit.

The check digit is the Luhn digit over the prefix 80840 (80 health applications, 840 the United States) and the first
nine digits. Whether a number was ever issued is not known here.

>>> compact("123-456 7893")
'1234567893'
>>> calc_check_digit("123456789")
'3'
>>> is_valid("1234567893"), is_valid("1234567890"), is_valid("123456789"), is_valid("12345678X3")
(True, False, False, False)

Source: CMS, Requirements for NPI and NPI Check Digit (45 CFR 162.406).
"""

from __future__ import annotations

from functools import lru_cache

from stdnum import luhn

ISSUER_PREFIX = "80840"
_LENGTH = 10


def compact(number: str) -> str:
    """Return the number without blanks and hyphens."""
    return number.replace(" ", "").replace("-", "").strip()


def calc_check_digit(nine_digits: str) -> str:
    """Return the check digit for the first nine digits.

    Raises:
        ValueError: Not nine digits.
    """
    if len(nine_digits) != _LENGTH - 1 or not _is_digits(nine_digits):
        raise ValueError("an NPI has nine digits before its check digit")
    return str(luhn.calc_check_digit(ISSUER_PREFIX + nine_digits))


def validate(number: str) -> str:
    """Return the number in its compact form.

    Raises:
        ValueError: It is not ten digits, or its check digit is another one. The message never holds the number.
    """
    npi = compact(number)
    if len(npi) != _LENGTH or not _is_digits(npi):
        raise ValueError("an NPI has ten digits")
    if calc_check_digit(npi[:-1]) != npi[-1]:
        raise ValueError("the check digit of the NPI is wrong")
    return npi


@lru_cache(maxsize=8192)
def is_valid(number: str) -> bool:
    """Say whether the number has ten digits and the right check digit."""
    try:
        validate(number)
    except ValueError:
        return False
    return True


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()

"""The kinds of value a payer folder holds beyond text, numbers and dates, and how each is read from its text.

Annotations such as `Money` carry the name of their reader, so that the loader checks a value where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

from msgspec import Meta

from hpedi.identifiers import npi, routing_number, ssh_key, tax_id
from hpedi.money import usd

_TAX_ID_DIGITS: Final = 9
_FOLDER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_MONTH_DAY: Final = re.compile(r"\d\d-\d\d", re.ASCII)
# A benefit year cannot begin on a day that most years do not have.
_LEAP_YEAR, _LEAP_DAY = "2024", "02-29"

Money = Annotated[Decimal, Meta(title="money")]
Amount = Annotated[Decimal, Meta(title="amount")]
Fee = Annotated[Decimal, Meta(title="fee")]
Rate = Annotated[Decimal, Meta(title="rate")]
Weight = Annotated[Decimal, Meta(title="weight")]
Factor = Annotated[Decimal, Meta(title="factor")]
Npi = Annotated[str, Meta(title="npi")]
RoutingNumber = Annotated[str, Meta(title="routing")]
TaxId = Annotated[str, Meta(title="tax_id")]
MonthDay = Annotated[str, Meta(title="month_day")]
Name = Annotated[str, Meta(title="text")]
FolderName = Annotated[str, Meta(title="folder")]
ClockTime = Annotated[str, Meta(title="clock")]
SshKey = Annotated[str, Meta(title="ssh_key")]


def _money(text: str) -> Decimal:
    amount = usd(text)
    if amount < 0:
        raise ValueError("below zero")
    return amount


def _fee(text: str) -> Decimal:
    amount = usd(text)
    if amount <= 0:
        raise ValueError("a fee is above zero")
    return amount


def _rate(text: str) -> Decimal:
    rate = _factor(text)
    if not 0 <= rate <= 1:
        raise ValueError("outside 0 to 1")
    return rate


def _factor(text: str) -> Decimal:
    try:
        factor = Decimal(text)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not factor.is_finite() or factor < 0:
        raise ValueError("below zero")
    return factor


def _weight(text: str) -> Decimal:
    weight = _factor(text)
    if not weight:
        raise ValueError("a weight is above zero")
    return weight


def _tax_id(text: str) -> str:
    # Which prefixes the IRS assigns changes: a number that a provider really has is never refused for it.
    number = tax_id.compact(text)
    if len(number) != _TAX_ID_DIGITS or not (number.isascii() and number.isdigit()):
        raise ValueError("not nine digits")
    return number


def _routing(text: str) -> str:
    return routing_number.validate(text)


def _month_day(text: str) -> str:
    if not _MONTH_DAY.fullmatch(text) or text == _LEAP_DAY:
        raise ValueError("not a month and day of every year")
    date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    return text


def _folder(text: str) -> str:
    if not _FOLDER.fullmatch(text):
        raise ValueError("not one plain folder name")
    return text


def _clock(text: str) -> str:
    return time.fromisoformat(text).isoformat("minutes")


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("empty")
    return text


READERS: Final[Mapping[str, tuple[str, Callable[[str], Decimal | str]]]] = {
    "money": ("an amount of US dollars with at most two decimal places, not below zero", _money),
    "amount": ("an amount of US dollars with at most two decimal places", usd),
    "fee": ("an amount of US dollars above zero with at most two decimal places", _fee),
    "rate": ("a share between 0 and 1, for example 0.20", _rate),
    "factor": ("a number not below zero", _factor),
    "weight": ("a number above zero", _weight),
    "npi": ("an NPI: ten digits with the right check digit", npi.validate),
    "routing": ("a routing number: nine digits with the right check digit", _routing),
    "tax_id": ("a tax id: nine digits", _tax_id),
    "month_day": ("a month and day as MM-DD", _month_day),
    "folder": ("the name of one folder: letters, digits, point, hyphen and underscore", _folder),
    "clock": ("a time of day as HH:MM", _clock),
    "ssh_key": ("an SSH public key: ssh-ed25519, ecdsa-sha2-nistp*, or ssh-rsa of 2048 bits", ssh_key.validate),
    "text": ("a text that is not empty", _text),
}
"""By the title of an annotation: what is expected, in words, and its reader (which raises ValueError)."""

"""Element values of claims: text to amount, quantity, day and span; None where the text is none.

Files repeat the same few thousand texts, so each reading is remembered, within a bound; but amounts and days, which are
each their own so often that to remember them takes longer than to read them.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from hpedi.claims.claim import Diagnosis
from hpedi.money import LARGEST_AMOUNT, Usd, usd
from hpedi.service_dates import DateSpan, read_d8, read_rd8

PADDING = ("",) * 26
"""Appended to split segments, so that elements left out at the end read as empty."""

_REMEMBERED = 2048
_DIGITS_AT_MOST = 18  # an amount has 18 at most (data element 782), a quantity 15 (380)
_COUNT_DIGITS = 9
_IDENTIFIER = 9
_PRESENT_ON_ADMISSION = 9
_DIAGNOSES = frozenset({"ABK", "ABF", "BK", "BF", "TQ", "ABJ", "BJ", "APR", "PR", "ABN", "BN"})
_DIAGNOSES_OF_CLAIM = frozenset({"ABK", "ABF", "BK", "BF", "TQ"})
_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_DOLLARS_AND_CENTS = re.compile(r"[0-9]{1,8}\.[0-9]{2}").fullmatch


@lru_cache(maxsize=_REMEMBERED)
def read_quantity(text: str) -> Decimal | None:
    """Read a decimal number of X12 (type R)."""
    if len(text) > _DIGITS_AT_MOST + 2 or not _NUMBER.fullmatch(text):
        return None
    return Decimal(text)


def read_amount(text: str) -> Usd | None:
    """Read US dollars, of ten digits at most; a fraction of a cent is never rounded, the text is then no amount."""
    return Decimal(text) if _DOLLARS_AND_CENTS(text) is not None else _read_other_amount(text)


@lru_cache(maxsize=_REMEMBERED)
def _read_other_amount(text: str) -> Usd | None:
    """Read US dollars that are not written with two places."""
    number = read_quantity(text)
    if number is None:
        return None
    try:
        amount = usd(number)
    except ValueError:
        return None
    return amount if abs(amount) <= LARGEST_AMOUNT else None


def read_day(text: str) -> date | None:
    """Read a day CCYYMMDD."""
    try:
        return read_d8(text)
    except ValueError:
        return None


@lru_cache(maxsize=_REMEMBERED)
def read_span(form: str, text: str) -> DateSpan | None:
    """Read a day (form D8) as a span of one day, or a span of days (form RD8, first not after last)."""
    day = read_day(text)
    if form == "D8":
        return None if day is None else DateSpan(day, day)
    try:
        span = read_rd8(text)
    except ValueError:
        return None
    return None if form != "RD8" or span.end is None or span.end < span.start else span


@lru_cache(maxsize=_REMEMBERED)
def read_procedure(text: str, component: str) -> tuple[str, str, tuple[str, ...], str]:
    """Read a procedure composite (SV101, SVD03) into qualifier, code, modifiers and description."""
    qualifier, code, *rest = [*text.split(component), *([""] * 7)][:7]
    return qualifier, code, tuple(modifier for modifier in rest[:4] if modifier), rest[4]


@lru_cache(maxsize=_REMEMBERED)
def read_place(text: str, component: str) -> tuple[str, str]:
    """Read where a claim's services were given (CLM05) into place of service and frequency."""
    place, _, frequency, *_ = [*text.split(component), "", ""]
    return place, frequency


@lru_cache(maxsize=_REMEMBERED)
def read_causes(text: str, component: str) -> tuple[tuple[str, ...], str, str]:
    """Read what a claim's services are related to (CLM11) into causes, and state and country of an accident."""
    *causes, state, country = [*text.split(component), "", "", "", ""][:5]
    return tuple(cause for cause in causes if cause), state, country


@lru_cache(maxsize=_REMEMBERED)
def read_pointers(text: str, component: str) -> tuple[int, ...]:
    """Read diagnosis pointers (SV107, EQ05); what is no number is left out."""
    return tuple(number for part in text.split(component) if (number := read_count(part)) is not None)


@lru_cache(maxsize=_REMEMBERED)
def read_diagnosis(text: str, component: str) -> Diagnosis | None:
    """Read a diagnosis composite (HI01 to HI12); None for other codes (procedures, conditions) and without a code."""
    qualifier, code, *_, present = [*text.split(component), *([""] * _PRESENT_ON_ADMISSION)][:_PRESENT_ON_ADMISSION]
    if qualifier not in _DIAGNOSES or not code:
        return None
    return Diagnosis(qualifier=qualifier, code=code, present_on_admission=present)


@lru_cache(maxsize=_REMEMBERED)
def read_diagnoses(text: str, element: str, component: str) -> tuple[Diagnosis, ...]:
    """Read the diagnoses of a claim in a whole HI segment; none where it has other codes."""
    made = [read_diagnosis(each, component) for each in text.split(element)[1:]]
    return tuple([each for each in made if each is not None and each.qualifier in _DIAGNOSES_OF_CLAIM])


@lru_cache(maxsize=_REMEMBERED)
def read_count(text: str) -> int | None:
    """Read a whole number of at most nine digits."""
    return int(text) if len(text) <= _COUNT_DIGITS and text.isascii() and text.isdigit() else None


@lru_cache(maxsize=_REMEMBERED)
def read_line_number(text: str, element: str) -> int | None:
    """Read the number of a whole LX segment."""
    return read_count(text.partition(element)[2])


@lru_cache(maxsize=_REMEMBERED)
def read_segment(text: str, element: str) -> tuple[str, ...]:
    """Split a segment of a kind that repeats; elements left out at the end read as empty."""
    return (*text.split(element), *PADDING)


@lru_cache(maxsize=_REMEMBERED)
def read_identifier(text: str, element: str) -> str:
    """Read the identifier of a whole NM1 segment (NM109)."""
    return f"{text}{element * _IDENTIFIER}".split(element)[_IDENTIFIER]


@lru_cache(maxsize=_REMEMBERED)
def read_dated(text: str, element: str) -> DateSpan | None:
    """Read the day or span of a whole DTP segment."""
    _, _, form, value, *_ = [*text.split(element), "", "", ""]
    return read_span(form, value)

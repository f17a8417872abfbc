"""Values of X12 data types: a right one as a regular expression, and what is wrong with any other.

X12.6 types AN, ID, N0 ... N9 (implied decimals), R, DT, TM and B, and the date and time formats of data element 1250,
which say how element 1251 beside it is written. The expressions accept only right values, so that a segment can be
checked in one match; `value_fault` is asked only when it does not match, and alone decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hpedi.guides.nodes import ElementRule
from hpedi.x12.events import Delimiters

DATE_FORMAT_ELEMENT: Final = "1250"
DATE_PERIOD_ELEMENT: Final = "1251"
AMOUNT_ELEMENT: Final = "782"

_LEAP_YEAR: Final = r"(?:(?:1[89]|2\d)(?:0[48]|[2468][048]|[13579][26])|2[048]00)"
_MONTH_DAY: Final = (
    r"(?:(?:0[13578]|1[02])(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)(?:0[1-9]|[12]\d|30)|02(?:0[1-9]|1\d|2[0-8]))"
)
_DATE: Final = rf"(?:(?:1[89]|2\d)\d\d{_MONTH_DAY}|{_LEAP_YEAR}0229)"
_SHORT_DATE: Final = rf"(?:\d\d{_MONTH_DAY}|(?:[02468][048]|[13579][26])0229)"
_HOUR_MINUTE: Final = r"(?:[01]\d|2[0-3])[0-5]\d"
_TIME: Final = rf"{_HOUR_MINUTE}(?:[0-5]\d\d{{0,2}})?"

DATE_FORMATS: Final[dict[str, str]] = {
    "D8": _DATE,
    "RD8": f"{_DATE}-{_DATE}",
    "D6": _SHORT_DATE,
    "DT": _DATE + _HOUR_MINUTE,
    "RDT": f"{_DATE}{_HOUR_MINUTE}-{_DATE}{_HOUR_MINUTE}",
    "DTS": rf"{_DATE}{_HOUR_MINUTE}[0-5]\d",
    "CM": r"(?:1[89]|2\d)\d\d(?:0[1-9]|1[0-2])",
    "CY": r"(?:1[89]|2\d)\d\d",
    "TM": _HOUR_MINUTE,
    "TS": rf"{_HOUR_MINUTE}[0-5]\d",
    "RTM": f"{_HOUR_MINUTE}-{_HOUR_MINUTE}",
}
"""Codes of data element 1250 that are checked, and what 1251 looks like then."""

TIME_FORMATS: Final = frozenset({"TM", "TS", "RTM"})

_DATE_BY_LENGTH: Final = {6: _SHORT_DATE, 8: _DATE}


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The characters that data may hold in an interchange: the extended X12 set less its delimiters.

    Attributes:
        character: A regular expression for one of them.
        foreign: Finds one that is not.
    """

    character: str
    foreign: re.Pattern[str]

    @classmethod
    def of(cls, delimiters: Delimiters) -> Alphabet:
        """Make the alphabet of an interchange."""
        separators = re.escape(delimiters.element + delimiters.component + delimiters.repetition + delimiters.segment)
        others = r"\x00-\x1f\x7f-\xff"  # texts are latin-1; a wider range takes twenty times as long to compile
        return cls(f"[^{separators}{others}]", re.compile(f"[{separators}{others}]"))


def any_of(words: Iterable[str]) -> str:
    """Return a regular expression for the words of a list: a trie, so that long lists match as fast as short ones."""
    by_first: dict[str, set[str]] = {}
    for word in words:
        by_first.setdefault(word[:1], set()).add(word[1:])
    ends = by_first.pop("", None) is not None
    last = "".join(sorted(re.escape(first) for first, rest in by_first.items() if rest == {""}))
    longer = [re.escape(first) + any_of(rest) for first, rest in sorted(by_first.items()) if rest != {""}]
    alternatives = longer + ([f"[{last}]"] if last else [])
    if not alternatives:
        return ""
    return f"(?:{'|'.join(alternatives)}){'?' if ends else ''}"


def value_pattern(rule: ElementRule, alphabet: Alphabet) -> str:
    """Return a regular expression that accepts only right values of an element (not empty, not repeated)."""
    lookahead = f"(?={_fenced(rule, alphabet)})" if rule.pattern else ""
    if rule.codes is not None:
        return lookahead + any_of(rule.codes)
    return lookahead + _typed(rule, alphabet)


def _fenced(rule: ElementRule, alphabet: Alphabet) -> str:
    pattern = rule.pattern.pattern if rule.pattern else ""
    return f"(?:{pattern})(?!{alphabet.character})"


def _typed(rule: ElementRule, alphabet: Alphabet) -> str:
    fewest, most = rule.min_length, rule.max_length
    if rule.type.startswith("N"):
        return rf"-?\d{{{fewest},{most}}}+"
    if rule.type == "R":
        whole = rf"\d{{{fewest},{most}}}+(?!\.)"
        return rf"-?(?:{whole}|(?=[\d.]{{{fewest + 1},{most + 1}}}+(?![\d.]))\d*+\.\d++)"
    if rule.type == "TM":
        return rf"(?=\d{{{fewest},{most}}}+(?!\d)){_TIME}"
    if rule.type == "DT":
        right = [date for length, date in _DATE_BY_LENGTH.items() if fewest <= length <= most]
        return f"(?:{'|'.join(reversed(right))})" if right else "(?!)"
    if rule.type == "B":
        return rf"{alphabet.character}{{{fewest},{most}}}+"
    return rf"{alphabet.character}{{{fewest},{most}}}+(?<! )"


def value_fault(rule: ElementRule, value: str, date_format: str, alphabet: Alphabet) -> str:
    """Say what is wrong with a value that is not empty: a finding kind, or nothing.

    Args:
        rule: What the guide says.
        value: One repetition of an element, or one component.
        date_format: The code of data element 1250 before a 1251; else empty.
        alphabet: Of the interchange.

    Findings:
        element-character, element-too-short, element-too-long, element-code, element-date, element-time,
        element-pattern, element-amount; the first that holds.
    """
    if alphabet.foreign.search(value):
        return "element-character"
    if rule.codes is not None:
        return "" if value in rule.codes and _fits_pattern(rule, value) else _code_fault(rule, value)
    length = len(value.lstrip("-").replace(".", "", 1)) if rule.type[:1] in "NR" and rule.type else len(value)
    if length < rule.min_length:
        return "element-too-short"
    if length > rule.max_length:
        return "element-too-long"
    if date_format in DATE_FORMATS:
        right = re.fullmatch(DATE_FORMATS[date_format], value) is not None
        return "" if right else "element-time" if date_format in TIME_FORMATS else "element-date"
    return _type_fault(rule, value) or _pattern_fault(rule, value)


def _code_fault(rule: ElementRule, value: str) -> str:
    return "element-pattern" if rule.codes and value in rule.codes else "element-code"


def _pattern_fault(rule: ElementRule, value: str) -> str:
    if _fits_pattern(rule, value):
        return ""
    return "element-amount" if rule.data_element == AMOUNT_ELEMENT else "element-pattern"


def _fits_pattern(rule: ElementRule, value: str) -> bool:
    return rule.pattern is None or rule.pattern.fullmatch(value) is not None


def _type_fault(rule: ElementRule, value: str) -> str:
    if rule.type.startswith("N"):
        return "" if re.fullmatch(r"-?[0-9]+", value) else "element-character"
    if rule.type == "R":
        return "" if re.fullmatch(r"-?(?:[0-9]+|[0-9]*\.[0-9]+)", value) else "element-character"
    if rule.type == "TM":
        return "" if re.fullmatch(_TIME, value) else "element-time"
    if rule.type == "DT":
        return "" if re.fullmatch(_DATE_BY_LENGTH.get(len(value), "(?!)"), value) else "element-date"
    if rule.type == "B":
        return ""
    needless = value.endswith(" ") and len(value.rstrip(" ")) >= rule.min_length
    return "element-character" if needless or not value.strip(" ") else ""

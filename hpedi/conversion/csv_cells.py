"""Rows as CSV: RFC 4180, UTF-8, and nothing that a spreadsheet would run.

A cell that a spreadsheet would read as a formula gets an apostrophe in front; numbers, negative ones too, stay numbers.
Source: RFC 4180; OWASP, CSV Injection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_STARTS_FORMULA: Final = re.compile("[\t\r\n]|[ \t\r\n]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_NEEDS_QUOTES: Final = re.compile('[",\r\n]')


def csv_line(cells: Iterable[str]) -> str:
    """Return a row as a line with its line break."""
    return ",".join(map(_cell, cells)) + "\r\n"


def _cell(value: str) -> str:
    if not value or value.isalnum():
        return value
    if _STARTS_FORMULA.match(value) and not _NUMBER.fullmatch(value):
        value = "'" + value
    if _NEEDS_QUOTES.search(value):
        return '"' + value.replace('"', '""') + '"'
    return value

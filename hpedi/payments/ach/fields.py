"""Fixed-width fields of a Nacha record: 94 printable ASCII characters, positions counted from 1.

What identifies or counts is never cut: too wide is a ValueError, whose message names the field and not its content.
Only names may be cut, at the right (`name`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from hpedi.money import CENT, Usd, usd

RECORD_WIDTH: Final = 94


def records_of(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield each record of a file with its line number from 1; line endings may be LF, CRLF or none at all."""
    text = content.decode("latin-1")
    if "\n" in text:
        lines = text.split("\n")
        lines = lines[:-1] if lines[-1] == "" else lines
        yield from ((number, line.removesuffix("\r")) for number, line in enumerate(lines, start=1))
        return
    for number, start in enumerate(range(0, len(text), RECORD_WIDTH), start=1):
        yield number, text[start : start + RECORD_WIDTH]


def name(text: str, width: int, field: str) -> str:
    """Write a name: left-justified, blanks after it, cut at the right where too long."""
    return _printable(text.strip(), field)[:width].ljust(width)


def identifier(text: str, width: int, field: str) -> str:
    """Write an identifier or code: left-justified, blanks after it, never cut.

    Raises:
        ValueError: It is too wide, has blanks around it or a character that is not printable ASCII.
    """
    if len(text) > width:
        raise ValueError(f"{field} is wider than its {width} positions")
    if text != text.strip():
        raise ValueError(f"{field} has blanks around it")
    return _printable(text, field).ljust(width)


def data(text: str, width: int, field: str) -> str:
    """Write data that goes on in the next record: blanks may stand at its beginning, never cut.

    Raises:
        ValueError: It is too wide or has a character that is not printable ASCII.
    """
    if len(text) > width:
        raise ValueError(f"{field} is wider than its {width} positions")
    return _printable(text, field).ljust(width)


def digits(text: str, width: int, field: str) -> str:
    """Write exactly so many digits.

    Raises:
        ValueError: The text is not that.
    """
    if len(text) != width or not (text.isascii() and text.isdigit()):
        raise ValueError(f"{field} is not {width} digits")
    return text


def number(value: int, width: int, field: str) -> str:
    """Write a count: right-justified with zeros, never cut.

    Raises:
        ValueError: It is negative or too wide.
    """
    text = str(value)
    if value < 0 or len(text) > width:
        raise ValueError(f"{field} does not fit {width} digits")
    return text.zfill(width)


def cents(amount: Usd, width: int, field: str) -> str:
    """Write US dollars as whole cents: right-justified with zeros, never cut.

    Raises:
        ValueError: It is negative, has a fraction of a cent or is too wide.
    """
    return number(int(usd(amount) / CENT), width, field)


def yymmdd(day: date) -> str:
    """Write a date as YYMMDD."""
    return f"{day:%y%m%d}"


def record(*fields: str) -> str:
    """Join the fields of a record.

    Raises:
        ValueError: They are not 94 characters together: a bug.
    """
    line = "".join(fields)
    if len(line) != RECORD_WIDTH:
        raise ValueError("the fields of a Nacha record are not 94 characters together")
    return line


def text_at(line: str, first: int, last: int) -> str:
    """Read the text of positions first to last, without the blanks around it."""
    return line[first - 1 : last].strip()


def digits_at(line: str, first: int, last: int, field: str) -> str:
    """Read the digits of positions first to last.

    Raises:
        ValueError: They are not digits.
    """
    return digits(line[first - 1 : last], last - first + 1, field)


def number_at(line: str, first: int, last: int, field: str) -> int:
    """Read a count.

    Raises:
        ValueError: It is not digits.
    """
    return int(digits_at(line, first, last, field))


def usd_at(line: str, first: int, last: int, field: str) -> Usd:
    """Read whole cents as US dollars.

    Raises:
        ValueError: They are not digits.
    """
    return number_at(line, first, last, field) * CENT


def date_at(line: str, first: int, field: str) -> date:
    """Read a date YYMMDD of this century.

    Raises:
        ValueError: It is not such a date.
    """
    text = digits_at(line, first, first + 5, field)
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        raise ValueError(f"{field} is not a date YYMMDD") from None


def _printable(text: str, field: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError(f"{field} has a character that is not printable ASCII")
    return text

"""One-field mutations of 835s and Nacha files: each field that money, account, day or match depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Mutated:
    """A file with one field changed, and which: `BPR02`, or `6 amount` of a Nacha record."""

    field: str
    content: bytes


def _more(text: str) -> str:
    return f"{Decimal(text or 0) + CENT}"


def _digit(text: str) -> str:
    """Change the last digit of a number, or the last letter where there is none."""
    place = max((place for place, letter in enumerate(text) if letter.isdigit()), default=len(text) - 1)
    changed = str((int(text[place]) + 1) % 10) if text[place].isdigit() else "Z" if text[place] != "Z" else "Y"
    return text[:place] + changed + text[place + 1 :]


def _other(code: str) -> Callable[[str], str]:
    return lambda text: "CO" if text != "CO" else code


ELEMENTS: Final[tuple[tuple[str, int, Callable[[str], str]], ...]] = (
    ("BPR", 1, lambda text: "H" if text != "H" else "I"),
    ("BPR", 2, _more),
    ("BPR", 3, lambda text: "D" if text != "D" else "C"),
    ("BPR", 4, lambda text: "CHK" if text != "CHK" else "ACH"),
    ("BPR", 7, _digit),
    ("BPR", 9, _digit),
    ("BPR", 10, _digit),
    ("BPR", 13, _digit),
    ("BPR", 15, _digit),
    ("BPR", 16, _digit),
    ("TRN", 2, _digit),
    ("TRN", 3, _digit),
    ("N1*PE", 4, _digit),
    ("REF*TJ", 2, _digit),
    ("CLP", 1, _digit),
    ("CLP", 2, lambda text: "2" if text != "2" else "3"),
    ("CLP", 3, _more),
    ("CLP", 4, _more),
    ("CLP", 5, _more),
    ("CLP", 7, _digit),
    ("CAS", 1, _other("OA")),
    ("CAS", 2, lambda text: "50" if text != "50" else "51"),
    ("CAS", 3, _more),
    ("CAS", 6, _more),
    ("SVC", 1, _digit),
    ("SVC", 2, _more),
    ("SVC", 3, _more),
    ("SVC", 5, lambda text: f"{Decimal(text) + 1}"),
    ("AMT", 2, _more),
    ("PLB", 1, _digit),
    ("PLB", 3, _digit),
    ("PLB", 4, _more),
    ("PLB", 6, _more),
    ("SE", 1, _digit),
    ("SE", 2, _digit),
    ("GE", 1, _digit),
    ("GE", 2, _digit),
    ("IEA", 1, _digit),
    ("IEA", 2, _digit),
)
"""Segment (with its first element, where that tells it apart), element, and how it is changed."""

AMOUNTS: Final = frozenset({"BPR02", "CLP03", "CLP04", "CLP05", "CAS03", "CAS06", "SVC02", "SVC03", "PLB04", "PLB06"})
"""Elements that an equation of the 835 holds: whoever balances finds them out."""

COUNTS: Final = frozenset({"SE01", "SE02", "GE01", "GE02", "IEA01", "IEA02"})

FIELDS: Final[tuple[tuple[str, str, int, int], ...]] = (
    ("1", "destination", 4, 13),
    ("1", "origin", 14, 23),
    ("1", "record size", 35, 37),
    ("1", "blocking factor", 38, 39),
    ("5", "service class", 2, 4),
    ("5", "company", 41, 50),
    ("5", "entry class", 51, 53),
    ("5", "effective entry date", 70, 75),
    ("5", "odfi", 80, 87),
    ("5", "batch number", 88, 94),
    ("6", "transaction code", 2, 3),
    ("6", "receiving bank", 4, 11),
    ("6", "check digit", 12, 12),
    ("6", "account", 13, 29),
    ("6", "amount", 30, 39),
    ("6", "identification", 40, 54),
    ("6", "addenda indicator", 79, 79),
    ("6", "trace odfi", 80, 87),
    ("6", "trace sequence", 88, 94),
    ("7", "type", 2, 3),
    ("7", "payment related information", 4, 83),
    ("7", "addenda sequence", 84, 87),
    ("7", "entry sequence", 88, 94),
    ("8", "service class", 2, 4),
    ("8", "count", 5, 10),
    ("8", "hash", 11, 20),
    ("8", "debits", 21, 32),
    ("8", "credits", 33, 44),
    ("8", "company", 45, 54),
    ("8", "odfi", 80, 87),
    ("8", "batch number", 88, 94),
    ("9", "batches", 2, 7),
    ("9", "blocks", 8, 13),
    ("9", "count", 14, 21),
    ("9", "hash", 22, 31),
    ("9", "debits", 32, 43),
    ("9", "credits", 44, 55),
)
"""Record type, field, and its first and last position, from 1."""

TOTALS: Final = frozenset(
    f"{record} {name}"
    for record, name, _first, _last in FIELDS
    if record in "89" or name in {"amount", "receiving bank", "check digit", "addenda indicator", "entry sequence"}
)
"""Fields that a total, a hash, a check digit or another record holds: whoever reads the file alone finds them out."""


def mutated_remittances(content: bytes) -> Iterator[Mutated]:
    """Yield an 835 with the first of each element that it has changed."""
    text = content.decode("ascii")
    element, end = text[3], text[105]
    segments = text.split(end)
    for name, place, change in ELEMENTS:
        for number, segment in enumerate(segments):
            parts = segment.split(element)
            if f"{segment}{element}".startswith(f"{name}{element}") and len(parts) > place and parts[place]:
                parts[place] = change(parts[place])
                told = [*segments[:number], element.join(parts), *segments[number + 1 :]]
                yield Mutated(f"{name}{place:02d}", end.join(told).encode())
                break


def mutated_nacha(content: bytes) -> Iterator[Mutated]:
    """Yield a Nacha file with each field of the first record of its type changed."""
    lines = content.decode("ascii").splitlines(keepends=True)
    for record, name, first, last in FIELDS:
        number = next(number for number, line in enumerate(lines) if line.startswith(record))
        line = lines[number]
        value = line[first - 1 : last]
        changed = line[: first - 1] + _digit(value.rstrip()).ljust(len(value)) + line[last:]
        told = "".join([*lines[:number], changed, *lines[number + 1 :]])
        yield Mutated(f"{record} {name}", told.encode())

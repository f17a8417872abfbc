"""Files to files that are nearly right: segments and elements moved, doubled, torn, filled with what breaks readers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final

_VALUES: Final = (
    b"",
    b" ",
    b"0",
    b"-1",
    b"1",
    b"9" * 30,
    b"1E999",
    b"NaN",
    b"-.",
    b"0.005",
    b"20260230",
    b"20260101-20251231",
    b"00000000",
    b"\x00",
    b"\xff\xfe",
    b"*" * 300,
    b":" * 300,
    b"^" * 300,
    b"~~",
    b"A" * 2000,
    b"ISA",
    b"=1+1",
    b"%n%s",
    b"HC:99213:::::::::",
    b"ABK:E119",
    b"\r\n",
    b"999999999.99",
)
_SEGMENT_IDS: Final = (
    b"ISA",
    b"GS",
    b"ST",
    b"SE",
    b"GE",
    b"IEA",
    b"HL",
    b"CLM",
    b"LX",
    b"CLP",
    b"NM1",
    b"TA1",
    b"ZZZ",
    b"LS",
)

Edit = Callable[[random.Random, list[bytes]], None]


def _drop(chance: random.Random, segments: list[bytes]) -> None:
    del segments[chance.randrange(len(segments))]


def _double(chance: random.Random, segments: list[bytes]) -> None:
    at = chance.randrange(len(segments))
    segments[at:at] = [segments[at]] * chance.choice((1, 1, 2, 60))


def _swap(chance: random.Random, segments: list[bytes]) -> None:
    one, other = chance.randrange(len(segments)), chance.randrange(len(segments))
    segments[one], segments[other] = segments[other], segments[one]


def _move_stretch(chance: random.Random, segments: list[bytes]) -> None:
    first = chance.randrange(len(segments))
    stretch = segments[first : first + chance.randrange(1, 12)]
    del segments[first : first + len(stretch)]
    at = chance.randrange(len(segments) + 1)
    segments[at:at] = stretch


def _rename(chance: random.Random, segments: list[bytes]) -> None:
    at = chance.randrange(len(segments))
    _, separator, rest = segments[at].partition(b"*")
    segments[at] = chance.choice(_SEGMENT_IDS) + separator + rest


def _fill(chance: random.Random, segments: list[bytes]) -> None:
    at = chance.randrange(len(segments))
    elements = segments[at].split(b"*")
    elements[chance.randrange(len(elements))] = chance.choice(_VALUES)
    segments[at] = b"*".join(elements)


def _take_value(chance: random.Random, segments: list[bytes]) -> None:
    """Put an element of one segment into another: values that are right, but elsewhere."""
    source = segments[chance.randrange(len(segments))].split(b"*")
    at = chance.randrange(len(segments))
    elements = segments[at].split(b"*")
    elements[chance.randrange(len(elements))] = chance.choice(source)
    segments[at] = b"*".join(elements)


def _lose_element(chance: random.Random, segments: list[bytes]) -> None:
    at = chance.randrange(len(segments))
    elements = segments[at].split(b"*")
    del elements[chance.randrange(len(elements))]
    segments[at] = b"*".join(elements)


def _add_elements(chance: random.Random, segments: list[bytes]) -> None:
    at = chance.randrange(len(segments))
    segments[at] += b"*" + chance.choice(_VALUES) + b"*" * chance.randrange(4)


def _flip_byte(chance: random.Random, segments: list[bytes]) -> None:
    at = chance.randrange(len(segments))
    if segments[at]:
        place = chance.randrange(len(segments[at]))
        segments[at] = segments[at][:place] + bytes([chance.randrange(256)]) + segments[at][place + 1 :]


def _tear(chance: random.Random, segments: list[bytes]) -> None:
    at = chance.randrange(len(segments))
    segments[at] = segments[at][: chance.randrange(len(segments[at]) + 1)]


def _cut_off(chance: random.Random, segments: list[bytes]) -> None:
    del segments[chance.randrange(1, len(segments) + 1) :]


_EDITS: Final[Sequence[Edit]] = (
    _drop,
    _double,
    _swap,
    _move_stretch,
    _rename,
    _fill,
    _fill,
    _fill,
    _take_value,
    _take_value,
    _lose_element,
    _add_elements,
    _flip_byte,
    _tear,
    _cut_off,
)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return a file with one to six edits.

    Args:
        content: An X12 file with * and ~ as delimiters.
        chance: Where and what is edited: the same state gives the same file.
    """
    segments = content.split(b"~")
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        if not segments:
            break
        chance.choice(_EDITS)(chance, segments)
    return b"~".join(segments)


def spliced(one: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return the beginning of one file with the end of another."""
    return one[: chance.randrange(len(one) + 1)] + other[chance.randrange(len(other) + 1) :]

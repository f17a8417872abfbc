"""Files made to exhaust us: small to describe, huge to read. They are written piece by piece, never held whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from samples.write_inbound import CLINIC, RIVERBEND, claim_set, clinic_claim, interchange

MILLION: Final = 1_000_000
_ORDINARY: Final = interchange(RIVERBEND, CLINIC, 501, [claim_set("0001", [clinic_claim("ONE-1", "M01", 10)])])
_ISA: Final = _ORDINARY[: _ORDINARY.index(b"GS*")]
_TO_ST: Final = _ORDINARY[: _ORDINARY.index(b"ST*")]
_TO_BHT: Final = _ORDINARY[: _ORDINARY.index(b"BHT*")]
_FROM_SE: Final = _ORDINARY[_ORDINARY.index(b"SE*") :]
_FROM_GE: Final = _ORDINARY[_ORDINARY.index(b"GE*") :]


def _inside(piece: bytes, times: int, first: bytes = b"") -> Iterator[bytes]:
    """Yield a set with a piece many times in it."""
    yield _TO_BHT + first
    yield from _many(piece, times)
    yield b"~\n" + _FROM_SE


def _many(piece: bytes, times: int) -> Iterator[bytes]:
    at_once = 50_000
    for _ in range(times // at_once):
        yield piece * at_once


def _sets(count: int, body: bytes = b"") -> Iterator[bytes]:
    yield _TO_ST
    segments = body.count(b"~") + 2
    for number in range(count):
        yield b"ST*837*%06d*005010X222A1~%bSE*%d*%06d~" % (number, body, segments, number)
    yield _FROM_GE


BOMBS: Final[dict[str, Callable[[], Iterator[bytes]]]] = {
    "a segment of 100 MB": lambda: _inside(b"A", 100 * MILLION, b"NTE*ADD*"),
    "100 MB after an ISA": lambda: iter([_ISA, *_many(b"A", 100 * MILLION)]),
    "an ISA that never ends": lambda: iter([b"ISA*", *_many(b"A", 100 * MILLION)]),
    "20 million elements": lambda: _inside(b"*A", 20 * MILLION, b"NTE"),
    "20 million repetitions": lambda: _inside(b"^A", 20 * MILLION, b"NTE*"),
    "100 MB of nothing": lambda: _many(b"\0", 100 * MILLION),
}
"""What has to be refused at once."""

MANY_SETS: Final = "200,000 sets"
MANY_FINDINGS: Final = "faults in every set"
SLOWER_BOMBS: Final[dict[str, Callable[[], Iterator[bytes]]]] = {
    MANY_SETS: lambda: _sets(200_000),
    MANY_FINDINGS: lambda: _sets(600, b"ZZ*A~" * 150),
}
"""What is read up to a limit before it is refused."""

ORDINARY: Final[Callable[[], Iterator[bytes]]] = lambda: iter([_ORDINARY])  # noqa: E731 - a bomb that is none


def lay(bomb: Callable[[], Iterator[bytes]], path: Path) -> Path:
    """Write a bomb into a file."""
    with path.open("wb") as out:
        for piece in bomb():
            out.write(piece)
    return path

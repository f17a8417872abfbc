"""276 sets written for tests, a subscriber level a claim asked about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from hpedi.x12.segment import SegmentValues
from tests.transactions.walked import in_bytes

SET_ID, FUNCTIONAL_ID, VERSION = "276", "HR", "005010X212"
HARBOR: Final = ("XX", "1000002018")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A claim asked about: `references` by REF01, `dates` and `born` as CCYYMMDD, lines as their whole segments."""

    provider: tuple[str, str] = HARBOR
    member: tuple[str, str, str] = ("LAKE", "MARY", "HS1000001")
    born: str = "19641120"
    dependent: tuple[str, str] | None = None
    trace: str = "TRACE1"
    references: dict[str, str] = field(default_factory=dict)
    charge: str = ""
    dates: str = ""
    lines: tuple[tuple[SegmentValues, ...], ...] = ()


def asked_set(asks: Sequence[Ask], *, payer_id: str = "94267", reference: str = "INQ7") -> Iterator[SegmentValues]:
    """Yield the segments of a set between ST and SE."""
    yield ("BHT", "0010", "13", reference, "20260320", "0914")
    yield ("HL", "1", "", "20", "1")
    yield ("NM1", "PR", "2", "HPEDI HEALTH PLAN", "", "", "", "", "PI", payer_id)
    yield ("HL", "2", "1", "21", "1")
    yield ("NM1", "41", "2", "LAKES BILLING", "", "", "", "", "46", "LAKES")
    level = 2
    for ask in asks:
        yield ("HL", str(level + 1), "2", "19", "1")
        yield ("NM1", "1P", "2", "A CLINIC", "", "", "", "", *ask.provider)
        yield ("HL", str(level + 2), str(level + 1), "22", "0" if ask.dependent is None else "1")
        last, first, number = ask.member
        if ask.dependent is None and ask.born:
            yield ("DMG", "D8", ask.born)
        yield ("NM1", "IL", "1", last, first, "", "", "", "MI", number)
        if ask.dependent is not None:
            yield ("HL", str(level + 3), str(level + 2), "23")
            yield ("DMG", "D8", ask.born)
            yield ("NM1", "QC", "1", *ask.dependent)
        yield from _claim(ask)
        level += 2 if ask.dependent is None else 3


def _claim(ask: Ask) -> Iterator[SegmentValues]:
    yield ("TRN", "1", ask.trace)
    yield from (("REF", qualifier, value) for qualifier, value in ask.references.items())
    if ask.charge:
        yield ("AMT", "T3", ask.charge)
    if ask.dates:
        yield ("DTP", "472", "RD8" if "-" in ask.dates else "D8", ask.dates)
    for line in ask.lines:
        yield from line


def asked_file(*asks: Ask, payer_id: str = "94267") -> bytes:
    """Return a file of one set."""
    return in_bytes(FUNCTIONAL_ID, VERSION, SET_ID, [asked_set(asks, payer_id=payer_id)])

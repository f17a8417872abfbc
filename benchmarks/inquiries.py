"""Bodies of 270 and 276 sets: is this member eligible, what became of this claim.

Each inquiry is about a member of its own: name, number, birth date, days and amounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from benchmarks.interchanges import DAY, PAYER_ID, PAYER_NAME, SUBMITTER_ID, SUBMITTER_NAME, TIME, Kind
from benchmarks.people import Person
from hpedi.money import on_the_wire
from hpedi.x12.segment import SegmentValues

CLINIC, CLINIC_NPI = "RIVERBEND FAMILY CLINIC", "1000002000"
FIRST_DAY, DAYS = date(2026, 1, 2), 50
SERVICE_TYPES = ("30", "1", "33", "98")
CODES = ("99213", "G0463", "G0127", "J3301", "80053")


def eligibility(ordinal: int, numbers: range) -> Iterator[SegmentValues]:
    """Yield the segments of a 270 set."""
    yield ("BHT", "0022", "13", f"BENCH-{ordinal}", DAY, TIME)
    yield ("HL", "1", "", "20", "1")
    yield ("NM1", "PR", "2", PAYER_NAME, "", "", "", "", "PI", PAYER_ID)
    yield ("HL", "2", "1", "21", "1")
    yield ("NM1", "1P", "2", CLINIC, "", "", "", "", "XX", CLINIC_NPI)
    for number in numbers:
        yield from _eligibility_of(number, number - numbers.start + 3)


def status(ordinal: int, numbers: range) -> Iterator[SegmentValues]:
    """Yield the segments of a 276 set."""
    yield ("BHT", "0010", "13", f"BENCH-{ordinal}", DAY, TIME)
    yield ("HL", "1", "", "20", "1")
    yield ("NM1", "PR", "2", PAYER_NAME, "", "", "", "", "PI", PAYER_ID)
    yield ("HL", "2", "1", "21", "1")
    yield ("NM1", "41", "2", SUBMITTER_NAME, "", "", "", "", "46", SUBMITTER_ID)
    yield ("HL", "3", "2", "19", "1")
    yield ("NM1", "1P", "2", CLINIC, "", "", "", "", "XX", CLINIC_NPI)
    for number in numbers:
        yield from _status_of(number, number - numbers.start + 4)


ELIGIBILITY = Kind(
    name="270", functional_id="HS", set_id="270", version="005010X279A1", body=eligibility, unit="inquiries"
)
STATUS = Kind(name="276", functional_id="HR", set_id="276", version="005010X212", body=status, unit="inquiries")


def _day(number: int) -> str:
    return f"{FIRST_DAY + timedelta(days=number * 31 % DAYS):%Y%m%d}"


def _eligibility_of(number: int, level: int) -> Iterable[SegmentValues]:
    who = Person(number, number)
    return (
        ("HL", str(level), "2", "22", "0"),
        ("TRN", "1", f"ASK{number:09d}", "9410000301"),
        ("NM1", "IL", "1", who.last, who.first, "", "", "", "MI", who.card),
        ("REF", "6P", f"G{number * 13:09d}"),
        ("N3", f"{number % 9000 + 1} RIVER ST"),
        ("N4", "MANKATO", "MN", "56001"),
        ("DMG", "D8", f"{who.birth_date:%Y%m%d}", who.sex),
        ("DTP", "291", "D8", _day(number)),
        ("EQ", SERVICE_TYPES[number % 4]),
    )


def _status_of(number: int, level: int) -> Iterable[SegmentValues]:
    who, day = Person(number, number), _day(number)
    charge = on_the_wire(Decimal(9000 + number * 97 % 60000) / 100)
    return (
        ("HL", str(level), "3", "22", "0"),
        ("DMG", "D8", f"{who.birth_date:%Y%m%d}", who.sex),
        ("NM1", "IL", "1", who.last, who.first, "", "", "", "MI", who.card),
        ("TRN", "1", f"ASK{number:09d}"),
        ("REF", "EJ", f"BENCH-{number:07d}"),
        ("AMT", "T3", charge),
        ("DTP", "472", "D8", day),
        ("SVC", ("HC", CODES[number % 5]), charge, "", "", "", "", "1"),
        ("REF", "FJ", f"L{number:07d}1"),
        ("DTP", "472", "D8", day),
    )

"""Bodies of 837I and 837D sets: a hospital's inpatient stays and a dentist's visits.

Each claim has a member, name, dates, amounts and numbers of its own, its lines add up to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from benchmarks.interchanges import DAY, PAYER_ID, PAYER_NAME, SUBMITTER_ID, SUBMITTER_NAME, TIME, Kind
from benchmarks.people import Person
from hpedi.money import on_the_wire
from hpedi.x12.segment import SegmentValues

BILLING_NPI, DOCTOR_NPI = "1000002000", "1000002505"
TAX_ID = "410000201"
FIRST_DAY, DAYS = date(2026, 1, 2), 50
REVENUE = (("0120", "", "DA"), ("0250", "", "UN"), ("0300", "80053", "UN"), ("0450", "99283", "UN"))
DENTAL = ("D0120", "D0150", "D1110", "D0274")
DIAGNOSES = ("E119", "I10", "J189", "K3580", "M5450")


def institutional(ordinal: int, numbers: range) -> Iterator[SegmentValues]:
    """Yield the segments of an 837I set."""
    yield from _head(ordinal, "RIVERBEND HOSPITAL")
    for number in numbers:
        yield from _subscriber(number, numbers.start)
        yield from _stay(number)


def dental(ordinal: int, numbers: range) -> Iterator[SegmentValues]:
    """Yield the segments of an 837D set."""
    yield from _head(ordinal, "RIVERBEND DENTAL")
    for number in numbers:
        yield from _subscriber(number, numbers.start)
        yield from _visit(number)


INSTITUTIONAL = Kind(name="837I", functional_id="HC", set_id="837", version="005010X223A2", body=institutional)
DENTAL_CLAIMS = Kind(name="837D", functional_id="HC", set_id="837", version="005010X224A2", body=dental)


def _head(ordinal: int, billing: str) -> Iterable[SegmentValues]:
    return (
        ("BHT", "0019", "00", f"BENCH-{ordinal}", DAY, TIME, "CH"),
        ("NM1", "41", "2", SUBMITTER_NAME, "", "", "", "", "46", SUBMITTER_ID),
        ("PER", "IC", "CLAIMS OFFICE", "TE", "5075550199"),
        ("NM1", "40", "2", PAYER_NAME, "", "", "", "", "46", PAYER_ID),
        ("HL", "1", "", "20", "1"),
        ("NM1", "85", "2", billing, "", "", "", "", "XX", BILLING_NPI),
        ("N3", "100 RIVERBEND RD"),
        ("N4", "MANKATO", "MN", "560010100"),
        ("REF", "EI", TAX_ID),
    )


def _subscriber(number: int, first: int) -> Iterable[SegmentValues]:
    who = Person(number, number)
    return (
        ("HL", str(number - first + 2), "1", "22", "0"),
        ("SBR", "P", "18", "", "", "", "", "", "", "CI"),
        ("NM1", "IL", "1", who.last, who.first, "", "", "", "MI", who.card),
        ("N3", f"{number % 9000 + 1} RIVER ST"),
        ("N4", "MANKATO", "MN", "56001"),
        ("DMG", "D8", f"{who.birth_date:%Y%m%d}", who.sex),
        ("NM1", "PR", "2", PAYER_NAME, "", "", "", "", "PI", PAYER_ID),
    )


def _stay(number: int) -> Iterator[SegmentValues]:
    came = FIRST_DAY + timedelta(days=number * 31 % DAYS)
    left = came + timedelta(days=1 + number % 3)
    services = REVENUE[: 2 + number % 3]
    charges = [Decimal(30000 + (number * 97 + line * 13) % 60000) / 100 for line in range(len(services))]
    charged = on_the_wire(sum(charges, Decimal(0)))
    yield ("CLM", f"BENCH-{number:07d}", charged, "", "", ("11", "A", "1"), "", "A", "Y", "Y")
    yield ("DTP", "096", "TM", "1100")
    yield ("DTP", "434", "RD8", f"{came:%Y%m%d}-{left:%Y%m%d}")
    yield ("DTP", "435", "DT", f"{came:%Y%m%d}0900")
    yield ("CL1", "1", "1", "01")
    yield ("REF", "D9", f"PL{number:012d}")
    yield ("REF", "EA", f"MRN{number * 13:09d}")
    yield ("HI", ("ABK", DIAGNOSES[number % 5], *("",) * 6, "Y"))
    yield ("HI", ("ABJ", DIAGNOSES[number % 5]))
    yield ("HI", ("ABF", DIAGNOSES[(number + 2) % 5], *("",) * 6, "Y"))
    yield ("NM1", "71", "1", "HAUGEN", "KIRSTEN", "", "", "", "XX", DOCTOR_NPI)
    for line, ((revenue, code, unit), charge) in enumerate(zip(services, charges, strict=True), 1):
        procedure = ("HC", code) if code else ""
        yield ("LX", str(line))
        yield ("SV2", revenue, procedure, on_the_wire(charge), unit, str((left - came).days if unit == "DA" else 1))
        yield ("DTP", "472", "D8", f"{came:%Y%m%d}")
        yield ("REF", "6R", f"L{number:07d}{line}")


def _visit(number: int) -> Iterator[SegmentValues]:
    day = f"{FIRST_DAY + timedelta(days=number * 31 % DAYS):%Y%m%d}"
    codes = DENTAL[: 2 + number % 3]
    charges = [Decimal(4000 + (number * 97 + line * 13) % 60000) / 100 for line in range(len(codes))]
    charged = on_the_wire(sum(charges, Decimal(0)))
    yield ("CLM", f"BENCH-{number:07d}", charged, "", "", ("11", "B", "1"), "Y", "A", "Y", "Y")
    yield ("DTP", "472", "D8", day)
    yield ("REF", "D9", f"PL{number:012d}")
    yield ("NM1", "82", "1", "HAUGEN", "KIRSTEN", "", "", "", "XX", DOCTOR_NPI)
    yield ("PRV", "PE", "PXC", "1223G0001X")
    for line, (code, charge) in enumerate(zip(codes, charges, strict=True), 1):
        yield ("LX", str(line))
        yield ("SV3", ("AD", code), on_the_wire(charge), "", "", "", "1")
        yield ("REF", "6R", f"L{number:07d}{line}")

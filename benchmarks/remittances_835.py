"""Bodies of 835 sets that balance: claims with their lines, CAS on both, and PLB at the end.

Each claim has a patient, name, dates, amounts and numbers of its own. About 19 segments a claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from benchmarks.interchanges import DAY, PAYER_ID, PAYER_NAME, Kind
from benchmarks.people import Person
from hpedi.money import on_the_wire
from hpedi.x12.segment import SegmentValues

PAYEE_NPI, DOCTOR_NPI, PAYEE_TAX_ID = "1000002000", "1000002505", "410000201"
FIRST_DAY, DAYS = date(2026, 1, 2), 50
CODES = ("99213", "G0463", "G0127", "J3301", "80053")
INTEREST, RECOUPED = Decimal("-12.34"), Decimal("100.00")  # PLB: below zero adds to the payment
COPAY = Decimal(25)
CLAIM_REDUCTION = Decimal("1.50")  # in the CAS of each fourth claim
ADJUSTED_CLAIM = 4
CARRIED_BY_EACH_LINE = Decimal("0.35")  # share of the charge that the contract takes off
CENT = Decimal("0.01")


def remittance(ordinal: int, numbers: range) -> Iterator[SegmentValues]:
    """Yield the segments of an 835 set."""
    paid = sum((_paid(number) for number in numbers), Decimal(0))
    yield from _head(ordinal, paid - INTEREST - RECOUPED)
    yield ("LX", "1")
    for number in numbers:
        yield from _claim(number)
    yield ("PLB", PAYEE_NPI, "20261231", ("L6", f"I{ordinal}"), str(INTEREST), ("WO", f"W{ordinal}"), str(RECOUPED))


REMITTANCES = Kind(
    name="835",
    functional_id="HP",
    set_id="835",
    version="005010X221A1",
    body=remittance,
    is_named_in_set=False,
)


def _head(ordinal: int, paid: Decimal) -> Iterable[SegmentValues]:
    accounts = ("01", "091000019", "DA", "1234567", "1410000100", "", "01", "091000022", "DA", "7654321")
    return (
        ("BPR", "I", on_the_wire(paid), "C", "ACH", "CCP", *accounts, DAY),
        ("TRN", "1", f"TRACE{ordinal:06d}", "1410000100"),
        ("REF", "EV", PAYER_ID),
        ("DTM", "405", DAY),
        ("N1", "PR", PAYER_NAME),
        ("N3", "1 PLAN WAY"),
        ("N4", "SAINT PAUL", "MN", "55101"),
        ("PER", "BL", "PROVIDER SERVICES", "TE", "6515550100"),
        ("N1", "PE", "RIVERBEND FAMILY CLINIC", "XX", PAYEE_NPI),
        ("REF", "TJ", PAYEE_TAX_ID),
    )


def _lines(number: int) -> list[tuple[Decimal, Decimal]]:
    """Return charge and contractual reduction of each line."""
    charges = [Decimal(9000 + (number * 97 + line * 13) % 60000) / 100 for line in range(2 + number % 2)]
    return [(charge, (charge * CARRIED_BY_EACH_LINE).quantize(CENT)) for charge in charges]


def _reduction(number: int) -> Decimal:
    return Decimal(0) if number % ADJUSTED_CLAIM else CLAIM_REDUCTION


def _paid(number: int) -> Decimal:
    return sum((charge - reduced for charge, reduced in _lines(number)), Decimal(0)) - COPAY - _reduction(number)


def _claim(number: int) -> Iterator[SegmentValues]:
    who, day = Person(number, number), f"{FIRST_DAY + timedelta(days=number * 31 % DAYS):%Y%m%d}"
    lines = _lines(number)
    charged = sum((charge for charge, _ in lines), Decimal(0))
    amounts = (on_the_wire(charged), on_the_wire(_paid(number)), on_the_wire(COPAY))
    yield ("CLP", f"BENCH-{number:07d}", "1", *amounts, "12", f"26061{number:010d}", "11", "1")
    if reduction := _reduction(number):
        yield ("CAS", "CO", "253", on_the_wire(reduction))
    yield ("NM1", "QC", "1", who.last, who.first, "", "", "", "MI", who.card)
    yield ("NM1", "82", "1", "HAUGEN", "KIRSTEN", "", "", "", "XX", DOCTOR_NPI)
    yield ("REF", "EA", f"MRN{number * 13:09d}")
    yield ("DTM", "050", DAY)
    for line, (charge, reduced) in enumerate(lines, 1):
        copay = COPAY if line == 1 else Decimal(0)
        paid = charge - reduced - copay
        yield ("SVC", ("HC", CODES[(number + line) % 5]), on_the_wire(charge), on_the_wire(paid), "", "1")
        yield ("DTM", "472", day)
        yield ("CAS", "CO", "45", on_the_wire(reduced))
        if copay:
            yield ("CAS", "PR", "3", on_the_wire(copay))
        yield ("REF", "6R", f"L{number:07d}{line}")
        yield ("AMT", "B6", on_the_wire(charge - reduced))

"""Addenda record (7): the TRN segment of the 835 in a CCD+ entry (CAQH CORE 370), a part of the 835 in a CTX entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hpedi.payments.ach.fields import data, digits, digits_at, number, number_at, record

INFORMATION_WIDTH: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Addenda:
    """One addenda of an entry (record type 7)."""

    type_code: str  # Addenda Type Code, 02-03
    payment_related_information: str  # Payment Related Information, 04-83, blanks at its end left out
    sequence_number: int = 1  # Addenda Sequence Number, 84-87
    entry_sequence_number: str  # Entry Detail Sequence Number, 88-94: last seven digits of the entry's trace number


def write_addenda(addenda: Addenda) -> str:
    """Write the record.

    Raises:
        ValueError: A field is too wide or has no place in it.
    """
    return record(
        "7",
        digits(addenda.type_code, 2, "Addenda Type Code"),
        data(addenda.payment_related_information, INFORMATION_WIDTH, "Payment Related Information"),
        number(addenda.sequence_number, 4, "Addenda Sequence Number"),
        digits(addenda.entry_sequence_number, 7, "Entry Detail Sequence Number"),
    )


def read_addenda(line: str) -> Addenda:
    """Read the record.

    Raises:
        ValueError: A field is malformed.
    """
    return Addenda(
        type_code=digits_at(line, 2, 3, "Addenda Type Code"),
        payment_related_information=line[3:83].rstrip(),
        sequence_number=number_at(line, 84, 87, "Addenda Sequence Number"),
        entry_sequence_number=digits_at(line, 88, 94, "Entry Detail Sequence Number"),
    )

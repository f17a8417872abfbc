"""CCD Addenda record (7): the TRN segment that ties an entry to its 835 (CAQH CORE 370)."""

from __future__ import annotations

from dataclasses import dataclass

from hpedi.payments.ach.fields import digits, digits_at, identifier, number, number_at, record, text_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Addenda:
    """One addenda of an entry (record type 7)."""

    type_code: str  # Addenda Type Code, 02-03
    payment_related_information: str  # Payment Related Information, 04-83
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
        identifier(addenda.payment_related_information, 80, "Payment Related Information"),
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
        payment_related_information=text_at(line, 4, 83),
        sequence_number=number_at(line, 84, 87, "Addenda Sequence Number"),
        entry_sequence_number=digits_at(line, 88, 94, "Entry Detail Sequence Number"),
    )

"""Company/Batch Control record (8): the totals of a batch."""

from __future__ import annotations

from dataclasses import dataclass

from hpedi.money import Usd
from hpedi.payments.ach.fields import cents, digits, digits_at, identifier, number, number_at, record, text_at, usd_at


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchControl:
    """The last record of a batch (record type 8). Positions 74-79 are reserved: blank."""

    service_class_code: str  # Service Class Code, 02-04
    entry_addenda_count: int  # Entry/Addenda Count, 05-10
    entry_hash: int  # Entry Hash, 11-20: sum of the first eight digits of the routing numbers, its last ten digits
    total_debit: Usd  # Total Debit Entry Dollar Amount, 21-32
    total_credit: Usd  # Total Credit Entry Dollar Amount, 33-44
    company_identification: str  # Company Identification, 45-54
    authentication_code: str = ""  # Message Authentication Code, 55-73
    originating_dfi: str  # Originating DFI Identification, 80-87
    batch_number: int  # Batch Number, 88-94


def write_batch_control(control: BatchControl) -> str:
    """Write the record.

    Raises:
        ValueError: A field is too wide or has no place in it.
    """
    return record(
        "8",
        digits(control.service_class_code, 3, "Service Class Code"),
        number(control.entry_addenda_count, 6, "Entry/Addenda Count"),
        number(control.entry_hash, 10, "Entry Hash"),
        cents(control.total_debit, 12, "Total Debit Entry Dollar Amount"),
        cents(control.total_credit, 12, "Total Credit Entry Dollar Amount"),
        identifier(control.company_identification, 10, "Company Identification"),
        identifier(control.authentication_code, 19, "Message Authentication Code"),
        " " * 6,
        digits(control.originating_dfi, 8, "Originating DFI Identification"),
        number(control.batch_number, 7, "Batch Number"),
    )


def read_batch_control(line: str) -> BatchControl:
    """Read the record.

    Raises:
        ValueError: A field is malformed.
    """
    return BatchControl(
        service_class_code=digits_at(line, 2, 4, "Service Class Code"),
        entry_addenda_count=number_at(line, 5, 10, "Entry/Addenda Count"),
        entry_hash=number_at(line, 11, 20, "Entry Hash"),
        total_debit=usd_at(line, 21, 32, "Total Debit Entry Dollar Amount"),
        total_credit=usd_at(line, 33, 44, "Total Credit Entry Dollar Amount"),
        company_identification=text_at(line, 45, 54),
        authentication_code=text_at(line, 55, 73),
        originating_dfi=digits_at(line, 80, 87, "Originating DFI Identification"),
        batch_number=number_at(line, 88, 94, "Batch Number"),
    )

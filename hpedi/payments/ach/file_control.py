"""File Control record (9): the totals of a file."""

from __future__ import annotations

from dataclasses import dataclass

from hpedi.money import Usd
from hpedi.payments.ach.fields import cents, number, number_at, record, usd_at


@dataclass(frozen=True, slots=True, kw_only=True)
class FileControl:
    """The last record of a file (record type 9), before the filling. Positions 56-94 are reserved: blank."""

    batch_count: int  # Batch Count, 02-07
    block_count: int  # Block Count, 08-13: of ten records, filling included
    entry_addenda_count: int  # Entry/Addenda Count, 14-21
    entry_hash: int  # Entry Hash, 22-31: sum of the batches' hashes, its last ten digits
    total_debit: Usd  # Total Debit Entry Dollar Amount in File, 32-43
    total_credit: Usd  # Total Credit Entry Dollar Amount in File, 44-55


def write_file_control(control: FileControl) -> str:
    """Write the record.

    Raises:
        ValueError: A field is too wide.
    """
    return record(
        "9",
        number(control.batch_count, 6, "Batch Count"),
        number(control.block_count, 6, "Block Count"),
        number(control.entry_addenda_count, 8, "Entry/Addenda Count"),
        number(control.entry_hash, 10, "Entry Hash"),
        cents(control.total_debit, 12, "Total Debit Entry Dollar Amount in File"),
        cents(control.total_credit, 12, "Total Credit Entry Dollar Amount in File"),
        " " * 39,
    )


def read_file_control(line: str) -> FileControl:
    """Read the record.

    Raises:
        ValueError: A field is malformed.
    """
    return FileControl(
        batch_count=number_at(line, 2, 7, "Batch Count"),
        block_count=number_at(line, 8, 13, "Block Count"),
        entry_addenda_count=number_at(line, 14, 21, "Entry/Addenda Count"),
        entry_hash=number_at(line, 22, 31, "Entry Hash"),
        total_debit=usd_at(line, 32, 43, "Total Debit Entry Dollar Amount in File"),
        total_credit=usd_at(line, 44, 55, "Total Credit Entry Dollar Amount in File"),
    )

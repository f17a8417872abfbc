"""A Nacha file as a whole: its batches and entries, the totals that follow from them, its bytes.

Totals are computed, never kept: the control records of a file always say what its entries say. Lines are 94
characters, each with a line ending, the last too; records of nines fill the last block of ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from hpedi.money import ZERO, Usd
from hpedi.payments.ach.addenda import Addenda, write_addenda
from hpedi.payments.ach.batch_control import BatchControl, write_batch_control
from hpedi.payments.ach.batch_header import BatchHeader, write_batch_header
from hpedi.payments.ach.entry_detail import EntryDetail, write_entry_detail
from hpedi.payments.ach.fields import RECORD_WIDTH
from hpedi.payments.ach.file_control import FileControl, write_file_control
from hpedi.payments.ach.file_header import BLOCKING_FACTOR, FileHeader, write_file_header

LINE_ENDINGS: Final[Mapping[str, str]] = {"LF": "\n", "CRLF": "\r\n"}
FILLING: Final = "9" * RECORD_WIDTH
HASH_MODULUS: Final = 10**10
"""An entry hash is the last ten digits of its sum; only there does the format let leading digits go."""

CREDIT_DIGITS: Final = frozenset("01234")
"""Second digits of the transaction codes that give money; the others take it."""


@dataclass(frozen=True, slots=True)
class AchEntry:
    """An entry and its addenda."""

    detail: EntryDetail
    addenda: tuple[Addenda, ...] = ()

    @property
    def is_credit(self) -> bool:
        """Whether it gives money to the receiver."""
        return self.detail.transaction_code[1] in CREDIT_DIGITS


@dataclass(frozen=True, slots=True)
class AchBatch:
    """A company's entries that are due on one day."""

    header: BatchHeader
    entries: tuple[AchEntry, ...]

    @property
    def control(self) -> BatchControl:
        """The totals of the batch."""
        return BatchControl(
            service_class_code=self.header.service_class_code,
            entry_addenda_count=sum(1 + len(entry.addenda) for entry in self.entries),
            entry_hash=sum(int(entry.detail.routing_number[:8]) for entry in self.entries) % HASH_MODULUS,
            total_debit=_total(entry for entry in self.entries if not entry.is_credit),
            total_credit=_total(entry for entry in self.entries if entry.is_credit),
            company_identification=self.header.company_identification,
            originating_dfi=self.header.originating_dfi,
            batch_number=self.header.batch_number,
        )


@dataclass(frozen=True, slots=True)
class AchFile:
    """A file for the bank."""

    header: FileHeader
    batches: tuple[AchBatch, ...]

    @property
    def entries(self) -> tuple[AchEntry, ...]:
        """The entries of all batches."""
        return tuple(entry for batch in self.batches for entry in batch.entries)

    @property
    def control(self) -> FileControl:
        """The totals of the file."""
        controls = [batch.control for batch in self.batches]
        counted = sum(control.entry_addenda_count for control in controls)
        records = 2 + 2 * len(controls) + counted
        return FileControl(
            batch_count=len(controls),
            block_count=-(-records // BLOCKING_FACTOR),
            entry_addenda_count=counted,
            entry_hash=sum(control.entry_hash for control in controls) % HASH_MODULUS,
            total_debit=sum((control.total_debit for control in controls), ZERO),
            total_credit=sum((control.total_credit for control in controls), ZERO),
        )


def write_ach(file: AchFile, line_ending: str = "LF") -> bytes:
    """Write a file.

    Args:
        file: The file.
        line_ending: LF or CRLF.

    Raises:
        ValueError: A value is too wide for its field or not printable ASCII; the message names the field only.
    """
    records = list(_records(file))
    records += [FILLING] * (-len(records) % BLOCKING_FACTOR)
    ending = LINE_ENDINGS[line_ending]
    return "".join(record + ending for record in records).encode("ascii")


def _records(file: AchFile) -> Iterator[str]:
    yield write_file_header(file.header)
    for batch in file.batches:
        yield write_batch_header(batch.header)
        for entry in batch.entries:
            yield write_entry_detail(entry.detail)
            for addenda in entry.addenda:
                yield write_addenda(addenda)
        yield write_batch_control(batch.control)
    yield write_file_control(file.control)


def _total(entries: Iterable[AchEntry]) -> Usd:
    return sum((entry.detail.amount for entry in entries), ZERO)

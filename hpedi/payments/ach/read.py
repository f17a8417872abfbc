"""The bytes of a Nacha file to its records, with every count, total, number and fixed field asked again.

It reads what `build` writes: credits and prenotifications in batches of class CCD and CTX. What is malformed, out of
place or of another class is a finding with its line, and then there is no file. Line endings may be LF, CRLF or none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.payments.ach.ach_file import FILLING, AchBatch, AchEntry, AchFile
from hpedi.payments.ach.addenda import Addenda, read_addenda, write_addenda
from hpedi.payments.ach.batch_control import read_batch_control, write_batch_control
from hpedi.payments.ach.batch_header import BatchHeader, read_batch_header, write_batch_header
from hpedi.payments.ach.entry_detail import EntryDetail, read_entry_detail, trace_sequence, write_entry_detail
from hpedi.payments.ach.fields import RECORD_WIDTH, records_of
from hpedi.payments.ach.file_control import read_file_control, write_file_control
from hpedi.payments.ach.file_header import BLOCKING_FACTOR, FileHeader, read_file_header, write_file_header

ADDENDA_OF_CLASS: Final = {"CCD": 1, "CTX": 9_999}
"""The classes that are read, and how many addenda their entries may have."""
EXCHANGE: Final = "CTX"
CREDIT_CODES: Final = frozenset({"22", "32"})
PRENOTE_CODES: Final = frozenset({"23", "33"})
CREDITS_ONLY: Final = "220"
ADDENDA_TYPE: Final = "05"

_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class AchFileRead:
    """What bytes were read as: a file, or None and the findings why not."""

    file: AchFile | None
    findings: tuple[Finding, ...] = ()


def read_ach(content: bytes, name: str | None = None) -> AchFileRead:
    """Read a Nacha file.

    Args:
        content: Its bytes.
        name: Our name of it, for findings.

    Findings:
        ach-record: A record is not 94 ASCII characters, is malformed, out of place or of another class.
        ach-total: A control record does not say what the entries say.
    """
    reading = _Reading(name)
    count = 0
    for count, line in records_of(content):
        reading.take(count, line)
    return reading.close(count)


class _Reading:
    """The place in a file while it is read; `_READERS` says what each record type may follow."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.findings: list[Finding] = []
        self.header: FileHeader | None = None
        self.batches: list[AchBatch] = []
        self.batch: BatchHeader | None = None
        self.details: list[EntryDetail] = []
        self.addenda_of: list[list[Addenda]] = []
        self.blocks = 0
        self.sequence: int | None = None
        self.closed = False

    def take(self, number: int, line: str) -> None:
        """Take the next record."""
        if line == FILLING:
            return self._expect(number, self.closed, "Filling stands before the File Control record")
        if len(line) != RECORD_WIDTH or not line.isascii():
            return self.note("ach-record", number, "A record is not 94 ASCII characters.")
        reader = _READERS.get(line[0])
        if reader is None or self.closed:
            return self.note("ach-record", number, "A record type is unknown, or stands after the File Control record.")
        try:
            reader(self, number, line)
        except ValueError as fault:
            self.note("ach-record", number, f"A record is malformed: {fault}.")
        return None

    def close(self, records: int) -> AchFileRead:
        """End the file."""
        is_whole = self.closed and self.header is not None
        self._expect(records, is_whole, "The file has no File Header or File Control record")
        is_filled = records == self.blocks * BLOCKING_FACTOR
        message = "The file is not filled to the blocks of ten records that it tells"
        self._expect(records, is_filled, message, "ach-total")
        if self.findings or self.header is None:
            return AchFileRead(None, tuple(self.findings))
        return AchFileRead(AchFile(self.header, tuple(self.batches)))

    def file_header(self, number: int, line: str) -> None:
        self._expect(number, number == 1, "A File Header record stands out of place")
        self.header = _as_written(read_file_header(line), write_file_header, line)

    def batch_header(self, number: int, line: str) -> None:
        is_placed = self.header is not None and self.batch is None
        self._expect(number, is_placed, "A Batch Header record stands out of place")
        header = _as_written(read_batch_header(line), write_batch_header, line)
        self.batch, self.details, self.addenda_of = header, [], []
        is_read = header.standard_entry_class in ADDENDA_OF_CLASS
        self._expect(number, is_read, "Only batches of class CCD and CTX are read")
        self._expect(number, header.service_class_code == CREDITS_ONLY, "Only batches of credits are read")
        is_next = header.batch_number == len(self.batches) + 1
        self._expect(number, is_next, "Batches are not numbered from 1 on")

    def entry_detail(self, number: int, line: str) -> None:
        is_ctx = self.batch is not None and self.batch.standard_entry_class == EXCHANGE
        entry = _as_written(read_entry_detail(line, is_ctx=is_ctx), write_entry_detail, line)
        if self.batch is None:
            return self.note("ach-record", number, "An Entry Detail record stands outside a batch.")
        is_prenote = entry.transaction_code in PRENOTE_CODES
        is_known = is_prenote or entry.transaction_code in CREDIT_CODES
        self._expect(number, is_known, "A transaction code is not that of a credit or prenotification")
        self._expect(number, is_prenote == (entry.amount == 0), "A credit has an amount, a prenotification has none")
        is_ours = entry.trace_number.startswith(self.batch.originating_dfi)
        self._expect(number, is_ours, "A trace number does not begin with the bank of its batch")
        sequence = int(entry.trace_number[8:])
        is_next = self.sequence is None or sequence == trace_sequence(self.sequence + 1)
        self.sequence = sequence
        self._expect(number, is_next, "Trace numbers do not go on by one from entry to entry of the file")
        self.details.append(entry)
        self.addenda_of.append([])
        return None

    def addenda(self, number: int, line: str) -> None:
        addenda = _as_written(read_addenda(line), write_addenda, line)
        if not self.details or not _belongs(addenda, self.details[-1]):
            return self.note("ach-record", number, "An Addenda record does not belong to the entry before it.")
        beside = self.addenda_of[-1]
        beside.append(addenda)
        is_next = addenda.sequence_number == len(beside)
        self._expect(number, is_next, "The addenda of an entry are not numbered from 1 on")
        return None

    def batch_control(self, number: int, line: str) -> None:
        control = _as_written(read_batch_control(line), write_batch_control, line)
        if self.batch is None:
            return self.note("ach-record", number, "A Batch Control record stands outside a batch.")
        entries = zip(self.details, self.addenda_of, strict=True)
        batch = AchBatch(self.batch, tuple(AchEntry(detail, tuple(addenda)) for detail, addenda in entries))
        is_right = batch.control == control
        self._expect(number, is_right, "A Batch Control record does not agree with its batch", "ach-total")
        most = ADDENDA_OF_CLASS.get(self.batch.standard_entry_class, 0)
        complete = all(_is_complete(entry, most) for entry in batch.entries)
        self._expect(number, complete, "An entry does not have the addenda that it announces, or too many")
        self.batches.append(batch)
        self.batch = None
        return None

    def file_control(self, number: int, line: str) -> None:
        control = _as_written(read_file_control(line), write_file_control, line)
        self.closed, self.blocks = True, control.block_count
        self._expect(number, self.batch is None, "The File Control record stands inside a batch")
        if self.header is not None:
            right = AchFile(self.header, tuple(self.batches)).control == control
            self._expect(number, right, "The File Control record does not agree with its batches", "ach-total")

    def note(self, code: str, number: int, message: str) -> None:
        self.findings.append(found(code, Where(file=self.name, line=number), message))

    def _expect(self, number: int, holds: bool, message: str, code: str = "ach-record") -> None:  # noqa: FBT001
        if not holds:
            self.note(code, number, f"{message}.")


def _as_written(record: _Record, write: Callable[[_Record], str], line: str) -> _Record:
    """Return a record that was read.

    Raises:
        ValueError: Written again it is another line: a reserved or fixed field is not as it is to be.
    """
    if write(record) != line:
        raise ValueError("a reserved or fixed field is not as it is to be")
    return record


def _belongs(addenda: Addenda, entry: EntryDetail) -> bool:
    is_of_entry = entry.has_addenda and addenda.entry_sequence_number == entry.trace_number[-7:]
    return is_of_entry and addenda.type_code == ADDENDA_TYPE


def _is_complete(entry: AchEntry, most: int) -> bool:
    count, told = len(entry.addenda), entry.detail.addenda_count
    return bool(count) == entry.detail.has_addenda and count <= most and told in {None, count}


_READERS: Final = {
    "1": _Reading.file_header,
    "5": _Reading.batch_header,
    "6": _Reading.entry_detail,
    "7": _Reading.addenda,
    "8": _Reading.batch_control,
    "9": _Reading.file_control,
}

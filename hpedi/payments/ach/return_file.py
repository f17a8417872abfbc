"""The bytes of a Nacha file of returns and notifications of change to its entries, every total asked again.

    1 File Header   5 Batch Header   6 Entry Detail   7 Addenda 99 or 98   8 Batch Control   9 File Control

Strict: one record malformed, out of place or with a total that does not hold is a finding with its line, and then
nothing of the file is read. Line endings may be LF, CRLF or none. It matches nothing with payments.

Source: Nacha Operating Rules, Appendix Three (records), Four (returns), Five (notifications of change).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.money import ZERO, Usd
from hpedi.payments.ach.ach_file import CREDIT_DIGITS, FILLING, HASH_MODULUS
from hpedi.payments.ach.batch_control import BatchControl, read_batch_control
from hpedi.payments.ach.batch_header import BatchHeader, read_batch_header
from hpedi.payments.ach.entry_detail import EntryDetail, read_entry_detail
from hpedi.payments.ach.fields import RECORD_WIDTH, records_of
from hpedi.payments.ach.file_control import FileControl, read_file_control
from hpedi.payments.ach.file_header import BLOCKING_FACTOR, FORMAT_CODE, PRIORITY_CODE, RECORD_SIZE, read_file_header
from hpedi.payments.ach.return_addenda import CHANGE, RETURN, ReturnAddenda, read_return_addenda

CHANGES_CLASS: Final = "COR"
CLASSES: Final = {"CCD": RETURN, "CTX": RETURN, "PPD": RETURN, CHANGES_CLASS: CHANGE}
"""Standard entry class of a batch -> the type of the addenda in it."""
TRANSACTION_CODES: Final = frozenset({"21", "31"})
"""Return or change of a credit to checking, to savings."""
SERVICE_CLASSES: Final = frozenset({"200", "220"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedEntry:
    """An entry that came back, or that the bank wants changed.

    Attributes:
        line: Of its addenda in the file, from 1.
        entry: Entry Detail: the amount (0.00 for a change or a prenotification), the account that it went to.
        addenda: Why, and which entry of ours it was.
        effective_entry_date: Of the batch.
    """

    line: int
    entry: EntryDetail
    addenda: ReturnAddenda
    effective_entry_date: date

    @property
    def is_change(self) -> bool:
        """Whether it is a notification of change: the money stayed."""
        return self.addenda.type_code == CHANGE


@dataclass(frozen=True, slots=True)
class ReturnFileRead:
    """What bytes were read as: entries, or none and the findings why not; and the day on which it was made."""

    entries: tuple[ReturnedEntry, ...]
    findings: tuple[Finding, ...]
    created: date | None = None


def read_return_file(content: bytes, name: str | None = None) -> ReturnFileRead:
    """Read a file of returns and notifications of change.

    Args:
        content: Its bytes.
        name: Our name of it, for findings.

    Findings:
        ach-record: A record is not 94 ASCII characters, is malformed or out of place.
        ach-total: A control record does not say what the entries say.
    """
    reading = _Reading(name)
    count = 0
    for number, line in records_of(content):
        count = number
        reading.take(number, line)
    return reading.close(count)


@dataclass(slots=True)
class _Sums:
    """What the entries of a batch, or of the file, add up to."""

    count: int = 0
    hash: int = 0
    debit: Usd = ZERO
    credit: Usd = ZERO

    def add(self, entry: EntryDetail) -> None:
        self.count += 1
        self.hash = (self.hash + int(entry.routing_number[:8])) % HASH_MODULUS
        if entry.transaction_code[1] in CREDIT_DIGITS:
            self.credit += entry.amount
        else:
            self.debit += entry.amount

    def take(self, other: _Sums) -> None:
        self.count += other.count
        self.hash = (self.hash + other.hash) % HASH_MODULUS
        self.debit += other.debit
        self.credit += other.credit

    def are(self, control: BatchControl | FileControl) -> bool:
        told = (control.entry_addenda_count, control.entry_hash, control.total_debit, control.total_credit)
        return (self.count, self.hash, self.debit, self.credit) == told


class _Reading:
    """The place in a file while it is read."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.findings: list[Finding] = []
        self.entries: list[ReturnedEntry] = []
        self.created: date | None = None
        self.batch: BatchHeader | None = None
        self.entry: EntryDetail | None = None
        self.last_trace = ""
        self.batches = 0
        self.in_batch, self.in_file = _Sums(), _Sums()
        self.closed: FileControl | None = None

    def take(self, number: int, line: str) -> None:
        """Take the next record."""
        if len(line) != RECORD_WIDTH or not (line.isascii() and line.isprintable()):
            return self.note("ach-record", number, "A record is not 94 ASCII characters.")
        if line == FILLING:
            return self.expect(number, self.closed is not None, "Filling stands before the File Control record")
        reader = _READERS.get(line[0])
        if reader is None or self.closed is not None:
            return self.note("ach-record", number, "A record type is unknown, or stands after the File Control record.")
        try:
            reader(self, number, line)
        except ValueError as fault:
            self.note("ach-record", number, f"A record is malformed: {fault}.")
        return None

    def close(self, records: int) -> ReturnFileRead:
        """End the file."""
        blocks, left = divmod(records, BLOCKING_FACTOR)
        self.expect(records, self.closed is not None, "The file has no File Header or File Control record")
        is_filled = left == 0 and (self.closed is None or self.closed.block_count == blocks)
        self.expect(
            records, is_filled, "The file is not filled to the blocks of ten records that it tells", "ach-total"
        )
        if self.findings:
            return ReturnFileRead((), tuple(self.findings))
        return ReturnFileRead(tuple(self.entries), (), self.created)

    def file_header(self, number: int, line: str) -> None:
        self.expect(number, number == 1, "A File Header record stands out of place")
        fixed = (line[1:3], line[34:37], line[37:39], line[39])
        self.expect(number, fixed == (PRIORITY_CODE, RECORD_SIZE, str(BLOCKING_FACTOR), FORMAT_CODE),
                    "A File Header record lacks its fixed fields")  # fmt: skip
        self.created = read_file_header(line).created.date()

    def batch_header(self, number: int, line: str) -> None:
        is_placed = self.created is not None and self.batch is None
        self.expect(number, is_placed, "A Batch Header record stands out of place")
        header = read_batch_header(line)
        self.batch, self.in_batch, self.last_trace = header, _Sums(), ""
        self.expect(number, header.standard_entry_class in CLASSES, "The class of a batch is not one that comes back")
        self.expect(number, header.service_class_code in SERVICE_CLASSES, "A batch is not one of credits")
        self.expect(number, header.batch_number == self.batches + 1, "Batches are not numbered from 1 on")

    def entry_detail(self, number: int, line: str) -> None:
        entry = read_entry_detail(line)
        self.expect(number, self.batch is not None and self.entry is None, "An Entry Detail record stands out of place")
        is_credit = entry.transaction_code in TRANSACTION_CODES
        self.expect(number, is_credit, "A transaction code is not that of a credit which comes back")
        self.expect(number, line[78] == "1", "An entry that comes back announces no addenda")
        is_after = entry.trace_number > self.last_trace
        self.expect(number, is_after, "Trace numbers do not ascend in a batch")
        is_ours = self.batch is None or entry.trace_number.startswith(self.batch.originating_dfi)
        self.expect(number, is_ours, "A trace number does not begin with the bank of its batch")
        self.in_batch.add(entry)
        self.entry, self.last_trace = entry, entry.trace_number

    def addenda(self, number: int, line: str) -> None:
        addenda = read_return_addenda(line)
        entry, batch = self.entry, self.batch
        if entry is None or batch is None or addenda.trace_number != entry.trace_number:
            return self.note("ach-record", number, "An Addenda record does not belong to the entry before it.")
        is_of_class = CLASSES.get(batch.standard_entry_class) == addenda.type_code
        self.expect(number, is_of_class, "An addenda is of another type than its batch")
        is_right = entry.amount == 0 or addenda.type_code == RETURN
        self.expect(number, is_right, "A notification of change has an amount")
        self.in_batch.count += 1
        self.entries.append(
            ReturnedEntry(line=number, entry=entry, addenda=addenda, effective_entry_date=batch.effective_entry_date)
        )
        self.entry = None
        return None

    def batch_control(self, number: int, line: str) -> None:
        control, batch = read_batch_control(line), self.batch
        if batch is None or self.entry is not None:
            return self.note("ach-record", number, "A Batch Control record stands out of place.")
        same = (control.service_class_code, control.company_identification, control.originating_dfi)
        is_same = same == (batch.service_class_code, batch.company_identification, batch.originating_dfi)
        is_right = is_same and control.batch_number == batch.batch_number and self.in_batch.are(control)
        self.expect(number, is_right, "A Batch Control record does not agree with its batch", "ach-total")
        self.in_file.take(self.in_batch)
        self.batch, self.batches = None, self.batches + 1
        return None

    def file_control(self, number: int, line: str) -> None:
        self.closed = read_file_control(line)
        self.expect(number, self.created is not None, "The file has no File Header or File Control record")
        self.expect(number, self.batch is None, "The File Control record stands inside a batch")
        is_right = self.closed.batch_count == self.batches and self.in_file.are(self.closed)
        self.expect(number, is_right, "The File Control record does not agree with its batches", "ach-total")

    def note(self, code: str, number: int, message: str) -> None:
        self.findings.append(found(code, Where(file=self.name, line=number), message))

    def expect(self, number: int, holds: bool, message: str, code: str = "ach-record") -> None:  # noqa: FBT001
        if not holds:
            self.note(code, number, f"{message}.")


_READERS: Final = {
    "1": _Reading.file_header,
    "5": _Reading.batch_header,
    "6": _Reading.entry_detail,
    "7": _Reading.addenda,
    "8": _Reading.batch_control,
    "9": _Reading.file_control,
}

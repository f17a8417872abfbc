"""The bytes of a Nacha file to its records, with every total asked again.

It reads what `build` writes: batches of class CCD. What is malformed, out of place or of another class is a finding
with its line, and then there is no file. Line endings may be LF, CRLF or none at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.payments.ach.ach_file import FILLING, AchBatch, AchEntry, AchFile
from hpedi.payments.ach.addenda import Addenda, read_addenda
from hpedi.payments.ach.batch_control import read_batch_control
from hpedi.payments.ach.batch_header import BatchHeader, read_batch_header
from hpedi.payments.ach.entry_detail import EntryDetail, read_entry_detail
from hpedi.payments.ach.fields import RECORD_WIDTH
from hpedi.payments.ach.file_control import read_file_control
from hpedi.payments.ach.file_header import BLOCKING_FACTOR, FileHeader, read_file_header

READ_CLASSES: Final = frozenset({"CCD"})


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
    lines = list(_lines(content))
    for number, line in lines:
        reading.take(number, line)
    return reading.close(len(lines))


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    text = content.decode("latin-1")
    if "\n" in text:
        yield from ((n, line.rstrip("\r")) for n, line in enumerate(text.split("\n"), start=1) if line.strip("\r"))
        return
    yield from (
        (n, text[start : start + RECORD_WIDTH]) for n, start in enumerate(range(0, len(text), RECORD_WIDTH), start=1)
    )


class _Reading:
    """The place in a file while it is read; `_READERS` says what each record type may follow."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.findings: list[Finding] = []
        self.header: FileHeader | None = None
        self.batches: list[AchBatch] = []
        self.batch: BatchHeader | None = None
        self.entries: list[AchEntry] = []
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
        self._expect(
            records, self.closed and self.header is not None, "The file has no File Header or File Control record"
        )
        self._expect(
            records, records % BLOCKING_FACTOR == 0, "The file is not filled to blocks of ten records", "ach-total"
        )
        if self.findings or self.header is None:
            return AchFileRead(None, tuple(self.findings))
        return AchFileRead(AchFile(self.header, tuple(self.batches)))

    def file_header(self, number: int, line: str) -> None:
        self._expect(number, number == 1 and self.header is None, "A File Header record stands out of place")
        self.header = read_file_header(line)

    def batch_header(self, number: int, line: str) -> None:
        self._expect(
            number, self.header is not None and self.batch is None, "A Batch Header record stands out of place"
        )
        self.batch, self.entries = read_batch_header(line), []
        known = self.batch.standard_entry_class in READ_CLASSES
        self._expect(number, known, "Only batches of class CCD are read")

    def entry_detail(self, number: int, line: str) -> None:
        self._expect(number, self.batch is not None, "An Entry Detail record stands outside a batch")
        self.entries.append(AchEntry(read_entry_detail(line)))

    def addenda(self, number: int, line: str) -> None:
        addenda = read_addenda(line)
        if not self.entries or not _belongs(addenda, self.entries[-1].detail):
            return self.note("ach-record", number, "An Addenda record does not belong to the entry before it.")
        last = self.entries[-1]
        self.entries[-1] = AchEntry(last.detail, (*last.addenda, addenda))
        return None

    def batch_control(self, number: int, line: str) -> None:
        control = read_batch_control(line)
        if self.batch is None:
            return self.note("ach-record", number, "A Batch Control record stands outside a batch.")
        batch = AchBatch(self.batch, tuple(self.entries))
        self._expect(
            number, batch.control == control, "A Batch Control record does not agree with its batch", "ach-total"
        )
        complete = all(bool(entry.addenda) == entry.detail.has_addenda for entry in batch.entries)
        self._expect(number, complete, "An entry does not have the addenda that it announces")
        self.batches.append(batch)
        self.batch, self.entries = None, []
        return None

    def file_control(self, number: int, line: str) -> None:
        control = read_file_control(line)
        self.closed = True
        self._expect(number, self.batch is None, "The File Control record stands inside a batch")
        if self.header is not None:
            right = AchFile(self.header, tuple(self.batches)).control == control
            self._expect(number, right, "The File Control record does not agree with its batches", "ach-total")

    def note(self, code: str, number: int, message: str) -> None:
        self.findings.append(found(code, Where(file=self.name, line=number), message))

    def _expect(self, number: int, holds: bool, message: str, code: str = "ach-record") -> None:  # noqa: FBT001
        if not holds:
            self.note(code, number, f"{message}.")


def _belongs(addenda: Addenda, entry: EntryDetail) -> bool:
    return entry.has_addenda and addenda.entry_sequence_number == entry.trace_number[-7:]


_READERS: Final = {
    "1": _Reading.file_header,
    "5": _Reading.batch_header,
    "6": _Reading.entry_detail,
    "7": _Reading.addenda,
    "8": _Reading.batch_control,
    "9": _Reading.file_control,
}

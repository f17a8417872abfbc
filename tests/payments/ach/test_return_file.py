"""Files of returns and notifications of change: read whole and strictly, or refused whole with the place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from hpedi.payments.ach.return_file import read_return_file
from tests.payments.ach.return_writer import Back, return_file

BANK = "09100001"
RETURNED = Back("R03", "999999990000001", 4900, "100000012", BANK)
CHANGED = Back("C03", "999999990000002", 0, "100000013", BANK, corrected=f"{'091000019':<12}{'55667788':<17}")
FILE = return_file([[RETURNED, Back("R16", "999999990000003", 12345, "7", BANK, kind="31")], [CHANGED]])
LINES = FILE.decode().split("\n")[:-1]


def test_returns_and_changes_are_read() -> None:
    """Each entry has its code, original trace, bank, account and amount, and a change its corrected data."""
    read = read_return_file(FILE)
    assert read.findings == ()
    assert read.created == date(2026, 3, 18)
    assert [
        (each.addenda.code, each.addenda.original_trace, each.entry.account_number, each.entry.amount, each.line)
        for each in read.entries
    ] == [
        ("R03", "999999990000001", "100000012", Decimal("49.00"), 4),
        ("R16", "999999990000003", "7", Decimal("123.45"), 6),
        ("C03", "999999990000002", "100000013", Decimal("0.00"), 10),
    ]
    assert [each.is_change for each in read.entries] == [False, False, True]
    assert read.entries[2].addenda.information == "091000019   55667788"
    assert {each.effective_entry_date for each in read.entries} == {date(2026, 3, 16)}


@pytest.mark.parametrize("ending", [b"", b"\r\n"])
def test_line_endings_may_be_others(ending: bytes) -> None:
    """Without line endings, or with CRLF, the same entries are read."""
    assert len(read_return_file(FILE.replace(b"\n", ending)).entries) == 3


def put(line: int, first: int, text: str) -> bytes:
    """Write a text over the positions of a record (both from 1)."""
    record = LINES[line - 1]
    changed = record[: first - 1] + text + record[first - 1 + len(text) :]
    return "".join(f"{each}\n" for each in [*LINES[: line - 1], changed, *LINES[line:]]).encode()


def without(line: int) -> bytes:
    """Leave a record out."""
    return "".join(f"{each}\n" for each in [*LINES[: line - 1], *LINES[line:]]).encode()


def twice(line: int) -> bytes:
    """Let a record stand twice."""
    return "".join(f"{each}\n" for each in [*LINES[:line], *LINES[line - 1 :]]).encode()


MUTATIONS: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("a cent in an amount", lambda: put(3, 39, "1"), "ach-total"),
    ("a debit", lambda: put(3, 2, "26"), "ach-record"),
    ("an entry of a payment of ours", lambda: put(3, 2, "22"), "ach-record"),
    ("a routing number whose check digit is wrong", lambda: put(3, 12, "0"), "ach-record"),
    ("no addenda announced", lambda: put(3, 79, "0"), "ach-record"),
    ("another trace number", lambda: put(3, 94, "9"), "ach-record"),
    ("another bank's trace number", lambda: put(3, 80, "11111111"), "ach-record"),
    ("an addenda of type 05", lambda: put(4, 2, "05"), "ach-record"),
    ("a change code in a return", lambda: put(4, 4, "C01"), "ach-record"),
    ("an addenda 98 in a batch of returns", lambda: put(4, 2, "98C01"), "ach-record"),
    ("an original trace that is no number", lambda: put(4, 7, "X"), "ach-record"),
    ("a bank that is no number", lambda: put(4, 28, " "), "ach-record"),
    ("a change with an amount", lambda: put(9, 39, "1"), "ach-record"),
    ("another class", lambda: put(2, 51, "WEB"), "ach-record"),
    ("a batch of debits", lambda: put(2, 2, "225"), "ach-record"),
    ("another number of a batch", lambda: put(2, 94, "3"), "ach-record"),
    ("a day that is none", lambda: put(2, 70, "261399"), "ach-record"),
    ("the count of a batch", lambda: put(7, 10, "5"), "ach-total"),
    ("the hash of a batch", lambda: put(7, 20, "1"), "ach-total"),
    ("the credits of a batch", lambda: put(7, 44, "1"), "ach-total"),
    ("the debits of a batch", lambda: put(7, 32, "1"), "ach-total"),
    ("the company of a batch control", lambda: put(7, 45, "9"), "ach-total"),
    ("the count of batches", lambda: put(12, 7, "3"), "ach-total"),
    ("the count of blocks", lambda: put(12, 13, "3"), "ach-total"),
    ("the hash of the file", lambda: put(12, 31, "1"), "ach-total"),
    ("the credits of the file", lambda: put(12, 55, "1"), "ach-total"),
    ("fixed fields of the header", lambda: put(1, 35, "106"), "ach-record"),
    ("a hidden character", lambda: put(3, 60, "\x07"), "ach-record"),
    ("a letter that is not ASCII", lambda: put(3, 60, "\u00e9"), "ach-record"),
    ("a record that is too long", lambda: put(3, 94, "10"), "ach-record"),
    *((f"record {line} left out", lambda line=line: without(line), "ach-") for line in range(1, 13)),
    *((f"record {line} twice", lambda line=line: twice(line), "ach-") for line in range(1, 13)),
    ("a block of ten not filled", lambda: "".join(f"{line}\n" for line in LINES[:-1]).encode(), "ach-total"),
    ("cut off in the middle", lambda: FILE[: len(FILE) // 2], "ach-record"),
    ("nothing", lambda: b"", "ach-record"),
)  # fmt: skip


@pytest.mark.parametrize(("mutate", "code"), [each[1:] for each in MUTATIONS], ids=[each[0] for each in MUTATIONS])
def test_a_mutated_file_is_refused_whole_with_the_place(mutate: Callable[[], bytes], code: str) -> None:
    """One record or field that is not right refuses the file; the finding names its line."""
    read = read_return_file(mutate(), "bank.ach")
    assert read.entries == ()
    assert any(finding.code.startswith(code) for finding in read.findings)
    assert all(finding.where.file == "bank.ach" and finding.where.line is not None for finding in read.findings)
    assert all("100000012" not in finding.message for finding in read.findings)

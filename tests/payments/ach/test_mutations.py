"""Nacha files with one field changed: each fault is found, and nothing of the file is read."""

from __future__ import annotations

import random

import pytest

from hpedi.payments.ach.ach_file import write_ach
from hpedi.payments.ach.build import build_ach_file
from hpedi.payments.ach.read import read_ach
from tests.payments.ach.test_ach_file import MADE, ORIGINATOR, conventions, payment
from tests.payments.ach.test_corporate_exchange import EFT_NUMBER, PRENOTES, REMITTANCE


def file_lines() -> list[str]:
    """Return a file of three batches: a CCD+ credit with two prenotifications, a CTX credit and prenotification."""
    file = build_ach_file(
        [payment("1.00", "T1"), payment()],
        ORIGINATOR,
        conventions(),
        created=MADE,
        modifier="A",
        inside={EFT_NUMBER: REMITTANCE.encode()},
        prenotes=PRENOTES,
    )
    assert file is not None
    return write_ach(file).decode().splitlines()


# 1 header; CCD: 2 batch, 3 entry, 4 addenda, 5-6 prenotes, 7 control; CTX: 8 batch, 9 entry, 10-12 addenda, 13 prenote,
# 14 control; 15 file control, 16-20 filling.
MUTATIONS = (
    ("priority code", 1, 2, "02", "ach-record"),
    ("record size", 1, 35, "095", "ach-record"),
    ("blocking factor", 1, 38, "11", "ach-record"),
    ("format code", 1, 40, "2", "ach-record"),
    ("immediate destination", 1, 4, "X", "ach-record"),
    ("creation date", 1, 24, "991332", "ach-record"),
    ("service class", 2, 2, "225", "ach-record"),
    ("standard entry class", 2, 51, "WEB", "ach-record"),
    ("effective entry date", 2, 70, "260230", "ach-record"),
    ("originating bank", 2, 80, "11111111", "ach-record"),
    ("batch number", 2, 88, "0000002", "ach-record"),
    ("transaction code", 3, 2, "27", "ach-record"),
    ("a credit as a prenotification", 3, 2, "23", "ach-record"),
    ("check digit", 3, 12, "1", "ach-record"),
    ("routing number", 3, 4, "091000019", "ach-total"),
    ("amount", 3, 30, "0000000101", "ach-total"),
    ("no amount", 3, 30, "0000000000", "ach-record"),
    ("addenda indicator", 3, 79, "0", "ach-record"),
    ("addenda indicator that is none", 3, 79, "7", "ach-record"),
    ("trace number of another bank", 3, 80, "1", "ach-record"),
    ("trace number that does not ascend", 5, 88, "0000001", "ach-record"),
    ("addenda type", 4, 2, "99", "ach-record"),
    ("addenda sequence", 4, 84, "0002", "ach-record"),
    ("addenda of another entry", 4, 88, "0000009", "ach-record"),
    ("a prenotification with money", 5, 30, "0000000001", "ach-record"),
    ("a prenotification with addenda", 5, 79, "1", "ach-record"),
    ("batch entry count", 7, 5, "000005", "ach-total"),
    ("batch hash", 7, 11, "0037037035", "ach-total"),
    ("batch debits", 7, 21, "000000000001", "ach-total"),
    ("batch credits", 7, 33, "000000000101", "ach-total"),
    ("batch company", 7, 45, "2", "ach-total"),
    ("batch control reserved", 7, 74, "X", "ach-record"),
    ("batch control bank", 7, 80, "1", "ach-total"),
    ("batch control number", 7, 88, "0000009", "ach-total"),
    ("count of CTX addenda", 9, 55, "0002", "ach-record"),
    ("CTX reserved", 9, 75, "X", "ach-record"),
    ("second CTX addenda", 11, 84, "0003", "ach-record"),
    ("batch count", 15, 2, "000003", "ach-total"),
    ("block count", 15, 8, "000003", "ach-total"),
    ("file entry count", 15, 14, "00000001", "ach-total"),
    ("file hash", 15, 22, "0000000001", "ach-total"),
    ("file debits", 15, 32, "000000000001", "ach-total"),
    ("file credits", 15, 44, "000000000001", "ach-total"),
    ("file control reserved", 15, 56, "X", "ach-record"),
    ("filling", 16, 5, "0", "ach-record"),
)


@pytest.mark.parametrize(
    ("line", "first", "text", "code"), [each[1:] for each in MUTATIONS], ids=[each[0] for each in MUTATIONS]
)
def test_each_field_that_is_not_right_is_found(line: int, first: int, text: str, code: str) -> None:
    """The fault is a finding of its kind, and there is no file."""
    lines = file_lines()
    assert read_ach("\n".join(lines).encode()).file is not None
    was = lines[line - 1]
    lines[line - 1] = was[: first - 1] + text + was[first - 1 + len(text) :]
    assert lines[line - 1] != was
    read = read_ach("\n".join(lines).encode(), "bank.ach")
    assert read.file is None
    assert code in {finding.code for finding in read.findings}


@pytest.mark.parametrize("line", range(20))
def test_a_record_that_is_gone_or_stands_twice_is_found(line: int) -> None:
    """No record can be left out or repeated."""
    lines = file_lines()
    assert read_ach("\n".join(lines[:line] + lines[line + 1 :]).encode()).file is None
    assert read_ach("\n".join(lines[: line + 1] + lines[line:]).encode()).file is None


def test_any_digit_of_money_and_control_that_changes_is_found() -> None:
    """Of 2,000 files with one digit of an amount, routing number, count, hash or total changed none is read."""
    dice = random.Random(6)  # noqa: S311 - not for secrets
    lines = file_lines()
    fields = {
        "6": (range(3, 12), range(29, 39), range(79, 94)),
        "7": (range(83, 94),),
        "8": (range(4, 44), range(79, 94)),
        "9": (range(1, 55),),
    }
    for _each in range(2_000):
        number = dice.choice([n for n, line in enumerate(lines) if line[0] in fields])
        line = lines[number]
        place = dice.choice([place for field in fields[line[0]] for place in field])
        changed = line[:place] + str((int(line[place]) + dice.randrange(1, 10)) % 10) + line[place + 1 :]
        mutated = "\n".join([*lines[:number], changed, *lines[number + 1 :]])
        assert read_ach(mutated.encode()).file is None, (number, place)

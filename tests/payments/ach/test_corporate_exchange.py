"""CTX entries with the 835 inside, prenotifications, and files with many batches: written, read back, judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import achkit
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from hpedi.money import usd
from hpedi.payments.ach.ach_file import AchFile, write_ach
from hpedi.payments.ach.build import PrenoteDue, build_ach_file
from hpedi.payments.ach.corporate_exchange import (
    addenda_of,
    information_of,
    trace_number_of,
    trace_segment_of,
    why_not_inside,
)
from hpedi.payments.ach.read import read_ach
from hpedi.payments.ach.verification import credits_by_account, verify_ach_bytes
from hpedi.transactions.remittance_835.model import BankAccount
from tests.payments.ach.test_ach_file import MADE, ORIGINATOR, build, conventions, payment, payments_of_a_day
from tests.payments.worked_example import LAKES

ISA = "ISA*00*          *00*          *ZZ*94267          *30*410000201      *260515*0600*^*00501*000000001*0*P*:~"
TRN = "TRN*1*9426700000056*1411111111~"
REMITTANCE = (
    f"{ISA}GS*HP*94267*410000201*20260515*0600*1*X*005010X221A1~ST*835*0001~BPR*I*589.5*C*ACH*CTX~{TRN}SE*4*0001~"
)
EFT_NUMBER = "9426700000056"


def with_835(content: bytes, number: str = EFT_NUMBER) -> AchFile:
    """Return the file of one payment with an 835 inside."""
    file = build_ach_file(
        [payment(trace_number=number)], ORIGINATOR, conventions(), created=MADE, modifier="A", inside={number: content}
    )
    assert file is not None
    return file


def test_a_ctx_entry_tells_the_number_of_its_addenda() -> None:
    """The 835 stands in addenda of 80 characters, numbered; positions 55-58 tell how many, and the name has 16."""
    lines = write_ach(with_835(REMITTANCE.encode())).decode().splitlines()
    assert lines[1][50:53] == "CTX"
    # ISA 106, GS 53, ST 12, BPR 22, TRN 31, SE 10: 234 characters, two addenda of 80 and one of 74.
    assert len(REMITTANCE) == 234
    assert lines[2][54:58] == "0003"
    assert lines[2][58:74] == "LAKES FAMILY CLI"
    assert lines[2][74:79] == "    1"
    assert [line[:3] for line in lines[3:6]] == ["705"] * 3
    assert [line[83:] for line in lines[3:6]] == ["00010000001", "00020000001", "00030000001"]
    assert "".join(line[3:83] for line in lines[3:6]) == REMITTANCE.ljust(240)


def test_it_reads_back_with_its_835_and_trn() -> None:
    """The reader puts the same 835 together, finds the TRN in it, and the payment is matched by that."""
    made = with_835(REMITTANCE.encode())
    file = verify_ach_bytes(write_ach(made), made)
    (entry,) = file.entries
    assert information_of(entry) == REMITTANCE
    assert (trace_segment_of(entry), trace_number_of(entry)) == (TRN, EFT_NUMBER)
    assert credits_by_account(file, [payment()]) == {"main": usd("589.50")}


def test_other_delimiters_make_the_same_trn() -> None:
    """The TRN segment is found by the delimiters that ISA names."""
    other = REMITTANCE.replace("*", "|").replace("~", "!")
    (entry,) = with_835(other.encode()).entries
    assert trace_segment_of(entry) == TRN


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=900))
def test_whatever_is_inside_comes_out(told: str) -> None:
    """Blanks at the borders of addenda are kept; only those at the end go."""
    (plain,) = build(payment()).entries
    detail = replace(plain.detail, addenda_count=0)
    entry = replace(plain, detail=detail, addenda=addenda_of(told, "05", "0000001"))
    assert information_of(entry) == told.rstrip()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"A" * 799_920, ""),
        (b"A" * 799_921, "its 835 needs 10,000 addenda, and an entry has at most 9,999"),
        ("CLÍNICA".encode("latin-1"), "its 835 has a character that is not printable ASCII"),
    ],
)
def test_what_does_not_fit_says_why(content: bytes, reason: str) -> None:
    """9,999 addenda of 80 characters hold 799,920; more, or another character, is refused with its reason."""
    assert why_not_inside(content, conventions().most_addenda) == reason


def test_an_entry_of_the_most_addenda_is_read_back() -> None:
    """9,999 addenda are written, counted and read."""
    content = (REMITTANCE + "X" * (799_920 - len(REMITTANCE))).encode()
    made = with_835(content)
    assert verify_ach_bytes(write_ach(made), made).control.entry_addenda_count == 10_000


PRENOTES = [
    PrenoteDue(payee=LAKES, effective=date(2026, 5, 18), funding_account="main"),
    PrenoteDue(
        payee=structs.replace(LAKES, account=BankAccount(routing_number="123456780", account_number="7", kind="SG")),
        effective=date(2026, 5, 18),
        funding_account="main",
    ),
    PrenoteDue(payee=LAKES, effective=date(2026, 5, 18), funding_account="main", is_ctx=True),
]


def test_prenotifications_count_and_pay_nothing() -> None:
    """They have codes 23 and 33, no addenda and 0.00; counts and hash hold them; CTX ones have a batch of their own."""
    file = build_ach_file([], ORIGINATOR, conventions(), created=MADE, modifier="A", prenotes=PRENOTES)
    assert file is not None
    content = write_ach(file)
    lines = content.decode().splitlines()
    assert [(line[1:3], line[29:39], line[78]) for line in lines if line[0] == "6"] == [
        ("23", "0000000000", "0"),
        ("33", "0000000000", "0"),
        ("23", "0000000000", "0"),
    ]
    # Batch 1: two entries, hash 2 x 12345678. File: two batches, three entries, hash 3 x 12345678, 2 + 4 + 3 records.
    assert lines[4][4:20] == "0000020024691356"
    assert lines[8][1:31] == "000002000001000000030037037034"
    assert verify_ach_bytes(content, file) == file
    assert achkit.validate(content.decode()) == {"ok": True, "errors": []}


def test_each_funding_account_has_its_batch() -> None:
    """What is paid from another account goes into another batch, with its own totals."""
    file = build(payment("1.00", "T1"), payment("2.00", "T2", funding_account="pine"), payment("4.00", "T3"))
    assert [batch.control.total_credit for batch in file.batches] == [usd("5.00"), usd("2.00")]
    assert [batch.header.batch_number for batch in file.batches] == [1, 2]


@given(payments_of_a_day, st.sets(st.integers(0, 11)), st.integers(0, 3))
def test_files_of_all_kinds_are_read_back_and_accepted(
    rows: list[tuple[object, BankAccount, date]], ctx: set[int], prenotes: int
) -> None:
    """Credits of both classes and prenotifications in one file read back as they are; achkit finds nothing wrong."""
    payments = [
        payment(str(amount), f"T{n}", payee=structs.replace(LAKES, account=account), payment_date=day)
        for n, (amount, account, day) in enumerate(rows)
    ]
    inside = {
        each.trace_number: REMITTANCE.replace(EFT_NUMBER, each.trace_number).encode()
        for n, each in enumerate(payments)
        if n in ctx
    }
    file = build_ach_file(
        payments, ORIGINATOR, conventions(), created=MADE, modifier="A", inside=inside, prenotes=PRENOTES[:prenotes]
    )
    assert file is not None
    content = write_ach(file)
    assert read_ach(content).file == file
    assert achkit.validate(content.decode()) == {"ok": True, "errors": []}

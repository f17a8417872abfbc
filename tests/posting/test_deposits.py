"""The poster's bank side: Nacha files and checks as records, and their match with remittances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.posting.deposits import BadBankFile, CashBook, Deposit, read_checks, read_nacha
from tests.posting.payer import GOLDEN
from tests.posting.written import claim, remittance

GS56 = (GOLDEN / "gs56.ach").read_bytes()
PAID = remittance("9001", "90", *claim("A1"), method="ACH")
DEPOSIT = Deposit(
    trace_number="9001",
    amount=Decimal("90.00"),
    dated=date(2026, 5, 18),
    originator="1411111111",
    company="1411111111",
    account=("123456780", "100000012"),
)


def test_the_golden_file_is_read() -> None:
    """The file that the golden scenario prints has one credit of 589.50 for 9426700000056 on 18 May 2026."""
    (deposit,) = read_nacha(GS56)
    assert (deposit.trace_number, deposit.amount, deposit.dated) == (
        "9426700000056",
        Decimal("589.50"),
        date(2026, 5, 18),
    )
    assert (deposit.originator, deposit.company) == ("1411111111", "1411111111")
    assert deposit.account == ("123456780", "100000012")


def exchange(text: str) -> bytes:
    """Return the golden file as CTX, with a text over as many addenda as it takes."""
    lines = GS56.decode().splitlines()
    pieces = [text[start : start + 80].ljust(80) for start in range(0, len(text), 80)]
    head, entry = lines[1].replace("CCD", "CTX", 1), lines[2]
    addenda = [f"705{piece}{place:04d}{entry[87:94]}" for place, piece in enumerate(pieces, start=1)]
    count = 1 + len(addenda)
    control = f"{lines[4][:4]}{count:06d}{lines[4][10:]}"
    total = -(-(5 + len(addenda)) // 10)
    end = f"9{1:06d}{total:06d}{count:08d}{lines[5][21:]}"
    records = [lines[0], head, entry, *addenda, control, end]
    return "".join(f"{line}\n" for line in [*records, *["9" * 94] * (total * 10 - len(records))]).encode()


def test_an_835_inside_addenda_is_found() -> None:
    """A CTX entry carries its whole 835: the trace is found although it stands across two addenda."""
    whole = (
        "ST*835*0001~BPR*I*589.5*C*ACH*CTX*01*999999992*DA*411111111*1411111111~" + "TRN*1*9426700000056*1411111111~"
    )
    (deposit,) = read_nacha(exchange(whole))
    assert (deposit.trace_number, deposit.originator) == ("9426700000056", "1411111111")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"0000058950", b"0000058951"),
        (b"8220000002", b"8220000003"),
        (b"9000001000001", b"9000002000001"),
        (b"705TRN", b"705XRN"),
        (b"622123456780", b"622123456789"),
        (b"622123456780", b"627123456780"),
        (b"HCCLAIMPMT", b"HCCLAIMPM"),
        (b"00010000001\n", b"00020000001\n"),
    ],
)
def test_a_file_that_does_not_hold_together_is_not_read(old: bytes, new: bytes) -> None:
    """An amount or count that totals do not have, no TRN, a wrong check digit, a debit, a short record, an order."""
    assert old in GS56
    with pytest.raises(BadBankFile):
        read_nacha(GS56.replace(old, new, 1))


def test_checks_are_read() -> None:
    """A row of the register is a receipt under the number of the check."""
    register = b"check_number,check_date,provider,amount\n100001,2026-05-18,A,90.00\n"
    assert read_checks(register) == [Deposit("100001", Decimal("90.00"), date(2026, 5, 18), "")]


def test_money_and_remittance_find_each_other() -> None:
    """The same trace number, amount, day, company and account on both sides leave nothing to look at."""
    cash = CashBook()
    cash.receive([DEPOSIT])
    assert cash.unmatched({"9001": PAID}) == []


@pytest.mark.parametrize(
    ("deposit", "told"),
    [
        (None, "9001: an 835 without receipt"),
        (Deposit("9002", Decimal(90), date(2026, 5, 18), ""), "9002: a receipt without 835"),
        (Deposit("9001", Decimal(91), date(2026, 5, 18), "1411111111"), "9001: amount = BPR02"),
        (Deposit("9001", Decimal(90), date(2026, 5, 19), "1411111111"), "9001: date = BPR16"),
        (Deposit("9001", Decimal(90), date(2026, 5, 18), "1411111112"), "9001: company = BPR10 = TRN03"),
        (Deposit("9001", Decimal(90), date(2026, 5, 18), "1411111111", "1411111111"), "9001: account = BPR13, BPR15"),
    ],
)
def test_what_does_not_reassociate_is_told(deposit: Deposit | None, told: str) -> None:
    """Each side without the other, and each difference, is told with its trace number."""
    cash = CashBook()
    cash.receive([deposit] if deposit else [])
    assert told in cash.unmatched({"9001": PAID})


def test_the_same_trace_number_is_not_paid_twice() -> None:
    """A second receipt under a number is refused."""
    cash = CashBook()
    cash.receive([DEPOSIT])
    with pytest.raises(BadBankFile):
        cash.receive([DEPOSIT])

"""The bank's side of a receivables system: Nacha credits with their addenda, checks, and their match with 835s.

Reads CCD with one addenda (CCD+) that carries TRN, and CTX whose addenda carry an 835. Written from the Nacha record
layouts and CAQH CORE 370 alone: nothing of hpedi is here.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from tests.posting.remittance import Remittance

RECORD, BLOCK = 94, 10
CREDITS: Final = frozenset({"22", "32"})
CENT: Final = Decimal("0.01")
TRACE: Final = re.compile(r"TRN\*1\*([^*~]+)\*([^*~]+)")


class BadBankFile(Exception):
    """A file from the bank does not hold together; the message holds no value of it."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money that came in, and what it carries: TRN02 and TRN03 of its 835."""

    trace_number: str
    amount: Decimal
    dated: date
    originator: str
    company: str = ""
    account: tuple[str, str] = ("", "")
    entry_trace: str = ""
    to_member: bool = False


@dataclass(slots=True)
class _Batch:
    header: str
    entries: list[list[str]] = field(default_factory=list)


def read_nacha(content: bytes) -> list[Deposit]:
    """Return the credits of a Nacha file.

    Raises:
        BadBankFile: A record is not 94 characters, a count, hash or total is wrong, or an entry names no 835.
    """
    lines = content.decode("ascii").splitlines()
    _expect(all(len(line) == RECORD for line in lines) and len(lines) % BLOCK == 0, "not whole blocks of 94")
    end = next((place for place, line in enumerate(lines) if line[0] == "9"), None)
    _expect(bool(lines) and end is not None and lines[0].startswith("101"), "no file header or control")
    _expect(all(line == "9" * RECORD for line in lines[(end or 0) + 1 :]), "the file is not filled with nines")
    batches = list(_batches(lines[1:end]))
    _check_file(lines[end or 0], batches, len(lines))
    return [_deposit(batch.header, entry) for batch in batches for entry in batch.entries]


def _batches(lines: Iterable[str]) -> Iterator[_Batch]:
    batch: _Batch | None = None
    for line in lines:
        if line[0] == "5" and batch is None:
            batch = _Batch(line)
            continue
        _expect(batch is not None, "a record stands outside a batch")
        assert batch is not None
        match line[0]:
            case "6":
                batch.entries.append([line])
            case "7":
                batch.entries[-1].append(line)
            case "8":
                _check_batch(batch, line)
                yield batch
                batch = None
            case _:
                raise BadBankFile("a record of another type")
    _expect(batch is None, "a batch is not closed")


def _sums(batches: Sequence[_Batch]) -> tuple[int, int, int]:
    """Return the count of entries and addenda, their hash and the cents of their credits."""
    entries = [entry for batch in batches for entry in batch.entries]
    cents = sum(int(entry[0][29:39]) for entry in entries if entry[0][1:3] in CREDITS)
    return sum(len(entry) for entry in entries), sum(int(entry[0][3:11]) for entry in entries) % 10**10, cents


def _check_batch(batch: _Batch, control: str) -> None:
    count, hashed, cents = _sums([batch])
    told = int(control[4:10]), int(control[10:20]), int(control[32:44])
    _expect(told == (count, hashed, cents) and int(control[20:32]) == 0, "a batch control is not its batch's")
    same = (control[1:4], control[44:54], control[79:87], control[87:94])
    head = batch.header
    _expect(same == (head[1:4], head[40:50], head[79:87], head[87:94]), "a batch control is another batch's")
    traces = [entry[0][79:94] for entry in batch.entries]
    _expect(traces == sorted(set(traces)), "trace numbers do not ascend")
    for entry in batch.entries:
        _expect(entry[0][78] == ("1" if len(entry) > 1 else "0"), "an entry and its addenda do not agree")
        for place, addenda in enumerate(entry[1:], start=1):
            _expect(addenda[1:3] == "05" and int(addenda[83:87]) == place, "an addenda is out of its order")
            _expect(addenda[87:94] == entry[0][87:94], "an addenda is another entry's")


def _check_file(control: str, batches: Sequence[_Batch], lines: int) -> None:
    count, hashed, cents = _sums(batches)
    told = int(control[1:7]), int(control[7:13]), int(control[13:21]), int(control[21:31]), int(control[43:55])
    right = len(batches), lines // BLOCK, count, hashed, cents
    _expect(told == right and int(control[31:43]) == 0, "the file control is not the file's")


def _deposit(header: str, entry: Sequence[str]) -> Deposit:
    detail = entry[0]
    _expect(header[50:53] in {"CCD", "CTX"} and detail[1:3] in CREDITS, "no credit of CCD or CTX")
    _expect(_is_routing(detail[3:12]), "a routing number has a wrong check digit")
    found = TRACE.search("".join(line[3:83] for line in entry[1:]).rstrip())
    if found is None:
        raise BadBankFile("an entry carries no TRN")
    return Deposit(
        trace_number=found[1],
        originator=found[2].strip(),
        amount=int(detail[29:39]) * CENT,
        dated=date(2000 + int(header[69:71]), int(header[71:73]), int(header[73:75])),
        company=header[40:50].strip(),
        account=(detail[3:12], detail[12:29].strip()),
        entry_trace=detail[79:94],
    )


def _is_routing(number: str) -> bool:
    return sum(int(digit) * weight for digit, weight in zip(number, (3, 7, 1) * 3, strict=True)) % 10 == 0


def read_checks(content: bytes) -> list[Deposit]:
    """Return the checks of a register: number, date and amount."""
    rows = csv.DictReader(io.StringIO(content.decode()))
    return [
        Deposit(
            row["check_number"],
            Decimal(row["amount"]),
            date.fromisoformat(row["check_date"]),
            "",
            to_member=not row["provider"],
        )
        for row in rows
    ]


class CashBook:
    """Receipts by the trace number they carry; checks to members, of which no 835 tells, by themselves."""

    def __init__(self) -> None:
        """Nothing came in yet."""
        self.receipts: dict[str, Deposit] = {}
        self.members: dict[str, Deposit] = {}

    def receive(self, deposits: Iterable[Deposit]) -> None:
        """Enter receipts; the same trace number twice is money paid twice."""
        for each in deposits:
            if each.trace_number in self.receipts or each.trace_number in self.members:
                raise BadBankFile("a trace number is paid twice")
            (self.members if each.to_member else self.receipts)[each.trace_number] = each

    def came_back(self, trace_number: str) -> None:
        """Take out a receipt that the bank sent back, or a check that was stopped."""
        del (self.receipts if trace_number in self.receipts else self.members)[trace_number]

    def unmatched(self, expected: Mapping[str, Remittance]) -> list[str]:
        """Return what does not reassociate: trace numbers with what differs between receipt and 835."""
        found = [f"{trace}: a receipt without 835" for trace in self.receipts.keys() - expected.keys()]
        for trace, remittance in expected.items():
            receipt = self.receipts.get(trace)
            if receipt is None:
                found += [f"{trace}: an 835 without receipt"] if remittance.amount else []
            else:
                found += [f"{trace}: {each}" for each in _differences(receipt, remittance)]
        return found


def _differences(receipt: Deposit, remittance: Remittance) -> Iterator[str]:
    if receipt.amount != remittance.amount:
        yield "amount = BPR02"
    if receipt.dated != remittance.paid_on:
        yield "date = BPR16"
    if remittance.method != "ACH":
        return
    if receipt.originator != remittance.trace_originator or receipt.company != remittance.originator:
        yield "company = BPR10 = TRN03"
    if receipt.account != remittance.payee_account:
        yield "account = BPR13, BPR15"


def _expect(holds: bool, message: str) -> None:  # noqa: FBT001
    if not holds:
        raise BadBankFile(message)

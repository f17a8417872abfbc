"""The files of a payment run that go to the bank: one Nacha file with its entries, and the register of checks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hpedi.conversion.csv_cells import csv_line
from hpedi.findings import Unavailable
from hpedi.money import Usd
from hpedi.payments.ach.ach_file import AchFile, write_ach
from hpedi.payments.ach.build import NO_REMITTANCES, AchOriginator, build_ach_file
from hpedi.payments.ach.corporate_exchange import information_of, trace_number_of
from hpedi.payments.ach.verification import credits_by_account, verify_ach_bytes
from hpedi.payments.check_register import CheckRegisterRow, check_register
from hpedi.payments.conventions import AchConventions
from hpedi.payments.faults import NotAsWritten
from hpedi.payments.payment import PaymentHead
from hpedi.pipeline.records import EftEntry, Outbound, PaymentRun

BANK: Final = "bank"
ACH, CHECKS, POSITIVE_PAY = "ach", "checks", "positive-pay"
"""The kinds of its files in the outbox."""
ACH_FILE_NUMBERS: Final = "ach-file"
"""The counter of the bank files of a day."""
ACH_ENTRY_NUMBERS: Final = "ach-entry"
"""The counter of the entries of all Nacha files."""
FILE_ID_MODIFIERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
"""What tells the bank files of one day apart (file header field 6)."""

COLUMNS: Final = (
    "check_number", "check_date", "provider", "pay_to", "address", "city", "state", "postal_code", "amount"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFileNumbers:
    """The numbers of bank files: which of the day they are, and that of the first entry; both from 1."""

    file: int
    first_entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFiles:
    """What goes to the bank, read back from its bytes.

    Attributes:
        files: The Nacha file if any payment goes by ACH, the check register if any goes by check.
        entries: The entries of the Nacha file.
        credits_of: Their US dollars by funding account.
        checks: The rows of the register.
        numbers: How many of the day's files they are: one an account.
    """

    files: tuple[Outbound, ...]
    entries: tuple[EftEntry, ...]
    credits_of: Mapping[str, Usd]
    checks: tuple[CheckRegisterRow, ...]
    numbers: int = 1


def file_modifier(number: int) -> str:
    """Return what tells the bank files of one day apart.

    Raises:
        Unavailable: Too many were written for the day.
    """
    if number > len(FILE_ID_MODIFIERS):
        raise Unavailable(f"{len(FILE_ID_MODIFIERS)} bank files were written for this day; go on another day")
    return FILE_ID_MODIFIERS[number - 1]


def bank_files(
    payments: Sequence[PaymentHead],
    run: PaymentRun,
    numbers: BankFileNumbers,
    originator: AchOriginator,
    conventions: AchConventions,
    inside: Mapping[str, bytes] = NO_REMITTANCES,
) -> BankFiles:
    """Write the files of a run and read the Nacha file back.

    Args:
        payments: What is released.
        run: Its run.
        numbers: Which files of the day they are, and where their entries go on.
        originator: Who we are to the bank.
        conventions: In force on the day.
        inside: The 835s that go inside CTX entries, by EFT number.

    Raises:
        ReleaseBlocked: What was written does not say what was to be paid: a bug.
        Unavailable: Too many bank files were written for the day.
    """
    modifier = file_modifier(numbers.file)
    checks = check_register(payments)
    files = [_register_file(checks, run, modifier)] if checks else []
    built = build_ach_file(
        payments,
        originator,
        conventions,
        created=run.instant,
        modifier=modifier,
        first_entry=numbers.first_entry,
        inside=inside,
    )
    if built is None:
        credits_of = credits_by_account(None, payments)
        return BankFiles(files=tuple(files), entries=(), credits_of=credits_of, checks=checks)
    content = write_ach(built, conventions.line_ending)
    read_back = verify_ach_bytes(content, built)
    _check_inside(read_back, inside)
    name = f"{run.as_of:%Y%m%d}-{modifier}.ach"
    files.insert(0, Outbound(folder=BANK, name=name, kind=ACH, content=content, run=run.id))
    return BankFiles(
        files=tuple(files),
        entries=_entries(read_back, name),
        credits_of=credits_by_account(read_back, payments),
        checks=checks,
    )


def _check_inside(file: AchFile, inside: Mapping[str, bytes]) -> None:
    """Hold the 835s inside CTX entries against those that were written.

    Raises:
        NotAsWritten: One differs: a bug.
    """
    found = {
        trace_number_of(entry): information_of(entry).encode()
        for entry in file.entries
        if entry.detail.addenda_count is not None
    }
    if found != {number: content.rstrip() for number, content in inside.items()}:
        raise NotAsWritten("an 835 inside a CTX entry reads back as another one")


def _entries(file: AchFile, name: str) -> tuple[EftEntry, ...]:
    return tuple(
        EftEntry(
            trace_number=trace_number_of(entry),
            file=name,
            ach_trace_number=entry.detail.trace_number,
            effective_entry_date=batch.header.effective_entry_date,
            amount=entry.detail.amount,
        )
        for batch in file.batches
        for entry in batch.entries
    )


def _register_file(checks: Sequence[CheckRegisterRow], run: PaymentRun, modifier: str) -> Outbound:
    text = "".join(csv_line(row) for row in (COLUMNS, *map(_row, checks)))
    name = f"{run.as_of:%Y%m%d}-{modifier}-checks.csv"
    return Outbound(folder=BANK, name=name, kind=CHECKS, content=text.encode(), run=run.id)


def checks_to_members(content: bytes) -> Iterator[str]:
    """Yield the numbers of the checks of a register that pay members: the rows that name no provider."""
    for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
        if not row["provider"]:
            yield row[COLUMNS[0]]


def _row(check: CheckRegisterRow) -> tuple[str, ...]:
    place = check.address
    address = (" ".join(place.lines), place.city, place.state, place.postal_code) if place else ("", "", "", "")
    drawn = (check.check_number, check.check_date.isoformat(), check.provider, check.pay_to)
    return (*drawn, *address, f"{check.amount:.2f}")

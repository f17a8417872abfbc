"""The files of a payment run that go to the bank: one Nacha file with its entries, and the register of checks."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hpedi.money import Usd
from hpedi.payments.ach.ach_file import AchFile, write_ach
from hpedi.payments.ach.build import AchOriginator, build_ach_file
from hpedi.payments.ach.verification import credits_by_account, verify_ach_bytes
from hpedi.payments.check_register import CheckRegisterRow, check_register
from hpedi.payments.conventions import AchConventions
from hpedi.payments.payment import Payment
from hpedi.pipeline.records import EftEntry, Outbound, PaymentRun

BANK = "bank"
FILE_ID_MODIFIERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
"""What tells the bank files of one day apart (file header field 6)."""

COLUMNS = ("check_number", "check_date", "provider", "pay_to", "address", "city", "state", "postal_code", "amount")
LIVE_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFiles:
    """What goes to the bank, read back from its bytes.

    Attributes:
        files: The Nacha file if any payment goes by ACH, the check register if any goes by check.
        entries: The entries of the Nacha file.
        credits_of: Their US dollars by funding account.
        checks: The rows of the register.
    """

    files: tuple[Outbound, ...]
    entries: tuple[EftEntry, ...]
    credits_of: Mapping[str, Usd]
    checks: tuple[CheckRegisterRow, ...]


def bank_files(
    payments: Sequence[Payment],
    run: PaymentRun,
    file_number: int,
    originator: AchOriginator,
    conventions: AchConventions,
) -> BankFiles:
    """Write the files of a run and read the Nacha file back.

    Args:
        payments: What is released.
        run: Its run.
        file_number: Which files of the day they are, from 1.
        originator: Who we are to the bank.
        conventions: In force on the day.

    Raises:
        ReleaseBlocked: What was written does not say what was to be paid: a bug.
    """
    modifier = FILE_ID_MODIFIERS[file_number - 1]
    checks = check_register(payments)
    files = [_register_file(checks, run, modifier)] if checks else []
    built = build_ach_file(payments, originator, conventions, created=run.instant, modifier=modifier)
    if built is None:
        credits_of = credits_by_account(None, payments)
        return BankFiles(files=tuple(files), entries=(), credits_of=credits_of, checks=checks)
    content = write_ach(built, conventions.line_ending)
    read_back = verify_ach_bytes(content, built)
    name = f"{run.as_of:%Y%m%d}-{modifier}.ach"
    files.insert(0, Outbound(folder=BANK, name=name, kind="ach", content=content, run=run.id))
    return BankFiles(
        files=tuple(files),
        entries=_entries(read_back, payments, name),
        credits_of=credits_by_account(read_back, payments),
        checks=checks,
    )


def _entries(file: AchFile, payments: Sequence[Payment], name: str) -> tuple[EftEntry, ...]:
    number_of = {payment.trace_segment: payment.trace_number for payment in payments}
    return tuple(
        EftEntry(
            trace_number=number_of[entry.addenda[0].payment_related_information],
            file=name,
            ach_trace_number=entry.detail.trace_number,
            effective_entry_date=batch.header.effective_entry_date,
            amount=entry.detail.amount,
        )
        for batch in file.batches
        for entry in batch.entries
    )


def _register_file(checks: Sequence[CheckRegisterRow], run: PaymentRun, modifier: str) -> Outbound:
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows([_cell(value) for value in _row(check)] for check in checks)
    name = f"{run.as_of:%Y%m%d}-{modifier}-checks.csv"
    return Outbound(folder=BANK, name=name, kind="checks", content=text.getvalue().encode(), run=run.id)


def _row(check: CheckRegisterRow) -> tuple[str, ...]:
    place = check.address
    address = (" ".join(place.lines), place.city, place.state, place.postal_code) if place else ("", "", "", "")
    drawn = (check.check_number, check.check_date.isoformat(), check.provider, check.pay_to)
    return (*drawn, *address, f"{check.amount:.2f}")


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(LIVE_FORMULA) else value

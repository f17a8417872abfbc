"""What a bank says of checks, line by line, and which checks are stale.

A bank's file is CSV in UTF-8 with a heading line of four columns, in any order:

    check_number   as we drew it
    status         cleared, stale or stopped
    date           CCYY-MM-DD: when the bank paid it, found it stale, or was told to stop it
    amount         dollars with two places: what the bank paid, or what the check is over

Pure; loads mappings/payments/checks.yaml. It moves no payment.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.money import Usd, usd
from hpedi.payments.payment import PaymentHead
from hpedi.payments.positive_pay import Layout
from hpedi.payments.states import PaymentState
from hpedi.reference.dated import Dated, Entry, in_force

COLUMNS: Final = ("check_number", "status", "date", "amount")


class BankStatus(StrEnum):
    """What a bank says of a check."""

    CLEARED = "cleared"
    STALE = "stale"
    STOPPED = "stopped"


STATES: Final[Mapping[BankStatus, PaymentState]] = {
    BankStatus.CLEARED: PaymentState.SETTLED,
    BankStatus.STALE: PaymentState.STALE,
    BankStatus.STOPPED: PaymentState.STOPPED,
}
"""The state that a payment comes into by what the bank says."""


class CheckTerms(Dated, frozen=True, kw_only=True):
    """What holds for checks in a span of days."""

    stale_after_days: int
    layouts: Mapping[str, Layout]
    source: str


class _TermsFile(Entry, frozen=True, kw_only=True):
    versions: tuple[CheckTerms, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTold:
    """A line of a bank's file; `amount` is in US dollars, `line` counts from 1."""

    line: int
    check_number: str
    status: BankStatus
    on: date
    amount: Usd


def load_check_terms(content: bytes, day: date) -> CheckTerms:
    """Return what holds on a day, from the YAML of mappings/payments/checks.yaml.

    Raises:
        LookupError: Nothing does.
    """
    terms = in_force(msgspec.yaml.decode(content, type=_TermsFile).versions, day)
    if terms is None:
        raise LookupError(f"no terms of checks are in force on {day}")
    return terms


def is_stale(payment: PaymentHead, state: PaymentState, day: date, terms: CheckTerms) -> bool:
    """Say whether a check that went out and was not cashed is stale on a day, by the bank's word or by its age."""
    oldest = day - timedelta(days=terms.stale_after_days)
    return state is PaymentState.STALE or (state is PaymentState.RELEASED and payment.payment_date < oldest)


def read_bank_checks(content: bytes, name: str) -> tuple[tuple[CheckTold, ...], tuple[Finding, ...]]:
    """Read a bank's file of checks; a line that cannot be read is a finding, and the others are read.

    Args:
        content: Its bytes.
        name: Our name of it, for findings.

    Findings:
        check-record: The file or a line does not have its form.
    """
    try:
        rows = csv.reader(content.decode("utf-8-sig").splitlines(), strict=True)
        numbered = [(rows.line_num, row) for row in rows if row]
    except (UnicodeDecodeError, csv.Error):
        return (), (found("check-record", Where(file=name), "The file is not CSV in UTF-8."),)
    heading = tuple(cell.strip().lower() for cell in numbered[0][1]) if numbered else ()
    if sorted(heading) != sorted(COLUMNS):
        told = f"The heading is not {', '.join(COLUMNS)}."
        return (), (found("check-record", Where(file=name, line=1), told),)
    read: list[CheckTold] = []
    findings: list[Finding] = []
    for line, row in numbered[1:]:
        try:
            read.append(_told(line, row, heading))
        except ValueError as fault:
            findings.append(found("check-record", Where(file=name, line=line), f"{fault}."))
    return tuple(read), tuple(findings)


def _told(line: int, row: list[str], heading: tuple[str, ...]) -> CheckTold:
    """Read a line.

    Raises:
        ValueError: It does not have its form; the message holds no value.
    """
    if len(row) != len(heading):
        raise ValueError("The line does not have four columns")
    cells = {column: cell.strip() for column, cell in zip(heading, row, strict=True)}
    if cells["status"].lower() not in set(BankStatus):
        raise ValueError(f"status is not {', '.join(BankStatus)}")
    try:
        on = date.fromisoformat(cells["date"])
    except ValueError:
        raise ValueError("date is not a day as CCYY-MM-DD") from None
    try:
        amount = usd(cells["amount"])
    except (ValueError, ArithmeticError):
        raise ValueError("amount is not dollars with at most two places") from None
    number = cells["check_number"].lstrip("0")
    if not number.isalnum():
        raise ValueError("check_number is no number")
    return CheckTold(line=line, check_number=number, status=BankStatus(cells["status"].lower()), on=on, amount=amount)

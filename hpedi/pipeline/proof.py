"""Proof: decisions = 835s = EFT and checks = ledger, for a payment run or for all time, to the cent.

The 835s and the bank's files are read again from the bytes of the outbox, by the readers of anybody's bytes. Decisions
and payments are walked through in small batches, one file at a time; only the numbers and amounts of one run's
payments are at hand together. Nothing is mended, and nothing but the audit row is written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hpedi.guides.load import Guide
from hpedi.money import usd
from hpedi.payments.ach.corporate_exchange import trace_number_of
from hpedi.payments.ach.read import read_ach
from hpedi.payments.ledger import decision_postings
from hpedi.payments.proof import (
    UNREADABLE,
    BankItem,
    Check,
    Difference,
    ProvedPayment,
    Told,
    Totals,
    Unreadable,
    bank_differences,
    count_payment,
    count_remittance,
    payment_differences,
    posting_differences,
    remittance_differences,
)
from hpedi.payments.settlement_proof import settlement_differences
from hpedi.payments.verification import read_remittances
from hpedi.pipeline.bank_files import ACH, CHECKS, COLUMNS
from hpedi.pipeline.ledger_views import LedgerScope, ProvedDecision
from hpedi.pipeline.parties import FUNDING_ACCOUNT
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import REMITTANCE_SET, OutboundRow
from hpedi.transactions.remittance_835.model import PaymentMethod, Remittance

AT_MOST: Final = 1000
"""Differences that are named; a proof with more goes on counting them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a proof found.

    Attributes:
        decisions: Decisions proven.
        payments: Payments proven.
        remittances: 835s read again.
        totals: By funding account.
        differences: The first of them; none where the books are clean.
        count: How many there are in all.
    """

    decisions: int
    payments: int
    remittances: int
    totals: dict[str, Totals]
    differences: tuple[Difference, ...]
    count: int


def prove(work: Work, guide: Guide, scope: LedgerScope) -> Proof:
    """Prove the books.

    Args:
        work: The transaction; all is read in one, so that it is proven as it stood at one moment.
        guide: 005010X221A1.
        scope: Which part of them.
    """
    proving = _Proving(work, guide)
    proving.note(work.proof.sums(scope))
    for decided in work.proof.decisions(scope):
        proving.decisions += 1
        proving.note(_decision_differences(decided))
    for settled in work.proof.settlements(scope):
        proving.note(settlement_differences(settled))
    for run in work.proof.runs(scope):
        proving.run(run)
    work.audit.record("prove", f"run:{scope.run}" if scope.run else "ledger", result=f"differences {proving.count}")
    return Proof(
        decisions=proving.decisions,
        payments=proving.payments,
        remittances=proving.remittances,
        totals=proving.told.totals,
        differences=tuple(proving.told.differences),
        count=proving.count,
    )


def _decision_differences(proved: ProvedDecision) -> Iterator[Difference]:
    made, subject = proved.decision, proved.source
    if made is None:
        yield Difference(check=Check.DECISION, subject=subject, part=UNREADABLE, other=proved.row_paid)
        return
    if made.paid != proved.row_paid:
        yield Difference(check=Check.DECISION, subject=subject, says=made.paid, other=proved.row_paid)
    expected = decision_postings(made, FUNDING_ACCOUNT)
    yield from posting_differences(Check.DECISION_LEDGER, subject, expected, proved.postings)


class _Proving:
    """A proof under way."""

    def __init__(self, work: Work, guide: Guide) -> None:
        self.told = Told()
        self.count = self.decisions = self.payments = self.remittances = 0
        self._work = work
        self._guide = guide

    def note(self, differences: Iterator[Difference]) -> None:
        for each in differences:
            self.count += 1
            if len(self.told.differences) < AT_MOST:
                self.told.differences.append(each)

    def run(self, run: int) -> None:
        """Prove the payments of a run against its files."""
        rows = self._work.outbox.rows(run=run)
        remitted: dict[str, int] = {}
        for row in rows:
            if row.kind == REMITTANCE_SET:
                self._remittances(run, row, remitted)
        items = self._bank_items(rows)
        for proved in self._work.proof.payments(run):
            if isinstance(proved, Unreadable):
                self.note(iter([proved.difference]))
                items.pop(proved.trace_number, None)
            else:
                self._payment(proved, remitted.pop(proved.payment.trace_number, 0), items)
        for number in items:
            if items[number]:
                self.note(_unknown(items[number]))

    def _remittances(self, run: int, row: OutboundRow, remitted: dict[str, int]) -> None:
        read = read_remittances(self._work.proof.content(row) or b"", self._guide)
        if read.findings or not read.remittances:
            self.note(iter([Difference(check=Check.REMITTANCE, subject=f"file:{row.name}", part=UNREADABLE)]))
        for remittance in read.remittances:
            self.remittances += 1
            number = remittance.trace_number
            remitted[number] = remitted.get(number, 0) + 1
            proved = next(iter(self._work.proof.payments(run, [number])), None)
            if isinstance(proved, Unreadable):
                continue  # it is told with its run
            if proved is None:
                self.note(iter([Difference(
                    check=Check.REMITTANCE, subject=f"file:{row.name}", part="of no payment", says=remittance.amount
                )]))  # fmt: skip
            else:
                self._remittance(proved, remittance)

    def _remittance(self, proved: ProvedPayment, remittance: Remittance) -> None:
        self.note(remittance_differences(proved, remittance))
        count_remittance(self.told.of(proved.payment.funding_account), remittance)

    def _payment(self, proved: ProvedPayment, remitted: int, items: dict[str, list[BankItem]]) -> None:
        made = proved.payment
        self.payments += 1
        sent = items.pop(made.trace_number, [])
        self.note(payment_differences(proved))
        self.note(bank_differences(proved, sent))
        told = int(proved.was_sent and not made.member)
        if remitted != told:
            part = f"{remitted} of them, not {told}"
            self.note(iter([Difference(check=Check.REMITTANCE, subject=proved.subject, part=part, other=made.amount)]))
        if proved.was_sent:
            count_payment(self.told.of(made.funding_account), proved, sent)

    def _bank_items(self, rows: tuple[OutboundRow, ...]) -> dict[str, list[BankItem]]:
        items: dict[str, list[BankItem]] = {}
        for row in rows:
            for item in self._items_of(row):
                items.setdefault(item.trace_number, []).append(item)
        return items

    def _items_of(self, row: OutboundRow) -> Iterator[BankItem]:
        if row.kind not in {ACH, CHECKS}:
            return
        content = self._work.proof.content(row) or b""
        try:
            yield from _entries(content, row.name) if row.kind == ACH else _checks(content, row.name)
        except (ValueError, KeyError, ArithmeticError):
            self.note(iter([Difference(check=_CHECKS[row.kind], subject=f"file:{row.name}", part=UNREADABLE)]))


_CHECKS: Final = {ACH: Check.EFT, CHECKS: Check.CHECK}
_METHODS: Final = {PaymentMethod.ACH: Check.EFT, PaymentMethod.CHECK: Check.CHECK}


def _unknown(items: list[BankItem]) -> Iterator[Difference]:
    for each in items:
        yield Difference(
            check=_METHODS[each.method], subject=f"payment:{each.trace_number}", part=each.file, says=each.amount
        )


def _entries(content: bytes, name: str) -> Iterator[BankItem]:
    read = read_ach(content, name)
    if read.file is None:
        raise ValueError("a bank file cannot be read")
    for entry in read.file.entries:
        yield BankItem(
            trace_number=trace_number_of(entry), method=PaymentMethod.ACH, amount=entry.detail.amount, file=name
        )


def _checks(content: bytes, name: str) -> Iterator[BankItem]:
    for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
        number, amount = row[COLUMNS[0]], usd(row["amount"])
        yield BankItem(trace_number=number, method=PaymentMethod.CHECK, amount=amount, file=name)

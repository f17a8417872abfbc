"""The Nacha bytes that were written, held against the payments that they are to pay, before anything is released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hpedi.money import ZERO, Usd
from hpedi.payments.ach.ach_file import AchFile
from hpedi.payments.ach.corporate_exchange import trace_segment_of
from hpedi.payments.ach.read import read_ach
from hpedi.payments.faults import NotAsWritten, Unbalanced
from hpedi.payments.payment import PaymentHead
from hpedi.transactions.remittance_835.model import PaymentMethod


def verify_ach_bytes(content: bytes, built: AchFile) -> AchFile:
    """Read written bytes back and compare them with the file that they were written from.

    Raises:
        NotAsWritten: They differ, or break a total: a bug; nothing may be released.
    """
    read = read_ach(content)
    if read.findings:
        raise NotAsWritten(f"the Nacha file reads back with a finding: {read.findings[0].code}")
    if read.file != built:
        raise NotAsWritten("the Nacha file reads back as another file")
    return built


def credits_by_account(file: AchFile | None, payments: Sequence[PaymentHead]) -> Mapping[str, Usd]:
    """Return the US dollars of a file's credits by funding account, each entry matched with its payment by its TRN.

    Args:
        file: The file as read back; None where no payment goes by ACH.
        payments: All payments of the run.

    Raises:
        NotAsWritten: An entry is no payment's, or a payment has no entry or several.
        Unbalanced: An entry has another amount than its payment.
    """
    by_trace = {payment.trace_segment: payment for payment in payments if payment.method is PaymentMethod.ACH}
    waiting, credits_of = (
        dict(by_trace),
        dict.fromkeys((payment.funding_account for payment in by_trace.values()), ZERO),
    )
    for batch in file.batches if file else ():
        for entry in batch.entries:
            payment = waiting.pop(trace_segment_of(entry), None)
            if payment is None:
                raise NotAsWritten("an ACH entry belongs to no payment of the run, or stands twice")
            account = payment.payee.account
            if account is None or account.account_number != entry.detail.account_number:
                raise NotAsWritten("an ACH entry goes to another account than its payment")
            if batch.header.effective_entry_date != payment.payment_date:
                raise NotAsWritten("an ACH entry is due on another day than its payment")
            if entry.detail.amount != payment.amount:
                place = f"entry {entry.detail.trace_number}"
                raise Unbalanced("ACH entry = BPR02", place, entry.detail.amount, payment.amount)
            credits_of[payment.funding_account] += entry.detail.amount
    if waiting:
        raise NotAsWritten("an ACH payment has no entry in the file")
    return credits_of

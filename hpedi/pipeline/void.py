"""Void: a payment that never reached its payee counts no more, and what it paid is owed again.

One commit: the state, its claims and dues (unpaid again, for the next run), what the payee owes, ledger and audit. The
claims stay as decided: no remittance takes them back (no CLP02 22). Killed before the commit nothing has changed.
"""

from __future__ import annotations

from dataclasses import replace

from hpedi.payments.ledger import ledger_source, void_postings
from hpedi.payments.payee_balances import balance_entries
from hpedi.payments.payment import Payment
from hpedi.payments.proof import VOIDED
from hpedi.payments.states import PaymentState, may_be_voided
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import StoredPayment
from hpedi.run_context import RunContext

WHY_NOT = {
    PaymentState.RELEASED: "it went out: an EFT is voided once the bank has returned it, a payment of nothing never",
    PaymentState.SETTLED: "the bank has paid it",
    PaymentState.VOIDED: "it is void already",
    PaymentState.REISSUED: "a check took its place: void that one",
}
"""Why a payment in a state cannot be voided, for people to read."""


class CannotVoid(Exception):
    """The payment cannot be voided as things stand; the message holds no member's data."""


def void(books: Books, context: RunContext, number: str, reason: str) -> StoredPayment:
    """Void a payment by its check or EFT number and return it as it stood: see `void_in`."""
    with books.writing(context) as work:
        return void_in(work, number, reason)


def void_in(work: Work, number: str, reason: str) -> StoredPayment:
    """Void a payment by its check or EFT number and return it as it stood.

    Args:
        work: The transaction.
        number: TRN02.
        reason: Why, for the record.

    Raises:
        CannotVoid: There is none, its money is or may be with its payee, its 835 is about to be delivered, or later
            payments took back what it told.
    """
    work.restorations.check_not_held()
    work.payments.open_run()  # holds all runs: nobody builds or releases a payment meanwhile
    stored = work.payments.by_number(number)
    if stored is None:
        raise CannotVoid("there is no payment of this number")
    if not may_be_voided(stored.payment, stored.state):
        raise CannotVoid(WHY_NOT.get(stored.state, f"it is {stored.state}"))
    if waits_to_be_delivered(work, number):
        raise CannotVoid("its remittance is not delivered yet: deliver what waits first")
    members = work.decisions.members_paid(number)
    work.payments.void(stored, reason)
    work.ledger.post(void_postings(stored.payment, settled=False), work.context.as_of, stored.run)
    if not balances_moved(work, stored.payment, VOIDED, back=True):
        raise CannotVoid("a later payment took back what this one left with the payee: void that one first")
    subject = f"payment:{number}"
    work.audit.record(
        "void", subject, members=members or (stored.payment.member,), reason=reason, result=PaymentState.VOIDED
    )
    return stored


def waits_to_be_delivered(work: Work, number: str) -> bool:
    """Say whether the 835 of a payment lies in the outbox yet."""
    row = work.payments.file_of(number)
    file = work.outbox.find(row) if row is not None else None
    return file is not None and file.delivered_at is None


def balances_moved(work: Work, payment: Payment, stage: str, *, back: bool) -> bool:
    """Take back what a payment changed of what its payee owes, or change it once more; say whether that can be.

    It cannot where a later payment took back what this one left with the payee, or takes back again.

    Args:
        work: The transaction; it must not commit where it cannot be.
        payment: The payment.
        stage: What follows its number in the source of the entries.
        back: Whether it is taken back.
    """
    provider = payment.payee.provider
    entries = balance_entries(provider, payment.funding_account, payment.adjustments)
    changed = [replace(each, amount=-each.amount) for each in entries] if back else entries
    work.payee_balances.append(changed, f"{ledger_source(payment)}{stage}", work.context.as_of)
    return all(each.amount >= 0 for each in work.payee_balances.owed(provider))

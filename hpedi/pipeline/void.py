"""Void: a payment that never reached its payee counts no more, and what it paid is owed again.

One commit: the state, its claims and dues (unpaid again, for the next run), what the payee owes, ledger and audit. The
claims stay as decided: no remittance takes them back (no CLP02 22). Killed before the commit nothing has changed.
"""

from __future__ import annotations

from hpedi.payments.ledger import ledger_source, void_postings
from hpedi.payments.payee_balances import PayeeBalance, balance_entries
from hpedi.payments.payment import Payment
from hpedi.payments.states import PaymentState, may_be_voided
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import REMITTANCE_SET, StoredPayment
from hpedi.run_context import RunContext

WHY_NOT = {
    PaymentState.RELEASED: "it went out: an EFT is voided once the bank has returned it, a payment of nothing never",
    PaymentState.SETTLED: "the bank has paid it",
    PaymentState.VOIDED: "it is void already",
}
"""Why a payment in a state cannot be voided, for people to read."""


class CannotVoid(Exception):
    """The payment cannot be voided as things stand; the message holds no member's data."""


def void(books: Books, context: RunContext, number: str, note: str) -> StoredPayment:
    """Void a payment by its check or EFT number and return it as it stood.

    Args:
        books: Where everything is kept.
        context: Who voids it, and on which day.
        number: TRN02.
        note: Why, for the record.

    Raises:
        CannotVoid: There is none, its money is or may be with its payee, its 835 is about to be delivered, or later
            payments took back what it told.
    """
    with books.writing(context) as work:
        work.restorations.check_not_held()
        work.payments.open_run()  # holds all runs: nobody builds or releases a payment meanwhile
        stored = work.payments.by_number(number)
        if stored is None:
            raise CannotVoid("there is no payment of this number")
        if not may_be_voided(stored.payment, stored.state):
            raise CannotVoid(WHY_NOT.get(stored.state, f"it is {stored.state}"))
        if any(row.name == f"{number}.{REMITTANCE_SET}" for row in work.outbox.waiting()):
            raise CannotVoid("its remittance is not delivered yet: deliver what waits first")
        members = work.decisions.members_paid(number)
        source = f"{ledger_source(stored.payment)}/voided"
        work.payments.void(stored, note)
        work.ledger.post(void_postings(stored.payment, settled=False), context.as_of, stored.run)
        _take_back_balances(work, stored.payment, source, context)
        work.audit.record(
            "void", f"payment:{number}", members=members or ("",), reason=note, result=PaymentState.VOIDED
        )
    return stored


def _take_back_balances(work: Work, payment: Payment, source: str, context: RunContext) -> None:
    """Undo what a payment changed of what its payee owes.

    Raises:
        CannotVoid: A later payment took back what this one left with the payee.
    """
    provider = payment.payee.provider
    entries = balance_entries(provider, payment.funding_account, payment.adjustments)
    work.payee_balances.append([_negated(each) for each in entries], source, context.as_of)
    if any(each.amount < 0 for each in work.payee_balances.owed(provider)):
        raise CannotVoid("a later payment took back what this one left with the payee: void that one first")


def _negated(entry: PayeeBalance) -> PayeeBalance:
    return PayeeBalance(
        provider=entry.provider,
        funding_account=entry.funding_account,
        kind=entry.kind,
        reference=entry.reference,
        amount=-entry.amount,
    )

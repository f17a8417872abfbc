"""Reissue: a payment that went out and never reached its payee goes out again, as a check that names it.

One commit: the first payment's state, a run of its own with the check, ledger and audit. The claims stay with the first
payment, which told them: the 835 of the check has no claims but PLB CS with the number that its payee knows, so that
nobody posts a claim twice. A check above the limit waits for approval like any other payment. Killed before the commit
nothing has changed; after it the next release lets the check go out.
"""

from __future__ import annotations

from dataclasses import replace

from hpedi.money import ZERO
from hpedi.payments.dues import REISSUE
from hpedi.payments.ledger import payment_postings, reissue_postings
from hpedi.payments.payment import Payment
from hpedi.payments.proof import REISSUED
from hpedi.payments.remit import RunNumbers, remit
from hpedi.payments.states import PaymentState, may_be_reissued
from hpedi.pipeline.approve import waits_for_approval
from hpedi.pipeline.payment_terms import PaymentData, at_the_payer, payee_now, payer_and_date, run_input
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import ListedPayment, PaymentRun, StoredPayment
from hpedi.pipeline.void import balances_moved, waits_to_be_delivered
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext
from hpedi.transactions.remittance_835.model import ProviderAdjustment

WHY_NOT = {
    PaymentState.BUILT: "it did not go out: void it, and the next payment run pays its claims",
    PaymentState.APPROVED: "it did not go out: void it, and the next payment run pays its claims",
    PaymentState.RELEASED: "it went out: an EFT goes out again once the bank has returned it",
    PaymentState.SETTLED: "the bank has paid it",
}
"""Why a payment in a state cannot be reissued, for people to read."""


class CannotReissue(Exception):
    """The payment cannot be reissued as things stand; the message holds no member's data."""


def reissue(
    books: Books, context: RunContext, reference: Reference, data: PaymentData, number: str, reason: str
) -> ListedPayment:
    """Let a check take the place of a payment, and return the check: see `reissue_in`."""
    with books.writing(context) as work:
        return reissue_in(work, reference, data, number, reason)


def reissue_in(work: Work, reference: Reference, data: PaymentData, number: str, reason: str) -> ListedPayment:
    """Let a check take the place of a payment, and return the check, built and approved or waiting.

    Args:
        work: The transaction.
        reference: The payer's reference data.
        data: What no payer owns.
        number: TRN02 of the payment: returned, stale, stopped, lost (a check) or voided after it went out.
        reason: Why, for the record.

    Raises:
        CannotReissue: There is none, its money is or may be with its payee, its 835 is about to be delivered, it was
            reissued already, or other payments pay what it paid.
        CannotPay: No funding account or calendar for the day.
    """
    work.restorations.check_not_held()
    if work.payments.open_run() is not None:
        raise CannotReissue("a payment run was interrupted: finish it with `hpedi pay release` first")
    stored, known_by = _found(work, number)
    run = at_the_payer(work.payments.begin_empty_run(work.context.as_of, work.context.instant), work.context)
    check = _check(stored.payment, known_by, run, reference, data)
    _give_up(work, stored, reason)
    made = work.payments.add(run, check, waits_for_approval([check], reference, run.as_of).get(check.trace_number))
    work.payments.close(run, [made])
    work.ledger.post(payment_postings(check), run.as_of, run.id)
    members = work.decisions.members_paid(number) or (check.member,)
    work.audit.record("reissue", f"payment:{number}", members=members, reason=reason, result=PaymentState.REISSUED)
    work.audit.record("pay", f"payment:{check.trace_number}", reason=f"in place of {number}", result=made.state)
    return made


def _found(work: Work, number: str) -> tuple[StoredPayment, str]:
    """Return the payment, and the number by which its payee knows what it was to pay."""
    stored = work.payments.by_number(number)
    if stored is None:
        raise CannotReissue("there is no payment of this number")
    if stored.state is PaymentState.REISSUED:
        check = work.payments.reissue_of(number)
        raise CannotReissue(f"it was reissued already, as check {check.payment.trace_number if check else ''}")
    if stored.payment.amount == 0:
        raise CannotReissue("it was a payment of nothing")
    if not may_be_reissued(stored.payment, stored.state):
        raise CannotReissue(WHY_NOT[stored.state])
    was_sent = any(event.state is PaymentState.RELEASED for event in work.payments.events([stored.id]))
    known_by = number if was_sent else stored.payment.reissues
    if not known_by:
        raise CannotReissue("it never went out: the next payment run pays its claims")
    if waits_to_be_delivered(work, number):
        raise CannotReissue("its remittance is not delivered yet: deliver what waits first")
    return stored, known_by


def _check(paid: Payment, known_by: str, run: PaymentRun, reference: Reference, data: PaymentData) -> Payment:
    """Return the check, made out to the payee as it is known now."""
    provider = paid.payee.provider
    row = ProviderAdjustment(code=REISSUE, reference=known_by, amount=-paid.amount)
    if paid.member:
        return _member_check(paid, row, run, reference, data)
    payee = payee_now(provider, reference)
    if payee is None:
        raise CannotReissue("its payee is no longer in the reference data: load the provider again")
    terms = replace(
        run_input([], payee, run, reference, data, paid.funding_account),
        provider_adjustments={(provider, paid.funding_account): (row,)},
    )
    (remitted,) = remit(terms, RunNumbers(trace_numbers=[], check_numbers=[str(run.first_check_number)]))
    return replace(remitted.payment, reissues=paid.trace_number)


def _member_check(
    paid: Payment, row: ProviderAdjustment, run: PaymentRun, reference: Reference, data: PaymentData
) -> Payment:
    """Return the check in place of one to a member; no 835 tells of it."""
    _payer, day = payer_and_date(run.as_of, run.instant, reference, data, paid.funding_account)
    return replace(
        paid,
        trace_number=str(run.first_check_number),
        payment_date=day,
        claims=(),
        claims_paid=ZERO,
        adjusted=row.amount,
        adjustments=(row,),
        reissues=paid.trace_number,
    )


def _give_up(work: Work, stored: StoredPayment, reason: str) -> None:
    """Let a payment count as paid by another; one that was voided pays again what it paid.

    Raises:
        CannotReissue: Other payments pay that by now.
    """
    is_void = stored.state is PaymentState.VOIDED
    if is_void and not (
        work.payments.take_again(stored) and balances_moved(work, stored.payment, REISSUED, back=False)
    ):
        raise CannotReissue("a later payment run pays its claims, or took back what it took back")
    work.payments.move(stored, PaymentState.REISSUED, reason)
    work.ledger.post(reissue_postings(stored.payment, voided=is_void), work.context.as_of, stored.run)

"""Pay: final decisions and dues become payments, payments become 835s, one ACH file and a check register.

Two phases, each one commit. Build: an open run holds the unpaid decisions and dues and its numbers; its payments are
stored with the ledger, those within the approval limit approved. Release (see `release`): approved payments are written
as bytes, read back, balanced and put into the outbox. A kill before either commit leaves the run open, or the payments
approved, for the next `pay`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hpedi.money import Usd
from hpedi.payments.dues import due_rows, paid_of
from hpedi.payments.interest import Interest, interest_of
from hpedi.payments.ledger import ledger_source, payment_postings
from hpedi.payments.payee_balances import adjustments_of, balance_entries
from hpedi.payments.payment import Payment
from hpedi.payments.remit import PaymentRunInput, RunNumbers, remit
from hpedi.payments.states import PaymentState, approves_itself
from hpedi.pipeline.held_accounts import held_accounts, without_held
from hpedi.pipeline.parties import FUNDING_ACCOUNT
from hpedi.pipeline.payment_terms import PaymentData, payer_and_date, run_input
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import PaymentRun, StoredDecision, StoredPayment
from hpedi.pipeline.release import release
from hpedi.reference.conventions import Recovery
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext
from hpedi.transactions.remittance_835.model import PaymentMethod, ProviderAdjustment


@dataclass(frozen=True, slots=True)
class Paid:
    """What a `pay` did: the payments it built, those it released, and all that wait for somebody to approve them."""

    built: tuple[StoredPayment, ...]
    released: tuple[StoredPayment, ...]
    waiting: tuple[StoredPayment, ...]


class SecondPersonNeeded(Exception):
    """Somebody would approve what they built themselves."""


def approve(books: Books, context: RunContext, numbers: Sequence[str]) -> tuple[str, ...]:
    """Approve payments that wait, all of them or none; the next `pay` releases them.

    Returns:
        The check or EFT numbers that are no payment waiting for approval; empty where all were approved.

    Raises:
        SecondPersonNeeded: The person who approves also began the run that built one of them.
    """
    with books.writing(context) as work:
        waiting = {stored.payment.trace_number: stored for stored in work.payments.in_state(PaymentState.BUILT)}
        wrong = tuple(number for number in numbers if number not in waiting)
        own = {run.id for run in work.payments.runs() if run.principal == context.principal.id}
        if context.principal.kind == "person" and any(waiting[each].run in own for each in numbers if each in waiting):
            raise SecondPersonNeeded("who began a payment run does not approve its payments: a second person does")
        for number in () if wrong else dict.fromkeys(numbers):
            work.payments.approve(waiting[number])
            work.audit.record("approve", f"payment:{number}", result=PaymentState.APPROVED)
    return wrong


def pay(books: Books, context: RunContext, reference: Reference, data: PaymentData, *, dues_only: bool = False) -> Paid:
    """Pay all final unpaid decisions, and what settlements found due.

    Args:
        books: Where everything is kept.
        context: Who pays, and on which day.
        reference: The payer's reference data.
        data: What no payer owns.
        dues_only: Leave claims to a run of their own. A run that was begun before is finished first, as it was begun.

    Raises:
        CannotPay: No funding account or calendar for the day, or a payee is gone; what is not built or released
            yet stays so.
        ReleaseBlocked: Something does not balance: a bug; nothing of the run is released.
    """
    payer_and_date(context.as_of, reference, data)  # asked before a run holds decisions that it could not pay
    with books.writing(context) as work:
        work.restorations.check_not_held()
        run = work.payments.open_run() or work.payments.begin_run(context.as_of, context.instant, dues_only=dues_only)
    built = _build(books, context, reference, data, run) if run else ()
    released = release(books, context, reference, data)
    with books.reading(context) as work:
        return Paid(built, released, work.payments.in_state(PaymentState.BUILT))


# --- build -----------------------------------------------------------------------------------------------------------


def _build(
    books: Books, context: RunContext, reference: Reference, data: PaymentData, run: PaymentRun
) -> tuple[StoredPayment, ...]:
    with books.reading(context) as work:
        payments = _payments(work, run, reference, data)
    limit = reference.approval_limit(run.as_of)
    with books.writing(context) as work:
        stored = work.payments.commit(
            run, payments, [payment for payment in payments if approves_itself(payment, limit)]
        )
        work.ledger.post([posting for payment in payments for posting in payment_postings(payment)], run.as_of, run.id)
        for made in payments:
            entries = balance_entries(made.payee.provider, made.funding_account, made.adjustments)
            work.payee_balances.append(entries, ledger_source(made), run.as_of)
        for payment in stored:
            number = payment.payment.trace_number
            members = work.decisions.members_paid(number)
            work.audit.record(
                "pay", f"payment:{number}", members=members or ("",), reason="payment run", result=payment.state
            )
    return stored


def _payments(work: Work, run: PaymentRun, reference: Reference, data: PaymentData) -> list[Payment]:
    """Make the payments of a run payee by payee: only the claims and dues of one are at hand."""
    payments: list[Payment] = []
    checks = 0
    held = held_accounts(work)
    for payee in dict.fromkeys((*work.decisions.payees(run.id), *work.settlements.payees(run.id))):
        decided = list(work.decisions.of_run(run.id, payee))
        numbers = RunNumbers(
            trace_numbers=[str(run.first_trace_number + len(payments) - checks)],
            check_numbers=[str(run.first_check_number + checks)],
        )
        paid_for = without_held(run_input(decided, payee, run.as_of, reference, data), held)
        interest = _interest(work, paid_for, reference)
        dues = due_rows(work.settlements.of_run(run.id, payee))
        beside = sum(interest.values(), paid_of(dues))
        adjustments = (*dues, *_adjustments(work, decided, payee, reference, beside))
        given = {(payee, FUNDING_ACCOUNT): adjustments}
        (remitted,) = remit(replace(paid_for, provider_adjustments=given, interest=interest), numbers)
        payments.append(remitted.payment)
        checks += remitted.payment.method is PaymentMethod.CHECK
    return payments


def _interest(work: Work, paid_for: PaymentRunInput, reference: Reference) -> Interest:
    """Return the interest on the claims of a payment; what an examiner set takes the place of what is worked out."""
    interest = interest_of(paid_for.decided, reference, paid_for.payment_date)
    versions: dict[str, list[int]] = {}
    for _received, decision in paid_for.decided:
        if decision.kind != "reversal":
            versions.setdefault(decision.payer_claim_control_number, []).append(decision.version)
    for number, overrides in work.pends.overrides(list(versions)).items():
        for made in overrides:
            if made.interest is not None and made.version in versions[number]:
                for version in versions[number]:
                    interest.pop((number, version), None)
                interest[number, max(versions[number])] = made.interest
    return interest


def _adjustments(
    work: Work, decided: Sequence[StoredDecision], payee: str, reference: Reference, beside: Usd
) -> tuple[ProviderAdjustment, ...]:
    """Return what a payee's remittance takes back, and tells to be taken back later; `beside` is paid beside claims."""
    recovery: dict[str, Recovery] = {}
    for stored in decided:
        conventions = reference.conventions(stored.received.received)
        recovery |= conventions.recovery if stored.decision.reason and conventions is not None else {}
    owed = work.payee_balances.owed(payee)
    return adjustments_of([stored.decision for stored in decided], recovery, owed, beside)

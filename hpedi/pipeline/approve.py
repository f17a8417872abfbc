"""Approve: payments above a limit wait until another person than who began their run says yes.

The limits are dated data of the payer: one for a payment alone, one for all payments of a run together. One commit:
the states and their audit rows. Releasing is a step of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from hpedi.money import ZERO
from hpedi.payments.payment import PaymentHead
from hpedi.payments.states import PaymentState, approves_itself
from hpedi.pipeline.ports import Books
from hpedi.pipeline.records import ListedPayment
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext


class SecondPersonNeeded(Exception):
    """Somebody would approve what they built themselves."""


class NotWaiting(Exception):
    """Some numbers, or the payments of a run, do not wait for approval; the message says which of them, by place."""


def waits_for_approval(payments: Sequence[PaymentHead], reference: Reference, day: date) -> Mapping[str, str]:
    """Return why payments of a run wait for approval, by number: for people to read; the others approve themselves.

    Args:
        payments: All payments of the run.
        reference: The payer's reference data.
        day: Of the run.
    """
    run_limit, limit = reference.run_limit(day), reference.approval_limit(day)
    total = sum((payment.amount for payment in payments), ZERO)
    if run_limit is not None and total > run_limit:
        why = f"the run comes to more than {run_limit:,} US dollars"
        return {payment.trace_number: why for payment in payments}
    why = f"it is above {limit:,} US dollars"
    return {payment.trace_number: why for payment in payments if not approves_itself(payment, limit)}


def approve(
    books: Books, context: RunContext, numbers: Sequence[str], run: int | None = None
) -> tuple[ListedPayment, ...]:
    """Approve payments that wait, all of them or none; the next release lets them go out.

    Args:
        books: Where everything is kept.
        context: Who approves.
        numbers: Check or EFT numbers.
        run: A payment run, all payments of which that wait are approved, too.

    Returns:
        What was approved.

    Raises:
        NotWaiting: Nothing was approved.
        SecondPersonNeeded: The person who approves also began the run that built one of them.
    """
    with books.writing(context) as work:
        waiting = {stored.payment.trace_number: stored for stored in work.payments.in_state(PaymentState.BUILT)}
        of_run = (number for number, stored in waiting.items() if stored.run == run)
        chosen = [waiting[number] for number in dict.fromkeys((*numbers, *of_run)) if number in waiting]
        own = {each.id for each in work.payments.runs() if each.principal == context.principal.id}
        if context.principal.kind == "person" and any(stored.run in own for stored in chosen):
            raise SecondPersonNeeded("who began a payment run does not approve its payments: a second person does")
        wrong = [str(place) for place, number in enumerate(numbers, start=1) if number not in waiting]
        if wrong:
            raise NotWaiting(f"number {', '.join(wrong)} of those given is no payment that waits for approval")
        if not chosen:
            raise NotWaiting("no payment of this run waits for approval")
        for stored in chosen:
            work.payments.move(stored, PaymentState.APPROVED)
            subject = f"payment:{stored.payment.trace_number}"
            work.audit.record("approve", subject, result=PaymentState.APPROVED)
    return tuple(chosen)

"""Bank settlement: an EFT that has not come back while it could has been paid; its cash has left the account.

One transaction with whatever calls it: a payment run, or the import of a bank's file, which comes first. A return that
comes later is taken all the same, and brings the cash back (`eft_returns`).
"""

from __future__ import annotations

from datetime import date

from hpedi.payments.calendar import AchCalendar, check_calendar
from hpedi.payments.ledger import settlement_postings
from hpedi.payments.states import PaymentState
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import AnyPayment, ListedPayment
from hpedi.transactions.remittance_835.model import PaymentMethod


def settle_efts(work: Work, calendar: AchCalendar, return_days: int) -> tuple[ListedPayment, ...]:
    """Settle each EFT whose last day to come back is over, and return them as they stood.

    Args:
        work: The transaction.
        calendar: The days on which our entries settle.
        return_days: Business days after the effective date on which an EFT may still come back.
    """
    work.payments.open_run()  # holds all runs: nobody releases, voids or imports meanwhile
    day = work.context.as_of
    due = [
        each
        for each in work.payments.in_state(PaymentState.RELEASED)
        if each.payment.method is PaymentMethod.ACH and _is_over(each.payment.payment_date, day, calendar, return_days)
    ]
    for stored in due:
        settle(work, stored, "no return came while one could")
    return tuple(due)


def _is_over(effective: date, day: date, calendar: AchCalendar, return_days: int) -> bool:
    is_known = not check_calendar(calendar, effective)
    return is_known and calendar.business_days_after(effective, return_days) < day


def settle(work: Work, stored: AnyPayment, reason: str) -> None:
    """Bring a payment into the state settled: the bank has paid it."""
    work.payments.move(stored, PaymentState.SETTLED, reason)
    work.ledger.post(settlement_postings(stored.payment), work.context.as_of, stored.run)
    subject = f"payment:{stored.payment.trace_number}"
    work.audit.record("settle", subject, reason=reason, result=PaymentState.SETTLED)

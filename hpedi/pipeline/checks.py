"""Checks after they went out: what the bank says of them, which are open or stale, and what the bank is told.

What a bank says is taken line by line: a line that does not fit is a finding, and the others are taken. A line that was
taken before changes nothing, so that a file may be imported again, whole or corrected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.payments.bank_checks import STATES, BankStatus, CheckTerms, CheckTold, is_stale, read_bank_checks
from hpedi.payments.payment import PaymentHead
from hpedi.payments.positive_pay import CheckAction, CheckNotice, positive_pay_file
from hpedi.payments.states import PaymentState, may_follow
from hpedi.pipeline.bank_files import BANK, POSITIVE_PAY
from hpedi.pipeline.bank_settlement import settle
from hpedi.pipeline.payment_terms import CannotPay
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import ListedPayment, Outbound, StoredPayment
from hpedi.reference.reference import Reference
from hpedi.transactions.remittance_835.model import PaymentMethod

OPEN: Final = (PaymentState.RELEASED, PaymentState.STALE, PaymentState.STOPPED)
DONE: Final = (PaymentState.SETTLED, PaymentState.VOIDED, PaymentState.REISSUED)
_DATE_OF: Final = {BankStatus.CLEARED: "cleared on", BankStatus.STALE: "stale on", BankStatus.STOPPED: "stopped on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTaken:
    """A line of a bank's file that fits a check; `is_again` where the check stood so before."""

    told: CheckTold
    check: StoredPayment
    is_again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksImported:
    """What an import took, in order of the file, and the lines that it did not take."""

    taken: tuple[CheckTaken, ...]
    findings: tuple[Finding, ...]


def import_checks(work: Work, content: bytes, name: str) -> ChecksImported:
    """Import what a bank says of checks.

    Args:
        work: The transaction.
        content: The file.
        name: Our name of it, for findings.

    Findings:
        check-record: The file or a line does not have its form.
        check-unknown: No check of this number went out.
        check-amount: The bank says another amount than the check is over.
        check-state: The check cannot become what the bank says: void, and cleared all the same.
    """
    work.payments.open_run()  # holds all runs: nobody voids or reissues a check meanwhile
    told, findings = read_bank_checks(content, name)
    taken: list[CheckTaken] = []
    wrong = list(findings)
    for each in told:
        outcome = _taken(work, each, name)
        if isinstance(outcome, Finding):
            wrong.append(outcome)
        else:
            taken.append(outcome)
    work.audit.record("import", "checks", reason="bank file", result=f"taken {len(taken)}, not {len(wrong)}")
    return ChecksImported(taken=tuple(taken), findings=tuple(sorted(wrong, key=lambda each: each.where.line or 0)))


def _taken(work: Work, told: CheckTold, name: str) -> CheckTaken | Finding:
    where = Where(file=name, line=told.line)
    check = work.payments.by_number(told.check_number)
    if check is None or check.payment.method is not PaymentMethod.CHECK:
        return found("check-unknown", where)
    if check.payment.amount != told.amount:
        return found("check-amount", where)
    state, reason = STATES[told.status], f"{_DATE_OF[told.status]} {told.on}"
    if state in {event.state for event in work.payments.events([check.id])}:
        return CheckTaken(told=told, check=check, is_again=True)
    if not may_follow(check.state, state):
        message = f"The check is {check.state}: it cannot be {told.status} by the bank. Ask the bank."
        return found("check-state", where, message)
    if state is PaymentState.SETTLED:
        settle(work, check, reason)
    else:
        work.payments.move(check, state, reason)
        work.audit.record(told.status.value, f"payment:{told.check_number}", reason=reason, result=state)
    return CheckTaken(told=told, check=check, is_again=False)


def checks_in(work: Work, states: Sequence[PaymentState]) -> tuple[ListedPayment, ...]:
    """Return the checks that stand in some states, in order of their rows."""
    standing = (each for state in states for each in work.payments.in_state(state))
    checks = (each for each in standing if each.payment.method is PaymentMethod.CHECK)
    return tuple(sorted(checks, key=lambda each: each.id))


def stale_checks(work: Work, terms: CheckTerms) -> tuple[ListedPayment, ...]:
    """Return the checks that are stale, by the bank's word or by their age."""
    day = work.context.as_of
    return tuple(each for each in checks_in(work, OPEN) if is_stale(each.payment, each.state, day, terms))


def tell_bank(work: Work, reference: Reference, terms: CheckTerms, layout: str) -> tuple[CheckNotice, ...]:
    """Put a positive-pay file into the outbox with what the bank was not told yet, and return what it says.

    Raises:
        CannotPay: No funding account is in force on the date of a check.
        TooWide: A number does not fit the layout.
    """
    work.payments.open_run()  # holds all runs
    untold = [(check, action) for action in CheckAction for check in work.checks.untold(action)]
    notices = tuple(_notice(reference, check.payment, action) for check, action in untold)
    if not notices:
        return ()
    count = work.numbers.reserve(f"positive-pay:{work.context.as_of}")
    form = terms.layouts[layout]
    name = f"{work.context.as_of:%Y%m%d}-{count}-positive-pay.{'csv' if form.columns else 'txt'}"
    work.outbox.put([Outbound(folder=BANK, name=name, kind=POSITIVE_PAY, content=positive_pay_file(notices, form))])
    work.checks.tell([(check.id, action) for check, action in untold], name)
    for check, action in untold:
        subject, told = f"payment:{check.payment.trace_number}", (check.payment.member,)
        work.audit.record("positive pay", subject, members=told, reason=name, result=action.value)
    return notices


def _notice(reference: Reference, made: PaymentHead, action: CheckAction) -> CheckNotice:
    account = reference.funding_account(made.payment_date, made.funding_account)
    if account is None:
        raise CannotPay([found("funding-account-missing", Where())])
    return CheckNotice(
        action=action,
        account_number=account.account,
        check_number=made.trace_number,
        check_date=made.payment_date,
        amount=made.amount,
        payee=made.payee.name,
    )

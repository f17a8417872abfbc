"""The equations that money must keep before anything is released; a broken one is a bug and raises `Unbalanced`.

    line         SVC02 - CAS of the line = SVC03
    claim        CLP03 - all CAS = CLP04;  CLP03 = sum SVC02;  CLP05 = sum of PR (not on a reversal)
    transaction  sum CLP04 - sum PLB = BPR02 >= 0;  nothing paid = NON
    account      sum BPR02 = ACH credits + checks = ledger

They are asked on the model when it is built and again of the bytes that were written (`verification`).

Source: 005010X221A1 1.10.2; snip3_balancing 835-B1 to 835-B6; CAQH CORE 370.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from hpedi.money import ZERO, Usd
from hpedi.payments.check_register import CheckRegisterRow
from hpedi.payments.faults import Unbalanced
from hpedi.payments.ledger import CASH_SIDE, Posting
from hpedi.payments.payment import PaymentHead
from hpedi.transactions.remittance_835.adjustments import total
from hpedi.transactions.remittance_835.model import REVERSAL, ClaimPayment, PaymentMethod, Remittance


def check_remittance(remittance: Remittance) -> None:
    """Ask the equations of every line, every claim and the transaction.

    Raises:
        Unbalanced: One does not hold.
    """
    for number, claim in enumerate(remittance.claims, start=1):
        _check_claim(claim, f"claim {number}")
    paid = sum((claim.paid for claim in remittance.claims), ZERO)
    adjusted = sum((adjustment.amount for adjustment in remittance.provider_adjustments), ZERO)
    _equal("sum CLP04 - sum PLB = BPR02", "transaction", paid - adjusted, remittance.amount)
    if remittance.amount < 0:
        raise Unbalanced("BPR02 >= 0", "transaction", remittance.amount, ZERO)
    if (remittance.amount == 0) != (remittance.method is PaymentMethod.NONE):
        raise Unbalanced("BPR02 = 0 where BPR04 is NON", "transaction", remittance.amount, ZERO)


def _check_claim(claim: ClaimPayment, place: str) -> None:
    every = list(claim.adjustments)
    for number, service in enumerate(claim.services, start=1):
        adjusted = total(service.adjustments)
        _equal("SVC02 - CAS = SVC03", f"{place} line {number}", service.charged - adjusted, service.paid)
        every += service.adjustments
    _equal("CLP03 - all CAS = CLP04", place, claim.charged - total(every), claim.paid)
    if claim.services:
        _equal("sum SVC02 = CLP03", place, sum((service.charged for service in claim.services), ZERO), claim.charged)
    if claim.status != REVERSAL:
        responsibility = total(adjustment for adjustment in every if adjustment.group == "PR")
        _equal("sum of CAS PR = CLP05", place, responsibility, claim.patient_responsibility or ZERO)


def account_totals(payments: Iterable[PaymentHead]) -> Mapping[str, Usd]:
    """Return the sum of BPR02 by funding account."""
    sums: dict[str, Usd] = {}
    for payment in payments:
        sums[payment.funding_account] = sums.get(payment.funding_account, ZERO) + payment.amount
    return sums


def check_run(
    payments: Iterable[PaymentHead],
    ach_credits: Mapping[str, Usd],
    checks: Iterable[CheckRegisterRow],
    postings: Iterable[Posting],
) -> Mapping[str, Usd]:
    """Ask, by funding account, that what the remittances say, what goes out and what the ledger says are the same.

    Args:
        payments: All payments of the run.
        ach_credits: US dollars of the ACH entries written, by funding account: `ach.verification.credits_by_account`.
        checks: The rows of the check register.
        postings: The run's postings when the payments were built, by `ledger.payment_postings`.

    Returns:
        Sum of BPR02 by funding account, US dollars.

    Raises:
        Unbalanced: They differ for an account.
    """
    remitted = account_totals(payments)
    sent, booked = dict(ach_credits), dict.fromkeys(remitted, ZERO)
    for check in checks:
        sent[check.funding_account] = sent.get(check.funding_account, ZERO) + check.amount
    for posting in postings:
        if posting.account in CASH_SIDE:
            amount = posting.credit - posting.debit
            booked[posting.funding_account] = booked.get(posting.funding_account, ZERO) + amount
    for account in sorted({*remitted, *sent, *booked}):
        right = remitted.get(account, ZERO)
        _equal("ACH credits + checks = sum BPR02", f"funding account {account}", sent.get(account, ZERO), right)
        _equal("ledger = sum BPR02", f"funding account {account}", booked.get(account, ZERO), right)
    return remitted


def _equal(equation: str, place: str, left: Decimal, right: Decimal) -> None:
    if left != right:
        raise Unbalanced(equation, place, left, right)

"""Checks to members: what a claim pays whose benefits are not assigned to its provider (CLM08 = N).

A payment run draws one check a subscriber and funding account, over all that decisions gave to members and took back
since the last. What comes to nothing or less waits until more is to be paid. No 835 tells of it: the member is told by
a notice (`hpedi eob --check`). Its states, the register, positive pay and the proof are those of any check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from hpedi.claims.parties import Subscriber
from hpedi.money import ZERO
from hpedi.payments.faults import ReleaseBlocked
from hpedi.payments.payment import PaidClaim, Payment
from hpedi.pipeline.funding_records import MemberPayment
from hpedi.pipeline.payment_terms import PaymentData, payer_and_date
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import ListedPayment, PaymentRun, StoredPayment
from hpedi.pipeline.remittance_files import ReleaseTerms, payment_date_on
from hpedi.reference.reference import Reference
from hpedi.transactions.remittance_835.model import PaymentMethod, RemittancePayee, RemittancePayer


def member_payments(
    work: Work, run: PaymentRun, reference: Reference, data: PaymentData, first_check: int
) -> list[Payment]:
    """Make the checks of a run to members, in the order of our ids of the subscribers.

    Args:
        work: The transaction.
        run: The run.
        reference: The payer's reference data.
        data: What no payer owns.
        first_check: The number of the first.

    Raises:
        CannotPay: The payer has no account or calendar for the day.
    """
    payer, day = payer_and_date(run.as_of, run.instant, reference, data)
    made: list[Payment] = []
    for (_payee, _account), group in groupby(
        work.funding.unpaid(), key=lambda each: (each.payee, each.funding_account)
    ):
        rows = tuple(group)
        if sum((each.amount for each in rows), ZERO) > 0:
            made.append(_payment(work, rows, payer, day, str(first_check + len(made))))
    return made


def _payment(work: Work, rows: Sequence[MemberPayment], payer: RemittancePayer, day: date, number: str) -> Payment:
    amount = sum((each.amount for each in rows), ZERO)
    claims = tuple(_claim_of(each) for each in rows)
    named = _subscriber(work, claims[-1])
    name = named.name
    return Payment(
        trace_number=number,
        method=PaymentMethod.CHECK,
        amount=amount,
        payment_date=day,
        funding_account=rows[0].funding_account,
        payee=RemittancePayee(
            provider="", name=" ".join(filter(None, (name.first, name.last))), npi="", address=named.address
        ),
        originator_id=f"1{payer.tax_id}",
        member=rows[0].payee,
        claims=claims,
        claims_paid=amount,
        adjusted=ZERO,
        forwarded=ZERO,
    )


def _claim_of(paid: MemberPayment) -> PaidClaim:
    number, _slash, version = paid.source.removeprefix("claim:").rpartition("/")
    return PaidClaim(payer_claim_control_number=number, version=int(version))


def _subscriber(work: Work, paid: PaidClaim) -> Subscriber:
    """Return the subscriber as the claim names them: on no other record of ours stands an address."""
    (stored, *_others) = work.decisions.of_claims([paid.payer_claim_control_number])
    return stored.received.claim.subscriber


def member_check_as_sent(work: Work, stored: StoredPayment, terms: ReleaseTerms) -> ListedPayment:
    """Return a check to a member as it goes out, dated as of its release.

    Raises:
        ReleaseBlocked: It comes to anything else than was approved.
    """
    made = stored.payment
    paid = sum((each.amount for each in work.funding.paid_by(stored.id)), made.reissued)
    if paid != made.amount:
        raise ReleaseBlocked("a stored check to a member is not what its decisions come to")
    return replace(stored, payment=replace(made, payment_date=payment_date_on(made, terms))).listed

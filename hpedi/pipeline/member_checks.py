"""Checks to members: what a claim pays whose benefits are not assigned to its provider (CLM08 = N).

A payment run draws one check a subscriber and funding account, over all that decisions gave to members and took back
since the last. What comes to nothing or less waits until more is to be paid, and what has no address to go to is kept
back: the newest claim of the subscriber that gives one says where it goes. No 835 tells of it: the member is told by
a notice (`hpedi eob --check`). Its states, the register, positive pay and the proof are those of any check.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date

from msgspec.structs import replace

from hpedi.claims.parties import Address, Subscriber
from hpedi.finding_kinds import found
from hpedi.findings import Where
from hpedi.money import ZERO
from hpedi.payments.faults import ReleaseBlocked
from hpedi.payments.paying_accounts import borne_elsewhere
from hpedi.payments.payment import PaidClaim, Payment
from hpedi.pipeline.funding_records import MemberPayment, by_paying_account
from hpedi.pipeline.payment_terms import Held, PaymentData, payer_and_date
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import ListedPayment, PaymentRun, StoredPayment
from hpedi.pipeline.remittance_files import ReleaseTerms, payment_date_on
from hpedi.pipeline.sought import ClaimsAsked
from hpedi.reference.reference import Reference
from hpedi.transactions.remittance_835.model import PaymentMethod, RemittancePayee, RemittancePayer


def member_payments(
    work: Work, run: PaymentRun, reference: Reference, data: PaymentData, first_check: int
) -> tuple[list[Payment], list[Held]]:
    """Make the checks of a run to members, in the order of our ids of the subscribers; say which are kept back.

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
    kept: list[Held] = []
    for (_payee, account), rows in by_paying_account(work.funding.unpaid()).items():
        if sum((each.amount for each in rows), ZERO) <= 0:
            continue
        named = _subscriber(work, rows, reference)
        if named.address is None:
            kept.append(_held(rows))
        else:
            made.append(_payment(rows, account, named, payer, day, str(first_check + len(made))))
    return made, kept


def _held(rows: Sequence[MemberPayment]) -> Held:
    return Held(
        provider=rows[0].payee,
        claims=len(rows),
        amount=sum((each.amount for each in rows), ZERO),
        finding=found("member-address-missing", Where()),
        to_member=True,
    )


def _payment(
    rows: Sequence[MemberPayment], account: str, named: Subscriber, payer: RemittancePayer, day: date, number: str
) -> Payment:
    amount = sum((each.amount for each in rows), ZERO)
    claims = tuple(_claim_of(each) for each in rows)
    name = named.name
    return Payment(
        trace_number=number,
        method=PaymentMethod.CHECK,
        amount=amount,
        payment_date=day,
        funding_account=account,
        payee=RemittancePayee(
            provider="", name=" ".join(filter(None, (name.first, name.last))), npi="", address=named.address
        ),
        originator_id=f"1{payer.tax_id}",
        member=rows[0].payee,
        claims=claims,
        claims_paid=amount,
        adjusted=ZERO,
        forwarded=ZERO,
        borne_elsewhere=borne_elsewhere(((each.funding_account, each.amount) for each in rows), account),
    )


def _claim_of(paid: MemberPayment) -> PaidClaim:
    number, _slash, version = paid.source.removeprefix("claim:").rpartition("/")
    return PaidClaim(payer_claim_control_number=number, version=int(version))


def _subscriber(work: Work, rows: Sequence[MemberPayment], reference: Reference) -> Subscriber:
    """Return the subscriber as the newest of the claims names them, with an address where any of theirs gives one.

    On no other record of ours stands an address; a claim for a dependent need not give the subscriber's.
    """
    numbers = dict.fromkeys(_claim_of(each).payer_claim_control_number for each in rows)
    named = {
        stored.decision.payer_claim_control_number: stored.received.claim.subscriber
        for stored in work.decisions.of_claims(list(numbers))
    }
    newest_first = [named[number] for number in reversed(numbers)]
    return replace(newest_first[0], address=next(_addresses(work, newest_first, reference), None))


def _addresses(work: Work, newest_first: Sequence[Subscriber], reference: Reference) -> Iterator[Address]:
    """Yield the addresses that some claims give of a subscriber, then those of any claim under their member id."""
    yield from (each.address for each in newest_first if each.address is not None)
    npis = tuple(provider.npi for provider in reference.providers.values())
    asked = work.claims.asked(ClaimsAsked(members=(newest_first[0].member_id,), npis=npis))
    others = (each.received.claim.subscriber for each in reversed(asked) if not each.received.test)
    yield from (each.address for each in others if each.address is not None)


def member_check_as_sent(work: Work, stored: StoredPayment, terms: ReleaseTerms) -> ListedPayment:
    """Return a check to a member as it goes out, dated as of its release.

    Raises:
        ReleaseBlocked: It comes to anything else than was approved.
    """
    made = stored.payment
    paid = sum((each.amount for each in work.funding.paid_by(stored.id)), made.reissued)
    if paid != made.amount:
        raise ReleaseBlocked("a stored check to a member is not what its decisions come to")
    dated = dataclasses.replace(made, payment_date=payment_date_on(made, terms))
    return dataclasses.replace(stored, payment=dated).listed

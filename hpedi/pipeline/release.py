"""Release: approved payments become 835s, one ACH file a run and a check register, all read back before they leave.

The second phase of a payment run, one commit a run. A remittance is built again from what its payment pays; where it
comes to anything else than was approved, nothing of the run is released.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from hpedi.findings import Unavailable
from hpedi.payments.balancing import check_run
from hpedi.payments.conventions import load_ach_conventions
from hpedi.payments.dues import DUE
from hpedi.payments.faults import ReleaseBlocked
from hpedi.payments.ledger import ledger_source
from hpedi.payments.payee_balances import OWED
from hpedi.payments.payment import RemittedPayment
from hpedi.payments.remit import RunNumbers, remit
from hpedi.payments.states import PaymentState
from hpedi.payments.verification import verify_remittance_bytes
from hpedi.pipeline.bank_files import FILE_ID_MODIFIERS, bank_files
from hpedi.pipeline.held_accounts import held_accounts, is_held
from hpedi.pipeline.interchange_numbers import counter_of
from hpedi.pipeline.parties import Receiver, ach_originator, sender
from hpedi.pipeline.payment_terms import PaymentData, payer_and_date, run_input
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import REMITTANCE_SET, Outbound, PaymentRun, StoredDecision, StoredPayment
from hpedi.pipeline.remittance_receivers import receiver_of_remittances
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext
from hpedi.transactions.remittance_835.delimiters import free_delimiters
from hpedi.transactions.remittance_835.write import write_remittance
from hpedi.x12.segment import SegmentValues
from hpedi.x12.writer import FunctionalGroup, Interchange, TransactionSet, write_x12

ACH_FILE_NUMBERS: Final = "ach-file"
GIVEN: Final = OWED | DUE
"""The PLB codes that a remittance is given; it works out interest, and what it carries forward, itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    """To whom a remittance goes, and under which control number."""

    receiver: Receiver
    number: int


def release(books: Books, context: RunContext, reference: Reference, data: PaymentData) -> tuple[StoredPayment, ...]:
    """Release every approved payment and return them; an EFT to an account on hold stays where it is.

    Raises:
        CannotPay: No funding account or calendar for the day, or a payee is gone.
        ReleaseBlocked: Something does not balance: a bug; nothing of its run is released.
    """
    with books.reading(context) as work:
        runs = {run.id: run for run in work.payments.runs()}
        held = held_accounts(work)
        standing = work.payments.in_state(PaymentState.APPROVED)
    approved = [each for each in standing if not is_held(each.payment.payee, held)]
    released: list[StoredPayment] = []
    for run_id in sorted({payment.run for payment in approved}):
        run = _run_on(runs[run_id], context)
        due = tuple(_dated(each, run, reference, data) for each in approved if each.run == run_id)
        _release_run(books, context, reference, data, run, due)
        released += due
    return tuple(released)


def _run_on(run: PaymentRun, context: RunContext) -> PaymentRun:
    """Return a run as of the day of release: what is approved later goes out with later dates."""
    return replace(run, as_of=context.as_of, instant=context.instant) if context.as_of > run.as_of else run


def _dated(stored: StoredPayment, run: PaymentRun, reference: Reference, data: PaymentData) -> StoredPayment:
    """Return a payment that is due no earlier than its release: BPR16 and the effective entry date are never past."""
    _payer, earliest = payer_and_date(run.as_of, reference, data)
    if stored.payment.payment_date >= earliest:
        return stored
    return replace(stored, payment=replace(stored.payment, payment_date=earliest))


def _release_run(
    books: Books,
    context: RunContext,
    reference: Reference,
    data: PaymentData,
    run: PaymentRun,
    due: Sequence[StoredPayment],
) -> None:
    counter = f"{ACH_FILE_NUMBERS}:{run.as_of}"
    with books.reading(context) as work:
        file_number = work.numbers.peek(counter)
        if file_number > len(FILE_ID_MODIFIERS):
            raise Unavailable(f"{len(FILE_ID_MODIFIERS)} bank files were written for this day; pay on another day")
        addresses = _addresses(work, due, run.as_of, reference, data)
        remittances = [_remittance_file(work, each, addresses[each.id], run, reference, data) for each in due]
        booked = work.ledger.of_sources([ledger_source(payment.payment) for payment in due])
    payments = [payment.payment for payment in due]
    conventions = load_ach_conventions(data.ach_conventions, run.as_of)
    bank = bank_files(payments, run, file_number, ach_originator(reference), conventions)
    check_run(payments, bank.credits_of, bank.checks, booked)
    with books.writing(context) as work:
        if bank.files and work.numbers.reserve(counter) != file_number:
            raise Unavailable("another payment run released payments at the same time")
        _take_numbers(work, addresses)
        work.payments.release(due, bank.entries)
        work.outbox.put([*remittances, *bank.files])
        for payment in payments:
            subject = f"payment:{payment.trace_number}"
            work.audit.record("release", subject, reason="payment run", result=PaymentState.RELEASED)


def _addresses(
    work: Work, due: Sequence[StoredPayment], day: date, reference: Reference, data: PaymentData
) -> Mapping[int, _Address]:
    """Return where the remittance of each payment goes (by payment), the numbers of a receiver one after another."""
    taken: Counter[str] = Counter()
    addresses = {}
    for stored in due:
        receiver = receiver_of_remittances(work, data.access_rules, reference, stored.payment.payee, day)
        counter = counter_of(receiver.id)
        addresses[stored.id] = _Address(receiver=receiver, number=work.numbers.peek(counter) + taken[counter])
        taken[counter] += 1
    return addresses


def _take_numbers(work: Work, addresses: Mapping[int, _Address]) -> None:
    for each in sorted(addresses.values(), key=lambda address: (address.receiver.id, address.number)):
        if work.numbers.reserve(counter_of(each.receiver.id)) != each.number:
            raise Unavailable("something was sent to a receiver of remittances at the same time")


def _remittance_file(
    work: Work, stored: StoredPayment, address: _Address, run: PaymentRun, reference: Reference, data: PaymentData
) -> Outbound:
    remittance = _remitted_again(list(work.decisions.of_payment(stored.id)), stored, run, reference, data).remittance
    segments = list(write_remittance(remittance))
    content = write_x12(_interchange(segments, address, run, reference, data), free_delimiters(segments))
    verify_remittance_bytes(content, data.guide, remittance)
    name = f"{stored.payment.trace_number}.835"
    return Outbound(folder=address.receiver.folder, name=name, kind=REMITTANCE_SET, content=content, run=run.id)


def _interchange(
    segments: Sequence[SegmentValues], address: _Address, run: PaymentRun, reference: Reference, data: PaymentData
) -> Interchange:
    us, gs_id = sender(reference)
    body = TransactionSet(id=REMITTANCE_SET, control_number="0001", segments=segments)
    group = FunctionalGroup(
        functional_id=data.guide.functional_id,
        sender=gs_id,
        receiver=address.receiver.gs_id,
        instant=run.instant,
        control_number=address.number,
        version=data.guide.id,
        sets=[body],
    )
    return Interchange(
        sender=us,
        receiver=address.receiver.party,
        instant=run.instant,
        control_number=address.number,
        usage="P",
        groups=[group],
    )


def _remitted_again(
    decided: Sequence[StoredDecision], stored: StoredPayment, run: PaymentRun, reference: Reference, data: PaymentData
) -> RemittedPayment:
    """Build the remittance of a stored payment from what it pays: the same again, or it is not released."""
    payment = stored.payment
    provider = payment.payee.provider
    given = [each for each in payment.adjustments if each.code in GIVEN and each.reference != payment.trace_number]
    as_built = replace(
        run_input(decided, provider, run.as_of, reference, data),
        payees={provider: payment.payee},
        funding_account=payment.funding_account,
        provider_adjustments={(provider, payment.funding_account): tuple(given)},
        interest={(paid.payer_claim_control_number, paid.version): paid.interest for paid in payment.claims},
        payment_date=payment.payment_date,
    )
    numbers = RunNumbers(trace_numbers=[payment.trace_number], check_numbers=[payment.trace_number])
    (remitted,) = remit(as_built, numbers)
    if remitted.payment != payment:
        raise ReleaseBlocked("a stored payment is not what its decisions come to")
    return remitted

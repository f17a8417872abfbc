"""Pay: final decisions become payments, payments become 835s, one ACH file and a check register.

Two phases, each one commit. Build: an open run holds the unpaid decisions and its numbers; its payments are stored
with the ledger, those within the approval limit approved. Release: approved payments are written as bytes, read
back, balanced and put into the outbox. A kill before either commit leaves the run open, or the payments approved,
for the next `pay`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from hpedi.access.rules import AccessRules
from hpedi.finding_kinds import found
from hpedi.findings import Finding, Unavailable, Where
from hpedi.guides.load import Guide
from hpedi.money import ZERO, Usd
from hpedi.payments.balancing import check_run
from hpedi.payments.calendar import AchCalendar, check_calendar
from hpedi.payments.claim_payments import ClaimFiling
from hpedi.payments.conventions import load_ach_conventions
from hpedi.payments.faults import ReleaseBlocked
from hpedi.payments.interest import Interest, interest_of
from hpedi.payments.ledger import ledger_source, payment_postings
from hpedi.payments.payee_balances import OWED, adjustments_of, balance_entries
from hpedi.payments.payment import Payment, RemittedPayment
from hpedi.payments.remit import PaymentRunInput, RunNumbers, remit
from hpedi.payments.states import PaymentState, approves_itself
from hpedi.payments.verification import verify_remittance_bytes
from hpedi.pipeline.bank_files import FILE_ID_MODIFIERS, bank_files
from hpedi.pipeline.interchange_numbers import counter_of
from hpedi.pipeline.parties import (
    FUNDING_ACCOUNT,
    Receiver,
    ach_originator,
    business_days,
    remittance_payee,
    remittance_payer,
    sender,
)
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import REMITTANCE_SET, Outbound, PaymentRun, StoredDecision, StoredPayment
from hpedi.pipeline.remittance_receivers import receiver_of_remittances
from hpedi.reference.conventions import Recovery
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext
from hpedi.transactions.remittance_835.delimiters import free_delimiters
from hpedi.transactions.remittance_835.model import PaymentMethod, ProviderAdjustment, RemittancePayer
from hpedi.transactions.remittance_835.write import write_remittance
from hpedi.x12.segment import SegmentValues
from hpedi.x12.writer import FunctionalGroup, Interchange, TransactionSet, write_x12

ACH_FILE_NUMBERS = "ach-file"


class CannotPay(Exception):
    """Reference data that payments need is not there: nothing was built or released."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep what is missing."""
        super().__init__("payments cannot be made; see the findings")
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentData:
    """What payments need that no payer owns.

    Attributes:
        calendar: ACH business days.
        ach_conventions: Bytes of mappings/payments/ach_conventions.yaml.
        guide: The 835 X221A1, to read back what was written.
        access_rules: What the roles may do: who may receive which remittance.
    """

    calendar: AchCalendar
    ach_conventions: bytes
    guide: Guide
    access_rules: AccessRules


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    """To whom a remittance goes, and under which control number."""

    receiver: Receiver
    number: int


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


def pay(books: Books, context: RunContext, reference: Reference, data: PaymentData) -> Paid:
    """Pay all final unpaid decisions.

    Raises:
        CannotPay: No funding account or calendar for the day, or a payee is gone; what is not built or released
            yet stays so.
        ReleaseBlocked: Something does not balance: a bug; nothing of the run is released.
    """
    _payer_and_date(context.as_of, reference, data)  # asked before a run holds decisions that it could not pay
    with books.writing(context) as work:
        work.restorations.check_not_held()
        run = work.payments.open_run() or work.payments.begin_run(context.as_of, context.instant)
    built = _build(books, context, reference, data, run) if run else ()
    released = _release(books, context, reference, data)
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
    """Make the payments of a run payee by payee: only the claims of one are at hand."""
    payments: list[Payment] = []
    checks = 0
    for payee in work.decisions.payees(run.id):
        decided = list(work.decisions.of_run(run.id, payee))
        numbers = RunNumbers(
            trace_numbers=[str(run.first_trace_number + len(payments) - checks)],
            check_numbers=[str(run.first_check_number + checks)],
        )
        run_input = _run_input(decided, payee, run.as_of, reference, data)
        interest = _interest(work, run_input, reference)
        adjustments = _adjustments(work, decided, payee, reference, sum(interest.values(), ZERO))
        given = {(payee, FUNDING_ACCOUNT): adjustments}
        (remitted,) = remit(replace(run_input, provider_adjustments=given, interest=interest), numbers)
        payments.append(remitted.payment)
        checks += remitted.payment.method is PaymentMethod.CHECK
    return payments


def _interest(work: Work, run_input: PaymentRunInput, reference: Reference) -> Interest:
    """Return the interest on the claims of a payment; what an examiner set takes the place of what is worked out."""
    interest = interest_of(run_input.decided, reference, run_input.payment_date)
    numbers = [decision.payer_claim_control_number for _received, decision in run_input.decided]
    set_by_hand = {
        number: made.interest
        for number, overrides in work.pends.overrides(numbers).items()
        for made in overrides
        if made.interest is not None
    }
    for _received, decision in run_input.decided:
        if decision.payer_claim_control_number in set_by_hand and decision.kind != "reversal":
            key = decision.payer_claim_control_number, decision.version
            interest[key] = set_by_hand[decision.payer_claim_control_number]
    return interest


def _adjustments(
    work: Work, decided: Sequence[StoredDecision], payee: str, reference: Reference, interest: Usd
) -> tuple[ProviderAdjustment, ...]:
    """Return what a payee's remittance takes back, and tells to be taken back later."""
    recovery: dict[str, Recovery] = {}
    for stored in decided:
        conventions = reference.conventions(stored.received.received)
        recovery |= conventions.recovery if stored.decision.reason and conventions is not None else {}
    owed = work.payee_balances.owed(payee)
    return adjustments_of([stored.decision for stored in decided], recovery, owed, interest)


def _run_input(
    decided: Sequence[StoredDecision],
    payee: str,
    day: date,
    reference: Reference,
    data: PaymentData,
) -> PaymentRunInput:
    payer, payment_date = _payer_and_date(day, reference, data)
    provider = reference.providers.get(payee)
    if provider is None:
        raise CannotPay([found("payee-missing", Where())])
    return PaymentRunInput(
        decided=[(stored.received, stored.decision) for stored in decided],
        payees={payee: remittance_payee(provider, reference, payment_date)},
        payers={FUNDING_ACCOUNT: payer},
        funding_account=FUNDING_ACCOUNT,
        claim_filing=ClaimFiling(usual=reference.payer.claim_filing, by_plan=reference.claim_filing_by_plan),
        production_date=day,
        payment_date=payment_date,
        calendar=business_days(data.calendar, reference),
    )


def _payer_and_date(day: date, reference: Reference, data: PaymentData) -> tuple[RemittancePayer, date]:
    """Return the payer's side of a run on a business day, and the day it pays on.

    Raises:
        CannotPay: The calendar does not list the year, or no funding account is in force.
    """
    calendar = business_days(data.calendar, reference)
    findings = check_calendar(calendar, day)
    if findings:
        raise CannotPay(findings)
    payment_date = calendar.next_business_day(day)
    payer = remittance_payer(reference, payment_date)
    if payer is None:
        raise CannotPay([found("funding-account-missing", Where())])
    return payer, payment_date


# --- release ---------------------------------------------------------------------------------------------------------


def _release(books: Books, context: RunContext, reference: Reference, data: PaymentData) -> tuple[StoredPayment, ...]:
    with books.reading(context) as work:
        runs = {run.id: run for run in work.payments.runs()}
        approved = work.payments.in_state(PaymentState.APPROVED)
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
    _payer, earliest = _payer_and_date(run.as_of, reference, data)
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
    """Build the remittance of a stored payment from the decisions it pays: the same again, or it is not released."""
    payment = stored.payment
    provider = payment.payee.provider
    given = [each for each in payment.adjustments if each.code in OWED and each.reference != payment.trace_number]
    as_built = replace(
        _run_input(decided, provider, run.as_of, reference, data),
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

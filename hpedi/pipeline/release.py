"""Release: approved payments become 835s, one ACH file a run and a check register, all read back before they leave.

The second phase of a payment run, one commit a run. A remittance is built again from what its payment pays; where it
comes to anything else than was approved, that payment is kept back, and told with what to do. What the payer is and
when the banks work is taken as known on the day of release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Unavailable, Where
from hpedi.payments.balancing import check_run
from hpedi.payments.conventions import AchConventions, load_ach_conventions
from hpedi.payments.dues import DUE
from hpedi.payments.faults import NotAsWritten, ReleaseBlocked
from hpedi.payments.ledger import ledger_source
from hpedi.payments.payee_balances import OWED
from hpedi.payments.payment import Payment, RemittedPayment
from hpedi.payments.remit import RunNumbers, remit
from hpedi.payments.states import PaymentState
from hpedi.payments.verification import verify_remittance_bytes
from hpedi.pipeline.bank_files import (
    ACH_ENTRY_NUMBERS,
    ACH_FILE_NUMBERS,
    BankFileNumbers,
    BankFiles,
    bank_files,
    file_modifier,
)
from hpedi.pipeline.corporate_exchange import as_ccd_plus, inside, why_ccd_plus
from hpedi.pipeline.interchange_numbers import counter_of
from hpedi.pipeline.parties import Receiver, ach_originator, business_days, sender
from hpedi.pipeline.payee_accounts import PayeeAccounts, payee_accounts
from hpedi.pipeline.payment_terms import CannotPay, Held, PaymentData, at_the_payer, payer_and_date, run_input
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import REMITTANCE_SET, Outbound, PaymentRun, StoredDecision, StoredPayment
from hpedi.pipeline.remittance_receivers import receiver_of_remittances
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext
from hpedi.transactions.remittance_835.delimiters import free_delimiters
from hpedi.transactions.remittance_835.model import PaymentMethod
from hpedi.transactions.remittance_835.write import write_remittance
from hpedi.x12.segment import SegmentValues
from hpedi.x12.writer import FunctionalGroup, Interchange, TransactionSet, write_x12

GIVEN: Final = OWED | DUE
"""The PLB codes that a remittance is given; it works out interest, and what it carries forward, itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What a release did.

    Attributes:
        released: The payments that went out, dated as they did.
        held: Those that are kept back, and why: they stay approved.
        days_apart: The most business days between an EFT and its 835.
    """

    released: tuple[StoredPayment, ...]
    held: tuple[Held, ...]
    days_apart: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What a run is released by: the run as of the day, the moment, and what the payer and all payers have."""

    run: PaymentRun
    moment: datetime
    reference: Reference
    data: PaymentData
    conventions: AchConventions


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    """To whom a remittance goes, and under which control number."""

    receiver: Receiver
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """The payments of a run as they go out, with everything that goes out for them."""

    due: tuple[StoredPayment, ...]
    addresses: tuple[_Address, ...]
    remittances: tuple[Outbound, ...]
    bank: BankFiles


def release(
    books: Books, context: RunContext, reference: Reference, data: PaymentData, runs: Collection[int] | None = None
) -> Released:
    """Release the approved payments of some runs, or of all; one that cannot go out stops no other.

    Raises:
        ReleaseBlocked: The payments of a run together do not balance: a bug; nothing of it is released.
        Unavailable: These books came back from a backup, and nobody confirmed it.
    """
    with books.reading(context) as work:
        work.restorations.check_not_held()
        begun = {run.id: run for run in work.payments.runs()}
        accounts = payee_accounts(work, reference)
        standing = work.payments.in_state(PaymentState.APPROVED)
    approved = [each for each in standing if runs is None or each.run in runs]
    released: list[StoredPayment] = []
    held: list[Held] = []
    for run_id in sorted({payment.run for payment in approved}):
        terms = _terms(_run_on(begun[run_id], context), context, reference, data)
        due = [each for each in approved if each.run == run_id]
        stays = {each.id: _why_not(each, terms, accounts, context) for each in due}
        held += [_held(each, why) for each in due if (why := stays[each.id]) is not None]
        out, faulty = _release_run(books, context, terms, [each for each in due if stays[each.id] is None])
        released += out
        held += faulty
    return Released(
        released=tuple(released), held=tuple(held), days_apart=_days_apart(released, context, reference, data)
    )


def _terms(run: PaymentRun, context: RunContext, reference: Reference, data: PaymentData) -> _Terms:
    return _Terms(
        run=run,
        moment=max(run.instant, context.instant),
        reference=reference,
        data=data,
        conventions=load_ach_conventions(data.ach_conventions, run.as_of),
    )


def _run_on(run: PaymentRun, context: RunContext) -> PaymentRun:
    """Return a run as of the day of release: what is approved later goes out with later dates."""
    is_later = context.as_of > run.as_of
    return replace(run, as_of=context.as_of, instant=context.instant) if is_later else at_the_payer(run, context)


def _why_not(stored: StoredPayment, terms: _Terms, accounts: PayeeAccounts, context: RunContext) -> Finding | None:
    """Return why a payment does not go out by what is known before anything is written."""
    if stored.payment.payee.provider not in terms.reference.providers:
        return found("payee-missing", Where())
    if accounts.is_held(stored.payment.payee):
        return found("account-on-hold", Where())
    try:
        day = _payment_date(stored.payment, terms)
    except CannotPay as refused:
        return refused.findings[0]
    apart = business_days(terms.data.calendar, terms.reference).business_days_between(context.as_of, day)
    is_far = apart is None or apart > terms.data.remittance_days
    return found("remittance-window", Where()) if is_far else None


def _payment_date(payment: Payment, terms: _Terms) -> date:
    """Return BPR16 and the effective entry date: never before the release, and a business day as known now."""
    _payer, earliest = payer_and_date(terms.run.as_of, terms.moment, terms.reference, terms.data)
    return business_days(terms.data.calendar, terms.reference).next_business_day(max(payment.payment_date, earliest))


def _held(stored: StoredPayment, finding: Finding) -> Held:
    made = stored.payment
    return Held(
        number=made.trace_number,
        provider=made.payee.provider,
        claims=len(made.claims),
        amount=made.amount,
        finding=finding,
    )


def _days_apart(released: Sequence[StoredPayment], context: RunContext, reference: Reference, data: PaymentData) -> int:
    calendar = business_days(data.calendar, reference)
    efts = {each.payment.payment_date for each in released if each.payment.method is PaymentMethod.ACH}
    return max((calendar.business_days_between(context.as_of, day) or 0 for day in efts), default=0)


def _release_run(
    books: Books, context: RunContext, terms: _Terms, due: Sequence[StoredPayment]
) -> tuple[tuple[StoredPayment, ...], list[Held]]:
    counter = f"{ACH_FILE_NUMBERS}:{terms.run.as_of}"
    asked = {each.id: each.payment for each in due}
    held: list[Held] = []
    with books.reading(context) as work:
        numbers = BankFileNumbers(file=work.numbers.peek(counter), first_entry=work.numbers.peek(ACH_ENTRY_NUMBERS))
        if due:
            file_modifier(numbers.file)
        prepared = _prepared(work, due, numbers, terms)
        while not isinstance(prepared, _Prepared):
            faults = prepared
            held += [_held(each, faults[each.id]) for each in due if each.id in faults]
            due = [each for each in due if each.id not in faults]
            prepared = _prepared(work, due, numbers, terms)
        booked = work.ledger.of_sources([ledger_source(payment.payment) for payment in due])
    check_run([each.payment for each in prepared.due], prepared.bank.credits_of, prepared.bank.checks, booked)
    if not prepared.due:
        return (), held
    with books.writing(context) as work:
        if prepared.bank.files and not _took(work, counter, numbers, len(prepared.bank.entries)):
            raise Unavailable("another payment run released payments at the same time")
        _take_numbers(work, prepared.addresses)
        work.payments.release(prepared.due, prepared.bank.entries)
        for each, file in zip(prepared.due, prepared.remittances, strict=True):
            work.outbox.put([file])  # one by one: all of them are not at hand once more, sealed
            subject = f"payment:{each.payment.trace_number}"
            reason = _entry_format(asked[each.id], file, terms) or "payment run"
            work.audit.record("release", subject, reason=reason, result=PaymentState.RELEASED)
        work.outbox.put(prepared.bank.files)
    return tuple(replace(each, state=PaymentState.RELEASED) for each in prepared.due), held


def _took(work: Work, counter: str, numbers: BankFileNumbers, entries: int) -> bool:
    """Take the numbers that bank files were written with; say whether they were still there."""
    first_entry = work.numbers.reserve(ACH_ENTRY_NUMBERS, entries) if entries else numbers.first_entry
    return (work.numbers.reserve(counter), first_entry) == (numbers.file, numbers.first_entry)


def _prepared(
    work: Work, due: Sequence[StoredPayment], numbers: BankFileNumbers, terms: _Terms
) -> _Prepared | Mapping[int, Finding]:
    """Write everything for the payments of a run; if some cannot be written, say only which (by row) and why."""
    taken: Counter[str] = Counter()
    faults: dict[int, Finding] = {}
    out, addresses, files = [], [], []
    for stored in due:
        address = _address(work, stored, terms, taken)
        try:
            as_sent, file = _remittance_file(work, stored, address, terms)
        except ReleaseBlocked as fault:
            code = "remittance-not-as-written" if isinstance(fault, NotAsWritten) else "payment-changed"
            faults[stored.id] = found(code, Where())
            continue
        out.append(as_sent)
        addresses.append(address)
        files.append(file)
    if faults:
        return faults
    try:
        bank = _bank_files(list(zip(out, files, strict=True)), numbers, terms)
    except (ReleaseBlocked, ValueError):
        alone = zip(out, files, strict=True)
        faults = {
            each.id: found("eft-not-writable", Where()) for each, file in alone if not _is_writable(each, file, terms)
        }
        if not faults:  # each can be written alone, but not all together: a bug
            raise
        return faults
    return _Prepared(due=tuple(out), addresses=tuple(addresses), remittances=tuple(files), bank=bank)


def _is_writable(stored: StoredPayment, file: Outbound, terms: _Terms) -> bool:
    try:
        _bank_files([(stored, file)], BankFileNumbers(file=1, first_entry=1), terms)
    except (ReleaseBlocked, ValueError):
        return False
    return True


def _bank_files(due: Sequence[tuple[StoredPayment, Outbound]], numbers: BankFileNumbers, terms: _Terms) -> BankFiles:
    """Write the bank's files of payments with their 835s."""
    originator = ach_originator(terms.reference)
    payments = [stored.payment for stored, _file in due]
    carried = inside((stored.payment, file.content) for stored, file in due)
    return bank_files(payments, terms.run, numbers, originator, terms.conventions, carried)


def _entry_format(asked: Payment, file: Outbound, terms: _Terms) -> str:
    """Say why an 835 does not go inside its entry though the payee wants that; empty where nothing is to be said."""
    why = why_ccd_plus(asked, file.content, terms.conventions.most_addenda)
    return f"payment run, CCD+: {why}" if why else ""


def _address(work: Work, stored: StoredPayment, terms: _Terms, taken: Counter[str]) -> _Address:
    """Return where the remittance of a payment goes, the numbers of a receiver one after another."""
    payee, rules = stored.payment.payee, terms.data.access_rules
    receiver = receiver_of_remittances(work, rules, terms.reference, payee, terms.run.as_of)
    counter = counter_of(receiver.id)
    taken[counter] += 1
    return _Address(receiver=receiver, number=work.numbers.peek(counter) + taken[counter] - 1)


def _take_numbers(work: Work, addresses: Iterable[_Address]) -> None:
    for each in sorted(addresses, key=lambda address: (address.receiver.id, address.number)):
        if work.numbers.reserve(counter_of(each.receiver.id)) != each.number:
            raise Unavailable("something was sent to a receiver of remittances at the same time")


def _remittance_file(
    work: Work, stored: StoredPayment, address: _Address, terms: _Terms
) -> tuple[StoredPayment, Outbound]:
    """Write the 835 of a payment; return the payment as it goes out, too.

    Raises:
        ReleaseBlocked: It is another one than was approved, or does not balance.
    """
    remitted = _remitted_again(list(work.decisions.of_payment(stored.id)), stored.payment, terms)
    segments = list(write_remittance(remitted.remittance))
    content = write_x12(_interchange(segments, address, terms), free_delimiters(segments))
    if why_ccd_plus(stored.payment, content, terms.conventions.most_addenda):
        return _remittance_file(work, replace(stored, payment=as_ccd_plus(stored.payment)), address, terms)
    verify_remittance_bytes(content, terms.data.guide, remitted.remittance)
    name = f"{stored.payment.trace_number}.835"
    file = Outbound(folder=address.receiver.folder, name=name, kind=REMITTANCE_SET, content=content, run=terms.run.id)
    return replace(stored, payment=remitted.payment), file


def _interchange(segments: Sequence[SegmentValues], address: _Address, terms: _Terms) -> Interchange:
    us, gs_id = sender(terms.reference)
    body = TransactionSet(id=REMITTANCE_SET, control_number="0001", segments=segments)
    group = FunctionalGroup(
        functional_id=terms.data.guide.functional_id,
        sender=gs_id,
        receiver=address.receiver.gs_id,
        instant=terms.run.instant,
        control_number=address.number,
        version=terms.data.guide.id,
        sets=[body],
    )
    return Interchange(
        sender=us,
        receiver=address.receiver.party,
        instant=terms.run.instant,
        control_number=address.number,
        usage="P",
        groups=[group],
    )


def _remitted_again(decided: Sequence[StoredDecision], payment: Payment, terms: _Terms) -> RemittedPayment:
    """Build the remittance of a stored payment from what it pays, dated and signed as of its release.

    Raises:
        ReleaseBlocked: It comes to anything else than was approved.
    """
    provider = payment.payee.provider
    given = [each for each in payment.adjustments if each.code in GIVEN and each.reference != payment.trace_number]
    as_built = replace(
        run_input(decided, payment.payee, terms.run, terms.reference, terms.data),
        funding_account=payment.funding_account,
        provider_adjustments={(provider, payment.funding_account): tuple(given)},
        interest={(paid.payer_claim_control_number, paid.version): paid.interest for paid in payment.claims},
        payment_date=_payment_date(payment, terms),
    )
    numbers = RunNumbers(trace_numbers=[payment.trace_number], check_numbers=[payment.trace_number])
    (remitted,) = remit(as_built, numbers)
    made = replace(remitted.payment, reissues=payment.reissues)
    if replace(payment, payment_date=made.payment_date, originator_id=made.originator_id) != made:
        raise ReleaseBlocked("a stored payment is not what its decisions come to")
    return RemittedPayment(made, remitted.remittance)

"""Pay: final decisions and dues become payments, payments become 835s, one ACH file and a check register.

Two phases, each one commit. Build: an open run holds the unpaid decisions and dues and its numbers; its payments are
stored with the ledger, those that need nobody's approval approved; one payee's claims are at hand at a time, and the
payments in a packed form. Release (see `release`): approved payments are
written as bytes, read back, balanced and put into the outbox. A kill before either commit leaves the run open, or the
payments approved, for the next `pay`. What cannot be paid is kept back and told, and stops no other payee's payment.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from hpedi.adjudication.correction import decision_id
from hpedi.finding_kinds import found
from hpedi.findings import Where
from hpedi.money import ZERO, Usd
from hpedi.payments.dues import Due, due_rows, paid_of, refunded_by
from hpedi.payments.faults import Unbalanced
from hpedi.payments.interest import Interest, interest_of
from hpedi.payments.ledger import ledger_source, payment_postings
from hpedi.payments.payee_balances import PayeeBalance, adjustments_of, balance_entries
from hpedi.payments.paying_accounts import paying_accounts
from hpedi.payments.payment import Payment, PaymentHead
from hpedi.payments.remit import PaymentRunInput, RunNumbers, remit
from hpedi.payments.split_remittances import split
from hpedi.payments.states import PaymentState
from hpedi.pipeline.approve import waits_for_approval
from hpedi.pipeline.member_checks import member_payments
from hpedi.pipeline.parties import FUNDING_ACCOUNT
from hpedi.pipeline.payee_accounts import payee_accounts
from hpedi.pipeline.payment_terms import (
    CannotPay,
    Held,
    PaymentData,
    at_the_payer,
    payee_now,
    payer_and_date,
    run_input,
)
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import ListedPayment, PaymentRun, StoredDecision
from hpedi.pipeline.release import release
from hpedi.reference.conventions import Recovery
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext
from hpedi.transactions.remittance_835.model import PaymentMethod, ProviderAdjustment


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What a `pay` did.

    Attributes:
        built: The payments it built.
        released: Those that went out.
        waiting: All that wait for somebody to approve them.
        held: What is kept back, and why.
        days_apart: The most business days between an EFT that went out and its 835.
    """

    built: tuple[ListedPayment, ...]
    released: tuple[ListedPayment, ...]
    waiting: tuple[ListedPayment, ...]
    held: tuple[Held, ...]
    days_apart: int


def pay(books: Books, context: RunContext, reference: Reference, data: PaymentData, *, dues_only: bool = False) -> Paid:
    """Pay all final unpaid decisions, and what settlements found due.

    Args:
        books: Where everything is kept.
        context: Who pays, and on which day.
        reference: The payer's reference data.
        data: What no payer owns.
        dues_only: Leave claims to a run of their own. A run that was begun before is finished first, as it was begun.

    Raises:
        CannotPay: No funding account or calendar for the day; what is not built or released yet stays so.
        ReleaseBlocked: The payments of a run together do not balance: a bug; nothing of the run is released.
    """
    payer_and_date(context.as_of, context.instant, reference, data)  # before a run holds what it could not pay
    with books.writing(context) as work:
        work.restorations.check_not_held()
        run = work.payments.open_run() or work.payments.begin_run(context.as_of, context.instant, dues_only=dues_only)
    built: tuple[ListedPayment, ...] = ()
    left: tuple[Held, ...] = ()
    if run is not None:
        built, left = _build(books, context, reference, data, at_the_payer(run, context), dues_only=dues_only)
    out = release(books, context, reference, data)
    with books.reading(context) as work:
        waiting = work.payments.in_state(PaymentState.BUILT)
    return Paid(built=built, released=out.released, waiting=waiting, held=(*left, *out.held), days_apart=out.days_apart)


# --- build -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Draft:
    """A payment that is not stored yet: who is paid what, and all of it in as few bytes as it takes."""

    head: PaymentHead
    packed: bytes

    @classmethod
    def of(cls, made: Payment) -> _Draft:
        return cls(made.head, zlib.compress(msgspec.msgpack.encode(made), level=1))

    @property
    def payment(self) -> Payment:
        return msgspec.msgpack.decode(zlib.decompress(self.packed), type=Payment)


def _build(
    books: Books,
    context: RunContext,
    reference: Reference,
    data: PaymentData,
    run: PaymentRun,
    *,
    dues_only: bool,
) -> tuple[tuple[ListedPayment, ...], tuple[Held, ...]]:
    """Build the payments of a run; what cannot be paid is unpaid as before, for the next run."""
    with books.reading(context) as work:
        drafts, held = _drafts(work, run, reference, data, dues_only=dues_only)
    waits = waits_for_approval([each.head for each in drafts], reference, run.as_of)
    with books.writing(context) as work:
        work.payments.hold_run(run)
        stored = tuple(_booked(work, run, each.payment, waits) for each in drafts)
        work.payments.close(run, stored, [each.provider for each in held if not each.to_member])
    return stored, tuple(held)


def _booked(work: Work, run: PaymentRun, made: Payment, waits: Mapping[str, str]) -> ListedPayment:
    """Store a payment with its postings, what it changes of what its payee owes, and who built it."""
    number = made.trace_number
    stored = work.payments.add(run, made, waits.get(number))
    work.ledger.post(payment_postings(made), run.as_of, run.id)
    entries = balance_entries(made.payee.provider, made.funding_account, made.adjustments)
    work.payee_balances.append(entries, ledger_source(made), run.as_of)
    members = work.decisions.members_paid(number) or (made.member,)
    work.audit.record("pay", f"payment:{number}", members=members, reason="payment run", result=stored.state)
    work.audit.write()
    return stored


def _drafts(
    work: Work, run: PaymentRun, reference: Reference, data: PaymentData, *, dues_only: bool
) -> tuple[list[_Draft], list[Held]]:
    """Make the payments of a run payee by payee: only the claims and dues of one are at hand."""
    drafts: list[_Draft] = []
    kept: list[Held] = []
    numbers = _Numbers(run)
    accounts = payee_accounts(work, reference)
    for provider in dict.fromkeys((*work.decisions.payees(run.id), *work.settlements.payees(run.id))):
        decided = list(work.decisions.of_run(run.id, provider))
        dues = work.settlements.of_run(run.id, provider)
        payee = payee_now(provider, reference)
        if payee is None:
            kept.append(_held(provider, decided, dues, "payee-missing"))
            continue
        try:
            for account, of_account in _by_account(decided, dues).items():
                paid_for = accounts.addressed(run_input(of_account, payee, run, reference, data, account))
                owing = [each for each in dues if each.funding_account == account]
                made, numbers = _payments_to(work, paid_for, provider, owing, reference, numbers)
                drafts += map(_Draft.of, made)
        except (Unbalanced, CannotPay) as fault:
            code = "payment-unbalanced" if isinstance(fault, Unbalanced) else fault.findings[0].code
            drafts = [each for each in drafts if each.head.payee.provider != provider]
            numbers = _Numbers.after_all(run, drafts)
            kept.append(_held(provider, decided, dues, code))
    if not dues_only:
        checks, without_address = member_payments(work, run, reference, data, numbers.first_check)
        drafts += map(_Draft.of, checks)
        kept += without_address
    return drafts, kept


def _by_account(decided: Sequence[StoredDecision], dues: Sequence[Due]) -> Mapping[str, Sequence[StoredDecision]]:
    """Return a payee's decisions by the account that pays them, with those accounts that pay only dues."""
    accounts: dict[str, list[StoredDecision]] = {each.funding_account: [] for each in dues}
    paid_from = paying_accounts((each.decision for each in decided), FUNDING_ACCOUNT)
    for each in decided:
        accounts.setdefault(paid_from[decision_id(each.decision)], []).append(each)
    return accounts


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of a run that are free: how many payments, and how many of them checks, have theirs."""

    run: PaymentRun
    payments: int = 0
    checks: int = 0

    @classmethod
    def after_all(cls, run: PaymentRun, drafts: Sequence[_Draft]) -> _Numbers:
        """Return what is free once some payments have their numbers."""
        return cls(run, len(drafts), sum(each.head.method is PaymentMethod.CHECK for each in drafts))

    @property
    def first_check(self) -> int:
        """The next check number."""
        return self.run.first_check_number + self.checks

    @property
    def free(self) -> RunNumbers:
        """The next EFT and check number."""
        return RunNumbers(
            trace_numbers=[str(self.run.first_trace_number + self.payments - self.checks)],
            check_numbers=[str(self.first_check)],
        )

    def after(self, made: Payment) -> _Numbers:
        """Return what is free once a payment has its number."""
        return _Numbers(self.run, self.payments + 1, self.checks + (made.method is PaymentMethod.CHECK))


def _payments_to(
    work: Work,
    paid_for: PaymentRunInput,
    provider: str,
    dues: Sequence[Due],
    reference: Reference,
    numbers: _Numbers,
) -> tuple[list[Payment], _Numbers]:
    """Make the payments to a payee: one, or one a submitter or contract where only claims are to be paid."""
    is_plain = not dues and not _owed(work, paid_for, provider)
    by = reference.providers[provider].remittance_by if is_plain else "payee"
    payments = []
    for decided in split(paid_for.decided, by, reference):
        made = _payment(work, replace(paid_for, decided=decided), provider, dues, reference, numbers.free)
        payments.append(made)
        numbers = numbers.after(made)
    return payments, numbers


def _payment(
    work: Work,
    paid_for: PaymentRunInput,
    provider: str,
    dues: Sequence[Due],
    reference: Reference,
    numbers: RunNumbers,
) -> Payment:
    interest = _interest(work, paid_for, reference)
    rows = due_rows(dues)
    beside = sum(interest.values(), paid_of(rows))
    adjustments = (*rows, *_adjustments(work, paid_for, provider, reference, beside, refunded_by(dues)))
    given = {(provider, _paid_from(paid_for)): adjustments}
    (remitted,) = remit(replace(paid_for, provider_adjustments=given, interest=interest), numbers)
    return remitted.payment


def _held(provider: str, decided: Sequence[StoredDecision], dues: Sequence[Due], code: str) -> Held:
    amount = sum((stored.decision.paid for stored in decided), ZERO) + sum((each.amount for each in dues), ZERO)
    return Held(provider=provider, claims=len(decided), amount=amount, finding=found(code, Where()))


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
    work: Work,
    paid_for: PaymentRunInput,
    payee: str,
    reference: Reference,
    beside: Usd,
    refunded: Mapping[str, Usd],
) -> tuple[ProviderAdjustment, ...]:
    """Return what a payee's remittance takes back, and tells to be taken back later; `beside` is paid beside claims."""
    recovery: dict[str, Recovery] = {}
    for received, decision in paid_for.decided:
        conventions = reference.conventions(received.received)
        recovery |= conventions.recovery if decision.reason and conventions is not None else {}
    owed = _owed(work, paid_for, payee)
    return adjustments_of([decision for _received, decision in paid_for.decided], recovery, owed, beside, refunded)


def _owed(work: Work, paid_for: PaymentRunInput, payee: str) -> tuple[PayeeBalance, ...]:
    """Return what a payee owes the account that it is paid from."""
    account = _paid_from(paid_for)
    return tuple(each for each in work.payee_balances.owed(payee) if each.funding_account == account)


def _paid_from(paid_for: PaymentRunInput) -> str:
    """Return our id of the account that pays: there is one a remittance."""
    (account,) = paid_for.payers
    return account

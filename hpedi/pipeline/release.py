"""Release: approved payments become 835s, one ACH file a run and a check register, all read back before they leave.

The second phase of a payment run. Its 835s are written file by file into a staging table that nobody reads (see
`remittance_files`); one commit a run then publishes them, with states, bank files and audit. A kill before it leaves
the payments approved, and the next release drops what was staged and writes anew. What the payer is and when the banks
work is taken as known on the day of release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Unavailable, Where
from hpedi.payments.balancing import check_run
from hpedi.payments.conventions import load_ach_conventions
from hpedi.payments.faults import ReleaseBlocked
from hpedi.payments.ledger import ledger_source
from hpedi.payments.states import PaymentState
from hpedi.pipeline.bank_files import (
    ACH_ENTRY_NUMBERS,
    ACH_FILE_NUMBERS,
    BankFileNumbers,
    BankFiles,
    bank_files,
    file_modifier,
)
from hpedi.pipeline.member_checks import member_check_as_sent
from hpedi.pipeline.parties import ach_originator, business_days
from hpedi.pipeline.payee_accounts import PayeeAccounts, payee_accounts
from hpedi.pipeline.payment_terms import CannotPay, Held, PaymentData, at_the_payer
from hpedi.pipeline.ports import Books, Work
from hpedi.pipeline.records import ListedPayment, PaymentRun
from hpedi.pipeline.remittance_files import (
    ReleaseTerms,
    RemittanceFile,
    RemittanceFiles,
    payment_date_on,
    take_numbers,
)
from hpedi.reference.reference import Reference
from hpedi.run_context import RunContext
from hpedi.transactions.remittance_835.model import PaymentMethod

AT_HAND: Final = 1_000_000
"""Bytes of written 835s that are at hand before they are staged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What a release did.

    Attributes:
        released: The payments that went out, dated as they did.
        held: Those that are kept back, and why: they stay approved.
        days_apart: The most business days between an EFT and its 835.
    """

    released: tuple[ListedPayment, ...]
    held: tuple[Held, ...]
    days_apart: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Staged:
    """The payments of a run as they go out, in order, and their files, which are staged.

    Attributes:
        due: The payments.
        files: The files, without their bytes.
        faults: Why others (by their rows) do not go out.
        inside: The 835s that go inside the entries of their payments, by EFT number.
        ccd_plus: Why an 835 (by the payment's row) does not go inside its entry though its payee wants that.
    """

    due: tuple[ListedPayment, ...]
    files: tuple[RemittanceFile, ...]
    faults: Mapping[int, Finding]
    inside: Mapping[str, bytes]
    ccd_plus: Mapping[int, str]


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
    released: list[ListedPayment] = []
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


def _terms(run: PaymentRun, context: RunContext, reference: Reference, data: PaymentData) -> ReleaseTerms:
    return ReleaseTerms(
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


def _why_not(
    stored: ListedPayment, terms: ReleaseTerms, accounts: PayeeAccounts, context: RunContext
) -> Finding | None:
    """Return why a payment does not go out by what is known before anything is written."""
    if not stored.payment.member and stored.payment.payee.provider not in terms.reference.providers:
        return found("payee-missing", Where())
    if accounts.is_held(stored.payment.payee):
        return found("account-on-hold", Where())
    try:
        day = payment_date_on(stored.payment, terms)
    except CannotPay as refused:
        return refused.findings[0]
    apart = business_days(terms.data.calendar, terms.reference).business_days_between(context.as_of, day)
    is_far = apart is None or apart > terms.data.remittance_days
    return found("remittance-window", Where()) if is_far else None


def _held(stored: ListedPayment, finding: Finding) -> Held:
    made = stored.payment
    return Held(
        number=made.trace_number,
        provider=made.payee.provider or made.member,
        claims=stored.claims,
        amount=made.amount,
        finding=finding,
    )


def _days_apart(released: Sequence[ListedPayment], context: RunContext, reference: Reference, data: PaymentData) -> int:
    calendar = business_days(data.calendar, reference)
    efts = {each.payment.payment_date for each in released if each.payment.method is PaymentMethod.ACH}
    return max((calendar.business_days_between(context.as_of, day) or 0 for day in efts), default=0)


def _release_run(
    books: Books, context: RunContext, terms: ReleaseTerms, due: Sequence[ListedPayment]
) -> tuple[tuple[ListedPayment, ...], list[Held]]:
    with books.reading(context) as work:
        counter = _files_of_day(terms)
        numbers = BankFileNumbers(file=work.numbers.peek(counter), first_entry=work.numbers.peek(ACH_ENTRY_NUMBERS))
    if due:
        file_modifier(numbers.file)
    held: list[Held] = []
    bank: BankFiles | None = None
    while bank is None:
        staged = _staged(books, context, terms, due)
        bank, unwritable = _bank(staged, numbers, terms)
        faults = {**staged.faults, **unwritable}
        held += [_held(each, faults[each.id]) for each in due if each.id in faults]
        due = [each for each in due if each.id not in faults]
    if not staged.due:
        return (), held
    with books.reading(context) as work:
        booked = work.ledger.of_sources([ledger_source(each.payment) for each in staged.due])
    check_run([each.payment for each in staged.due], bank.credits_of, bank.checks, booked)
    with books.writing(context) as work:
        if bank.files and not _took(work, terms, numbers, bank):
            raise Unavailable("another payment run released payments at the same time")
        take_numbers(work, staged.files)
        rows = work.outbox.publish(terms.run.id, [each.file for each in staged.files])
        file_of = {paid.id: row for row, each in zip(rows, staged.files, strict=True) for paid in each.payments}
        work.payments.release(staged.due, bank.entries, file_of)
        for each in staged.due:
            why = staged.ccd_plus.get(each.id)
            reason = f"payment run, CCD+: {why}" if why else "payment run"
            subject = f"payment:{each.payment.trace_number}"
            work.audit.record("release", subject, reason=reason, result=PaymentState.RELEASED)
        work.outbox.put(bank.files)
    return tuple(replace(each, state=PaymentState.RELEASED) for each in staged.due), held


def _took(work: Work, terms: ReleaseTerms, numbers: BankFileNumbers, bank: BankFiles) -> bool:
    """Take the numbers that bank files were written with; say whether they were still there."""
    entries = len(bank.entries)
    first_entry = work.numbers.reserve(ACH_ENTRY_NUMBERS, entries) if entries else numbers.first_entry
    first_file = work.numbers.reserve(_files_of_day(terms), bank.numbers)
    return (first_file, first_entry) == (numbers.file, numbers.first_entry)


def _files_of_day(terms: ReleaseTerms) -> str:
    return f"{ACH_FILE_NUMBERS}:{terms.run.as_of}"


def _bank(
    staged: _Staged, numbers: BankFileNumbers, terms: ReleaseTerms
) -> tuple[BankFiles | None, Mapping[int, Finding]]:
    """Write the bank's files; if some payments cannot stand in them, return only which (by row) and why."""
    try:
        return _bank_files(staged.due, staged.inside, numbers, terms), {}
    except (ReleaseBlocked, ValueError):
        unwritable = [each for each in staged.due if not _is_writable(each, staged.inside, terms)]
        if not unwritable:  # each can be written alone, but not all together: a bug
            raise
        return None, {each.id: found("eft-not-writable", Where()) for each in unwritable}


def _staged(books: Books, context: RunContext, terms: ReleaseTerms, due: Sequence[ListedPayment]) -> _Staged:
    """Write the 835s of payments and stage them, in the place of what was staged before; memory holds a few."""
    files = RemittanceFiles(terms)
    made: list[RemittanceFile] = []
    to_members, faults = _to_members(books, context, terms, due)
    with books.writing(context) as work:
        work.outbox.unstage()
    for some in _some_at_once(_files(books, context, files, [each for each in due if not each.payment.member])):
        with books.writing(context) as work:
            work.outbox.stage([each.file for each in some])
        made += [replace(each, file=replace(each.file, content=b"")) for each in some]
    as_sent = {each.id: each for each in (*to_members, *(paid for file in made for paid in file.payments))}
    return _Staged(
        due=tuple(as_sent[each.id] for each in due if each.id in as_sent),
        files=tuple(made),
        faults={**faults, **files.faults},
        inside=files.inside,
        ccd_plus=files.ccd_plus,
    )


def _to_members(
    books: Books, context: RunContext, terms: ReleaseTerms, due: Sequence[ListedPayment]
) -> tuple[list[ListedPayment], Mapping[int, Finding]]:
    """Return the checks to members as they go out, and why others (by their rows) do not."""
    as_sent: list[ListedPayment] = []
    faults: dict[int, Finding] = {}
    with books.reading(context) as work:
        for each in due:
            stored = work.payments.by_number(each.payment.trace_number) if each.payment.member else None
            if stored is None:
                continue
            try:
                as_sent.append(member_check_as_sent(work, stored, terms))
            except ReleaseBlocked:
                faults[each.id] = found("payment-changed", Where())
    return as_sent, faults


def _files(
    books: Books, context: RunContext, files: RemittanceFiles, due: Sequence[ListedPayment]
) -> Iterator[RemittanceFile]:
    for each in due:
        with books.reading(context) as work:
            stored = work.payments.by_number(each.payment.trace_number)
            written = tuple(files.add(work, stored)) if stored is not None else ()
        yield from written
    with books.reading(context) as work:
        written = tuple(files.close(work))
    yield from written


def _some_at_once(files: Iterator[RemittanceFile]) -> Iterator[list[RemittanceFile]]:
    some: list[RemittanceFile] = []
    for each in files:
        some.append(each)
        if sum(len(one.file.content) for one in some) > AT_HAND:
            yield some
            some = []
    if some:
        yield some


def _is_writable(stored: ListedPayment, inside: Mapping[str, bytes], terms: ReleaseTerms) -> bool:
    try:
        _bank_files([stored], inside, BankFileNumbers(file=1, first_entry=1), terms)
    except (ReleaseBlocked, ValueError):
        return False
    return True


def _bank_files(
    due: Sequence[ListedPayment], inside: Mapping[str, bytes], numbers: BankFileNumbers, terms: ReleaseTerms
) -> BankFiles:
    """Write the bank's files of payments, account by account, with the 835s that go inside their entries."""
    originator = ach_originator(terms.reference)
    written: list[BankFiles] = []
    for account in sorted({each.payment.funding_account for each in due}):
        payments = [each.payment for each in due if each.payment.funding_account == account]
        carried = {each.trace_number: inside[each.trace_number] for each in payments if each.trace_number in inside}
        files_before, entries_before = len([each for each in written if each.files]), _entries(written)
        own = BankFileNumbers(file=numbers.file + files_before, first_entry=numbers.first_entry + entries_before)
        written.append(bank_files(payments, terms.run, own, originator, terms.conventions, carried))
    return BankFiles(
        files=tuple(file for each in written for file in each.files),
        entries=tuple(entry for each in written for entry in each.entries),
        credits_of={account: amount for each in written for account, amount in each.credits_of.items()},
        checks=tuple(check for each in written for check in each.checks),
        numbers=sum(1 for each in written if each.files),
    )


def _entries(written: Sequence[BankFiles]) -> int:
    return sum(len(each.entries) for each in written)

"""EFT returns: a bank's file of returns and notifications of change, taken whole, once, or refused whole.

A return brings its payment into the state returned, posts that the money came back, and puts the account on hold where
its code says so; the claims stay as decided. A return of a prenotification ends the way of its enrollment. What a
notification of change says of an account becomes a request for another enrollment, which a person approves; no account
is changed by it. Voiding or reissuing a payment is a step of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.money import ZERO, Usd
from hpedi.payments.ach.return_file import ReturnedEntry, read_return_file
from hpedi.payments.eft_enrollment import (
    OPEN,
    EftEnrollment,
    EnrollmentState,
    EnrollmentTerms,
    Linkage,
    SubmissionReason,
    corrected,
)
from hpedi.payments.eft_returns import Correction, ReturnCodes, correction_of
from hpedi.payments.ledger import ledger_source, postings_of, settlement_postings
from hpedi.payments.proof import RETURNED
from hpedi.payments.states import PaymentState, may_follow
from hpedi.pipeline.eft_enrolling import keep_request, requested
from hpedi.pipeline.eft_returns_ports import KeptReturn
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import StoredPayment
from hpedi.transactions.remittance_835.model import BankAccount

CAME_BACK, PROPOSED, REPEATED = "returned", "proposed", "repeated"
_NOT_BACK: Final = frozenset({PaymentState.RELEASED, PaymentState.SETTLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnTerms:
    """What an import needs besides the books: the codes in force, and what holds for enrollments."""

    codes: ReturnCodes
    enrollment: EnrollmentTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did.

    Attributes:
        returns: What came back, in order of the file.
        findings: Why nothing of the file was taken.
        is_again: The same file was imported before: nothing was done.
    """

    returns: tuple[KeptReturn, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """An entry of ours that may be meant: of a payment, or the prenotification of an enrollment."""

    payment: StoredPayment | None = None
    enrollment: EftEnrollment | None = None
    account: BankAccount | None
    amount: Usd
    effective: date
    is_back: bool

    @property
    def key(self) -> tuple[int | None, int | None]:
        """What tells it from others."""
        return (self.payment.id if self.payment else None, self.enrollment.id if self.enrollment else None)


def import_returns(work: Work, content: bytes, digest: str, terms: ReturnTerms, name: str) -> Imported:
    """Import a file of returns and notifications of change.

    Args:
        work: The transaction.
        content: The file.
        digest: SHA-256 of it: the same bytes are taken once.
        terms: In force on the day.
        name: Our name of the file, for findings.

    Findings:
        ach-record, ach-total: The file is malformed.
        ach-return-code: A code is not known, or its corrected data is malformed.
        ach-return-unknown: An entry is none that we sent, or several that cannot be told apart.
    """
    if work.eft.is_imported(digest):
        return Imported(is_again=True)
    read = read_return_file(content, name)
    matching = _Matching(work, terms.codes, name)
    for each in read.entries:
        matching.take(each)
    findings = (*read.findings, *matching.findings)
    if findings:
        work.audit.record("import", "bank file", reason="EFT returns", result=f"refused {findings[0].code}")
        return Imported(findings=findings)
    for sent, kept in matching.matched:
        _take(work, sent, kept, terms)
    returns = tuple(kept for _sent, kept in matching.matched)
    work.eft.keep(digest, work.context.instant, returns)
    return Imported(returns=returns)


class _Matching:
    """The entries of a file, each held against what was sent."""

    def __init__(self, work: Work, codes: ReturnCodes, name: str) -> None:
        self.findings: list[Finding] = []
        self.matched: list[tuple[_Sent, KeptReturn]] = []
        self._back: set[tuple[int | None, int | None]] = set()
        self._work = work
        self._codes = codes
        self._name = name

    def take(self, came: ReturnedEntry) -> None:
        where = Where(file=self._name, line=came.line)
        correction: Correction | None = None
        try:
            correction = self._understood(came)
        except ValueError as fault:
            self.findings.append(found("ach-return-code", where, f"{fault}."))
            return
        meant = self._meant(came)
        if len(meant) != 1:
            told = "Several entries that we sent fit this one." if meant else "No entry that we sent fits this one."
            self.findings.append(found("ach-return-unknown", where, told))
            return
        (sent,) = meant
        is_repeated = (sent.is_back or sent.key in self._back) and not (came.is_change and sent.payment)
        outcome = REPEATED if is_repeated else PROPOSED if came.is_change else CAME_BACK
        if sent.enrollment or outcome == CAME_BACK:
            self._back.add(sent.key)
        self.matched.append((sent, _kept(came, sent, outcome, correction)))

    def _understood(self, came: ReturnedEntry) -> Correction | None:
        """Return what a change proposes.

        Raises:
            ValueError: The code is not known, or what it corrects is malformed.
        """
        code = came.addenda.code
        if not came.is_change:
            if code not in self._codes.returns:
                raise ValueError(f"The return reason code {code} is not known")
            return None
        if code not in self._codes.changes:
            raise ValueError(f"The change code {code} is not known")
        return correction_of(self._codes.changes[code], came.addenda.information)

    def _meant(self, came: ReturnedEntry) -> Sequence[_Sent]:
        """Return the entries of ours that an entry may be: by trace, amount, bank and account; then by their day."""
        sent = [each for each in self._sent(came.addenda.original_trace) if _fits(came, each)]
        same_day = [each for each in sent if each.effective == came.effective_entry_date]
        if len(sent) > 1 and same_day:
            return same_day
        standing = [each for each in sent if not each.is_back]
        return standing if len(sent) > 1 and standing else sent

    def _sent(self, ach_trace_number: str) -> list[_Sent]:
        payments = [
            _Sent(
                payment=stored,
                account=stored.payment.payee.account,
                amount=entry.amount,
                effective=entry.effective_entry_date,
                is_back=stored.state not in _NOT_BACK,
            )
            for stored, entry in self._work.eft.sent(ach_trace_number)
        ]
        prenotes = [
            _Sent(
                enrollment=each,
                account=each.account,
                amount=ZERO,
                effective=each.prenote.effective_entry_date,
                is_back=each.state is not EnrollmentState.PRENOTED,
            )
            for each in self._work.eft_enrollments.sent(ach_trace_number)
            if each.prenote is not None
        ]
        return [*payments, *prenotes]


def _fits(came: ReturnedEntry, sent: _Sent) -> bool:
    account = sent.account
    return (
        account is not None
        and account.account_number == came.entry.account_number
        and account.routing_number[:8] == came.addenda.original_rdfi
        and (came.is_change or came.entry.amount == sent.amount)
    )


def _kept(came: ReturnedEntry, sent: _Sent, outcome: str, correction: Correction | None) -> KeptReturn:
    payment, enrollment = sent.key
    return KeptReturn(
        line=came.line,
        payment=payment,
        enrollment=enrollment,
        trace_number=sent.payment.payment.trace_number if sent.payment else "",
        code=came.addenda.code,
        amount=came.entry.amount,
        original_trace=came.addenda.original_trace,
        outcome=outcome,
        correction=correction,
    )


def _take(work: Work, sent: _Sent, kept: KeptReturn, terms: ReturnTerms) -> None:
    """Do what an entry says, with its audit row."""
    subject = f"payment:{kept.trace_number}" if sent.payment else f"eft-enrollment:{kept.enrollment}"
    work.audit.record("import", subject, reason=f"bank file, {kept.code}", result=kept.outcome)
    if kept.outcome == CAME_BACK and sent.payment is not None:
        _bring_back(work, sent.payment, kept, terms.codes)
    if kept.outcome == CAME_BACK and sent.enrollment is not None:
        why = f"{kept.code}: {terms.codes.returns[kept.code].means}"
        work.eft_enrollments.change(sent.enrollment, EnrollmentState.RETURNED, why)
    if kept.outcome == PROPOSED and sent.account is not None and kept.correction is not None:
        _correct(work, sent, kept, corrected(sent.account, kept.correction), terms)


def _bring_back(work: Work, stored: StoredPayment, kept: KeptReturn, codes: ReturnCodes) -> None:
    if not may_follow(stored.state, PaymentState.RETURNED):
        raise ValueError(f"a payment that is {stored.state} cannot come back")
    work.payments.move(stored, PaymentState.RETURNED, f"{kept.code}: {codes.returns[kept.code].means}")
    if stored.state is PaymentState.SETTLED:
        source = f"{ledger_source(stored.payment)}{RETURNED}"
        sides = [(each.account, each.credit - each.debit) for each in settlement_postings(stored.payment)]
        postings = postings_of(sides, stored.payment.funding_account, source)
        work.ledger.post(postings, work.context.as_of, stored.run)
    if codes.returns[kept.code].holds:
        work.eft.hold(stored, kept.code, work.context.as_of)


def _correct(work: Work, sent: _Sent, kept: KeptReturn, account: BankAccount, terms: ReturnTerms) -> None:
    """Request an enrollment of the account as the bank says it is; a prenotification to another one has failed."""
    if account == sent.account:
        return
    why = f"{kept.code}: {terms.codes.changes[kept.code].means}"
    before = sent.enrollment
    if before is not None:
        work.eft_enrollments.change(before, EnrollmentState.CORRECTED, why)
    provider = before.provider if before else sent.payment.payment.payee.provider if sent.payment else ""
    others = work.eft_enrollments.of_provider(provider)
    if any(each.stands(work.context.as_of) in OPEN for each in others):
        return
    asked = EftEnrollment(
        id=0,
        provider=provider,
        account=account,
        submission=SubmissionReason.CHANGE,
        linkage=before.linkage if before else Linkage.NPI,
        start=work.context.as_of,
        meanwhile=terms.enrollment.meanwhile,
        history=(requested(work, why),),
    )
    keep_request(work, asked)

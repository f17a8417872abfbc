"""EFT returns: a bank's file of returns and notifications of change, taken whole, once, or refused whole.

Each return brings its payment into the state returned, posts that the money came back, and puts the account on hold
where its code says so; the payment's claims stay as decided. A notification of change is kept as a proposal: no
account is changed by it. Voiding and paying again are steps of their own: a returned payment waits for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Where
from hpedi.payments.ach.return_file import ReturnedEntry, read_return_file
from hpedi.payments.eft_returns import Correction, ReturnCodes, correction_of
from hpedi.payments.ledger import ledger_source, postings_of, settlement_postings
from hpedi.payments.proof import RETURNED
from hpedi.payments.states import PaymentState, may_follow
from hpedi.pipeline.eft_returns_ports import KeptReturn
from hpedi.pipeline.ports import Work
from hpedi.pipeline.records import EftEntry, StoredPayment

CAME_BACK, PROPOSED, REPEATED = "returned", "proposed", "repeated"
_BACK: Final = frozenset({PaymentState.RETURNED, PaymentState.VOIDED})


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


def import_returns(work: Work, content: bytes, digest: str, codes: ReturnCodes, name: str) -> Imported:
    """Import a file of returns and notifications of change.

    Args:
        work: The transaction.
        content: The file.
        digest: SHA-256 of it: the same bytes are taken once.
        codes: In force on the day.
        name: Our name of the file, for findings.

    Findings:
        ach-record, ach-total: The file is malformed.
        ach-return-code: A code is not known, or its corrected data is malformed.
        ach-return-unknown: An entry is none that we sent, or several that cannot be told apart.
    """
    if work.eft.is_imported(digest):
        return Imported(is_again=True)
    read = read_return_file(content, name)
    matching = _Matching(work, codes, name)
    for each in read.entries:
        matching.take(each)
    findings = (*read.findings, *matching.findings)
    if findings:
        work.audit.record("import", "bank file", reason="EFT returns", result=f"refused {findings[0].code}")
        return Imported(findings=findings)
    for stored, kept in matching.matched:
        _take(work, stored, kept, codes)
    returns = tuple(kept for _stored, kept in matching.matched)
    work.eft.keep(digest, work.context.instant, returns)
    return Imported(returns=returns)


class _Matching:
    """The entries of a file, each held against what was sent."""

    def __init__(self, work: Work, codes: ReturnCodes, name: str) -> None:
        self.findings: list[Finding] = []
        self.matched: list[tuple[StoredPayment, KeptReturn]] = []
        self._back: set[int] = set()
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
        ((stored, entry),) = meant
        is_back = stored.state in _BACK or stored.id in self._back
        outcome = PROPOSED if came.is_change else REPEATED if is_back else CAME_BACK
        if outcome == CAME_BACK:
            self._back.add(stored.id)
        self.matched.append((stored, _kept(came, stored, entry, outcome, correction)))

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

    def _meant(self, came: ReturnedEntry) -> Sequence[tuple[StoredPayment, EftEntry]]:
        """Return the entries of ours that an entry may be: by trace, amount, bank and account; then by their day."""
        sent = [each for each in self._work.eft.sent(came.addenda.original_trace) if _fits(came, *each)]
        same_day = [each for each in sent if each[1].effective_entry_date == came.effective_entry_date]
        if len(sent) > 1 and same_day:
            return same_day
        standing = [each for each in sent if each[0].state not in _BACK]
        return standing if len(sent) > 1 and standing else sent


def _fits(came: ReturnedEntry, stored: StoredPayment, entry: EftEntry) -> bool:
    account = stored.payment.payee.account
    return (
        account is not None
        and account.account_number == came.entry.account_number
        and account.routing_number[:8] == came.addenda.original_rdfi
        and (came.is_change or came.entry.amount == entry.amount)
    )


def _kept(
    came: ReturnedEntry, stored: StoredPayment, entry: EftEntry, outcome: str, correction: Correction | None
) -> KeptReturn:
    return KeptReturn(
        line=came.line,
        payment=stored.id,
        trace_number=stored.payment.trace_number,
        code=came.addenda.code,
        amount=came.entry.amount,
        original_trace=entry.ach_trace_number,
        outcome=outcome,
        correction=correction,
    )


def _take(work: Work, stored: StoredPayment, kept: KeptReturn, codes: ReturnCodes) -> None:
    """Do what an entry says, with its audit row."""
    subject = f"payment:{kept.trace_number}"
    work.audit.record("import", subject, reason=f"bank file, {kept.code}", result=kept.outcome)
    if kept.outcome != CAME_BACK:
        return
    if not may_follow(stored.state, PaymentState.RETURNED):
        raise ValueError(f"a payment that is {stored.state} cannot come back")
    work.eft.bring_back(stored, f"{kept.code}: {codes.returns[kept.code].means}")
    if stored.state is PaymentState.SETTLED:
        source = f"{ledger_source(stored.payment)}{RETURNED}"
        sides = [(each.account, each.credit - each.debit) for each in settlement_postings(stored.payment)]
        postings = postings_of(sides, stored.payment.funding_account, source)
        work.ledger.post(postings, work.context.as_of, stored.run)
    if codes.returns[kept.code].holds:
        work.eft.hold(stored, kept.code, work.context.as_of)

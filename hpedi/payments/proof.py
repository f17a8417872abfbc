"""Proof of the books: what decisions, remittances, bank files and ledger each say of the same money, held together.

Each function compares two records of one thing and names what differs to the cent: the check, the claim version or
payment, and both amounts. It never mends anything. Re-reading the bytes and walking the books is the pipeline's.

    decision  = its postings                          payment  = the sum of its decisions - PLB = its postings
    payment   = its 835 as sent (CLP04, PLB, BPR02)   payment  = its ACH entry or check as sent to the bank
    payment   = the dues of settlements that it pays
    payee balances, pools, employer charges and member payments, source by source = their ledger accounts
    what funding accounts owe one another: due from = due to, source by source; settlements see `settlement_proof`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from hpedi.money import ZERO, Usd
from hpedi.payments.dues import DUE, Due, due_rows
from hpedi.payments.ledger import (
    CASH_SIDE,
    LedgerAccount,
    Posting,
    balances,
    ledger_source,
    payment_postings,
    reissue_postings,
    settlement_postings,
)
from hpedi.payments.payment import Payment
from hpedi.payments.remit import INTEREST, INTEREST_AMOUNT
from hpedi.payments.states import PaymentState
from hpedi.transactions.remittance_835.model import PaymentMethod, ProviderAdjustment, Remittance

SETTLED: Final = "/settled"
RETURNED: Final = "/returned"
VOIDED: Final = "/voided"
REISSUED: Final = "/reissued"
STAGES: Final = ("", SETTLED, RETURNED, VOIDED, REISSUED)
"""What follows a payment's number in the sources of its postings."""

SENT: Final = frozenset({PaymentState.RELEASED, PaymentState.SETTLED, PaymentState.RETURNED})
"""The states of a payment that went out."""

UNREADABLE: Final = "cannot be read"
"""What is said of bytes that were altered."""

ClaimVersion: TypeAlias = tuple[str, int]


class Check(StrEnum):
    """What is compared."""

    BALANCE = "debits = credits"
    SIDES = "a posting is a debit or a credit"
    BETWEEN = "due from accounts = due to accounts"
    SOURCE = "each posting names a decision, payment or settlement"
    DECISION = "decision as kept = its row"
    DECISION_LEDGER = "decision = ledger"
    PAID = "decision of a run = in a payment of it"
    DUE_PAID = "due of a run = in a payment of it"
    PAYMENT = "payment as kept = its row"
    PAYMENT_DECISIONS = "payment = its decisions"
    PAYMENT_LEDGER = "payment = ledger"
    PAYMENT_DUES = "payment = the dues that it pays"
    REMITTANCE = "835 = payment"
    REMITTANCE_CLAIM = "835 CLP04 = decision"
    REMITTANCE_ADJUSTMENT = "835 PLB = payment"
    EFT = "EFT entry = payment"
    CHECK = "check = payment"
    PAYEE_BALANCES = "payee balances (FB, WO) = receivable"
    POOLS = "pool movements = pools"
    EMPLOYERS = "employer charges = employers receivable"
    DUES = "dues of settlements = payee dues"
    SETTLEMENT_LEDGER = "settlement = ledger"
    SETTLEMENT_POOL = "a settlement takes what is in the pool"
    MEMBERS = "member payments = members payable"
    ACCUMULATORS = "accumulator balance as kept = its entries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A cent, or more, that two records of the same money do not agree on.

    Attributes:
        check: What was compared.
        subject: `claim:<number>/<version>`, `payment:<number>` or another source of postings.
        part: The ledger account, element or file concerned; empty where it is the whole.
        says: US dollars by what comes first in the check's name; None where it is not there.
        other: US dollars by what comes second; None where it is not there.
    """

    check: Check
    subject: str
    part: str = ""
    says: Usd | None = None
    other: Usd | None = None


@dataclass(slots=True)
class Totals:
    """What each record says that was paid from a funding account, US dollars.

    Attributes:
        decisions: Paid by the decisions of payments that went out.
        members: Of these, to members, of which no 835 tells.
        claims: Sum of CLP04 of their 835s.
        adjustments: Sum of their PLB amounts.
        remitted: Sum of their BPR02.
        eft: ACH entries in the bank's files.
        checks: Checks in the registers.
        ledger: Credits less debits of clearing, checks and cash by the postings of these payments as built.
    """

    decisions: Usd = ZERO
    members: Usd = ZERO
    claims: Usd = ZERO
    adjustments: Usd = ZERO
    remitted: Usd = ZERO
    eft: Usd = ZERO
    checks: Usd = ZERO
    ledger: Usd = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class BankItem:
    """An ACH entry, or a check, as the bank's file says it."""

    trace_number: str
    method: PaymentMethod
    amount: Usd
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedPayment:
    """A payment with all that is kept beside it.

    Attributes:
        payment: As it was sealed.
        row_amount: US dollars in its row.
        row_terms: Payee, funding account and method in its row.
        states: Every state it was in.
        decided: What the decisions that it covers pay, US dollars.
        assigned: The claim versions whose rows say that this payment pays them.
        postings: Of all its stages.
        entries: US dollars of its ACH entries as kept.
        dues: What settlements found due to its payee that its run pays.
    """

    payment: Payment
    row_amount: Usd
    row_terms: tuple[str, str, str]
    states: frozenset[PaymentState]
    decided: Mapping[ClaimVersion, Usd]
    assigned: frozenset[ClaimVersion]
    postings: tuple[Posting, ...]
    entries: tuple[Usd, ...] = ()
    dues: tuple[Due, ...] = ()

    @property
    def was_sent(self) -> bool:
        """Whether it went out."""
        return bool(self.states & SENT)

    @property
    def subject(self) -> str:
        """Its name in differences."""
        return ledger_source(self.payment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A payment whose sealed row was altered, so that it opens no more: its number, and US dollars in its row."""

    trace_number: str
    row_amount: Usd

    @property
    def difference(self) -> Difference:
        """What is to be said of it."""
        subject = f"payment:{self.trace_number}"
        return Difference(check=Check.PAYMENT, subject=subject, part=UNREADABLE, other=self.row_amount)


@dataclass(slots=True)
class Told:
    """What a proof found so far: the differences, and totals by funding account."""

    differences: list[Difference] = field(default_factory=list)
    totals: dict[str, Totals] = field(default_factory=dict)

    def of(self, funding_account: str) -> Totals:
        """Return the totals of a funding account."""
        return self.totals.setdefault(funding_account, Totals())


def posting_differences(
    check: Check, subject: str, expected: Iterable[Posting], posted: Iterable[Posting]
) -> Iterator[Difference]:
    """Compare what should have been posted with what was, account by account."""
    right, found = balances(expected), balances(posted)
    for key in sorted({*right, *found}):
        if right.get(key, ZERO) != found.get(key, ZERO):
            funding, account = key
            part = f"{account.value} of {funding}"
            yield Difference(check=check, subject=subject, part=part, says=right.get(key), other=found.get(key))


def payment_differences(proved: ProvedPayment) -> Iterator[Difference]:
    """Compare a payment with its row, its decisions and its postings."""
    made, subject = proved.payment, proved.subject
    if made.amount != proved.row_amount:
        yield Difference(check=Check.PAYMENT, subject=subject, says=made.amount, other=proved.row_amount)
    if proved.row_terms != (made.payee.provider, made.funding_account, made.method.value):
        yield Difference(check=Check.PAYMENT, subject=subject, part="payee, funding account or method")
    covered = [(each.payer_claim_control_number, each.version) for each in made.claims]
    is_standing = PaymentState.VOIDED not in proved.states or PaymentState.REISSUED in proved.states
    for number, version in covered:
        is_assigned = (number, version) in proved.assigned or not is_standing
        if (number, version) not in proved.decided or not is_assigned:
            yield Difference(check=Check.PAYMENT_DECISIONS, subject=subject, part=f"claim:{number}/{version}")
    for number, version in sorted(proved.assigned.difference(covered if is_standing else ())):
        amount = proved.decided.get((number, version))
        yield Difference(check=Check.PAYMENT_DECISIONS, subject=subject, part=f"claim:{number}/{version}", other=amount)
    decided = sum((proved.decided.get(each, ZERO) for each in covered), ZERO)
    if decided != made.claims_paid or decided - made.adjusted != made.amount:
        yield Difference(
            check=Check.PAYMENT_DECISIONS, subject=subject, says=made.amount, other=decided - made.adjusted
        )
    yield from _stage_differences(proved)
    if is_standing and not made.reissues:
        yield from _due_differences(proved)


def _due_differences(proved: ProvedPayment) -> Iterator[Difference]:
    """Compare the PLB rows that pay dues with the dues that settlements found."""
    made = proved.payment
    told = _summed(each for each in made.adjustments if each.code in DUE)
    kept = _summed(due_rows(proved.dues))
    for code, reference in sorted({*told, *kept}):
        says, other = told.get((code, reference)), kept.get((code, reference))
        if says != other:
            part = f"PLB {code} {reference}".strip()
            yield Difference(check=Check.PAYMENT_DUES, subject=proved.subject, part=part, says=says, other=other)


def _stage_differences(proved: ProvedPayment) -> Iterator[Difference]:
    made, states = proved.payment, proved.states
    by_source = {f"{proved.subject}{stage}": [] for stage in STAGES}  # type: dict[str, list[Posting]]
    for each in proved.postings:
        by_source.setdefault(each.source, []).append(each)
    built, settled = payment_postings(made), settlement_postings(made)
    came_back = PaymentState.SETTLED in states and PaymentState.RETURNED in states
    expected: dict[str, Sequence[Posting]] = {
        "": built,
        SETTLED: settled if PaymentState.SETTLED in states else (),
        RETURNED: negated(settled) if came_back else (),
    }
    if PaymentState.VOIDED in states:
        expected[VOIDED] = negated([*built, *(settled if PaymentState.SETTLED in states and not came_back else ())])
    if PaymentState.REISSUED in states:
        expected[REISSUED] = reissue_postings(made, voided=PaymentState.VOIDED in states)
    for source, posted in by_source.items():
        right = expected.get(source.removeprefix(proved.subject), ())
        yield from posting_differences(Check.PAYMENT_LEDGER, source, right, posted)


def negated(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """Return the postings that take others back, but for their source."""
    return tuple(
        Posting(
            account=each.account,
            funding_account=each.funding_account,
            debit=each.credit,
            credit=each.debit,
            source=each.source,
        )
        for each in postings
    )


def remittance_differences(proved: ProvedPayment, remittance: Remittance) -> Iterator[Difference]:
    """Compare a payment and its decisions with the 835 that was sent: BPR02, CLP04, PLB, AMT*I and L6."""
    made, subject = proved.payment, proved.subject
    if remittance.amount != made.amount:
        yield Difference(
            check=Check.REMITTANCE, subject=subject, part="BPR02", says=remittance.amount, other=made.amount
        )
    told = [(each.payer_claim_control_number, each.paid) for each in remittance.claims]
    versions = [(each.payer_claim_control_number, each.version) for each in made.claims]
    decided = [(number, version, proved.decided.get((number, version))) for number, version in versions]
    for place in range(max(len(told), len(decided))):
        number, paid = told[place] if place < len(told) else ("", None)
        claim, version, right = decided[place] if place < len(decided) else (number, 0, None)
        if (number, paid) != (claim, right):
            named = f"claim:{claim}/{version}" if version else f"claim:{number}"
            yield Difference(check=Check.REMITTANCE_CLAIM, subject=named, part=subject, says=paid, other=right)
    rows, kept = _summed(remittance.provider_adjustments), _summed(made.adjustments)
    for code, reference in sorted({*rows, *kept}):
        says, other = rows.get((code, reference)), kept.get((code, reference))
        if says != other:
            part = f"PLB {code} {reference}".strip()
            yield Difference(check=Check.REMITTANCE_ADJUSTMENT, subject=subject, part=part, says=says, other=other)
    yield from _interest_differences(proved, remittance)


def _summed(adjustments: Iterable[ProviderAdjustment]) -> dict[tuple[str, str], Usd]:
    sums: dict[tuple[str, str], Usd] = {}
    for each in adjustments:
        sums[each.code, each.reference] = sums.get((each.code, each.reference), ZERO) + each.amount
    return sums


def _interest_differences(proved: ProvedPayment, remittance: Remittance) -> Iterator[Difference]:
    """Compare AMT*I and PLB L6 with the interest that the payment was posted with."""
    booked = proved.payment.interest
    at_claims = sum(
        (amount for claim in remittance.claims for code, amount in claim.amounts if code == INTEREST_AMOUNT), ZERO
    )
    at_end = -sum((each.amount for each in remittance.provider_adjustments if each.code == INTEREST), ZERO)
    for part, told in (("AMT*I", at_claims), (f"PLB {INTEREST}", at_end)):
        if told != booked:
            yield Difference(
                check=Check.REMITTANCE_ADJUSTMENT, subject=proved.subject, part=part, says=told, other=booked
            )


_BANK_CHECK: Final = {PaymentMethod.ACH: Check.EFT, PaymentMethod.CHECK: Check.CHECK}


def bank_differences(proved: ProvedPayment, items: Sequence[BankItem]) -> Iterator[Difference]:
    """Compare a payment with what the bank's files, and the entries kept of them, say of it: once, and so much."""
    made, subject = proved.payment, proved.subject
    check = _BANK_CHECK.get(made.method, Check.EFT)
    goes_out = proved.was_sent and made.method in _BANK_CHECK
    right = [(made.method, made.amount)] if goes_out else []
    if [(each.method, each.amount) for each in items] != right:
        told = sum((each.amount for each in items), ZERO) if items else None
        part = ", ".join(each.file for each in items)
        yield Difference(check=check, subject=subject, part=part, says=told, other=made.amount if goes_out else None)
    kept = [made.amount] if goes_out and made.method is PaymentMethod.ACH else []
    if list(proved.entries) != kept:
        told = sum(proved.entries, ZERO) if proved.entries else None
        yield Difference(
            check=Check.EFT, subject=subject, part="entry as kept", says=told, other=kept[0] if kept else None
        )


def count_payment(totals: Totals, proved: ProvedPayment, items: Sequence[BankItem]) -> None:
    """Add a payment that went out to the totals of its funding account."""
    versions = ((each.payer_claim_control_number, each.version) for each in proved.payment.claims)
    decided = sum((proved.decided.get(each, ZERO) for each in versions), ZERO)
    totals.decisions += decided
    totals.members += decided if proved.payment.member else ZERO
    totals.eft += sum((each.amount for each in items if each.method is PaymentMethod.ACH), ZERO)
    totals.checks += sum((each.amount for each in items if each.method is PaymentMethod.CHECK), ZERO)
    built = (each for each in proved.postings if each.source == proved.subject and each.account in CASH_SIDE)
    totals.ledger += sum((each.credit - each.debit for each in built), ZERO)


def count_remittance(totals: Totals, remittance: Remittance) -> None:
    """Add an 835 to the totals of its funding account."""
    totals.claims += sum((each.paid for each in remittance.claims), ZERO)
    totals.adjustments += sum((each.amount for each in remittance.provider_adjustments), ZERO)
    totals.remitted += remittance.amount


@dataclass(frozen=True, slots=True)
class Subledger:
    """Rows that a ledger account is the sum of, source by source: +1 where they are its debits, -1 its credits.

    `by_account`: the rows say which funding account they are of, and are held against its books alone.
    """

    check: Check
    account: LedgerAccount
    sign: int
    by_account: bool = False


SUBLEDGERS: Final = (
    Subledger(Check.PAYEE_BALANCES, LedgerAccount.RECEIVABLE, 1, by_account=True),
    Subledger(Check.POOLS, LedgerAccount.POOLS, -1, by_account=True),
    Subledger(Check.EMPLOYERS, LedgerAccount.EMPLOYERS_RECEIVABLE, 1),
    Subledger(Check.MEMBERS, LedgerAccount.MEMBERS_PAYABLE, -1),
)
DUES: Final = Subledger(Check.DUES, LedgerAccount.PAYEE_DUES, -1, by_account=True)
"""What settlements found due; that a payment pays just that is asked of each payment."""

"""The double-entry ledger of claims payable and cash: what each decision, payment and event posts.

    decision final     debit claims_expense, credit claims_payable                       claim:<icn>/<version>
                       credit pools with what is withheld, members_payable with what goes to members; debit
                       employers_receivable in place of claims_expense with what a self-insured employer bears
    payment built      debit claims_payable, credit ach_clearing or checks_outstanding   payment:<trace>
                       a check to a member debits members_payable
                       credit provider_adjustments with its PLB amounts, receivable with those of PLB FB and WO;
                       debit payee_dues with what settlements found due (PLB CT, E3, BN)
    settlement         debit pools, capitation and interest; credit payee_dues and employers_receivable
                                                                                     settlement:<number>
    transfer           debit due_to_accounts, credit cash; debit cash, credit due_from_accounts
    payment settled    debit ach_clearing or checks_outstanding, credit cash             payment:<trace>/settled
    payment voided     the negation of what it posted                                    payment:<trace>/voided
    payment reissued   debit ach_clearing or checks_outstanding, credit reissues         payment:<trace>/reissued
                       the check in its place debits reissues (PLB CS) and credits checks_outstanding

Each funding account balances by itself. Where one account pays what another bears, both say so: it is due from the one
(due_from_accounts) and due to the other (due_to_accounts), until the bank has moved the money (a transfer). The payer's
own account stands between all others, so that employers owe one another nothing.

Pure: the store keeps the postings and only ever adds to them. What a settlement posts is worked out in `settlement`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from hpedi.adjudication.decision import ClaimDecision
from hpedi.money import ZERO, Usd
from hpedi.payments.payment import Payment, PaymentHead
from hpedi.reference.payer import PAYER_ACCOUNTS
from hpedi.transactions.remittance_835.model import PaymentMethod


class LedgerAccount(StrEnum):
    """An account of the ledger; each is kept by funding account."""

    CLAIMS_EXPENSE = "claims_expense"
    CLAIMS_PAYABLE = "claims_payable"
    EMPLOYERS_RECEIVABLE = "employers_receivable"  # what self-insured employers bear of claims and pre-funds
    MEMBERS_PAYABLE = "members_payable"  # what goes to members where benefits are not assigned
    POOLS = "pools"  # withhold and programme pools: owed to providers or employers at the year's end
    INTEREST = "interest"  # PLB L6: what was paid for being late
    PROVIDER_ADJUSTMENTS = "provider_adjustments"  # PLB: what is taken back from payees, or given to them beyond claims
    CAPITATION = "capitation"  # what providers cost us by the member and month
    PAYEE_DUES = "payee_dues"  # what settlements found due to payees, until a payment run pays it
    REISSUES = "reissues"  # what payees are owed of payments that never reached them, until a check takes their place
    RECEIVABLE = "receivable"  # PLB FB, WO: what payees owe and later payments take back
    DUE_FROM_ACCOUNTS = "due_from_accounts"  # what another funding account is to transfer to this one
    DUE_TO_ACCOUNTS = "due_to_accounts"  # what this funding account is to transfer to another one
    ACH_CLEARING = "ach_clearing"
    CHECKS_OUTSTANDING = "checks_outstanding"
    CASH = "cash"


CLEARING: Final[Mapping[PaymentMethod, LedgerAccount]] = {
    PaymentMethod.ACH: LedgerAccount.ACH_CLEARING,
    PaymentMethod.CHECK: LedgerAccount.CHECKS_OUTSTANDING,
}
"""Where a payment waits until the bank has paid it; a payment of nothing waits nowhere."""

Side: TypeAlias = tuple[str, LedgerAccount, Usd]
"""A signed amount, debit positive, of a funding account (our id) and an account of its ledger."""

CASH_SIDE: Final = frozenset({*CLEARING.values(), LedgerAccount.CASH})
"""The accounts whose credits are money that goes out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One side of an entry; the postings of one source balance.

    Attributes:
        account: The ledger account.
        funding_account: Our id of the bank account concerned.
        debit: US dollars, not negative; 0.00 where it is a credit.
        credit: US dollars, not negative; 0.00 where it is a debit.
        source: What posted it.
    """

    account: LedgerAccount
    funding_account: str
    debit: Usd = ZERO
    credit: Usd = ZERO
    source: str


def decision_postings(decision: ClaimDecision, funding_account: str) -> tuple[Posting, ...]:
    """Post a final decision: what is owed for the claim and to whom; nothing where it pays nothing.

    Args:
        decision: The decision.
        funding_account: The account that pays it unless it names another one.
    """
    source = f"claim:{decision.payer_claim_control_number}/{decision.version}"
    pools = sum((each.amount for each in decision.pools), ZERO)
    employers = sum((each.amount for each in decision.employer_charges), ZERO)
    sides = (
        (LedgerAccount.CLAIMS_EXPENSE, decision.paid + pools + decision.paid_to_member - employers),
        (LedgerAccount.EMPLOYERS_RECEIVABLE, employers),
        (LedgerAccount.CLAIMS_PAYABLE, -decision.paid),
        (LedgerAccount.POOLS, -pools),
        (LedgerAccount.MEMBERS_PAYABLE, -decision.paid_to_member),
    )
    return postings_of(sides, decision.funding_account or funding_account, source)


def ledger_source(payment: PaymentHead) -> str:
    """Return the source under which a payment is posted when it is built."""
    return f"payment:{payment.trace_number}"


def payment_postings(payment: Payment) -> tuple[Posting, ...]:
    """Post a payment when it is built: what was owed is on its way out; what others bear of it is due from them."""
    return postings_between(_sides(payment), ledger_source(payment))


def settlement_postings(payment: PaymentHead) -> tuple[Posting, ...]:
    """Post that the bank has paid: the money has left the account."""
    clearing = CLEARING.get(payment.method)
    if clearing is None:
        return ()
    sides = ((clearing, payment.amount), (LedgerAccount.CASH, -payment.amount))
    return postings_of(sides, payment.funding_account, f"{ledger_source(payment)}/settled")


def void_postings(payment: Payment, *, settled: bool) -> tuple[Posting, ...]:
    """Post that a payment is void: what it paid is owed again; its claims stay as decided.

    Args:
        payment: A payment that was built.
        settled: Whether its settlement was posted, so that the money has come back.
    """
    posted = [*payment_postings(payment), *(settlement_postings(payment) if settled else ())]
    sides = ((each.funding_account, each.account, each.credit - each.debit) for each in posted)
    return postings_between(sides, f"{ledger_source(payment)}/voided")


def reissue_postings(payment: Payment, *, voided: bool) -> tuple[Posting, ...]:
    """Post that a payment did not reach its payee, who is owed its amount until a check takes its place.

    Args:
        payment: A payment that went out.
        voided: Whether it was voided, so that it counts again as it was built.
    """
    own, amount = payment.funding_account, payment.amount
    moved = ((own, CLEARING[payment.method], amount), (own, LedgerAccount.REISSUES, -amount))
    sides = (*(_sides(payment) if voided else ()), *moved)
    return postings_between(sides, f"{ledger_source(payment)}/reissued")


def balances(postings: Iterable[Posting]) -> Mapping[tuple[str, LedgerAccount], Usd]:
    """Return debits less credits by (funding account, account)."""
    sums: dict[tuple[str, LedgerAccount], Usd] = {}
    for posting in postings:
        key = (posting.funding_account, posting.account)
        sums[key] = sums.get(key, ZERO) + posting.debit - posting.credit
    return sums


def unbalanced_sources(postings: Iterable[Posting]) -> tuple[str, ...]:
    """Return the sources whose debits are not their credits, funding account by funding account; empty is right."""
    sums: dict[tuple[str, str], Usd] = {}
    for posting in postings:
        key = (posting.source, posting.funding_account)
        sums[key] = sums.get(key, ZERO) + posting.debit - posting.credit
    return tuple(sorted({source for (source, _), difference in sums.items() if difference != 0}))


def _sides(payment: Payment) -> list[Side]:
    """Return signed amounts, debit positive: what other accounts bear of its claims is payable there."""
    own, payable = payment.funding_account, LedgerAccount.CLAIMS_PAYABLE
    if payment.member:
        payable = LedgerAccount.MEMBERS_PAYABLE
    elsewhere = sum((amount for _account, amount in payment.borne_elsewhere), ZERO)
    sides = [
        (own, payable, payment.claims_paid - elsewhere),
        *((account, payable, amount) for account, amount in payment.borne_elsewhere),
        (own, LedgerAccount.INTEREST, payment.interest),
        (own, LedgerAccount.PROVIDER_ADJUSTMENTS, _adjusted_otherwise(payment)),
        (own, LedgerAccount.PAYEE_DUES, payment.dues),
        (own, LedgerAccount.REISSUES, payment.reissued),
        (own, LedgerAccount.RECEIVABLE, -payment.forwarded),
    ]
    if payment.method in CLEARING:
        sides.append((own, CLEARING[payment.method], -payment.amount))
    return sides


def _adjusted_otherwise(payment: Payment) -> Usd:
    """Return what PLB rows give beyond interest, dues, balances and another payment's money; below 0.00 they take."""
    return payment.forwarded - payment.adjusted - payment.interest - payment.dues - payment.reissued


def postings_of(sides: Iterable[tuple[LedgerAccount, Usd]], funding_account: str, source: str) -> tuple[Posting, ...]:
    """Make postings of signed amounts (debit positive) of one funding account, those of nothing left out."""
    return _postings(((funding_account, account, amount) for account, amount in sides), source)


def postings_between(sides: Iterable[Side], source: str) -> tuple[Posting, ...]:
    """Make postings of signed amounts (debit positive) of several funding accounts, and of what they then owe.

    An account other than the payer's that took on more than it gave owes the payer's account the difference; one that
    gave more is owed it.
    """
    every = list(sides)
    over: dict[str, Usd] = {}
    for funding, _account, amount in every:
        over[funding] = over.get(funding, ZERO) + amount
    for funding, amount in over.items():
        if funding != PAYER_ACCOUNTS and len(over) > 1:
            every += due_between(funding, amount)
    return _postings(every, source)


def due_between(funding_account: str, amount: Usd) -> tuple[Side, Side]:
    """Return both sides of what an account is to transfer to the payer's, or to get from it (below 0.00)."""
    owes = amount > 0
    due_to, due_from = LedgerAccount.DUE_TO_ACCOUNTS, LedgerAccount.DUE_FROM_ACCOUNTS
    return (
        (funding_account, due_to if owes else due_from, -amount),
        (PAYER_ACCOUNTS, due_from if owes else due_to, amount),
    )


def _postings(sides: Iterable[Side], source: str) -> tuple[Posting, ...]:
    """Make postings of signed amounts, one a funding account and account, those of nothing left out."""
    sums: dict[tuple[str, LedgerAccount], Usd] = {}
    for funding, account, amount in sides:
        sums[funding, account] = sums.get((funding, account), ZERO) + amount
    return tuple(
        Posting(
            account=account,
            funding_account=funding,
            debit=max(amount, ZERO),
            credit=max(-amount, ZERO),
            source=source,
        )
        for (funding, account), amount in sums.items()
        if amount
    )

"""What settlements post: pools, cost, dues and employers' money, each in the books of the account concerned.

A pool is emptied where it is kept, and a due posted where it is paid; what one account then has of another is due to it
(see `ledger`), until a transfer clears that. Posted from what is kept of a settlement, so that it can be proven.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from hpedi.money import ZERO, Usd, usd
from hpedi.payments.ledger import LedgerAccount, Posting, Side, postings_between
from hpedi.payments.settlement import (
    EARNED,
    POOL_INTEREST,
    RETAINED,
    RETURNED,
    SET_OFF,
    TRANSFER,
    TRANSFERRED,
    Settlement,
    SettlementKind,
    out_of,
)
from hpedi.reference.payer import PAYER_ACCOUNTS, employer_account

BEARS: Final[Mapping[SettlementKind, LedgerAccount]] = {
    "capitation": LedgerAccount.CAPITATION,
    "refund": LedgerAccount.CASH,
    "adjustment": LedgerAccount.PROVIDER_ADJUSTMENTS,
}
"""The account that bears dues which come out of no pool."""

GOES_TO: Final[Mapping[str, LedgerAccount]] = {
    RETURNED: LedgerAccount.EMPLOYERS_RECEIVABLE,
    RETAINED: LedgerAccount.CLAIMS_EXPENSE,
}
"""The account that gets what a pool gives to nobody's dues."""


def program_postings(settlement: Settlement, source: str) -> tuple[Posting, ...]:
    """Post a settlement: pools and cost on one side; what payees are due and employers get back on the other.

    Each in the books of the account that keeps the pool or pays the due; what one then has of another is due to it.
    """
    return postings_between(_sides(settlement), source)


def _sides(settlement: Settlement) -> Iterator[Side]:
    if settlement.kind == TRANSFER:
        yield from _transferred(settlement)
    kept: dict[str, Usd] = {}
    for each in settlement.movements:
        account = each.funding_account or PAYER_ACCOUNTS
        yield account, LedgerAccount.POOLS, -each.amount
        if each.what in GOES_TO:
            yield account, GOES_TO[each.what], each.amount
        if each.what in (EARNED, RETURNED):
            kept[account] = kept.get(account, ZERO) - each.amount
    for account, interest in out_of(_interest_of(settlement), list(kept.items()) or ((PAYER_ACCOUNTS, ZERO),)):
        yield account, LedgerAccount.INTEREST, interest
        yield account, LedgerAccount.EMPLOYERS_RECEIVABLE, -interest
    bearing = BEARS.get(settlement.kind)
    for due in settlement.dues:
        yield due.funding_account, LedgerAccount.PAYEE_DUES, -due.amount
        if bearing is not None:
            yield due.funding_account, bearing, due.amount


def _transferred(settlement: Settlement) -> Iterator[Side]:
    """Yield what a transfer clears: what is set off both ways, and what was moved one way."""
    account, told = employer_account(settlement.employer), dict(settlement.facts)
    moved, both_ways = usd(told[TRANSFERRED]), usd(told[SET_OFF])
    to_payer, from_payer = both_ways + max(moved, ZERO), both_ways + max(-moved, ZERO)
    yield account, LedgerAccount.DUE_TO_ACCOUNTS, to_payer
    yield PAYER_ACCOUNTS, LedgerAccount.DUE_FROM_ACCOUNTS, -to_payer
    yield PAYER_ACCOUNTS, LedgerAccount.DUE_TO_ACCOUNTS, from_payer
    yield account, LedgerAccount.DUE_FROM_ACCOUNTS, -from_payer
    yield account, LedgerAccount.CASH, -moved
    yield PAYER_ACCOUNTS, LedgerAccount.CASH, moved


def _interest_of(settlement: Settlement) -> Usd:
    """Return the pool interest that an employer gets, US dollars."""
    parts = (part for charge in settlement.charges for part in charge.parts)
    return -sum((amount for name, amount in parts if name == POOL_INTEREST), ZERO)

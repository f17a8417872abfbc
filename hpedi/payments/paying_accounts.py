"""Which account pays which decision of a payment run: the one that bears it, and one for all that correct one another.

A reversal stands in the 835 of its correction (RFI 791), and a payee settles both at once: where one account bears what
is taken back and another one the correction, the account of the newest correction pays both, and the ledger says what
the accounts then owe one another.

Source: 005010X221A1 1.10.2.8 (reversals and corrections); RFI 791.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hpedi.adjudication.correction import decision_id
from hpedi.adjudication.decision import ClaimDecision
from hpedi.money import ZERO, Usd


def bearing_account(decision: ClaimDecision, usual: str) -> str:
    """Return our id of the account that bears a decision: that in whose books it stands."""
    return decision.funding_account or usual


def paying_accounts(decided: Iterable[ClaimDecision], usual: str) -> Mapping[str, str]:
    """Return our ids of the accounts that pay decisions, by the decisions' own ids.

    Args:
        decided: What is to be paid, in order of finalisation.
        usual: The account of decisions that name none.
    """
    first_of: dict[str, str] = {}
    account_of: dict[str, str] = {}
    for each in decided:
        own = decision_id(each)
        first = first_of[own] = first_of.get(each.of, each.of) or own
        if each.kind != "reversal" or first not in account_of:
            account_of[first] = bearing_account(each, usual)
    return {own: account_of[first] for own, first in first_of.items()}


def borne_elsewhere(amounts: Iterable[tuple[str, Usd]], account: str) -> tuple[tuple[str, Usd], ...]:
    """Return what others bear of a payment from an account: US dollars by our ids of them, no 0.00.

    Args:
        amounts: What it pays: who bears each, and US dollars.
        account: Our id of the account.
    """
    sums: dict[str, Usd] = {}
    for bearing, amount in amounts:
        if bearing != account:
            sums[bearing] = sums.get(bearing, ZERO) + amount
    return tuple(sorted((bearing, amount) for bearing, amount in sums.items() if amount))

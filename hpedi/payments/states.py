"""The states of a payment and the only ways between them.

    built -> approved -> released -> settled -> returned     the bank has paid; an EFT may come back after that
      |         |           |-> returned -> reissued | voided    an EFT that came back
      |         |           |-> stale -> stopped, settled        a check that nobody cashed; some are cashed yet
      |         |           |-> stopped -> reissued | voided     a check that the bank will not pay
      |         |           '-> reissued                         a check that is lost
      '---------'-------------> voided -> reissued               what it paid is owed again

A voided payment counts no more: its claims, which stay as decided, are unpaid. A reissued one goes out once more as a
check under another number, and its claims stay with it. Who may move a payment is access's to say; under a limit that
is data a payment approves itself. This module keeps no state and reads no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hpedi.money import Usd
from hpedi.payments.payment import PaymentHead
from hpedi.transactions.remittance_835.model import PaymentMethod


class PaymentState(StrEnum):
    """Where a payment stands."""

    BUILT = "built"
    APPROVED = "approved"
    RELEASED = "released"
    SETTLED = "settled"
    RETURNED = "returned"
    STALE = "stale"
    STOPPED = "stopped"
    VOIDED = "voided"
    REISSUED = "reissued"


TRANSITIONS: Final[Mapping[PaymentState, frozenset[PaymentState]]] = {
    PaymentState.BUILT: frozenset({PaymentState.APPROVED, PaymentState.VOIDED}),
    PaymentState.APPROVED: frozenset({PaymentState.RELEASED, PaymentState.VOIDED}),
    PaymentState.RELEASED: frozenset(
        {
            PaymentState.SETTLED,
            PaymentState.RETURNED,
            PaymentState.STALE,
            PaymentState.STOPPED,
            PaymentState.VOIDED,
            PaymentState.REISSUED,
        }
    ),
    PaymentState.SETTLED: frozenset({PaymentState.RETURNED}),
    PaymentState.RETURNED: frozenset({PaymentState.VOIDED, PaymentState.REISSUED}),
    PaymentState.STALE: frozenset(
        {PaymentState.SETTLED, PaymentState.STOPPED, PaymentState.VOIDED, PaymentState.REISSUED}
    ),
    PaymentState.STOPPED: frozenset({PaymentState.VOIDED, PaymentState.REISSUED}),
    PaymentState.VOIDED: frozenset({PaymentState.REISSUED}),
    PaymentState.REISSUED: frozenset(),
}
"""From each state to those that may follow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """A payment comes into a state.

    Attributes:
        trace_number: The payment.
        state: Its new state.
        reason: Why, for people to read.
    """

    trace_number: str
    state: PaymentState
    reason: str = ""


def may_follow(now: PaymentState, then: PaymentState) -> bool:
    """Say whether a payment may go from one state to another."""
    return then in TRANSITIONS[now]


def may_be_voided(payment: PaymentHead, now: PaymentState) -> bool:
    """Say whether a payment may be voided: an EFT that went out only once it came back, and never one of nothing."""
    return may_follow(now, PaymentState.VOIDED) and not _is_out(payment, now)


def may_be_reissued(payment: PaymentHead, now: PaymentState) -> bool:
    """Say whether a payment may go out again as a check: likewise, and only where there is money in it."""
    return may_follow(now, PaymentState.REISSUED) and not _is_out(payment, now) and payment.amount > 0


def _is_out(payment: PaymentHead, now: PaymentState) -> bool:
    """Say whether the bank may have paid it: an EFT that was sent. A check is stopped by whoever says so."""
    return now is PaymentState.RELEASED and payment.method is not PaymentMethod.CHECK


def change(payment: PaymentHead, now: PaymentState, then: PaymentState, reason: str = "") -> StateChange:
    """Move a payment.

    Raises:
        ValueError: The table has no such way: a bug of the caller, who asks `may_follow` where people choose.
    """
    if not may_follow(now, then):
        raise ValueError(f"a payment that is {now} cannot become {then}")
    return StateChange(trace_number=payment.trace_number, state=then, reason=reason)


def approves_itself(payment: PaymentHead, limit: Usd) -> bool:
    """Say whether a payment needs no person's approval: it is not above the limit."""
    return payment.amount <= limit

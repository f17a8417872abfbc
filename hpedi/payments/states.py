"""The states of a payment and the only ways between them.

    built -> approved -> released -> settled
      |         |           |-----> returned -> voided       an EFT that came back (a return may come after settlement)
      '---------'-----------'-----> voided                   refused, or a check that was stopped

Voiding a payment never touches its claims: they stay as decided and wait to be paid again. Who may move a payment is
access's to say; under a limit that is data a payment approves itself. This module keeps no state and reads no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hpedi.money import Usd
from hpedi.payments.payment import Payment
from hpedi.transactions.remittance_835.model import PaymentMethod


class PaymentState(StrEnum):
    """Where a payment stands."""

    BUILT = "built"
    APPROVED = "approved"
    RELEASED = "released"
    SETTLED = "settled"
    RETURNED = "returned"
    VOIDED = "voided"


TRANSITIONS: Final[Mapping[PaymentState, frozenset[PaymentState]]] = {
    PaymentState.BUILT: frozenset({PaymentState.APPROVED, PaymentState.VOIDED}),
    PaymentState.APPROVED: frozenset({PaymentState.RELEASED, PaymentState.VOIDED}),
    PaymentState.RELEASED: frozenset({PaymentState.SETTLED, PaymentState.RETURNED, PaymentState.VOIDED}),
    PaymentState.SETTLED: frozenset({PaymentState.RETURNED}),
    PaymentState.RETURNED: frozenset({PaymentState.VOIDED}),
    PaymentState.VOIDED: frozenset(),
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


def may_be_voided(payment: Payment, now: PaymentState) -> bool:
    """Say whether a payment may be voided: an EFT that went out only once it came back, and never one of nothing."""
    is_out = now is PaymentState.RELEASED and payment.method is not PaymentMethod.CHECK
    return may_follow(now, PaymentState.VOIDED) and not is_out


def change(payment: Payment, now: PaymentState, then: PaymentState, reason: str = "") -> StateChange:
    """Move a payment.

    Raises:
        ValueError: The table has no such way: a bug of the caller, who asks `may_follow` where people choose.
    """
    if not may_follow(now, then):
        raise ValueError(f"a payment that is {now} cannot become {then}")
    return StateChange(trace_number=payment.trace_number, state=then, reason=reason)


def approves_itself(payment: Payment, limit: Usd) -> bool:
    """Say whether a payment needs no person's approval: it is not above the limit."""
    return payment.amount <= limit

"""The states of a payment."""

from __future__ import annotations

import dataclasses

import pytest

from hpedi.money import usd
from hpedi.payments.remit import Payment, remit
from hpedi.payments.states import (
    TRANSITIONS,
    PaymentState,
    approves_itself,
    change,
    may_be_reissued,
    may_be_voided,
    may_follow,
)
from hpedi.transactions.remittance_835.model import PaymentMethod
from tests.payments.worked_example import NUMBERS, VISIT, decided, run_of

ALLOWED = {
    "built": {"approved", "voided"},
    "approved": {"released", "voided"},
    "released": {"settled", "returned", "stale", "stopped", "voided", "reissued"},
    "settled": {"returned"},
    "returned": {"voided", "reissued"},
    "stale": {"settled", "stopped", "voided", "reissued"},
    "stopped": {"voided", "reissued"},
    "voided": {"reissued"},
    "reissued": set(),
}


def payment() -> Payment:
    """Return a payment of 90.00."""
    (remitted,) = remit(run_of(decided("C1", VISIT)), NUMBERS)
    return remitted.payment


def test_every_way_and_no_other() -> None:
    """Of all pairs of states exactly those of the table are ways."""
    ways = {(now.value, then.value) for now in PaymentState for then in PaymentState if may_follow(now, then)}
    assert ways == {(now, then) for now, follow in ALLOWED.items() for then in follow}
    assert set(TRANSITIONS) == set(PaymentState)


def test_a_payment_is_never_released_unapproved() -> None:
    """A change that is no way of the table is a bug."""
    with pytest.raises(ValueError, match="built cannot become released"):
        change(payment(), PaymentState.BUILT, PaymentState.RELEASED)


@pytest.mark.parametrize(("limit", "approved"), [("89.99", False), ("90.00", True), ("90.01", True)])
def test_approves_itself_up_to_the_limit(limit: str, approved: bool) -> None:  # noqa: FBT001 - a case's outcome
    """A payment of 90.00 approves itself at a limit of 90.00, not of 89.99."""
    assert approves_itself(payment(), usd(limit)) is approved


@pytest.mark.parametrize(
    ("method", "states"),
    [
        (PaymentMethod.ACH, {"built", "approved", "returned", "stale", "stopped"}),
        (PaymentMethod.CHECK, {"built", "approved", "released", "returned", "stale", "stopped"}),
        (PaymentMethod.NONE, {"built", "approved", "returned", "stale", "stopped"}),
    ],
)
def test_what_may_be_voided(method: PaymentMethod, states: set[str]) -> None:
    """Of payments that went out only a check, which can be stopped; an EFT once it came back."""
    made = dataclasses.replace(payment(), method=method)
    assert {state.value for state in PaymentState if may_be_voided(made, state)} == states


@pytest.mark.parametrize(
    ("method", "states"),
    [
        (PaymentMethod.ACH, {"returned", "stale", "stopped", "voided"}),
        (PaymentMethod.CHECK, {"released", "returned", "stale", "stopped", "voided"}),
    ],
)
def test_what_may_be_reissued(method: PaymentMethod, states: set[str]) -> None:
    """What went out and did not reach its payee: a lost check as it stands, an EFT once it came back."""
    made = dataclasses.replace(payment(), method=method)
    assert {state.value for state in PaymentState if may_be_reissued(made, state)} == states
    assert not any(may_be_reissued(dataclasses.replace(made, amount=usd("0.00")), state) for state in PaymentState)

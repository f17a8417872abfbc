"""States of grants, proofs of control, lock-out and which roles fit which account."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from hpedi.access.accounts import Account, fits
from hpedi.access.control import MailedPin, PaidOut, payment_proves, pin_proves
from hpedi.access.grants import GrantState, ProviderId, check_change
from hpedi.access.sign_in import load_sign_in_terms, locked_until
from hpedi.mappings_folder import mapping
from hpedi.state_history import WrongState
from tests.access.granted import AT, DAY, HARBOR, QUARRY, grant, rules

TERMS = load_sign_in_terms(mapping("access/sign_in.yaml").read_bytes(), DAY)


@pytest.mark.parametrize(
    ("states", "to", "is_possible"),
    [
        ((GrantState.REQUESTED,), GrantState.APPROVED, True),
        ((GrantState.REQUESTED,), GrantState.DENIED, True),
        ((GrantState.REQUESTED,), GrantState.REVOKED, True),
        ((GrantState.REQUESTED, GrantState.APPROVED), GrantState.REVOKED, True),
        ((GrantState.REQUESTED, GrantState.APPROVED), GrantState.DENIED, False),
        ((GrantState.REQUESTED, GrantState.DENIED), GrantState.APPROVED, False),
        ((GrantState.REQUESTED, GrantState.APPROVED, GrantState.REVOKED), GrantState.APPROVED, False),
    ],
)
def test_what_was_decided_stays_decided(states: tuple[GrantState, ...], to: GrantState, *, is_possible: bool) -> None:
    """A request is decided once; what was denied or revoked is asked for anew."""
    asked = grant("lakeside", states=states)
    if is_possible:
        check_change(asked, to)
    else:
        with pytest.raises(WrongState):
            check_change(asked, to)


@pytest.mark.parametrize(
    ("number_of", "amount", "age", "proves"),
    [
        (HARBOR, "90.00", 60, True),
        (HARBOR, "90.00", -2, True),  # an EFT is dated ahead
        (HARBOR, "90.00", 61, False),
        (HARBOR, "90.01", 1, False),
        (QUARRY, "90.00", 1, False),
        (ProviderId(HARBOR.tax_id, QUARRY.npi), "90.00", 1, False),
    ],
)
def test_a_recent_payment_of_its_own_proves_a_provider(
    number_of: ProviderId, amount: str, age: int, *, proves: bool
) -> None:
    """Number and amount of a payment prove its payee for sixty days, and nobody else."""
    payment = PaidOut(provider=HARBOR, amount=Decimal("90.00"), paid_on=DAY - timedelta(days=age))
    assert payment_proves(payment, number_of, Decimal(amount), DAY, TERMS.proof) is proves


def test_no_payment_and_no_money_prove_nothing() -> None:
    """A number that no payment has, and a payment of nothing, prove nothing."""
    nothing = PaidOut(provider=HARBOR, amount=Decimal("0.00"), paid_on=DAY)
    assert not payment_proves(None, HARBOR, Decimal("90.00"), DAY, TERMS.proof)
    assert not payment_proves(nothing, HARBOR, Decimal("0.00"), DAY, TERMS.proof)


def test_a_pin_is_good_to_its_last_day() -> None:
    """The PIN that was mailed proves control up to its last day; another one never does."""
    pin = MailedPin(digest="a1", good_to=DAY)
    assert pin_proves(pin, "a1", DAY)
    assert not pin_proves(pin, "a1", DAY + timedelta(days=1))
    assert not pin_proves(pin, "a2", DAY)
    assert not pin_proves(None, "a1", DAY)


def test_an_account_locks_after_five_failures_for_a_quarter_of_an_hour() -> None:
    """Four wrong passwords lock nothing, five do for fifteen minutes."""
    assert locked_until(4, AT, TERMS.lock_out) is None
    assert locked_until(5, AT, TERMS.lock_out) == AT + timedelta(minutes=15)


def test_no_terms_before_the_first_version() -> None:
    """A day on which no terms are in force is an error of the data."""
    with pytest.raises(LookupError):
        load_sign_in_terms(mapping("access/sign_in.yaml").read_bytes(), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("role", "organisation", "is_machine", "does_fit"),
    [
        ("examiner", "", False, True),
        ("examiner", "lakeside", False, False),
        ("biller", "lakeside", False, True),
        ("biller", "", False, False),
        ("biller", "lakeside", True, True),
        ("provider approver", "lakeside", True, False),
        ("finance approver", "", True, False),
        ("founder", "", False, False),
        ("schedule", "", True, False),
        ("king", "", False, False),
    ],
)
def test_roles_fit_accounts(role: str, organisation: str, *, is_machine: bool, does_fit: bool) -> None:
    """The payer's roles are for the payer's people, some only for persons, built-in ones for nobody."""
    account = Account(login="kim", name="Kim", organisation=organisation, is_machine=is_machine)
    assert fits(role, account, rules()) is does_fit

"""Pools, charges to employers and payments to members: ledgers that only grow and whose sums are exact."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError

from hpedi.adjudication.correction import reversal_of
from hpedi.adjudication.decision import ClaimDecision
from hpedi.adjudication.funding import EmployerCharge, PoolKey, PoolMovement
from hpedi.store.database import Database
from hpedi.store.funding import StoredFunding

DAY = date(2026, 4, 9)
POOL = PoolKey("pip", "CLINIC", "MILLS", 2026)
DECISION = ClaimDecision(
    payer_claim_control_number="ICN1",
    snapshot=1,
    member="M2",
    subscriber="M1",
    provider="CLINIC",
    status="1",
    status277="F1:65",
    lines=(),
    paid_to_member=Decimal("166.66"),
    pools=(PoolMovement(POOL, "withheld", Decimal("72.00")),),
    employer_charges=(
        EmployerCharge(
            "MILLS",
            "claim_funding",
            Decimal("238.66"),
            (("member_paid", Decimal("166.66")), ("withheld", Decimal("72.00"))),
        ),
    ),
)


def test_a_decision_moves_money_beside_the_payment(database: Database) -> None:
    """What a decision withholds, charges and pays a member is read back as it was, with its source."""
    with database.writing() as connection:
        funding = StoredFunding(connection)
        funding.append_of([DECISION], DAY)
        (movement,) = funding.movements(POOL)
        assert (movement.movement, movement.source, movement.posted_on) == (DECISION.pools[0], "claim:ICN1/1", DAY)
        (charge,) = funding.charges("MILLS")
        assert (charge.charge, charge.paid_on) == (DECISION.employer_charges[0], None)
        (payment,) = funding.member_payments("M2")
        assert (payment.payee, payment.amount) == ("M1", Decimal("166.66"))


def test_a_reversal_leaves_nothing(database: Database) -> None:
    """After the reversal of a decision every pool, charge and payment to a member sums to nothing."""
    with database.writing() as connection:
        funding = StoredFunding(connection)
        funding.append_of([DECISION, reversal_of(DECISION, 2, "provider_void", "claim ICN2")], DAY)
        assert sum(each.movement.amount for each in funding.movements()) == 0
        assert sum(each.charge.amount for each in funding.charges()) == 0
        assert sum(each.amount for each in funding.member_payments()) == 0


def test_a_decision_counts_once(database: Database) -> None:
    """The same decision cannot move its money twice."""
    with database.writing() as connection:
        StoredFunding(connection).append_of([DECISION], DAY)
    with pytest.raises(IntegrityError), database.writing() as connection:
        StoredFunding(connection).append_of([DECISION], DAY)


def test_a_decision_that_moves_nothing_leaves_nothing(database: Database) -> None:
    """Most decisions pay the provider and nobody else."""
    usual = replace(DECISION, pools=(), employer_charges=(), paid_to_member=Decimal("0.00"))
    with database.writing() as connection:
        funding = StoredFunding(connection)
        funding.append_of([usual], DAY)
        assert (funding.movements(), funding.charges(), funding.member_payments()) == ((), (), ())

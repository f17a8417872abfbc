"""Total cost of care against a target that is adjusted for risk."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hpedi.payments.cost_of_care import CostOfCare, cost_target
from hpedi.reference.settling import CostTarget

FOR_ALL = CostTarget(start=date(2026, 1, 1), pmpm=Decimal("410.00"), risk_factor=Decimal("1.05"))
OWN = CostTarget(start=date(2026, 1, 1), pmpm=Decimal("390.00"), provider="LAKES")
DAY = date(2026, 12, 31)


def test_savings_are_the_adjusted_target_less_the_cost() -> None:
    """410.00 x 1.05 = 430.50; for 1,200 member months 516,600.00; 500,000.00 were spent: 16,600.00 are saved."""
    measured = CostOfCare(target=FOR_ALL, cost=Decimal("500000.00"), member_months=1200)
    assert (measured.allowed, measured.savings) == (Decimal("516600.00"), Decimal("16600.00"))
    facts = dict(measured.facts)
    assert facts["risk-adjusted target a member and month"] == "430.5000"
    assert facts["cost a member and month"] == "416.67"


def test_more_spent_than_aimed_at_is_below_nothing() -> None:
    """520,000.00 against 516,600.00 are 3,400.00 too much."""
    measured = CostOfCare(target=FOR_ALL, cost=Decimal("520000.00"), member_months=1200)
    assert measured.savings == Decimal("-3400.00")


def test_a_provider_s_own_target_goes_first() -> None:
    """LAKES has one of its own, others that for all; before 2026 nobody has any."""
    assert cost_target((FOR_ALL, OWN), "LAKES", DAY) is OWN
    assert cost_target((FOR_ALL, OWN), "OTHER", DAY) is FOR_ALL
    assert cost_target((FOR_ALL, OWN), "LAKES", date(2025, 12, 31)) is None

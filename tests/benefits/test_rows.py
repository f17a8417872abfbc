"""Which benefit row a line falls under, and which counters limit it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import pytest
from msgspec.structs import replace

from hpedi.benefits.accumulators import AccumulatorKey
from hpedi.benefits.balances import RunningBalances
from hpedi.benefits.rows import LineFacts, PlanBenefits
from hpedi.reference.plans import (
    Accumulator,
    Benefit,
    BenefitYear,
    CoordinationOfBenefits,
    Funding,
    LineMatch,
    Plan,
    PlanVersion,
    Tier,
)

YEAR = date(2026, 1, 1)
LINE = LineFacts("T1015", ("25",), "11", ("Z0000", "J029"), emergency=False, designated_online=False)
IND = Accumulator(id="ded_ind", kind="deductible", scope="individual", tier="INN", limit=Decimal("1500.00"))
FAM = Accumulator(id="ded_fam", kind="deductible", scope="family", tier="INN", limit=Decimal("3000.00"))
EVERY = Accumulator(id="oop", kind="oop", scope="family", tier="ALL", limit=Decimal("8000.00"))


def plan(
    *benefits: Benefit,
    family_tier: Literal["embedded", "aggregate"] = "embedded",
    accumulators: tuple[Accumulator, ...] = (IND, FAM, EVERY),
) -> PlanBenefits:
    """Compile a plan of these rows and counters."""
    version = PlanVersion(
        start=YEAR,
        funding=Funding(type="fully_insured"),
        benefit_year=BenefitYear(type="calendar"),
        family_tier=family_tier,
        accumulators=accumulators,
        benefits=benefits,
        cob=CoordinationOfBenefits(method="COB-STD", deductible_credit="none"),
    )
    return PlanBenefits.of(Plan(id="P", name="P", line_of_business="commercial", versions=(version,)), version)


def row(name: str, match: LineMatch, *tiers: Tier) -> Benefit:
    """Make a benefit row."""
    return Benefit(id=name, tiers=tiers or ("INN",), match=match)


@pytest.mark.parametrize(
    ("match", "facts", "matches"),
    [
        (LineMatch(), LINE, True),
        (LineMatch(codes=("T1015", "S9131")), LINE, True),
        (LineMatch(codes=("S9131",)), LINE, False),
        (LineMatch(codes=()), LINE, False),
        (LineMatch(dx_prefixes=("Z00.0",)), LINE, True),
        (LineMatch(dx_prefixes=("Z00.01",)), LINE, False),
        (LineMatch(dx_prefixes=("Z00.0",)), replace(LINE, diagnoses=()), False),
        (LineMatch(modifiers=("95", "25")), LINE, True),
        (LineMatch(modifiers=("95",)), LINE, False),
        (LineMatch(pos=("02", "11")), LINE, True),
        (LineMatch(pos=("02",)), LINE, False),
        (LineMatch(emergency=True), LINE, False),
        (LineMatch(emergency=False), LINE, True),
        (LineMatch(emergency=True), replace(LINE, emergency=True), True),
        (LineMatch(provider_designated_online=True), LINE, False),
        (LineMatch(provider_designated_online=True), replace(LINE, designated_online=True), True),
        (LineMatch(revenue_codes=("0990",)), LINE, False),
        (LineMatch(revenue_codes=("0990",)), replace(LINE, revenue_code="0990"), True),
        (LineMatch(tob_prefixes=("011",)), LINE, False),
        (LineMatch(tob_prefixes=("011",)), replace(LINE, type_of_bill="0111"), True),
        (LineMatch(codes=("T1015",), pos=("02",)), LINE, False),
        (LineMatch(codes=("T1015",), any_of=(LineMatch(pos=("02",)), LineMatch(modifiers=("25",)))), LINE, True),
        (LineMatch(codes=("T1015",), any_of=(LineMatch(pos=("02",)), LineMatch(modifiers=("95",)))), LINE, False),
        (LineMatch(any_of=()), LINE, False),
    ],
)
def test_match(match: LineMatch, facts: LineFacts, matches: bool) -> None:  # noqa: FBT001 - a column of the cases
    """All keys of a match must hold; of `any_of` one must."""
    assert (plan(row("R", match)).row("INN", facts) is not None) is matches


def test_first_row_of_the_tier_wins() -> None:
    """Rows of the line's tier are tried in order, and the first that matches is its row."""
    benefits = plan(row("OUT", LineMatch(), "OON"), row("VISIT", LineMatch(codes=("T1015",))), row("REST", LineMatch()))
    first = benefits.row("INN", LINE)
    assert first is not None
    assert first.id == "VISIT"
    other = benefits.row("INN", replace(LINE, code="G0130"))
    assert other is not None
    assert other.id == "REST"
    out = benefits.row("OON", LINE)
    assert out is not None
    assert out.id == "OUT"


def test_embedded_plan_is_limited_by_individual_and_family() -> None:
    """In an embedded plan both limits hold, and what counts to one counts to both."""
    counters = plan().counters["INN"]
    assert counters.deductible == counters.deductible_limits == (IND, FAM)
    assert counters.oop_limits == (EVERY,)
    assert plan().counters["OON"].deductible_limits == ()


def test_aggregate_plan_is_limited_by_the_family_alone() -> None:
    """In an aggregate plan an individual counter counts and never limits."""
    counters = plan(family_tier="aggregate").counters["INN"]
    assert counters.deductible == (IND, FAM)
    assert counters.deductible_limits == (FAM,)


def test_left_is_the_least_and_follows_what_is_added() -> None:
    """What is left is the lesser of the limits' rests, never below zero, and sees what a claim added."""
    committed = {
        AccumulatorKey("P", "ded_ind", "ANNA", YEAR): Decimal("1400.00"),
        AccumulatorKey("P", "ded_fam", "LAKES", YEAR): Decimal("2950.00"),
    }
    balances = RunningBalances(committed, "ANNA", "LAKES")
    balances.of_plan("P")
    assert balances.left((IND, FAM), YEAR) == Decimal("50.00")
    assert balances.left((IND,), YEAR) == Decimal("100.00")
    assert balances.left((), YEAR) is None
    entries = balances.add((IND, FAM), YEAR, Decimal("60.00"), "claim:1/1/1")
    assert [(entry.key.owner, entry.amount) for entry in entries] == [("ANNA", Decimal(60)), ("LAKES", Decimal(60))]
    assert balances.left((IND, FAM), YEAR) == Decimal("0.00")
    assert balances.add((IND,), YEAR, Decimal("0.00"), "claim:1/1/2") == ()


def test_another_year_has_counters_of_its_own() -> None:
    """What is used in one benefit year leaves the next untouched."""
    balances = RunningBalances({AccumulatorKey("P", "ded_ind", "A", YEAR): Decimal("1500.00")}, "A", "F")
    balances.of_plan("P")
    assert balances.left((IND,), date(2027, 1, 1)) == Decimal("1500.00")

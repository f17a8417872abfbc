"""Explaining a claim: what stands behind each cent and how near limits were, by hand; and that it always adds up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hpedi.adjudication.correction import Correction, as_correction, reversal_of
from hpedi.adjudication.decision import ClaimDecision
from hpedi.claims.claim import ReceivedClaim
from hpedi.money import ZERO
from hpedi.pipeline.explaining import ExplainedVersion, explained
from hpedi.pipeline.records import StoredDecision
from tests.adjudication.test_cost_properties import World, claims, plans
from tests.rules.cases import HERE, Json, decide, payer, received_claim

DAY = date(2026, 3, 16)


def sent(told: Json) -> ReceivedClaim:
    """Return the claim of a case."""
    reference, _membership, members = payer()
    return received_claim(told, members, reference, "ICN1")


def versions_of(told: Json, *decisions: ClaimDecision, line: int | None = None) -> tuple[ExplainedVersion, ...]:
    """Explain decisions on the claim of a case."""
    received = sent(told)
    stored = [
        StoredDecision(received=received, decision=made, ordinal=place, decided_on=DAY, payment_run=None)
        for place, made in enumerate(decisions, 1)
    ]
    return explained(stored, received.claim, line=line)


def version_of(case: Json, line: int | None = None) -> ExplainedVersion:
    """Decide a case and explain it."""
    made = decide(case)
    assert isinstance(made, ClaimDecision)
    return versions_of(case["claim"], made, line=line)[0]


def check_balance(version: ExplainedVersion, made: ClaimDecision) -> None:
    """Check that each unit adds up, and that the units together are the decision."""
    for unit in version.units:
        assert unit.charged - sum((each.amount for each in unit.taken_off), ZERO) == unit.paid
        assert unit.balances
    assert sum((unit.charged for unit in version.units), ZERO) == made.charged
    assert sum((unit.paid for unit in version.units), ZERO) == made.paid


# --- every cent ------------------------------------------------------------------------------------------------------


def every_case() -> list[Any]:
    """Return the cases of every rule."""
    files = sorted(HERE.glob("*.yaml"))
    return [
        pytest.param(case, id=f"{file.stem}: {case['case']}")
        for file in files
        for case in yaml.safe_load(file.read_text())["cases"]
    ]


@pytest.mark.parametrize("case", every_case())
def test_every_rule_case_adds_up(case: Json) -> None:
    """Whatever a rule decides: charged less all that is shown as taken off is paid, and each part names its rule."""
    made = decide(case)
    if isinstance(made, ClaimDecision):
        version = versions_of(case["claim"], made)[0]
        check_balance(version, made)
        assert all(each.rule for unit in version.units for each in unit.taken_off)
        back = reversal_of(made, 2, "provider_void", "claim ICN9")
        check_balance(versions_of(case["claim"], back)[0], back)


@settings(max_examples=60, deadline=None)
@given(version=plans(), told=st.lists(claims(), min_size=1, max_size=4))
def test_drawn_claims_add_up(version: Json, told: list[Json]) -> None:
    """However plans, other payers and claims are drawn, the amounts shown add up, line by line and in all."""
    for made in World.of(version).decide(told):
        place = int(made.payer_claim_control_number.removeprefix("I"))
        check_balance(versions_of(told[place], made)[0], made)


def test_each_part_names_its_rule_and_source() -> None:
    """650.00 charged: 250.00 by the fee, 33.33 deductible, 16.67 of the coinsurance of 73.33, and 350.00 paid."""
    case = {
        "claim": {"lines": [{"code": "G0260", "charge": "650.00"}]},
        "used": {"ded_ind_inn MARY": "1466.67", "oop_ind_inn MARY": "3950.00"},
    }
    (unit,) = version_of(case).units
    told = [(each.adjustment, each.amount, each.rule) for each in unit.taken_off]
    assert told == [
        ("CO-45", Decimal("250.00"), "fee_schedule"),
        ("PR-1", Decimal("33.33"), "deductible"),
        ("PR-2", Decimal("16.67"), "coinsurance"),
    ]
    assert unit.taken_off[0].source == "contract K-CLINIC rate R, FS a from 2026-01-01"
    assert unit.taken_off[1].source == "plan EMBEDDED from 2025-01-01"
    assert unit.paid == Decimal("350.00")


def test_what_is_denied_and_held_back_names_its_rule() -> None:
    """Units above a maximum, a denied line, and a withhold, each by the rule that took it off."""
    units = version_of({"claim": {"lines": [{"code": "S9501", "units": "3", "charge": "500.00"}]}}).units
    assert [each.rule for each in units[0].taken_off] == ["mue", "fee_schedule", "deductible"]
    (denied,) = version_of({"claim": {"provider": "RETRO", "patient": "JUNE", "lines": [{"code": "J1745"}]}}).units
    assert [(each.adjustment, each.rule) for each in denied.taken_off] == [("CO-197", "prior_auth")]
    withheld = {
        "claim": {"provider": "WITHHELD", "lines": [{"code": "G0260", "charge": "650.00"}]},
        "used": {"ded_ind_inn MARY": "1500.00"},
    }
    (unit,) = version_of(withheld).units
    assert [each.adjustment for each in unit.taken_off] == ["CO-45", "PR-2", "CO-104"]
    assert unit.taken_off[2].parameter == "0.05 of what is payable"


def test_a_claim_priced_as_one_is_explained_as_one() -> None:
    """A stay of 31,400.00 is allowed at 13,144.00 and paid at 10,644.00; its lines show their shares."""
    stay = {"code": "", "revenue_code": "0120", "unit": "DA", "units": "4", "charge": "31400.00"}
    case = {
        "used": {"ded_ind_inn MARY": "1500.00", "oop_ind_inn MARY": "1500.00"},
        "claim": {"provider": "HOSPITAL", "bill": "021", "drg": "193", "lines": [stay]},
    }
    version = version_of(case)
    (unit,) = version.units
    assert (unit.number, unit.charged, unit.allowed, unit.paid) == (
        0, Decimal("31400.00"), Decimal("13144.00"), Decimal("10644.00"),
    )  # fmt: skip
    told = [(each.adjustment, each.amount, each.rule) for each in unit.taken_off]
    assert told == [("CO-45", Decimal("18256.00"), "drg"), ("PR-2", Decimal("2500.00"), "coinsurance")]
    assert [(each.code, each.paid) for each in version.shares] == [("0120", Decimal("10644.00"))]


def test_one_line_is_shown_with_what_is_of_the_whole_claim() -> None:
    """--line leaves out the other lines and their steps, and keeps those of the claim."""
    version = version_of({"claim": {"lines": [{"code": "T1015"}, {"code": "G0260"}]}}, line=2)
    assert [unit.number for unit in version.units] == [2]
    assert {step.line for step in version.steps} == {0, 2}


# --- accumulators before and after -----------------------------------------------------------------------------------


def test_accumulators_are_told_before_and_after() -> None:
    """33.33 of the deductible and 50.00 of the maximum are left; line 2 finds what line 1 left."""
    case = {
        "claim": {"lines": [{"code": "G0260", "charge": "650.00"}, {"code": "T1015"}]},
        "used": {"ded_ind_inn MARY": "1466.67", "oop_ind_inn MARY": "3900.00"},
    }
    counted = {
        (step.line, each.accumulator): (each.before, each.after)
        for step in version_of(case).steps
        for each in step.counters
    }
    assert counted[1, "ded_ind_inn"] == (Decimal("1466.67"), Decimal("1500.00"))
    assert counted[1, "oop_ind_inn"] == (Decimal("3900.00"), Decimal("4000.00"))
    assert (2, "oop_ind_inn") not in counted  # nothing is left of it: the visit counts nothing


# --- what would have changed the outcome -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "rule", "text"),
    [
        (
            {"claim": {"received": "2026-07-04", "lines": [{"code": "T1015", "date": "2026-01-05"}]}},
            "timely_filing",
            "Received 0 days before the last day for filing, 2026-07-04",
        ),
        (
            {"claim": {"received": "2026-07-05", "lines": [{"code": "T1015", "date": "2026-01-05"}]}},
            "timely_filing",
            "Received 1 day late: by 2026-07-04 it would have been in time.",
        ),
        (
            {"claim": {"lines": [{"code": "S9501", "units": "3", "charge": "500.00"}]}},
            "mue",
            "1 unit more than the 2 that are paid: with 1 fewer, none would have been denied.",
        ),
        (
            {"claim": {"lines": [{"code": "S9131", "charge": "150.00"}]}, "used": {"visits MARY": "1"}},
            "limits",
            "That was visit 2 of 2 (visits): the next is denied.",
        ),
        (
            {"claim": {"lines": [{"code": "S9131", "charge": "150.00"}]}, "used": {"visits MARY": "2"}},
            "benefit_maximum",
            "2 of 2 visits of the benefit year were used before",
        ),
        (
            {"claim": {"lines": [{"code": "V5008", "charge": "400.00"}]}, "used": {"ded_ind_inn MARY": "1500.00"}},
            "dollar_maximum",
            "With 40.00 more left of the benefit's maximum, all 240.00 would have been paid.",
        ),
        (
            {"claim": {"lines": [{"code": "V5008", "charge": "400.00"}]}, "used": {"ded_ind_inn MARY": "1300.00"}},
            "limits",
            "120.00 are left of the 200.00 that the benefit pays a year (hearing).",
        ),
        (
            {"claim": {"provider": "RETRO", "patient": "JUNE", "lines": [{"code": "J1745"}]}},
            "prior_auth",
            "No authorisation was on file for the service",
        ),
        (
            {"claim": {"patient": "IDA", "lines": [{"code": "J1745", "date": "2026-03-01"}]}},
            "prior_auth",
            "The authorisation on file had ended before the service",
        ),
        (
            {"claim": {"authorization": "A30", "lines": [{"code": "J1745", "units": "26", "charge": "2600.00"}]}},
            "prior_auth",
            "Authorisation A30 had 25 left of the 26 wanted: with 1 more, all would have been paid.",
        ),
        (
            {"claim": {"lines": [{"code": "J1745", "units": "25", "charge": "2500.00"}]}},
            "prior_auth",
            "That was the last of authorisation A30: one unit more would have been denied.",
        ),
        (
            {
                "claim": {"lines": [{"code": "G0260", "charge": "650.00"}]},
                "used": {"ded_ind_inn MARY": "1466.67", "oop_ind_inn MARY": "3950.00"},
            },
            "out_of_pocket_maximum",
            "ended the member's share at 50.00: with 56.66 more left of it, the member would have owed 106.66.",
        ),
    ],
)
def test_what_would_have_changed_the_outcome(case: Json, rule: str, text: str) -> None:
    """A rule that was at its limit, or a step beyond, says what a step more or less would have done."""
    told = [each.text for each in version_of(case).near if each.rule == rule]
    assert any(text in each for each in told), told


# --- version after version -------------------------------------------------------------------------------------------


def test_a_correction_tells_what_changed() -> None:
    """120.00 allowed became 110.00 by another claim's charge: allowed, paid and CO-45 are told, and nothing else."""
    first = decide({"claim": {"lines": [{"code": "T1015"}]}})
    again = decide({"claim": {"lines": [{"code": "T1015", "charge": "110.00"}]}})
    assert isinstance(first, ClaimDecision)
    assert isinstance(again, ClaimDecision)
    conventions = payer()[0].conventions(DAY)
    assert conventions is not None
    corrected = as_correction(
        replace(again, version=3), Correction(of=first, reason="payer_pricing_error"), conventions
    )
    taken_back = reversal_of(first, 2, "payer_pricing_error", "reprocessing 1")
    versions = versions_of({"lines": [{"code": "T1015"}]}, first, taken_back, corrected)
    assert [each.kind for each in versions] == ["adjudicated", "reversal", "correction"]
    assert versions[1].units[0].taken_off[0].rule == "reversal"
    changes = {(each.line, each.what): (each.before, each.after) for each in versions[2].changed}
    assert changes[1, "allowed"] == ("120.00", "110.00")
    assert changes[1, "paid"] == ("90.00", "80.00")
    assert changes[1, "CO-45"] == ("65.00", "0.00")
    assert (1, "PR-3") not in changes
    assert versions[0].changed == versions[1].changed == ()

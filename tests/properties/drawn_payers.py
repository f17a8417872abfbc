"""Payers and claims that are drawn, in the golden format: plans, limits and cost shares vary, and so do services.

The world is that of `tests/unseen/world-2`, whose plan with a year from July is drawn anew.
"""

from __future__ import annotations

import json
from copy import deepcopy
from decimal import Decimal
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st

from tests.shared import PROJECT

Json = Any

PLAN: Final = "Q1"
PATIENTS: Final = ("X1", "X2", "X3")
DAYS: Final = ("2026-06-28", "2026-06-29", "2026-06-30", "2026-07-01", "2026-07-02")
SERVICES: Final = {
    "PINE": (
        ("G0463", ()), ("S0220", ()), ("G0105", ()), ("G0104", ("59",)), ("G0121", ()), ("S2066", ()), ("A4253", ()),
        ("G0289", ("50",)), ("S9126", ()), ("E0601", ()), ("R0070", ()), ("R0070", ("26",)), ("S9470", ()),
        ("G0151", ()), ("A9282", ()),
    ),
    "CEDAR": (("A4206", ()), ("S0220", ())),
    "ROWAN": (("S8990", ()),),
    "ALDER": (("G0463", ()), ("S0220", ())),
    "WILLOW": (("G0105", ()), ("G0463", ())),
}  # fmt: skip
"""Codes and modifiers that a provider bills; each has a price in its contract."""
OF_ONE: Final = ("ded_ind_in", "oop_ind_in")
"""Counters of a person that an aggregate plan has not: others of the same tier are the family's."""
RISING: Final = ("ded_ind_in", "ded_ind_out", "ded_fam_in", "oop_ind_in", "oop_ind_out", "oop_fam_in")
"""A limit is refused that is above one after it: a deductible above the maximum, a person's above the family's."""
FEW: Final = {"G0289": 1, "G0105": 1}
"""Units of procedures; others are billed by up to four units."""

visits = st.sampled_from(["1", "3"])
limits = st.sampled_from(["0.00", "0.01", "150.00", "999.99", "2500.00"])
rates = st.decimals(min_value=0, max_value=1, places=2).map(str)
charges = st.decimals(min_value="0.01", max_value=1500, places=2)
copays = st.fixed_dictionaries(
    {"type": st.just("copay"), "amount": st.sampled_from(["0.01", "40.00", "300.00"]), "per": st.just("visit")}
)
coinsurances = st.fixed_dictionaries({"type": st.just("coinsurance"), "rate": rates})
cost_shares = st.lists(
    st.one_of(copays, st.just({"type": "deductible"}), coinsurances), max_size=3, unique_by=lambda part: part["type"]
)


@cache
def _world() -> Json:
    return json.loads((PROJECT / "tests" / "unseen" / "world-2" / "world.json").read_text())


@st.composite
def plans(draw: st.DrawFn) -> Json:
    """Draw the terms of a plan: family tier, limits, cost share of its rows, and what the maximum takes off first."""
    plan = _plan(_world())
    rows = [each["id"] for each in plan["benefits"] if "cost_share" in each]
    return {
        "family_tier": draw(st.sampled_from(["embedded", "aggregate"])),
        "limits": {
            **{each["id"]: draw(visits) for each in plan["accumulators"] if each["kind"] == "visits"},
            **dict(zip(RISING, sorted((draw(limits) for _ in RISING), key=Decimal), strict=True)),
        },
        "rows": {row: draw(cost_shares) for row in rows},
        "removes": draw(st.permutations(["copay", "deductible", "coinsurance"])),
    }


def world_of(terms: Json) -> Json:
    """Return a payer with such a plan. Nothing carries over: what was carried into a year stays there for good."""
    world = deepcopy(_world())
    plan = _plan(world)
    plan.update(carry_over=None, family_tier=terms["family_tier"])
    plan["accumulators"] = [{**each, "limit": terms["limits"][each["id"]]} for each in plan["accumulators"]]
    if terms["family_tier"] == "aggregate":
        plan["accumulators"] = [
            each if each["kind"] == "visits" else {**each, "scope": "family"}
            for each in plan["accumulators"]
            if each["id"] not in OF_ONE
        ]
    for benefit in plan["benefits"]:
        if "cost_share" in benefit:
            benefit["cost_share"] = terms["rows"][benefit["id"]]
    world["conventions"]["oop_cap_removes"] = terms["removes"]
    return world


def _plan(world: Json) -> Json:
    return next(each for each in world["plans"] if each["id"] == PLAN)


def given() -> Json:
    """Return the state in which nothing happened yet: a covered family with a few authorisations."""
    coverage = {"plan": PLAN, "coverage_tier": "family", "from": "2025-07-01", "to": None, "added_on": "2025-06-01"}
    authorization = {"provider": None, "tob_prefixes": None, "from": "2026-01-01", "to": None, "status": "approved"}
    return {
        "coverage": [{**coverage, "member": member} for member in PATIENTS],
        "authorizations": [
            {
                **authorization,
                "id": f"{code}-{member}",
                "member": member,
                "codes": [code],
                "units_approved": "3",
                "unit": "UN",
                "units_used": "0",
            }
            for member in PATIENTS
            for code in ("S9126", "E0601")
        ],
        **dict.fromkeys(("accumulators", "accumulator_entries", "other_coverage", "provider_balances", "pools"), ()),
    }


@st.composite
def claims(draw: st.DrawFn, days: tuple[str, ...] = DAYS) -> Json:
    """Draw a claim: services of one provider on a few days, for one of the family."""
    world = _world()
    patient, provider = draw(st.sampled_from(PATIENTS)), draw(st.sampled_from(sorted(SERVICES)))
    told = st.tuples(st.sampled_from(SERVICES[provider]), st.sampled_from(days), charges, st.integers(1, 4))
    services = draw(st.lists(told, min_size=1, max_size=4))
    lines = [
        _line(number, code, modifiers, day, charge, min(units, FEW.get(code, 4)))
        for number, ((code, modifiers), day, charge, units) in enumerate(services, 1)
    ]
    member = next(each for each in world["members"] if each["id"] == patient)
    payee = next(each for each in world["providers"] if each["id"] == provider)
    persons = {each["id"]: each for each in world["members"]}
    absent = ("accident_date", "admission_date", "discharge_date", "prior_authorization_g1", "original_reference_f8")
    return {
        **dict.fromkeys(absent),
        **dict.fromkeys(("clm11_related_causes", "attachments_pwk", "other_payers"), ()),
        "type": "P",
        "clm02": f"{sum(charge for _service, _day, charge, _units in services):.2f}",
        "frequency": "1",
        "pos": "11",
        "clm07_assignment": "A",
        "clm08_benefits_assigned": draw(st.sampled_from(["Y", "Y", "N"])),
        "clm09_release": "Y",
        "sbr01": "P",
        "sbr09": "HM",
        "relationship": member["relationship"],
        "patient_submitted": member,
        "subscriber_submitted": persons[member["subscriber"]],
        "billing_provider": provider,
        "billing_npi": payee["npi"],
        "rendering_npi": payee["rendering"][0]["npi"],
        "diagnoses": [{"qualifier": "ABK", "code": "M17.11", "poa": None}],
        "lines": lines,
    }


def _line(number: int, code: str, modifiers: tuple[str, ...], day: str, charge: object, units: int) -> Json:
    return {
        **dict.fromkeys(("rev", "dos_to", "pos", "rendering_npi", "ndc")),
        "lx": number,
        "code": code,
        "modifiers": modifiers,
        "unit_code": "UN",
        "units": str(units),
        "charge": f"{charge:.2f}",
        "dos": day,
        "dx_pointers": [1],
        "svd": (),
    }

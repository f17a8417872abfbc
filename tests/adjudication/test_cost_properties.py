"""What holds of cost share, other payers, withholds and assignment in any world: plans, limits and claims are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from hpedi.adjudication.adjudicate import adjudicate, past_lines
from hpedi.adjudication.decision import ClaimDecision, LineDecision, PastLine
from hpedi.benefits.accumulators import AccumulatorKey
from hpedi.benefits.membership import Family, Membership
from hpedi.money import ZERO
from hpedi.reference.payer_folder import load_payer_folder
from hpedi.reference.plans import Plan, PlanVersion
from hpedi.reference.records import ReferenceRecord, record_of
from hpedi.reference.reference import Reference
from tests.golden.world import standard_files
from tests.rules.cases import HERE, Json, received_claim

PATIENTS: Final = ("MARY", "ANNA")
CODES: Final = ("T1015", "G0130", "G0260", "G0414")

money = st.decimals(min_value=0, max_value=3000, places=2).map(str)
rates = st.decimals(min_value=0, max_value=1, places=2).map(str)
deductible = st.just({"type": "deductible"})
copays = st.fixed_dictionaries({"type": st.just("copay"), "amount": st.sampled_from(["0.01", "30.00", "150.00"])})
coinsurance = st.fixed_dictionaries({"type": st.just("coinsurance"), "rate": rates})
cost_shares = st.lists(st.one_of(copays, deductible, coinsurance), max_size=3, unique_by=lambda part: part["type"])


@st.composite
def plans(draw: st.DrawFn) -> Json:
    """Draw a version of the plan that the patients have."""
    limits = {(kind, scope): draw(money) for kind in ("ded", "oop") for scope in ("individual", "family")}
    tier = draw(st.sampled_from(["embedded", "aggregate"]))
    scopes = ["family"] if tier == "aggregate" else ["individual", "family"]
    accumulators = [
        {"id": f"{short}_{scope[:3]}", "kind": kind, "scope": scope, "tier": "INN", "limit": limits[short, scope]}
        for short, kind in (("ded", "deductible"), ("oop", "oop"))
        for scope in scopes
    ]
    office = {"id": "OFFICE", "tiers": ["INN"], "match": {"codes": ["T1015"]}, "cost_share": draw(cost_shares)}
    other = {"id": "OTHER", "tiers": ["INN"], "match": {}, "cost_share": draw(cost_shares)}
    method = draw(st.sampled_from(["COB-STD", "COB-ALLOWED"]))
    return {
        "from": "2025-01-01",
        "funding": draw(st.sampled_from([{"type": "self_insured", "employer": "EMPLOYER"}, {"type": "fully_insured"}])),
        "benefit_year": {"type": "calendar"},
        "family_tier": tier,
        "accumulators": accumulators,
        "benefits": [office, other],
        "cob": {"method": method, "deductible_credit": draw(st.sampled_from(["as_if_primary", "none"]))},
    }


@st.composite
def claims(draw: st.DrawFn) -> Json:
    """Draw a claim: some as second payer, some not assigned, some at a provider that is withheld from."""
    secondary = draw(st.booleans())
    lines = [_line(draw, secondary=secondary) for _ in range(draw(st.integers(1, 4)))]
    return {
        "patient": draw(st.sampled_from(PATIENTS)),
        "provider": draw(st.sampled_from(["CLINIC", "WITHHELD", "PROGRAM", "STATUTE"])),
        "benefits_assigned": draw(st.sampled_from(["Y", "N"])),
        "sbr01": "S" if secondary else "P",
        "others": [{"id": "FIRST", "sbr01": "P"}] if secondary else [],
        "lines": lines,
    }


def _line(draw: st.DrawFn, *, secondary: bool) -> Json:
    line = {
        "code": draw(st.sampled_from(CODES)),
        "date": draw(st.sampled_from(["2026-03-10", "2026-03-11", "2026-06-30"])),
        "charge": draw(money),
    }
    if secondary:
        line["decided"] = [{"by": "FIRST", "paid": draw(money), "cas": [f"CO-45 {draw(money)}"]}]
    return line


@dataclass(frozen=True, slots=True)
class World:
    """A payer whose plan was drawn."""

    reference: Reference
    membership: Membership
    members: dict[str, Any]

    @classmethod
    def of(cls, version: Json) -> World:
        """Take the payer of the rule cases with another version of its plan."""
        plan = Plan(id="EMBEDDED", name="DRAWN", line_of_business="commercial", versions=(_version(version),))
        records = [record for record in _records() if (record.kind, record.key) != ("plan", plan.id)]
        families = [Family.of(record.body) for record in records if record.kind == "family"]
        members = {member.id: member for family in families for member in family.members}
        reference = Reference.of([*records, record_of("plan", plan.id, plan)], snapshot=1)
        return cls(reference, Membership.of(families), members)

    def decide(self, told: list[Json]) -> list[ClaimDecision]:
        """Decide claims in order, each seeing what the earlier ones counted."""
        balances: dict[AccumulatorKey, Decimal] = {}
        history: dict[str, list[PastLine]] = {}
        made = []
        for number, each in enumerate(told):
            received = received_claim(each, self.members, self.reference, f"I{number}")
            who = self.membership.recognise(received.claim)
            decision = adjudicate(received, self.reference, who, history.get(each["patient"], []), balances)
            if isinstance(decision, ClaimDecision):
                made.append(decision)
                for entry in decision.entries:
                    balances[entry.key] = balances.get(entry.key, ZERO) + entry.amount
                for line in past_lines(received, decision):
                    history.setdefault(line.member, []).append(line)
        return made

    def limit(self, key: AccumulatorKey) -> Decimal:
        """Return the limit of a counter."""
        version = self.reference.plan_version(key.plan, date(2026, 3, 10))
        assert version is not None
        return next(each.limit for each in version.accumulators if each.id == key.accumulator)


def _version(told: Json) -> PlanVersion:
    return msgspec.convert(told, PlanVersion, strict=False)


@cache
def _records() -> tuple[ReferenceRecord, ...]:
    folder = {path.name: path.read_bytes() for path in (HERE / "payer").iterdir()}
    return load_payer_folder(folder, standard_files()).records


@settings(max_examples=60, deadline=None)
@given(version=plans(), told=st.lists(claims(), min_size=1, max_size=4))
def test_money_adds_up(version: Json, told: list[Json]) -> None:
    """Charge less adjustments is paid, nothing is paid below zero, and what is withheld stands in a pool."""
    for made in World.of(version).decide(told):
        for line in made.lines:
            assert line.charged - sum((each.amount for each in line.adjustments), ZERO) == line.paid >= ZERO
        adjustments = [each for line in made.lines for each in line.adjustments]
        withheld = sum((each.amount for each in adjustments if each.carc in {"104", "245"}), ZERO)
        to_member = sum((each.amount for each in adjustments if each.carc == "100"), ZERO)
        assert withheld == sum((each.amount for each in made.pools if each.what == "withheld"), ZERO)
        assert made.paid_to_member == to_member
        funded = sum((each.amount for each in made.employer_charges if each.what == "claim_funding"), ZERO)
        is_funded = version["funding"]["type"] == "self_insured"
        assert funded == (made.paid + withheld + to_member if is_funded else ZERO)


@settings(max_examples=60, deadline=None)
@given(version=plans(), told=st.lists(claims(), min_size=1, max_size=5))
def test_no_accumulator_passes_its_limit(version: Json, told: list[Json]) -> None:
    """However plans, other payers and claims are drawn, no counter passes its limit or goes below zero."""
    world = World.of(version)
    balances: dict[AccumulatorKey, Decimal] = {}
    for made in world.decide(told):
        for entry in made.entries:
            balances[entry.key] = balances.get(entry.key, ZERO) + entry.amount
    for key, used in balances.items():
        assert ZERO <= used <= world.limit(key), key.accumulator


@settings(max_examples=40, deadline=None)
@given(told=claims(), rate=rates, data=st.data())
def test_order_of_lines_decides_nothing_it_should_not(told: Json, rate: str, data: st.DataObject) -> None:
    """Where a plan has coinsurance only and no limit is near, lines in any order come to the same."""
    share = [{"type": "coinsurance", "rate": rate}]
    version = {
        "from": "2025-01-01",
        "funding": {"type": "fully_insured"},
        "benefit_year": {"type": "calendar"},
        "family_tier": "embedded",
        "accumulators": [{"id": "oop", "kind": "oop", "scope": "individual", "tier": "INN", "limit": "99999.00"}],
        "benefits": [{"id": "ALL", "tiers": ["INN"], "match": {}, "cost_share": share}],
        "cob": {"method": "COB-STD", "deductible_credit": "none"},
    }
    world = World.of(version)
    shuffled = {**told, "lines": data.draw(st.permutations(told["lines"]))}
    one, other = world.decide([told]), world.decide([shuffled])
    assert [_by_service(made) for made in one] == [_by_service(made) for made in other]


def _by_service(made: ClaimDecision) -> list[Any]:
    return [sorted(_told(line) for line in made.lines), made.paid, made.patient_responsibility, made.paid_to_member]


def _told(line: LineDecision) -> tuple[Any, ...]:
    adjustments = sorted((each.group, each.carc, each.amount) for each in line.adjustments)
    return (line.code, line.date, line.charged, line.allowed, line.paid, adjustments)

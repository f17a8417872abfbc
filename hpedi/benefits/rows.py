"""Benefit rows: which row of a plan a service line falls under, and which counters it counts to.

Rows are compiled once for each version of a plan; the first row that matches the line's tier and facts is its row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from hpedi.claims.model import Model
from hpedi.reference.plans import Accumulator, Benefit, LineMatch, Plan, PlanVersion, Tier
from hpedi.reference.reference import Reference

TIERS: Final[tuple[Tier, ...]] = ("INN", "OON")
VISITS, DOLLARS = "visits", "dollars"
_LIMITING_SCOPES: Final = {"embedded": ("individual", "family"), "aggregate": ("family",)}


class LineFacts(Model, frozen=True):
    """What a benefit row may ask of a service line.

    Attributes:
        diagnoses: Codes the line points to, without points.
        revenue_code: Empty on a professional claim.
        type_of_bill: Empty likewise.
    """

    code: str
    modifiers: tuple[str, ...]
    place_of_service: str
    diagnoses: tuple[str, ...]
    emergency: bool
    designated_online: bool
    revenue_code: str = ""
    type_of_bill: str = ""


Test = Callable[[LineFacts], bool]


@dataclass(frozen=True, slots=True)
class TierCounters:
    """The dollar counters of a plan in one tier.

    Attributes:
        deductible: All that a deductible amount counts to.
        oop: All that the member's share counts to.
        deductible_limits: Those whose limit holds: individual and family, or the family's alone.
        oop_limits: Likewise.
    """

    deductible: tuple[Accumulator, ...]
    oop: tuple[Accumulator, ...]
    deductible_limits: tuple[Accumulator, ...]
    oop_limits: tuple[Accumulator, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PlanBenefits:
    """A version of a plan, ready to be asked.

    Attributes:
        plan: The plan.
        version: Its version.
        source: Where its parameters stand, for the trail.
        counters: Dollar counters by tier.
        limits: Counters of visits and dollars that benefits are limited by, by id.
    """

    plan: Plan
    version: PlanVersion
    source: str
    counters: Mapping[Tier, TierCounters]
    limits: Mapping[str, Accumulator]
    _rows: Mapping[Tier, tuple[tuple[Benefit, Test], ...]]

    @classmethod
    def of(cls, plan: Plan, version: PlanVersion) -> PlanBenefits:
        """Compile a version of a plan."""
        tested = [(benefit, _test_of(benefit.match)) for benefit in version.benefits]
        return cls(
            plan=plan,
            version=version,
            source=f"plan {plan.id} from {version.start}",
            counters={tier: _counters(version, tier) for tier in TIERS},
            limits={each.id: each for each in version.accumulators if each.kind in (VISITS, DOLLARS)},
            _rows={tier: tuple((row, test) for row, test in tested if tier in row.tiers) for tier in TIERS},
        )

    def row(self, tier: Tier, facts: LineFacts) -> Benefit | None:
        """Return the first row of a tier that matches a line."""
        for benefit, matches in self._rows[tier]:
            if matches(facts):
                return benefit
        return None


@lru_cache(maxsize=8)
def plan_benefits(reference: Reference) -> Mapping[int, PlanBenefits]:
    """Return all versions of all plans of a snapshot, compiled, by the identity of the version."""
    return {
        id(version): PlanBenefits.of(plan, version) for plan in reference.plans.values() for version in plan.versions
    }


def _counters(version: PlanVersion, tier: Tier) -> TierCounters:
    in_tier = [each for each in version.accumulators if each.tier in (tier, "ALL")]
    limiting = _LIMITING_SCOPES[version.family_tier]

    def of(kind: str, scopes: Iterable[str]) -> tuple[Accumulator, ...]:
        return tuple(each for each in in_tier if each.kind == kind and each.scope in scopes)

    every = ("individual", "family")
    return TierCounters(of("deductible", every), of("oop", every), of("deductible", limiting), of("oop", limiting))


def _test_of(match: LineMatch) -> Test:
    tests = [make(value) for make, value in _written(match) if value is not None]
    if match.emergency is not None:
        wanted_emergency = match.emergency
        tests.append(lambda facts: facts.emergency is wanted_emergency)
    if match.provider_designated_online is not None:
        wanted_online = match.provider_designated_online
        tests.append(lambda facts: facts.designated_online is wanted_online)
    if match.any_of is not None:
        tests.append(_any_of([_test_of(choice) for choice in match.any_of]))
    return _all_of(tests)


def _all_of(tests: list[Test]) -> Test:
    # Rows are tried for every line: one test is called as it is, and none for the rows that take everything.
    if len(tests) == 1:
        return tests[0]
    if not tests:
        return lambda _facts: True
    first, rest = tests[0], _all_of(tests[1:])
    return lambda facts: first(facts) and rest(facts)


def _any_of(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    if not tests:
        return lambda _facts: False
    first, rest = tests[0], _any_of(tests[1:])
    return lambda facts: first(facts) or rest(facts)


def _written(match: LineMatch) -> tuple[tuple[Callable[[tuple[str, ...]], Test], tuple[str, ...] | None], ...]:
    return (
        (_has_code, match.codes),
        (_has_place, match.pos),
        (_has_modifier, match.modifiers),
        (_has_diagnosis, match.dx_prefixes),
        (_has_revenue_code, match.revenue_codes),
        (_has_type_of_bill, match.tob_prefixes),
    )


def _has_code(codes: tuple[str, ...]) -> Test:
    wanted = frozenset(codes)
    return lambda facts: facts.code in wanted


def _has_place(places: tuple[str, ...]) -> Test:
    wanted = frozenset(places)
    return lambda facts: facts.place_of_service in wanted


def _has_modifier(modifiers: tuple[str, ...]) -> Test:
    wanted = frozenset(modifiers)
    return lambda facts: not wanted.isdisjoint(facts.modifiers)


def _has_diagnosis(prefixes: tuple[str, ...]) -> Test:
    # Claims carry diagnosis codes without their point, plans are written with it.
    wanted = tuple(prefix.replace(".", "") for prefix in prefixes)
    return lambda facts: any(code.startswith(wanted) for code in facts.diagnoses)


def _has_revenue_code(codes: tuple[str, ...]) -> Test:
    wanted = frozenset(codes)
    return lambda facts: facts.revenue_code in wanted


def _has_type_of_bill(prefixes: tuple[str, ...]) -> Test:
    return lambda facts: bool(facts.type_of_bill) and facts.type_of_bill.startswith(prefixes)

"""Checks of a payer folder on its plans: every benefit row can match, every accumulator limits, no years overlap.

Names that do not exist are the business of `links`, versions that overlap of `spans`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

from hpedi.finding_kinds import found
from hpedi.findings import Finding, Severity
from hpedi.reference.folder import Folder
from hpedi.reference.member_checks import Fault
from hpedi.reference.plans import Accumulator, Benefit, BenefitYear, LineMatch, Plan, PlanVersion

_PREFIXES: Final = frozenset({"dx_prefixes", "tob_prefixes"})
_ALTERNATIVES: Final = "any_of"
_LISTS: Final = ("codes", "revenue_codes", "dx_prefixes", "modifiers", "pos", "tob_prefixes", _ALTERNATIVES)
_FIRST_OF_YEAR: Final = "01-01"
_VISITS: Final = "visits"
_COUNTED_ONCE: Final = frozenset({"deductible", "oop"})


def check_plan_rows(folder: Folder) -> Iterator[Finding]:
    """Check the rows of plans.

    Findings:
        reference-value: A benefit row can never match or contradicts itself, an accumulator contradicts another one,
            benefit years overlap, an opening balance is above its limit or of no benefit year.
    """
    for plan in folder.plans:
        for fault in (*_years(plan), *(fault for version in plan.versions for fault in _version(version))):
            yield found("reference-value", folder.places.of(fault[0], fault[1]), fault[2])
        for piece, field, message in (fault for version in plan.versions for fault in _unlikely(version)):
            yield found("reference-value", folder.places.of(piece, field), message, severity=Severity.WARNING)
    for piece, field, message in _opening(folder):
        yield found("reference-value", folder.places.of(piece, field), message)


def _version(version: PlanVersion) -> Iterator[Fault]:
    yield from _accumulators(version)
    counters = {accumulator.id: accumulator.kind for accumulator in version.accumulators}
    seen: set[str] = set()
    for number, benefit in enumerate(version.benefits):
        if benefit.id in seen:
            yield benefit, "id", "This benefit id is given twice in the plan; give each its own."
        seen.add(benefit.id)
        yield from _benefit(benefit)
        if benefit.limit is not None and counters.get(benefit.limit.acc, _VISITS) in _COUNTED_ONCE:
            yield benefit.limit, "acc", "The limit of a row is visits or dollars; name an accumulator of such a kind."
        if any(_takes(earlier, benefit) for earlier in version.benefits[:number]):
            message = "An earlier row takes everything that this one would; put this one first or take one off."
            yield benefit, "match", message
    if version.newborn_rule is not None and version.newborn_rule.days < 1:
        yield version.newborn_rule, "days", "A newborn rule holds for at least 1 day; correct `days`."


def _benefit(benefit: Benefit) -> Iterator[Fault]:
    if not benefit.tiers:
        yield benefit, "tiers", "The row is for no tier, so it never matches; name INN, OON or both."
    if _is_empty(benefit.match):
        yield benefit, "match", "A key of `match` has an empty list, so the row never matches; fill it or leave it out."
    if benefit.exclusion is not None and (benefit.cost_share or benefit.limit is not None):
        yield benefit, "exclusion", "What is excluded has no cost share and no limit; take them or `exclusion` off."
    types = [part.type for part in benefit.cost_share]
    if len(types) != len(set(types)):
        yield (
            benefit,
            "cost_share",
            "A part of the cost share stands twice; keep one of each type.",
        )


def _is_empty(match: LineMatch) -> bool:
    return any(getattr(match, name) == () for name in _LISTS) or any(_is_empty(each) for each in match.any_of or ())


def _accumulators(version: PlanVersion) -> Iterator[Fault]:
    seen: set[Hashable] = set()
    for accumulator in version.accumulators:
        counted = (accumulator.kind, accumulator.scope, accumulator.tier)
        if accumulator.kind in _COUNTED_ONCE:
            if counted in seen:
                message = "Two accumulators count the same; which limit holds nobody can tell: keep one."
                yield accumulator, "kind", message
            seen.add(counted)
        elif accumulator.kind == _VISITS and accumulator.limit != accumulator.limit.to_integral_value():
            yield accumulator, "limit", "A limit of visits is a whole number; correct it."
    for single, family in _pairs(version, lambda each: each.scope == "individual", _family_of):
        if single.limit > family.limit:
            yield single, "limit", "The individual limit is above the family's; exchange them or correct one."


def _unlikely(version: PlanVersion) -> Iterator[Fault]:
    for deductible, maximum in _pairs(version, lambda each: each.kind == "deductible", _maximum_of):
        if deductible.limit > maximum.limit:
            yield (
                deductible,
                "limit",
                "The deductible is above the out-of-pocket maximum, so it is never met; correct one.",
            )


def _pairs(
    version: PlanVersion, is_first: Callable[[Accumulator], bool], other: Callable[[Accumulator], Hashable]
) -> Iterator[tuple[Accumulator, Accumulator]]:
    known = {(each.kind, each.scope, each.tier): each for each in version.accumulators if each.kind in _COUNTED_ONCE}
    for accumulator in known.values():
        partner = known.get(other(accumulator)) if is_first(accumulator) else None  # type: ignore[call-overload]
        if partner is not None:
            yield accumulator, partner


def _family_of(accumulator: Accumulator) -> Hashable:
    return (accumulator.kind, "family", accumulator.tier)


def _maximum_of(accumulator: Accumulator) -> Hashable:
    return ("oop", accumulator.scope, accumulator.tier)


def _takes(earlier: Benefit, later: Benefit) -> bool:
    if not later.tiers or _is_empty(later.match):
        return False  # told already
    return set(later.tiers) <= set(earlier.tiers) and _implies(later.match, earlier.match)


def _implies(narrow: LineMatch, wide: LineMatch) -> bool:
    """Say whether every line that is as `narrow` asks is as `wide` asks too, as far as the rows tell."""
    if narrow.any_of and all(_implies(each, wide) for each in narrow.any_of):
        return True
    return all(_implies_key(narrow, name, getattr(wide, name)) for name in wide.__struct_fields__)


def _implies_key(narrow: LineMatch, name: str, asked: object) -> bool:
    if asked is None:
        return True
    own = getattr(narrow, name)
    if name == _ALTERNATIVES:
        return own == asked or any(_implies(narrow, each) for each in asked)  # type: ignore[attr-defined]
    if own is None or isinstance(asked, bool):
        return bool(own == asked)
    if not isinstance(asked, tuple):
        return False
    if name in _PREFIXES:
        return all(str(value).startswith(asked) for value in own)
    return set(own) <= set(asked)


def _years(plan: Plan) -> Iterator[Fault]:
    versions = sorted(plan.versions, key=lambda version: version.start)
    for version in versions:
        year = version.benefit_year
        if year.type == "calendar" and year.start_month_day != _FIRST_OF_YEAR:
            yield (
                year,
                "start_month_day",
                "A calendar year begins on 01-01; say `type: plan_year`, or leave it out.",
            )
    for earlier, later in pairwise(versions):
        if _begins(earlier.benefit_year) != _begins(later.benefit_year) and not _is_begin(later):
            message = (
                "The benefit year changes within a year of the version before, so two years overlap; begin the version "
                f"on {_begins(later.benefit_year)}."
            )
            yield later, "start", message


def _begins(year: BenefitYear) -> str:
    return _FIRST_OF_YEAR if year.type == "calendar" else year.start_month_day


def _is_begin(version: PlanVersion) -> bool:
    return f"{version.start:%m-%d}" == _begins(version.benefit_year)


def _opening(folder: Folder) -> Iterator[Fault]:
    plans = {plan.id: plan for plan in folder.plans}
    sums: dict[Hashable, Decimal] = {}
    for balance in folder.opening_balances:
        version = _version_on(plans, balance.plan, balance.period)
        if version is None:
            continue
        if f"{balance.period:%m-%d}" != _begins(version.benefit_year):
            message = f"`period` is the first day of a benefit year: {_begins(version.benefit_year)}; correct it."
            yield balance, "period", message
        limit = next((each.limit for each in version.accumulators if each.id == balance.accumulator), None)
        key = (balance.plan, balance.accumulator, balance.owner, balance.period)
        sums[key] = sums.get(key, Decimal(0)) + balance.amount
        if limit is not None and sums[key] > limit:
            yield balance, "amount", "The balance is above the limit of its accumulator; correct the amount."


def _version_on(plans: Mapping[str, Plan], plan: str, day: date) -> PlanVersion | None:
    return next((each for each in plans[plan].versions if each.covers(day)), None) if plan in plans else None

"""Carry-over: deductible that members met in the last months of a benefit year counts for the next one too.

It is worked out whenever somebody of a family is decided on in the new year, for each of its members, and kept as
entries of their own: what is to be carried by all that the old year holds by then, less what was carried before. So a
claim of the old year that comes late carries more; one that is voided, or meets the deductible, takes back what was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from hpedi.benefits.accumulators import AccumulatorEntry, AccumulatorKey, Balances
from hpedi.benefits.membership import Family
from hpedi.benefits.periods import period_of
from hpedi.benefits.rows import PlanBenefits
from hpedi.money import ZERO
from hpedi.reference.plans import Accumulator, CarryOver, PlanVersion
from hpedi.reference.reference import Reference

SOURCE: Final = "carry_over:"
NUMBER: Final = "#"


@dataclass(slots=True)
class DatedCounts:
    """What carrying over needs to know of the entries of some owners.

    Attributes:
        by_month: Sums by counter and calendar month of service, of entries whose day is known.
        carried: What was carried already, by counter and source without its number: an amount for each time.
    """

    by_month: dict[tuple[AccumulatorKey, int], Decimal] = field(default_factory=dict)
    carried: dict[tuple[AccumulatorKey, str], tuple[Decimal, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[AccumulatorEntry]) -> DatedCounts:
        """Sum up entries."""
        counts = cls()
        counts.add(entries)
        return counts

    def copy(self) -> DatedCounts:
        """Return one of its own that changes by itself."""
        return DatedCounts(dict(self.by_month), dict(self.carried))

    def add(self, entries: Iterable[AccumulatorEntry]) -> None:
        """Count entries."""
        for entry in entries:
            if entry.source.startswith(SOURCE):
                carried = (entry.key, entry.source.partition(NUMBER)[0])
                self.carried[carried] = (*self.carried.get(carried, ()), entry.amount)
            elif entry.day is not None:
                place = (entry.key, entry.day.month)
                self.by_month[place] = self.by_month.get(place, ZERO) + entry.amount


@dataclass(frozen=True, slots=True)
class _Year:
    """A plan's new benefit year and the one before it."""

    plan: str
    rule: CarryOver
    accumulators: Mapping[str, Accumulator]
    last_limits: Mapping[str, Decimal]
    period: date
    last: date
    balances: Balances
    counts: DatedCounts

    def key(self, accumulator: str, owner: str, period: date) -> AccumulatorKey:
        """Return a counter of the plan."""
        return AccumulatorKey(self.plan, accumulator, owner, period)

    def credited(self, scope: str) -> list[Accumulator]:
        """Return the accumulators of a scope that are credited."""
        every = (self.accumulators[name] for name in self.rule.credits if name in self.accumulators)
        return [each for each in every if each.scope == scope]

    def late(self, accumulator: str, owner: str) -> Decimal:
        """Return what was counted for the last months of the last year."""
        key = self.key(accumulator, owner, self.last)
        return sum((self.counts.by_month.get((key, month), ZERO) for month in self.rule.months), ZERO)


def _deductible_not_met(year: _Year, accumulator: str, owner: str) -> bool:
    used = year.balances.get(year.key(accumulator, owner, year.last), ZERO)
    return used < year.last_limits.get(accumulator, ZERO)


CONDITIONS: Final[Mapping[str, Callable[[_Year, str, str], bool]]] = {
    "prior_individual_deductible_not_met": _deductible_not_met,
    "always": lambda _year, _accumulator, _owner: True,
}
"""By the name that plans use: whether what an owner met of an accumulator in the last months carries over."""


@lru_cache(maxsize=8)
def plans_that_carry_over(reference: Reference) -> frozenset[str]:
    """Return the ids of the plans that carry anything over, in any version."""
    return frozenset(
        plan.id for plan in reference.plans.values() if any(each.carry_over is not None for each in plan.versions)
    )


def carried_over(
    reference: Reference, plan: PlanBenefits, family: Family, period: date, balances: Balances, counts: DatedCounts
) -> tuple[AccumulatorEntry, ...]:
    """Return what is carried into a benefit year for a family, more or less than was before.

    Args:
        reference: Holds the plan as it was last year.
        plan: The plan as it is in the new year.
        family: Whose members.
        period: First day of the new benefit year.
        balances: Balances of the family and its members, both years.
        counts: What was counted when, and carried already.

    Returns:
        Entries with source `carry_over:<new year>/<member or family>`, and `#2` and so on behind it where something was
        carried before; never above a limit, and negative where too much was carried.
    """
    rule = plan.version.carry_over
    last_version = reference.plan_version(plan.plan.id, period - timedelta(days=1))
    if rule is None or last_version is None:
        return ()
    year = _Year(
        plan=plan.plan.id,
        rule=rule,
        accumulators={each.id: each for each in plan.version.accumulators},
        last_limits={each.id: each.limit for each in last_version.accumulators},
        period=period,
        last=period_of(last_version.benefit_year, period - timedelta(days=1)),
        balances=balances,
        counts=counts,
    )
    return tuple(_entries(year, plan.version, family))


def with_carried(balances: Balances, carried: Sequence[AccumulatorEntry]) -> Balances:
    """Return balances with what carries over in them: they themselves where nothing does."""
    if not carried:
        return balances
    summed = dict(balances)
    for entry in carried:
        summed[entry.key] = summed.get(entry.key, ZERO) + entry.amount
    return summed


def _entries(year: _Year, version: PlanVersion, family: Family) -> Iterator[AccumulatorEntry]:
    used: dict[AccumulatorKey, Decimal] = {}
    individual = year.credited("individual")
    owners = [member.id for member in family.members] if individual else [family.id]
    for owner in owners:
        source = f"{SOURCE}{year.period}/{owner}"
        for accumulator in individual or year.credited("family"):
            amount = _to_carry(year, accumulator, owner)
            for counter, of in _counters(year, version, accumulator, owner, family.id):
                key = year.key(counter.id, of, year.period)
                before = used.setdefault(key, year.balances.get(key, ZERO))
                times = year.counts.carried.get((key, source), ())
                carried = sum(times, ZERO)
                counted = min(amount - carried, max(counter.limit - before, ZERO))
                if counted:
                    used[key] += counted
                    yield AccumulatorEntry(key, counted, f"{source}{NUMBER}{len(times) + 1}" if times else source)
                if counter is accumulator:
                    amount = carried + counted  # what it holds of it then is all that the others count


def _to_carry(year: _Year, accumulator: Accumulator, owner: str) -> Decimal:
    """Return what an owner carries over to an accumulator by all that the old year holds."""
    if not CONDITIONS[year.rule.condition](year, accumulator.id, owner):
        return ZERO
    return min(year.late(accumulator.id, owner), accumulator.limit)


def _counters(
    year: _Year, version: PlanVersion, accumulator: Accumulator, owner: str, family: str
) -> list[tuple[Accumulator, str]]:
    """Return the counters, each with its owner, that what carries over to an accumulator counts to."""
    counters = [(accumulator, owner)]
    if accumulator.scope == "individual":
        of_family = year.credited("family")
        alike = (each for each in of_family if (each.kind, each.tier) == (accumulator.kind, accumulator.tier))
        counters += [(each, family) for each in alike]
    if year.rule.counts_to_oop and accumulator.kind == "deductible":
        counters += _out_of_pocket(year, version, accumulator, owner, family)
    return counters


def _out_of_pocket(
    year: _Year, version: PlanVersion, deductible: Accumulator, owner: str, family: str
) -> list[tuple[Accumulator, str]]:
    """Return the out-of-pocket counters of a deductible; not those that are credited themselves, and have it so."""
    of_tier = (each for each in version.accumulators if each.kind == "oop" and each.tier == deductible.tier)
    maxima = [each for each in of_tier if each.id not in year.rule.credits]
    individual = deductible.scope == "individual"
    return [
        (each, owner if each.scope == "individual" else family)
        for each in maxima
        if individual or each.scope == "family"
    ]

"""Days asked about, in parts throughout which one answer holds; and what is told of several parts, put together.

A part ends where the coverage does, where a benefit year does and where the plan has a new version. What differs
between parts carries their days; it decides nothing about a benefit.

Source: 005010X279A1 2110C and 2110D DTP: dates of a benefit override those of the patient.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from msgspec.structs import replace

from hpedi.benefits.periods import last_of_period, period_of
from hpedi.inquiries.eligibility_benefits import BENEFIT_PERIOD, INACTIVE
from hpedi.reference.dated import in_force
from hpedi.reference.members import CoverageSpan
from hpedi.reference.plans import PlanVersion
from hpedi.service_dates import DateSpan
from hpedi.transactions.eligibility_271.model import Benefit, DatedFact


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """What is told of some days, throughout which it holds; without a coverage nothing is covered."""

    days: DateSpan
    coverage: CoverageSpan | None
    benefits: tuple[Benefit, ...]


def _last_of(days: DateSpan) -> date:
    """Return the last of days; of days without an end, the first is the only one."""
    return days.end or days.start


def overlap(span: DateSpan, days: DateSpan) -> DateSpan | None:
    """Return the days that lie in a span, which may be open; None where none do."""
    first = max(span.start, days.start)
    last = _last_of(days) if span.end is None else min(span.end, _last_of(days))
    return DateSpan(first, last) if first <= last else None


def parts_of(days: DateSpan, versions: Sequence[PlanVersion]) -> Iterator[DateSpan]:
    """Cut days that a plan covers at the ends of its benefit years and of its versions.

    Args:
        days: Those asked about.
        versions: The plan's.

    Yields:
        The parts in order; days without a version in force are one with what follows them.
    """
    first, end = days.start, _last_of(days)
    while first <= end:
        last = end
        version = in_force(versions, first)
        if version is not None:
            year = last_of_period(period_of(version.benefit_year, first))
            last = min(last, year) if version.end is None else min(last, year, version.end)
        yield DateSpan(first, last)
        first = last + timedelta(days=1)


def of_coverage(parts: Sequence[PartAnswer]) -> tuple[Benefit, ...]:
    """Return what is told of the parts of one coverage: what is the same in all of them once and without their days."""
    if len(parts) == 1:
        return parts[0].benefits
    everywhere = frozenset.intersection(*(frozenset(part.benefits) for part in parts))
    told = (each if each in everywhere else _dated(each, part.days) for part in parts for each in part.benefits)
    return tuple(dict.fromkeys(told))


def of_all(answers: Sequence[PartAnswer]) -> tuple[Benefit, ...]:
    """Return what is told of several coverages, or of the days of several questions, each with its own days."""
    if len(answers) == 1:
        return answers[0].benefits
    told = ((answer.coverage, _dated(each, answer.days)) for answer in answers for each in answer.benefits)
    return tuple(each for _coverage, each in dict.fromkeys(told))


def _dated(benefit: Benefit, days: DateSpan) -> Benefit:
    """Return a benefit with the days that it is told of, where it has none; of what is not covered too."""
    if benefit.dates and benefit.information != INACTIVE:
        return benefit
    return replace(benefit, dates=(*benefit.dates, DatedFact(qualifier=BENEFIT_PERIOD, dates=days)))

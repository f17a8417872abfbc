"""Days asked about fall into parts throughout which one answer holds; what differs between them carries its days."""

from __future__ import annotations

from datetime import date

import pytest

from hpedi.inquiries.eligibility_parts import PartAnswer, of_all, of_coverage, overlap, parts_of
from hpedi.reference.members import CoverageSpan
from hpedi.reference.plans import BenefitYear, CoordinationOfBenefits, Funding, PlanVersion
from hpedi.service_dates import DateSpan, read_rd8
from hpedi.transactions.eligibility_271.model import Benefit, DatedFact

COPAY, COINSURANCE = (Benefit(information=each, service_types=("98",)) for each in "BA")
NOTHING = Benefit(
    information="6", service_types=("30",), dates=(DatedFact(qualifier="349", dates=DateSpan(date(2025, 3, 31))),)
)


def coverage(plan: str = "P") -> CoverageSpan:
    """Return coverage by a plan from 2025 on."""
    return CoverageSpan(member="M", plan=plan, start=date(2025, 1, 1))


def version(first: str, last: str = "", begins: str = "") -> PlanVersion:
    """Return a version of a plan, with benefit years from a day or from January."""
    return PlanVersion(
        start=date.fromisoformat(first),
        end=date.fromisoformat(last) if last else None,
        funding=Funding(type="fully_insured"),
        benefit_year=BenefitYear(type="plan_year", start_month_day=begins) if begins else BenefitYear(type="calendar"),
        family_tier="embedded",
        accumulators=(),
        benefits=(),
        cob=CoordinationOfBenefits(method="COB-STD", deductible_credit="as_if_primary"),
    )


@pytest.mark.parametrize(
    ("versions", "days", "parts"),
    [
        ([version("2025-01-01")], "20260302-20260302", ["20260302-20260302"]),
        ([version("2025-01-01")], "20251122-20261130", ["20251122-20251231", "20260101-20261130"]),
        ([version("2025-01-01", begins="07-01")], "20251122-20261130", ["20251122-20260630", "20260701-20261130"]),
        (
            [version("2025-01-01", "2026-02-28"), version("2026-03-01")],
            "20251231-20260301",
            ["20251231-20251231", "20260101-20260228", "20260301-20260301"],
        ),
        ([version("2025-01-01", "2025-12-31")], "20251201-20260131", ["20251201-20251231", "20260101-20260131"]),
        ([], "20251201-20260131", ["20251201-20260131"]),
    ],
)
def test_days_are_cut_where_the_answer_may_change(versions: list[PlanVersion], days: str, parts: list[str]) -> None:
    """At the ends of benefit years, of calendar or plan, and of versions; days without a version stay together."""
    assert list(parts_of(read_rd8(days), versions)) == [read_rd8(each) for each in parts]


@pytest.mark.parametrize(
    ("span", "days", "common"),
    [
        (DateSpan(date(2025, 1, 1)), "20260101-20260131", "20260101-20260131"),
        (DateSpan(date(2026, 1, 15), date(2026, 1, 20)), "20260101-20260131", "20260115-20260120"),
        (DateSpan(date(2025, 1, 1), date(2025, 12, 31)), "20260101-20260131", ""),
    ],
)
def test_the_days_of_a_span_are_those_in_both(span: DateSpan, days: str, common: str) -> None:
    """An open span goes on to the last day asked about."""
    assert overlap(span, read_rd8(days)) == (read_rd8(common) if common else None)


def dated(benefit: Benefit, days: str) -> Benefit:
    """Return a benefit with days of its own after those that it has."""
    fact = DatedFact(qualifier="292", dates=read_rd8(days))
    return Benefit(information=benefit.information, service_types=benefit.service_types, dates=(*benefit.dates, fact))


def test_what_differs_carries_its_days() -> None:
    """Of one coverage what is the same stands once and without days; of several coverages each has its own."""
    first, second, third = (read_rd8(each) for each in ("20251201-20251231", "20260101-20260131", "20260201-20260228"))
    own, other = coverage(), coverage("Q")
    of_own = of_coverage([PartAnswer(first, own, (COPAY,)), PartAnswer(second, own, (COPAY, COINSURANCE))])
    assert of_own == (COPAY, dated(COINSURANCE, "20260101-20260131"))
    answers = [
        PartAnswer(first, own, (COPAY,)),
        PartAnswer(second, None, (NOTHING,)),
        PartAnswer(third, other, (COPAY,)),
    ]
    assert of_all(answers) == (
        dated(COPAY, "20251201-20251231"),
        dated(NOTHING, "20260101-20260131"),
        dated(COPAY, "20260201-20260228"),
    )
    assert of_all(answers[:1]) == (COPAY,)

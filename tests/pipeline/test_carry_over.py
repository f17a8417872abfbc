"""Carry-over in the books: claims of the old year that come late or are voided, and claims decided again."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from hpedi.pipeline.reprocess import propose
from hpedi.pipeline.reprocessing import Asked
from hpedi.pipeline.sought import StandingSought
from hpedi.pipeline.whatif import Question, Told, what_if
from samples.sample_claims import Service
from tests.pipeline.conftest import Demo
from tests.pipeline.reprocessed import approved, load
from tests.pipeline.sending import Office, bill, voiding

ACCUMULATORS: Final = """        accumulators:
          - {id: ded_ind_inn, kind: deductible, scope: individual, tier: INN, limit: "1500.00"}
"""
CARRY_OVER: Final = "        carry_over: {months: [10, 11, 12], credits: [ded_ind_inn, ded_fam_inn]}\n"
NOVEMBER: Final = Service("G0260", date(2025, 11, 20), "520.00")
LATE: Final = Service("G0260", date(2025, 12, 2), "520.00")
THIS_YEAR: Final = date(2026, 1, 1)
NEXT_YEAR: Final = tuple(Service("G0260", date(2026, 2, day), "520.00") for day in (16, 17))

pytestmark = pytest.mark.any_database


@pytest.fixture
def office(demo: Demo) -> Office:
    """An office at a payer whose plan carries over."""
    load(demo, (ACCUMULATORS, CARRY_OVER + ACCUMULATORS))
    return Office(demo)


def deductible(office: Office) -> str:
    """Return what M02 used of this year's deductible."""
    with office.demo.workspace.books.reading(office.jobs().context) as work:
        entries = [posted.entry for posted in work.accumulators.of(["M02"])]
    of_year = (each for each in entries if each.key.accumulator == "ded_ind_inn" and each.key.period == THIS_YEAR)
    return f"{sum(each.amount for each in of_year)}"


def test_late_claims_carry_and_voided_ones_take_back(office: Office) -> None:
    """388.00 each of November and December count; without the former the last claim owes 400.00, not 339.20."""
    (november,) = office.send(bill("A", "M02", NOVEMBER))
    office.send(bill("B", "M02", NEXT_YEAR[0]))
    office.send(bill("C", "M02", LATE))
    (last,) = office.send(bill("D", "M02", NEXT_YEAR[1]))
    assert office.kinds(last) == [("adjudicated", "60.80")]
    assert deductible(office) == "1500.00"
    office.send(voiding(november, bill("V", "M02", NOVEMBER)))
    jobs, asked, sought = office.jobs(), Asked(reason="provider_void"), StandingSought(after=november)
    proposal = propose(jobs.workspace.books, jobs.context, jobs.reference, sought, asked)
    assert [(each.claim, f"{each.would_pay}") for each in proposal.impacts] == [(last, "0.00")]
    approved(jobs, proposal)
    assert deductible(office) == "1188.00"


def test_a_claim_that_carried_over_is_seen_once(office: Office) -> None:
    """What another claim carried stands in the books: history decided again without a change comes out as it stands."""
    office.send(bill("A", "M02", NOVEMBER))
    office.send(bill("B", "M02", NEXT_YEAR[0]))
    office.send(bill("C", "M02", NEXT_YEAR[1]))
    jobs, day = office.jobs(), NEXT_YEAR[1].day
    question = Question(now=jobs.reference, changed=jobs.reference, since=day, until=day)
    outcome = what_if(jobs.workspace.books, jobs.context, question, Told())
    assert (outcome.decided, outcome.otherwise, outcome.changed) == (1, 0, 0)

"""What happens while something else is done: nothing is done twice, and nothing goes on for ever."""

from __future__ import annotations

from hpedi.mappings_folder import sample
from hpedi.pipeline.adjudicate import adjudicate_waiting
from hpedi.store.audit import Sought
from tests.pipeline.conftest import CLEARINGHOUSE_SENT, Demo


def test_what_comes_while_claims_are_decided_waits_for_the_next_time(demo: Demo) -> None:
    """However many files come, deciding ends with the claims that were there when it began."""
    demo.receive(CLEARINGHOUSE_SENT)
    more = (sample("inbound") / "01-riverbend.837").read_bytes()
    jobs = demo.jobs
    done = adjudicate_waiting(demo.workspace.books, jobs.context, jobs.reference, lambda _count: demo.receive(more))
    assert done.decided == 5
    assert jobs.adjudicate().decided == 6


def test_a_file_that_somebody_else_delivered_meanwhile_is_not_delivered_again(demo: Demo) -> None:
    """Who found it waiting and comes too late leaves it: one delivery, one entry."""
    demo.receive(CLEARINGHOUSE_SENT)
    sooner = []

    def found_waiting(_row: object) -> bool:
        sooner.append(demo.jobs.deliver_at_once(lambda _row: True))
        return True

    later = demo.jobs.deliver_at_once(found_waiting)
    assert ([len(each.files) for each in sooner], later.files, later.failures) == ([1], (), ())
    with demo.workspace.books.reading(demo.jobs.context) as work:
        assert len(list(work.audit.find(Sought(action="deliver")))) == 1

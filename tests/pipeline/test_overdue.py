"""What is late: both sides of every deadline, and what to do about it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from hpedi.commands.jobs import Jobs
from hpedi.commands.tracking import deadlines_on, overdue_terms
from hpedi.mappings_folder import mapping
from hpedi.payments.calendar import load_ach_calendar
from hpedi.pipeline.gateway_ports import Pickup
from hpedi.pipeline.overdue import Late, overdue
from tests.pipeline.conftest import CLEARINGHOUSE_SENT, RECEIVED, Demo

EASTERN: Final = ZoneInfo("America/New_York")
HOUR: Final = timedelta(hours=1)


def late_at(demo: Demo, moment: datetime, days: int = 60) -> list[Late]:
    """Return what is late at a moment."""
    jobs = Jobs(demo.workspace, demo.jobs.context)
    with demo.workspace.books.reading(jobs.context) as work:
        return list(overdue(work, overdue_terms(jobs, days, moment)))


def eastern(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of 2026 where CORE counts."""
    return datetime(2026, month, day, hour, minute, tzinfo=EASTERN)


@pytest.mark.storeless
@pytest.mark.parametrize(
    ("received", "due"),
    [
        (eastern(3, 2, 9), eastern(3, 3, 7)),  # a Monday morning
        (eastern(3, 2, 21), eastern(3, 3, 7)),  # at the last moment that counts
        (eastern(3, 2, 21, 1), eastern(3, 4, 7)),  # a minute later it is the next day's
        (eastern(3, 6, 12), eastern(3, 9, 7)),  # Friday: Monday
        (eastern(3, 7, 12), eastern(3, 10, 7)),  # Saturday counts as Monday: Tuesday
        (eastern(5, 22, 12), eastern(5, 26, 7)),  # Memorial Day, 25 May, is none
    ],
)
def test_batch_answers_are_due_by_seven_of_the_next_business_day(received: datetime, due: datetime) -> None:
    """CAQH CORE 155: by 7:00 a.m. Eastern, for what came by 9:00 p.m."""
    calendar = load_ach_calendar(mapping("payments/ach_calendar.yaml").read_bytes())
    deadline = deadlines_on(date(2026, 3, 2)).of("271")
    assert deadline is not None
    assert deadline.due(received, calendar) == due


def test_an_acknowledgement_is_late_after_an_hour_and_was_late_when_delivered_later(demo: Demo) -> None:
    """Nothing at the hour, overdue a second later; delivered two weeks later it was late, and is told for a while."""
    demo.receive(CLEARINGHOUSE_SENT)
    assert late_at(demo, RECEIVED + HOUR) == []
    (found,) = late_at(demo, RECEIVED + HOUR + timedelta(seconds=1))
    assert (found.what, found.state, found.partner, found.due) == (
        "acknowledgement",
        "overdue",
        "prairielink",
        RECEIVED + HOUR,
    )
    demo.jobs.deliver()
    delivered = demo.jobs.context.instant
    (found,) = late_at(demo, delivered + HOUR, days=1)
    assert (found.state, found.done) == ("late", delivered)
    assert late_at(demo, delivered + timedelta(days=2), days=1) == []


def test_files_that_are_taken_and_not_received_are_overdue(demo: Demo) -> None:
    """A file begun fifteen minutes ago, and one that a watcher holds."""
    with demo.workspace.books.writing(demo.jobs.context) as work:
        work.receipts.register_file("a" * 64, 1, RECEIVED, RECEIVED.date())
        moment = int(RECEIVED.timestamp()) * 1_000_000_000
        work.arrivals.take(partner="prairielink", name="x.837", moment=moment, size=1, watcher="w1")
    assert late_at(demo, RECEIVED + timedelta(minutes=15)) == []
    found = late_at(demo, RECEIVED + timedelta(minutes=16))
    assert [(each.what, each.about) for each in found] == [("receipt", "arrival 1"), ("receipt", "file 1")]


def test_what_nobody_picks_up_is_told_once_pickups_are_known(tracked: Demo) -> None:
    """Five days in the folder; of two files the one that was fetched is not told, and without any pickup neither is."""
    with tracked.workspace.books.reading(tracked.jobs.context) as work:
        (answer,) = work.tracking.answers([1])
    delivered = tracked.jobs.context.instant
    after = delivered + timedelta(days=5, seconds=1)
    assert "pickup" not in {each.what for each in late_at(tracked, after)}
    with tracked.workspace.books.writing(tracked.jobs.context) as work:
        work.pickups.add(Pickup(outbox=answer.id, partner="prairielink", at=delivered, size=1))
    assert "pickup" not in {each.what for each in late_at(tracked, delivered + timedelta(days=5))}
    lying = [each for each in late_at(tracked, after) if each.what == "pickup"]
    assert len(lying) == 4  # the 835s
    assert not [each for each in lying if each.about.startswith(f"outbox {answer.id} ")]


def test_what_is_open_is_told_however_old_it_is(tracked: Demo) -> None:
    """Eight months later a look back over a week tells a file that was taken, and what lies there, added up."""
    delivered = tracked.jobs.context.instant
    with tracked.workspace.books.writing(tracked.jobs.context) as work:
        (answer,) = work.tracking.answers([1])
        work.pickups.add(Pickup(outbox=answer.id, partner="prairielink", at=delivered, size=1))
        moment = int(RECEIVED.timestamp()) * 1_000_000_000
        work.arrivals.take(partner="prairielink", name="x.837", moment=moment, size=1, watcher="w1")
    found = late_at(tracked, delivered + timedelta(days=240), days=7)
    assert [(each.about, each.due) for each in found if each.what == "receipt"] == [
        ("arrival 1", RECEIVED + timedelta(minutes=15))
    ]
    (lying,) = (each for each in found if each.what == "pickup")
    assert (lying.partner, lying.about.partition(" (")[2]) == ("prairielink", "835) and 3 more")
    assert lying.due == delivered + timedelta(days=5)


def test_claims_past_the_prompt_pay_days_are_told_with_their_reason(demo: Demo) -> None:
    """Received on 2 March they are due on 1 April, thirty days later; five accepted ones are one row."""
    demo.receive(CLEARINGHOUSE_SENT)
    demo.jobs.deliver()
    due = datetime(2026, 4, 1, 12, tzinfo=RECEIVED.tzinfo)
    assert "prompt pay" not in {each.what for each in late_at(demo, due)}
    found = [each for each in late_at(demo, due + timedelta(days=1)) if each.what == "prompt pay"]
    assert [(each.says, each.do) for each in found] == [("5 not decided: accepted", "`hpedi adjudicate`")]
    demo.jobs.adjudicate()
    assert "prompt pay" not in {each.what for each in late_at(demo, due + timedelta(days=1))}

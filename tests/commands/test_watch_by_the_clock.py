"""`hpedi watch` by the clock: what is due is done once, and what stood long enough goes."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hpedi.commands import ExitCode
from hpedi.commands.jobs import Jobs, Lane, alone
from hpedi.commands.watch_files import Handled
from hpedi.commands.watch_schedules import Clockwork, Ran
from hpedi.commands.watch_settings import WatchSettings, schedules_by_default
from hpedi.commands.watching import Watcher
from hpedi.commands.webhooks_settings import events_kept_for
from hpedi.commands.workspace import context_for
from hpedi.pipeline.gateway_ports import ScheduleRun
from hpedi.pipeline.schedules import read_schedule
from hpedi.pipeline.webhook_events import EventData
from hpedi.pipeline.webhook_ports import Attempt
from hpedi.run_context import OPERATOR
from hpedi.store.audit import Sought
from hpedi.store.webhook_tables import webhook_attempt
from tests.commands.processes import until
from tests.commands.running import run_hpedi
from tests.commands.test_watch import drop, files_in, going_on, home, opened, settings, watched  # noqa: F401 - a fixture
from tests.databases import engine_of, statements_in
from tests.pipeline.conftest import loaded_home  # noqa: F401 - a fixture

SENT = (("riverbend", "01-riverbend.837"), ("prairielink", "02-prairielink.837"))
"""Six claims that are taken, and five of eight."""


def last_run(home: Path, name: str) -> ScheduleRun | None:  # noqa: F811
    """Return the last run of a schedule."""
    with opened(home) as workspace, workspace.books.reading(context_for(None)) as work:
        return work.schedules.last(name)


def test_claims_are_decided_and_paid_by_the_clock_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """What is due is done in the order of the work; a second watcher finds it done."""
    drop(home, "riverbend", "01-riverbend.837")
    settings(home, adjudicate="every 24 hours", pay="every 24 hours", deliver="every 24 hours")
    told = [line["schedule"] for line in watched(capsys) if "schedule" in line]
    assert [each["name"] for each in told] == ["adjudicate", "pay", "deliver"]
    assert told[0]["result"] == "decided 6, pended 0"
    assert told[1]["result"].startswith("built 1, released 1")
    assert "outbox/riverbend/900000001.835" in files_in(home, "outbox") or files_in(home, "bank")
    assert watched(capsys) == []
    assert run_hpedi("ledger", "proof") == ExitCode.OK


def test_a_fault_of_the_clock_is_told(home: Path) -> None:  # noqa: F811
    """What ends the thread of the clock ends the watcher, also where it was to stop anyway."""
    clockwork = Clockwork({**schedules_by_default(), "adjudicate": read_schedule("every 24 hours")})

    def tell(_happened: Handled | Ran) -> None:
        watcher.stop()
        raise RecursionError

    with opened(home) as workspace:
        watcher = Watcher(workspace, OPERATOR, WatchSettings(poll_seconds=0.05), clockwork, tell)
        with closing(watcher), pytest.raises(RecursionError):
            watcher.watch()


def test_files_are_answered_while_a_schedule_is_at_work(home: Path) -> None:  # noqa: F811
    """Somebody decides or pays for long: what comes is received and answered, and what is due begins afterwards."""
    told: list[Handled | Ran] = []
    clockwork = Clockwork({**schedules_by_default(), "adjudicate": read_schedule("every 24 hours")})
    looks = WatchSettings(poll_seconds=0.05)
    with (
        opened(home) as workspace,
        closing(Watcher(workspace, OPERATOR, looks, clockwork, told.append)) as watcher,
        ExitStack() as others,
    ):
        others.enter_context(alone(workspace, lanes=[Lane.BOOKS]))
        with going_on(watcher):
            for place, (partner, sample) in enumerate(SENT, start=1):
                drop(home, partner, sample)
                until(lambda place=place: len(told) == place)
            assert [type(each) for each in told] == [Handled, Handled]
            assert len(files_in(home, "outbox")) == len(SENT)
            others.close()
            until(lambda: any(isinstance(each, Ran) for each in told))
    decided = next(each for each in told if isinstance(each, Ran))
    assert (decided.name, decided.result) == ("adjudicate", "decided 11, pended 0")


def test_a_time_of_day_is_not_made_up_from_before_the_first_watch(
    home: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where nobody ever watched, a time that is over counts as done; one that was missed since is made up, once."""
    settings(home, pay="at 00:00")
    (line,) = watched(capsys)
    assert "before anybody watched" in line["schedule"]["result"]
    assert watched(capsys) == []
    statements_in(home, "UPDATE schedule_run SET due_at = '2026-03-01 06:00:00.000000'")
    (line,) = watched(capsys)
    assert line["schedule"]["result"] == "built 0, released 0, kept back 0"
    assert watched(capsys) == []


def test_a_run_that_was_cut_off_is_taken_up_again(home: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """A run that began and did not end is done when the next watcher comes, under its own moment."""
    drop(home, "riverbend", "01-riverbend.837")
    settings(home, adjudicate="every 24 hours")
    watched(capsys)
    before = last_run(home, "adjudicate")
    statements_in(home, "UPDATE schedule_run SET ended_at = NULL, result = ''")
    (line,) = watched(capsys)
    assert line["schedule"]["result"] == "decided 0, pended 0"
    after = last_run(home, "adjudicate")
    assert before is not None
    assert after is not None
    assert (after.due_at, after.ended_at is None) == (before.due_at, False)


def test_a_moment_that_a_later_one_made_up_for_is_not_run(home: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """Whoever found a moment due, and waited while another watcher ran a later one, leaves it."""
    settings(home, adjudicate="every 24 hours")
    watched(capsys)
    run = last_run(home, "adjudicate")
    assert run is not None
    clockwork = Clockwork({"adjudicate": read_schedule("every 24 hours")})
    with opened(home) as workspace:
        assert clockwork._run(Jobs(workspace, context_for(None)), "adjudicate", run.due_at - timedelta(days=1)) is None
    assert last_run(home, "adjudicate") == run


def test_what_lay_long_enough_is_archived_and_then_deleted(home: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """A delivered file moves to the archive after its time and is deleted after another; what we do not know stays."""
    drop(home, "riverbend", "01-riverbend.837")
    watched(capsys)
    (home / "outbox" / "riverbend" / "theirs.txt").write_text("not of the books")
    for days, left in ((29, "outbox/riverbend/000000001.ack"), (31, "archive/riverbend/000000001.ack"), (91, None)):
        at = (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S.%f")
        statements_in(home, f"UPDATE outbox SET delivered_at = '{at}'")  # noqa: S608 - a time of ours
        assert watched(capsys) == []
        assert files_in(home, "archive", "outbox") == sorted([*([left] if left else []), "outbox/riverbend/theirs.txt"])


def test_events_go_long_after_they_were_delivered(home: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """Events of 90 days ago go with their attempts; what was not delivered stays, however old, and all else too."""
    endpoint = ("riverbend", "https://93.184.215.14/", "--event", "file.received")
    assert run_hpedi("webhooks", "add", *endpoint) == ExitCode.OK
    now = datetime.now(UTC)
    aged = (("delivered", 91), ("delivered", 89), ("parked", 400), ("waiting", 400))
    with opened(home) as workspace, workspace.books.writing(context_for(None)) as work:
        for state, days in aged:
            event = work.webhooks.put(1, "file.received", EventData(partner="riverbend"), now)
            at = now - timedelta(days=days)
            settled = replace(event, state=state, settled_at=None if state == "waiting" else at)
            work.webhooks.attempted(settled, Attempt(at=at, outcome="delivered", status=200, milliseconds=1))
    settings(home)
    watched(capsys)
    watched(capsys)
    with opened(home) as workspace, workspace.books.reading(context_for(None)) as work:
        left = work.webhooks.events(1, limit=9)
        assert [(event.state, attempt is not None) for event, attempt in left] == [
            ("waiting", True),
            ("parked", True),
            ("delivered", True),
        ]
        cleared = [each for each in work.audit.find(Sought()) if each.action == "clear"]
    assert [(each.subject, each.result[:19]) for each in cleared] == [("webhook events", "deleted 1 delivered")]
    with engine_of(home) as engine, engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(webhook_attempt)).scalar_one() == 3


def test_events_stay_where_none_is_to_go(home: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """`kept_days = 0` keeps all of them; what is no number of days ends the watcher before it begins."""
    settings(home, watch="[webhooks]\nkept_days = 0")
    assert events_kept_for(home) is None
    settings(home, watch="[webhooks]\nkept_days = 7")
    assert events_kept_for(home) == timedelta(days=7)
    settings(home, watch="[webhooks]\nkept_days = -7")
    assert run_hpedi("watch", "--once") == ExitCode.USAGE
    assert "kept_days" in capsys.readouterr().err

"""Schedules: what a text means, which moment is due, and that each is run once whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpedi.commands.watch_settings import schedules_by_default
from hpedi.mappings_folder import mapping
from hpedi.payments.calendar import load_ach_calendar
from hpedi.pipeline.schedules import AHEAD, NotASchedule, Schedule, due, read_schedule, to_run

pytestmark = pytest.mark.storeless

CHICAGO = ZoneInfo("America/Chicago")
FEDERAL = load_ach_calendar(mapping("payments/ach_calendar.yaml").read_bytes()).is_business_day

TEXTS = (
    "every minute",
    "every 7 minutes",
    "every 24 hours",
    "every 5 minutes on business days",
    "at 14:00",
    "at 14:00 on business days",
    "at 02:30 and 01:30 on sundays",
    "at 00:00 and 23:59 on mondays and thursdays",
)
moments = st.datetimes(datetime(2026, 1, 15), datetime(2027, 11, 30), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0).astimezone(CHICAGO)
)


def local(text: str) -> datetime:
    """Return a moment of the payer's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("never", Schedule()),
        ("every 90 seconds", Schedule(every=timedelta(seconds=90))),
        (" Every  Hour ", Schedule(every=timedelta(hours=1))),
        ("every 5 minutes on business days", Schedule(every=timedelta(minutes=5), only_business_days=True)),
        ("at 16:30 and 10:00", Schedule(times=(time(10), time(16, 30)))),
        ("at 09:00 on mondays and fridays", Schedule(times=(time(9),), weekdays=frozenset({1, 5}))),
    ],
)
def test_a_text_is_read(text: str, schedule: Schedule) -> None:
    """Intervals, times and days are read as they are written, in any case and spacing."""
    assert read_schedule(text) == schedule


@pytest.mark.parametrize(
    "text",
    ["", "daily", "every 0 minutes", "every 25 hours", "every 99999 hours", "at 24:00", "at 9:00", "at 14:00 on feasts",
     "at 14:00 and", "every minute on mondays and business days", "every five minutes"],
)  # fmt: skip
def test_what_is_no_schedule_is_refused(text: str) -> None:
    """A text that is none is refused with examples of what one looks like."""
    with pytest.raises(NotASchedule, match="every 5 minutes"):
        read_schedule(text)


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("every 5 minutes", "2026-11-22T09:04:59", "2026-11-22T09:00:00"),
        ("every 5 minutes", "2026-11-22T09:05:00", "2026-11-22T09:05:00"),
        ("at 14:00", "2026-11-22T13:59:59", "2026-11-21T14:00:00"),
        ("at 14:00 on business days", "2026-11-27T09:00:00", "2026-11-25T14:00:00"),  # Thursday was Thanksgiving
        ("at 14:00 on business days", "2026-11-22T15:00:00", "2026-11-20T14:00:00"),  # a Sunday
        ("every hour on business days", "2026-11-22T15:00:00", "2026-11-20T23:00:00"),
        ("at 10:00 and 16:30 on mondays", "2026-11-23T12:00:00", "2026-11-23T10:00:00"),
        ("at 10:00 and 16:30 on mondays", "2026-11-29T12:00:00", "2026-11-23T16:30:00"),
        ("at 02:30", "2026-03-08T03:29:59", "2026-03-07T02:30:00"),  # summer time begins: 02:30 is 03:30
        ("at 02:30", "2026-03-08T03:30:00", "2026-03-08T03:30:00"),
        ("at 14:00", "2026-03-08T14:00:00", "2026-03-08T14:00:00"),
        ("at 14:00", "2026-11-01T14:00:00", "2026-11-01T14:00:00"),
    ],
)
def test_the_latest_moment_is_due(text: str, now: str, expected: str) -> None:
    """Up to a moment the latest one counts, by the payer's clock, over weekends, holidays and summer time."""
    assert due(read_schedule(text), local(now), FEDERAL) == local(expected)


def test_a_time_that_comes_twice_is_due_once() -> None:
    """Where summer time ends, 01:30 is due at the first of the two, and not again an hour later."""
    schedule = read_schedule("at 01:30")
    first = local("2026-11-01T01:30:00")
    second = first.replace(fold=1)
    assert due(schedule, first, FEDERAL) == due(schedule, second, FEDERAL) == first.astimezone(UTC)


def test_never_and_an_unknown_year() -> None:
    """What is never done is never due; business days of a year that is not listed are not guessed."""
    assert due(read_schedule("never"), local("2026-11-22T12:00:00"), FEDERAL) is None
    with pytest.raises(LookupError):
        due(read_schedule("at 14:00 on business days"), local("2040-11-22T12:00:00"), FEDERAL)


def test_the_defaults_are_schedules() -> None:
    """What mappings/gateway/schedules.yaml says can be read, and money goes out on business days only."""
    found = schedules_by_default()
    assert set(found) == {"adjudicate", "deliver", "pay", "prenote"}
    assert found["pay"].only_business_days


@given(st.sampled_from(TEXTS), moments, st.integers(0, 3 * 86_400))
def test_what_is_due_is_the_last_that_was(text: str, now: datetime, later: int) -> None:
    """A due moment is not after now, is due at itself, stands on a day of its schedule, and never goes back."""
    schedule = read_schedule(text)
    moment = due(schedule, now, FEDERAL)
    assert moment is not None
    assert moment <= now.astimezone(UTC)
    assert due(schedule, moment.astimezone(CHICAGO), FEDERAL) == moment
    assert schedule.is_on(moment.astimezone(CHICAGO).date(), FEDERAL)
    after = (now.astimezone(UTC) + timedelta(seconds=later)).astimezone(CHICAGO)
    found = due(schedule, after, FEDERAL)
    assert found is not None
    assert found >= moment
    assert schedule.every is None or (moment - datetime(1970, 1, 1, tzinfo=UTC)) % schedule.every == timedelta(0)


@given(st.dates(date(2026, 1, 15), date(2027, 11, 30)), st.times(time(3), time(23, 59)))
def test_a_time_is_due_on_each_of_its_days(day: date, at: time) -> None:
    """At its time on a day of its schedule a moment is due, and a minute before the one before it."""
    at = at.replace(second=0, microsecond=0)
    schedule = read_schedule(f"at {at:%H:%M}")
    moment = datetime.combine(day, at, CHICAGO)
    assert due(schedule, moment, FEDERAL) == moment.astimezone(UTC)
    before = due(schedule, moment - timedelta(minutes=1), FEDERAL)
    assert before == datetime.combine(day - timedelta(days=1), at, CHICAGO).astimezone(UTC)


class Ledger:
    """What a watcher keeps: the due moments that were run, and no other memory."""

    def __init__(self, text: str) -> None:
        """Run by a schedule."""
        self.schedule = read_schedule(text)
        self.runs: list[datetime] = []

    def look(self, now: datetime) -> None:
        """Run what is due by a clock; one that stands in the books is not run again."""
        known = [run for run in self.runs if run < now + AHEAD]
        moment = to_run(self.schedule, now, max(known, default=None), FEDERAL)
        if moment is not None and moment not in self.runs:
            self.runs.append(moment)


steps = st.lists(
    st.one_of(
        st.integers(1, 90),
        st.integers(3_600, 3 * 86_400),  # nobody watched
        st.integers(-7_200, -1),  # the clock is set back
    ),
    min_size=1,
    max_size=60,
)


@given(st.sampled_from(TEXTS), moments, steps)
def test_each_moment_is_run_once_whatever_the_clock_does(text: str, start: datetime, seconds: list[int]) -> None:
    """Gaps are made up by one run, a clock set back runs nothing again, and nothing that is due stays undone."""
    ledger = Ledger(text)
    now = start
    ledger.look(now)
    for step in seconds:
        now = (now.astimezone(UTC) + timedelta(seconds=step)).astimezone(CHICAGO)
        runs = len(ledger.runs)
        ledger.look(now)
        assert len(ledger.runs) - runs <= 1
        moment = due(ledger.schedule, now, FEDERAL)
        assert moment is not None
        assert max(ledger.runs) >= moment
    assert ledger.runs == sorted(set(ledger.runs))


@given(st.sampled_from(TEXTS), moments, st.integers(2, 4_000))
def test_a_clock_that_was_years_ahead_stops_nothing(text: str, now: datetime, days: int) -> None:
    """After a clock was wrong by days and came back, what is due is run as if it had not been."""
    ledger = Ledger(text)
    ledger.runs.append(now.astimezone(UTC) + timedelta(days=days))
    ledger.look(now)
    assert due(ledger.schedule, now, FEDERAL) in ledger.runs

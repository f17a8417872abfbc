"""What is done by the clock: schedules as text, and which of their moments is due.

    every 5 minutes                    every 30 seconds on business days
    at 14:00 on business days          at 10:00 and 16:30 on mondays and thursdays
    never

`every` counts on from 1970, so that summer time and restarts move nothing. `at` is a time of the payer's clock: where
summer time leaves it out it is as much later, where it comes twice it is the first. Only the latest moment that is due
counts: what was missed before it is made up by it, once. It reads no clock and keeps no book: see
`gateway_ports.Schedules`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias

IsBusinessDay: TypeAlias = Callable[[date], bool]

AHEAD: Final = timedelta(days=1)
"""How far a clock may go wrong and back. A run that is noted as due later than that was noted by a wrong clock."""

EXAMPLES: Final = "`every 5 minutes`, `at 14:00 on business days`, `at 10:00 and 16:30 on mondays` or `never`"

_UNITS: Final = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_WEEKDAYS: Final = {
    name: number
    for number, name in enumerate(
        ("mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays"), 1
    )
}
_BUSINESS_DAYS: Final = "business days"
_SHORTEST: Final = timedelta(seconds=1)
_LONGEST: Final = timedelta(days=1)
_DAYS_BACK: Final = 31
"""So far back a day is looked for on which something is due; no row of business days is interrupted for longer."""

_EVERY: Final = re.compile(r"every (?:(?P<count>[0-9]{1,5}) )?(?P<unit>second|minute|hour)s?(?: on (?P<days>.+))?")
_AT: Final = re.compile(r"at (?P<times>[0-9]{2}:[0-9]{2}(?: and [0-9]{2}:[0-9]{2})*)(?: on (?P<days>.+))?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class NotASchedule(ValueError):
    """A text is no schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When something is done; with neither an interval nor times, never.

    Attributes:
        every: The interval.
        times: Times of the payer's clock, earliest first.
        weekdays: ISO weekdays on which it is done.
        only_business_days: Whether it is left out where no ACH entry settles.
    """

    every: timedelta | None = None
    times: tuple[time, ...] = ()
    weekdays: frozenset[int] = frozenset(_WEEKDAYS.values())
    only_business_days: bool = False

    def is_on(self, day: date, is_business_day: IsBusinessDay) -> bool:
        """Say whether it is done on a day."""
        return day.isoweekday() in self.weekdays and (not self.only_business_days or is_business_day(day))


def read_schedule(text: str) -> Schedule:
    """Read a schedule.

    Raises:
        NotASchedule: It is none; the message says what one looks like.
    """
    words = " ".join(text.split()).lower()
    if words == "never":
        return Schedule()
    if interval := _EVERY.fullmatch(words):
        every = int(interval["count"] or 1) * _UNITS[interval["unit"]]
        if _SHORTEST <= every <= _LONGEST:
            weekdays, only_business_days = _days(interval["days"])
            return Schedule(every=every, weekdays=weekdays, only_business_days=only_business_days)
    if times := _AT.fullmatch(words):
        weekdays, only_business_days = _days(times["days"])
        return Schedule(times=_times(times["times"]), weekdays=weekdays, only_business_days=only_business_days)
    raise _no_schedule()


def _no_schedule() -> NotASchedule:
    return NotASchedule(f"not a schedule such as {EXAMPLES}")


def _times(text: str) -> tuple[time, ...]:
    try:
        return tuple(sorted({time.fromisoformat(each) for each in text.split(" and ")}))
    except ValueError:
        raise _no_schedule() from None


def _days(text: str | None) -> tuple[frozenset[int], bool]:
    """Return the weekdays that are named, and whether only business days count."""
    if text is None or text == _BUSINESS_DAYS:
        return frozenset(_WEEKDAYS.values()), text is not None
    try:
        return frozenset(_WEEKDAYS[name] for name in text.split(" and ")), False
    except KeyError:
        raise _no_schedule() from None


def due(schedule: Schedule, now: datetime, is_business_day: IsBusinessDay) -> datetime | None:
    """Return the latest moment (UTC) at which something was due, up to now.

    Args:
        schedule: Its schedule.
        now: The moment, in the payer's time zone.
        is_business_day: Says whether ACH entries settle on a day.

    Returns:
        The moment; None where there was none lately.

    Raises:
        LookupError: The business days of the year are not known.
    """
    today = now.date()
    for back in range(_DAYS_BACK):
        day = today - timedelta(days=back)
        if (schedule.every or schedule.times) and schedule.is_on(day, is_business_day):
            moment = next((each for each in _latest_first(schedule, day, now)), None)
            if moment is not None:
                return moment
    return None


def _latest_first(schedule: Schedule, day: date, now: datetime) -> Iterator[datetime]:
    """Yield the moments of a day that are not after a moment, latest first; of an interval only the latest."""
    until = now.astimezone(UTC)
    if schedule.every is not None:
        midnights = (datetime.combine(day + timedelta(days=after), time(), now.tzinfo) for after in (0, 1))
        begins, ends = (midnight.astimezone(UTC) for midnight in midnights)
        latest = min(until, ends - timedelta(microseconds=1))
        moment = latest - (latest - _EPOCH) % schedule.every
        if moment >= begins:
            yield moment
    for each in reversed(schedule.times):
        moment = datetime.combine(day, each, now.tzinfo).astimezone(UTC)
        if moment <= until:
            yield moment


def to_run(schedule: Schedule, now: datetime, last: datetime | None, is_business_day: IsBusinessDay) -> datetime | None:
    """Return the moment whose run is to begin now, if any.

    Args:
        schedule: When it is done.
        now: The moment, in the payer's time zone.
        last: The latest moment before `now` + `AHEAD` that was run; a clock that was set back runs nothing twice.
        is_business_day: Says whether ACH entries settle on a day.
    """
    moment = due(schedule, now, is_business_day)
    return moment if moment is not None and (last is None or last < moment) else None

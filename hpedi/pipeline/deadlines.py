"""By when what is received is to be answered: mappings/gateway/deadlines.yaml, read from bytes; pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hpedi.payments.calendar import AchCalendar
from hpedi.reference.dated import Dated, Entry, in_force


class Deadline(Entry, frozen=True, kw_only=True):
    """One deadline; see the head of the file for what its parts are."""

    name: str
    means: str
    kinds: tuple[str, ...]
    source: str
    seconds: int = 0
    minutes: int = 0
    by: str = ""
    received_by: str = ""
    zone: str = "UTC"
    business_days: int = 0

    def due(self, since: datetime, calendar: AchCalendar) -> datetime | None:
        """Return by when what was received at a moment is due; None in a year whose holidays are not known."""
        if not self.by:
            return since + timedelta(minutes=self.minutes, seconds=self.seconds)
        local = since.astimezone(ZoneInfo(self.zone))
        try:
            day = local.date()
            if calendar.is_business_day(day) and local.time() > time.fromisoformat(self.received_by):
                day += timedelta(days=1)
            day = calendar.business_days_after(day, self.business_days)
        except LookupError:
            return None
        return datetime.combine(day, time.fromisoformat(self.by), local.tzinfo)


class Deadlines(Dated, frozen=True, kw_only=True):
    """The deadlines in force in a span of days."""

    source: str
    unfinished_minutes: int
    waiting_minutes: int
    pickup_days: int
    deadlines: tuple[Deadline, ...]

    def of(self, kind: str) -> Deadline | None:
        """Return the deadline of a kind of file in the outbox."""
        return next((each for each in self.deadlines if kind in each.kinds), None)


class _DeadlinesFile(Entry, frozen=True, kw_only=True):
    versions: tuple[Deadlines, ...]


def load_deadlines(content: bytes, day: date) -> Deadlines:
    """Return the deadlines in force on a day.

    Raises:
        LookupError: None are.
    """
    found = in_force(msgspec.yaml.decode(content, type=_DeadlinesFile).versions, day)
    if found is None:
        raise LookupError(f"no deadlines are in force on {day}")
    return found

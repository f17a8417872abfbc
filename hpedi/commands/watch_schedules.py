"""What `hpedi watch` does by the clock: a row a job; each due moment is run once, however many watchers there are.

A run is begun, done and ended in a lane that is held alone, so that one which has begun and not ended was cut off by a
kill, and is taken up again. Jobs go the same way as the commands of their names: limits and approvals hold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import click

from hpedi.access.reach import Scope
from hpedi.commands.jobs import Busy, Jobs, Lane, alone
from hpedi.commands.signed_in import is_permitted
from hpedi.findings import Unavailable
from hpedi.log import log
from hpedi.pipeline.gateway_ports import ScheduleRun
from hpedi.pipeline.schedules import AHEAD, Schedule, to_run

LOCK_SECONDS: Final = 2.0
"""How long a watcher waits for its turn before it looks around again."""

LONGEST_PAUSE: Final = 60.0
"""Seconds between two attempts where the world fails, at most."""

_RESULT_LENGTH: Final = 120
_CUT_OFF: Final = "cut off; the next run made up for it"
_BEFORE_WATCHING: Final = "was due before anybody watched: left out"


@dataclass(frozen=True, slots=True)
class Job:
    """What is done: the action on a kind of thing that whoever watches must be permitted, and how it is done.

    Attributes:
        action: As in mappings/access/roles.yaml.
        thing: The same.
        run: Does it, and says what came of it, without any PHI.
    """

    action: str
    thing: str
    run: Callable[[Jobs], str]


@dataclass(frozen=True, slots=True)
class Ran:
    """A job that was run."""

    name: str
    due_at: datetime
    result: str


def _adjudicate(jobs: Jobs) -> str:
    done = jobs.adjudicate()
    return f"decided {done.decided}, pended {done.pended}"


def _pay(jobs: Jobs) -> str:
    paid = jobs.pay()
    return f"built {len(paid.built)}, released {len(paid.released)}, kept back {len(paid.held)}"


def _deliver(jobs: Jobs) -> str:
    delivery = jobs.deliver()
    return f"delivered {len(delivery.files)}, left {len(delivery.failures)}"


def _prenote(jobs: Jobs) -> str:
    return f"sent {len(jobs.prenote())}"


JOBS: Final[Mapping[str, Job]] = {
    "adjudicate": Job("adjudicate", "claim", _adjudicate),
    "pay": Job("pay", "payment", _pay),
    "prenote": Job("send", "prenote", _prenote),
    "deliver": Job("deliver", "answer", _deliver),
}
"""In the order in which those that are due at the same moment are run."""


class Clockwork:
    """The schedules of a watcher."""

    def __init__(self, schedules: Mapping[str, Schedule]) -> None:
        """Run each job by its schedule."""
        self._schedules = schedules
        self._pauses: dict[str, tuple[float, float]] = {}
        self._unknown: set[str] = set()

    @property
    def has_put_off(self) -> bool:
        """Whether something waits to be tried again."""
        return bool(self._pauses)

    def run_due(self, jobs: Jobs) -> Iterator[Ran]:
        """Run what is due, one after the other; a job for which the world fails is tried again after a pause."""
        for name, moment in self._due(jobs):
            try:
                ran = self._run(jobs, name, moment)
            except Busy:
                return  # whoever is at work may be doing the same
            except (Unavailable, OSError) as failure:
                self._pause(name, failure)
                continue
            self._pauses.pop(name, None)
            if ran is not None:
                yield ran

    def _due(self, jobs: Jobs) -> list[tuple[str, datetime]]:
        now = jobs.context.instant
        found = []
        with jobs.workspace.books.reading(jobs.context) as work:
            for name in JOBS:
                last = work.schedules.last(name, before=now + AHEAD)
                moment = self._moment(jobs, name, now, last.due_at if last is not None else None)
                # A run that a kill cut off is taken up again, as long as no later one is due.
                if moment is None and last is not None and last.ended_at is None:
                    moment = last.due_at
                if moment is not None and time.monotonic() >= self._pauses.get(name, (0.0, 0.0))[0]:
                    found.append((name, moment))
        return found

    def _moment(self, jobs: Jobs, name: str, now: datetime, last: datetime | None) -> datetime | None:
        try:
            found = to_run(self._schedules[name], now, last, jobs.business_days.is_business_day)
        except LookupError:
            if name not in self._unknown:  # told once, not at every look
                log.warning("schedule not run", schedule=name, reason="the business days of this year are not known")
            self._unknown.add(name)
            return None
        self._unknown.discard(name)
        return found

    def _run(self, jobs: Jobs, name: str, moment: datetime) -> Ran | None:
        """Run a job for its due moment; None where that was run."""
        books = jobs.workspace.books
        with alone(jobs.workspace, LOCK_SECONDS, [Lane.BOOKS]):
            _at_this_moment(jobs)
            with books.writing(jobs.context) as work:
                last = work.schedules.last(name)
                if _is_made_up_for(last, moment, jobs.context.instant) or not work.schedules.begin(name, moment):
                    return None
                if last is None and self._schedules[name].times:
                    # A time of the day that was over before there was a watcher is none that was missed.
                    work.schedules.end(name, moment, _BEFORE_WATCHING)
                    return Ran(name, moment, _BEFORE_WATCHING)
                if last is not None and last.ended_at is None and last.due_at != moment:
                    work.schedules.end(name, last.due_at, _CUT_OFF)
            result = _result(jobs, name)
            _at_this_moment(jobs)
            with books.writing(jobs.context) as work:
                work.schedules.end(name, moment, result)
        log.info("schedule run", schedule=name)
        return Ran(name, moment, result)

    def _pause(self, name: str, failure: Exception) -> None:
        _until, last = self._pauses.get(name, (0.0, 0.5))
        pause = min(last * 2, LONGEST_PAUSE)
        self._pauses[name] = (time.monotonic() + pause, pause)
        log.warning("schedule put off", schedule=name, exception=type(failure).__name__, seconds=pause)


def _at_this_moment(jobs: Jobs) -> None:
    """Let a job have its own moment: those before it, and the files of this pass, may have taken long."""
    jobs.context = replace(jobs.context, instant=datetime.now(jobs.context.instant.tzinfo))


def _is_made_up_for(last: ScheduleRun | None, moment: datetime, now: datetime) -> bool:
    """Say whether somebody ran a later due moment since this one was found due."""
    return last is not None and moment < last.due_at < now + AHEAD


def _result(jobs: Jobs, name: str) -> str:
    """Do a job; say what came of it, also where it was refused or a bug of ours ended it.

    Raises:
        Unavailable: The world failed: it is to be done again.
        OSError: The same.
    """
    job = JOBS[name]
    if not is_permitted(jobs.context, job.action, Scope(thing=job.thing)):
        return "not permitted"
    try:
        return job.run(jobs)
    except (Unavailable, OSError):
        raise
    except click.ClickException as refused:
        return f"refused: {refused.message}"[:_RESULT_LENGTH]
    except Exception as bug:  # noqa: BLE001 - one job's bug stops neither the others nor the files; its text may hold PHI
        log.error("schedule failed", schedule=name, exception=type(bug).__name__)
        return f"failed: {type(bug).__name__}"

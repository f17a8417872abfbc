"""An examination of a workspace: checks made one by one, each of which sees something and says how to mend it.

A check looks at the place alone, at a place whose settings can be read, or at books that open. What cannot be looked at
is named as not made; the check that found out why says how to mend it. A check never ends the examination.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Generic, Literal, TypeAlias, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from hpedi.commands.doctor_terms import Bounds, DoctorSettings, DoctorTerms
from hpedi.commands.settings import Settings
from hpedi.commands.workspace import Workspace
from hpedi.findings import Unavailable
from hpedi.run_context import RunContext
from hpedi.safekeeping.key_ring import KeyMissing

Result: TypeAlias = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw, and the command or words that mend it; nothing of it is data of members."""

    result: Result
    saw: str
    mend: str = ""


def ok(saw: str) -> Seen:
    """All is well."""
    return Seen("ok", saw)


def warning(saw: str, mend: str) -> Seen:
    """Work goes on; somebody should mend it soon."""
    return Seen("warning", saw, mend)


def fault(saw: str, mend: str) -> Seen:
    """Work stops, or what is kept is in danger."""
    return Seen("fault", saw, mend)


def graded(saw: str, mend: str, *, value: float, warns_above: float, fails_above: float) -> Seen:
    """Return what a number above its bounds means."""
    if value > fails_above:
        return fault(saw, mend)
    return warning(saw, mend) if value > warns_above else ok(saw)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a workspace is said to be.

    Attributes:
        home: The workspace.
        now: The moment of the examination.
        terms: What it is held against.
    """

    home: Path
    now: datetime
    terms: DoctorTerms

    @property
    def day(self) -> date:
        """The day of the examination."""
        return self.now.date()

    @property
    def bounds(self) -> Bounds:
        """Where warnings and faults begin."""
        return self.terms.bounds(self.day)


@dataclass(frozen=True, kw_only=True)
class Configured(Place):
    """A place whose settings can be read."""

    settings: Settings
    wishes: DoctorSettings


@dataclass(frozen=True, kw_only=True)
class Opened(Configured):
    """A workspace that opens.

    Attributes:
        workspace: It.
        context: Who examines it.
    """

    workspace: Workspace
    context: RunContext


SubjectT = TypeVar("SubjectT", bound=Place)


@dataclass(frozen=True, slots=True)
class Check(Generic[SubjectT]):
    """One look at one thing: a name, and what looks."""

    name: str
    look: Callable[[SubjectT], Iterable[Seen]]


@dataclass(frozen=True, slots=True)
class Row:
    """What one check saw."""

    check: str
    result: Result
    saw: str
    mend: str


def made(checks: Sequence[Check[SubjectT]], subject: SubjectT) -> Iterator[Row]:
    """Make checks, and yield what each saw."""
    for check in checks:
        for seen in _looked(check, subject):
            yield Row(check.name, seen.result, seen.saw, seen.mend)


def _looked(check: Check[SubjectT], subject: SubjectT) -> list[Seen]:
    try:
        return list(check.look(subject))
    except (Unavailable, click.ClickException, KeyMissing) as told:
        words = told.format_message() if isinstance(told, click.ClickException) else str(told)
        return [fault(words, "see what it says")]
    except OSError as failure:
        return [fault(f"the system says: {failure.strerror or type(failure).__name__}", "look at disk and network")]
    except SQLAlchemyError as failure:  # its text has values in it
        return [fault(f"the database says: {type(failure).__name__}", "look at the server's own log")]
    except Exception as bug:  # noqa: BLE001  # the other checks go on; a bug's own text may hold anything
        return [fault(f"this check failed ({type(bug).__name__})", "a bug of hpedi: please report it")]


def ago(age: timedelta) -> str:
    """Return an age in words: 40 seconds, 12 minutes, 5 hours, 3 days."""
    seconds = max(0, round(age.total_seconds()))
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:,} {unit}"
    return f"{seconds} seconds"

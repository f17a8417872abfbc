"""Whether a workspace can do its work: the database answers at this version's schema, there is room, watchers live.

What is said names no person, file or place of the machine.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hpedi.findings import Unavailable
from hpedi.run_context import RunContext
from hpedi.store import schema
from hpedi.store.books import StoredBooks
from hpedi.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthTerms:
    """What is healthy: see mappings/gateway/doctor.yaml.

    Attributes:
        free_bytes: Least room on the disk of the workspace.
        beat_seconds: How long ago some watcher must have been heard of, where there are any.
    """

    free_bytes: int
    beat_seconds: float


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it is well, and in which words."""

    name: str
    is_well: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is looked at."""

    home: Path
    database: Database
    books: StoredBooks
    context: Callable[[], RunContext]
    terms: HealthTerms


def checks(patient: Patient) -> tuple[Check, ...]:
    """Look at everything; what comes after a database that does not answer is left out."""
    return tuple(_checks(patient))


def _checks(patient: Patient) -> Iterator[Check]:
    yield _room(patient)
    context = patient.context()
    try:
        is_current = schema.is_current(patient.database)
        yield Check("database", is_well=True, said="answers")
        if is_current:
            with patient.books.reading(context) as work:
                beats = [each.beat_at for each in work.watchers.all()]
    except Unavailable:
        yield Check("database", is_well=False, said="does not answer")
        return
    said = "is of this version" if is_current else "is of another version: bring it up with `hpedi init`"
    yield Check("schema", is_well=is_current, said=said)
    if is_current:
        yield _watchers(beats, context.instant, patient.terms)


def _room(patient: Patient) -> Check:
    try:
        free = shutil.disk_usage(patient.home).free
    except OSError:
        return Check("disk", is_well=False, said="the workspace is not there")
    has_room = free >= patient.terms.free_bytes
    return Check("disk", is_well=has_room, said="has room" if has_room else "is almost full")


def _watchers(beats: list[datetime], now: datetime, terms: HealthTerms) -> Check:
    if not beats:
        return Check("watchers", is_well=True, said="there are none")
    is_young = now - max(beats) <= timedelta(seconds=terms.beat_seconds)
    return Check("watchers", is_well=is_young, said="are at work" if is_young else "were not heard of for too long")

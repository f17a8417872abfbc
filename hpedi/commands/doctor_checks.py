"""The checks of `hpedi doctor`, in the order in which they are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import click
from sqlalchemy.exc import SQLAlchemyError

from hpedi.commands import doctor_books, doctor_data, doctor_gateway, doctor_place
from hpedi.commands.doctor_examination import Check, Configured, Opened, Place, Row, made
from hpedi.commands.doctor_terms import doctor_terms, read_doctor_settings
from hpedi.commands.settings import read_settings
from hpedi.commands.signed_in import NotPermitted, acting
from hpedi.commands.workspace import open_workspace
from hpedi.findings import Unavailable
from hpedi.safekeeping.key_ring import KeyMissing

SUBJECT: Final = "workspace"

OF_PLACE: Final[tuple[Check[Place], ...]] = (
    Check("settings", doctor_place.settings),
    Check("code lists", doctor_data.code_lists),
    Check("bank holidays", doctor_data.holidays),
)
OF_SETTINGS: Final[tuple[Check[Configured], ...]] = (
    Check("extras", doctor_place.extras),
    Check("key", doctor_place.key),
    Check("anchor", doctor_place.anchor),
    Check("folders", doctor_place.folders),
    Check("room", doctor_place.room),
    Check("database files", doctor_place.database_files),
    Check("database", doctor_books.database),
    Check("schema", doctor_books.schema_of),
    Check("integrity", doctor_books.integrity),
    Check("whose books", doctor_books.whose),
    Check("clock", doctor_books.clock),
    Check("hpedi up", doctor_gateway.supervisor),
    Check("ports", doctor_gateway.ports),
    Check("SFTP host key", doctor_gateway.host_key),
    Check("arrivals", doctor_gateway.arrivals),
)
OF_BOOKS: Final[tuple[Check[Opened], ...]] = (
    Check("entries", doctor_books.entries),
    Check("audit log", doctor_books.audit_log),
    Check("backup", doctor_books.backup),
    Check("copy of the key", doctor_books.key_copy),
    Check("restoration", doctor_books.restored),
    Check("reference data", doctor_data.reference),
    Check("watchers", doctor_gateway.watchers),
    Check("schedules", doctor_gateway.schedules),
    Check("webhooks", doctor_gateway.webhooks),
    Check("deliveries", doctor_gateway.deliveries),
    Check("approvals", doctor_gateway.approvals),
)
OPENING: Final = "opening"
ADVICE: Final = "mend the faults before this one; where there are none, somebody writes for long: try again"
SAID: Final = "mend what it says; a key is given by $HPEDI_KEY, else by the file that `key_file` names"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was seen, and the checks that could not be made; of a fault that ends several only the first tells."""

    rows: tuple[Row, ...]
    not_made: tuple[str, ...]

    @property
    def faults(self) -> int:
        """How many faults were found."""
        return sum(row.result == "fault" for row in self.rows)


def examine(home: Path, now: datetime) -> Examination:
    """Make every check that can be made.

    Args:
        home: The workspace, whole or not.
        now: The moment.

    Raises:
        NotPermitted: The workspace opens, and who runs this may not examine it.
    """
    place = Place(home=home, now=now, terms=doctor_terms())
    configured = _configured(place)
    opened = configured if configured is None else _opened(configured)
    rows = [*made(OF_PLACE, place)]
    not_made: list[str] = []
    if configured is None:
        not_made += (each.name for each in OF_SETTINGS)
    else:
        rows += made(OF_SETTINGS, configured)
    if isinstance(opened, Opened):
        rows += made(OF_BOOKS, opened)
    else:
        rows += [] if opened is None else [opened]
        not_made += (each.name for each in OF_BOOKS)
    first = {row.saw: row.check for row in reversed(rows) if row.result == "fault"}
    again = [row for row in rows if first.get(row.saw, row.check) != row.check]
    not_made += (row.check for row in again)
    return Examination(rows=tuple(row for row in rows if row not in again), not_made=tuple(not_made))


def _configured(place: Place) -> Configured | None:
    """Return the place with its settings; None where they cannot be read, as the check of settings tells."""
    try:
        settings, wishes = read_settings(place.home), read_doctor_settings(place.home)
    except (click.UsageError, OSError):
        return None
    return Configured(home=place.home, now=place.now, terms=place.terms, settings=settings, wishes=wishes)


def _opened(place: Configured) -> Opened | Row:
    """Open the books and leave the audit row; or return why they do not open.

    Raises:
        NotPermitted: Who runs this may not examine them.
    """
    try:
        workspace = open_workspace(place.home)
        context = acting(workspace, "examine", SUBJECT)
        with workspace.books.writing(context) as work:
            work.audit.record("doctor", SUBJECT, reason="operation", result="begun")
    except NotPermitted:
        raise
    except (click.UsageError, KeyMissing) as refused:
        return Row(OPENING, "fault", refused.message if isinstance(refused, click.UsageError) else str(refused), SAID)
    except Unavailable as refused:
        return Row(OPENING, "fault", str(refused), ADVICE)
    except (SQLAlchemyError, ImportError, OSError) as failure:
        return Row(OPENING, "fault", f"the books do not open ({type(failure).__name__})", ADVICE)
    return Opened(
        home=place.home,
        now=place.now,
        terms=place.terms,
        settings=place.settings,
        wishes=place.wishes,
        workspace=workspace,
        context=context,
    )

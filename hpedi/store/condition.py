"""How a database is: its version, its settings, its clock, its room, and whether its file is whole.

Asks only; nothing of what it returns is data of members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from hpedi.store.database import Database

STEPS_BETWEEN_LOOKS: Final = 100_000
"""SQLite's own steps between two looks at the clock."""

_SERVER: Final = text(
    "SELECT current_setting('server_version') AS version, clock_timestamp() AS now, pg_is_in_recovery() AS is_standby,"
    " current_setting('server_version_num')::int / 10000 AS major, pg_database_size(current_database()) AS bytes,"
    " current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most,"
    " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used"
)
_SERVER_SETTINGS: Final = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCondition:
    """How a PostgreSQL server is.

    Attributes:
        version: As it names itself.
        major: The number of its major version.
        now: What its clock says, within `asked_seconds` of our asking.
        asked_seconds: How long asking took.
        is_standby: It only follows another server: nothing can be written.
        size: Of the database, in bytes.
        connections: How many are open.
        most_connections: How many may be.
        settings: Those that were asked for.
    """

    version: str
    major: int
    now: datetime
    asked_seconds: float
    is_standby: bool
    size: int
    connections: int
    most_connections: int
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCondition:
    """How the file of a SQLite database is.

    Attributes:
        path: Where it is.
        size: In bytes.
        wal_size: Of its write-ahead log, in bytes.
        journal_mode: How a transaction is kept from being torn.
        synchronous: 2 and more: a commit is on disk when it returns.
    """

    path: Path
    size: int
    wal_size: int
    journal_mode: str
    synchronous: int


def server_condition(database: Database, settings: list[str]) -> ServerCondition:
    """Ask a server.

    Raises:
        Unavailable: It is not there.
    """
    with database.reading() as connection:
        connection.execute(text("SELECT 1"))
        began = monotonic()
        row = connection.execute(_SERVER).one()
        seconds = monotonic() - began
        rows = connection.execute(_SERVER_SETTINGS, {"names": settings})
        found = {row.name: row.setting for row in rows}
    return ServerCondition(
        version=row.version,
        major=row.major,
        now=row.now.astimezone(UTC),
        asked_seconds=seconds,
        is_standby=row.is_standby,
        size=row.bytes,
        connections=row.used,
        most_connections=row.most,
        settings=found,
    )


def file_condition(database: Database) -> FileCondition:
    """Look at the file of a database that is there.

    Raises:
        Unavailable: It is locked or damaged.
    """
    path = Path(str(database.writer.url.database))
    wal = path.with_name(path.name + "-wal")
    with database.reading() as connection:
        journal_mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    return FileCondition(
        path=path,
        size=path.stat().st_size,
        wal_size=wal.stat().st_size if wal.exists() else 0,
        journal_mode=str(journal_mode),
        synchronous=int(synchronous or 0),
    )


def faults_in_file(database: Database, *, within_seconds: float) -> int | None:
    """Read the file of a database through and count what is wrong in it; None where the time was not enough.

    Raises:
        Unavailable: It cannot be read at all.
    """
    deadline = monotonic() + within_seconds
    with database.reading() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: monotonic() > deadline, STEPS_BETWEEN_LOOKS)
        try:
            told = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
        except OperationalError as stopped:
            if str(stopped.orig) == "interrupted":
                return None
            raise
        finally:
            driver.set_progress_handler(None, 0)
    return 0 if told == ["ok"] else len(told)

"""The database of a workspace: SQLite by default, PostgreSQL where several machines share the work.

SQLAlchemy's own SQLite defaults begin a transaction too late and lose accumulator updates; here a writing
transaction is BEGIN IMMEDIATE, in its turn (`turnstile`), and a reading one a plain BEGIN on its own engine. On
PostgreSQL, which is READ COMMITTED, a writing one holds what it decides by: rows, or a name (`hold`) where the row may
not exist yet. Whatever the world does to a database becomes `Unavailable`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from hpedi.findings import Unavailable
from hpedi.store.turnstile import Turnstile

BUSY_TIMEOUT_MS = 30_000
WRITERS = 94267
"""The advisory lock of the process that writes."""
RECEIVERS = 94270
"""The advisory lock of the process that receives files."""

LOG_STEP_BYTES: Final = 8_388_608
"""After so many bytes the write-ahead log of SQLite is copied into the database,"""
LOG_BYTES: Final = 67_108_864
"""and after so many it is emptied too, for which all others wait."""
READERS_WAITED_FOR_MS: Final = 50
"""How long that waits for those who still read what stands in the log."""

_SQLITE_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",  # first: the others wait for a lock too
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA wal_autocheckpoint=0",  # it would be in the turn of whoever comes to it: see `empty_long_log`
)


class Database:
    """Two engines on one database: one that writes, one that only reads.

    Attributes:
        at_begin: What every transaction begins with: see `keys.StoredKeys.open`.
    """

    def __init__(self, url: str) -> None:
        """Open a database by SQLAlchemy URL (`sqlite:///…` or `postgresql+psycopg://…`); nothing is connected yet."""
        self.url = url
        self.at_begin: Callable[[Connection], None] = lambda _connection: None
        self.writer = _engine(url, begin="BEGIN IMMEDIATE", cache_kib=32_768)
        self.reader = _engine(url, begin="BEGIN", cache_kib=2_048)  # as many as threads, and emptied by each commit
        file = self._file
        self._turnstile = Turnstile(file, BUSY_TIMEOUT_MS / 1000) if file is not None else None
        self._log = file.with_name(f"{file.name}-wal") if file is not None else None
        self._log_copied = 0

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end of the block and rolls back on an exception.

        Raises:
            Unavailable: The database is locked, full or gone.
        """
        with _world_failing(), self._turn(), self.writer.begin() as connection:
            self.at_begin(connection)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database and writes nothing."""
        with _world_failing(), self.reader.connect() as connection:
            connection.begin()
            self.at_begin(connection)
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database however long it reads."""
        with _world_failing(), self.reader.connect() as connection:
            if connection.dialect.name != "sqlite":  # whose readers see one state anyway
                connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901
            connection.begin()
            self.at_begin(connection)
            yield connection

    def _turn(self) -> AbstractContextManager[None]:
        return nullcontext() if self._turnstile is None else self._turnstile.turn()

    @property
    def somebody_waits(self) -> bool:
        """Say whether somebody waits to write, so that long work had better be cut short; a server lets many write."""
        return self._turnstile is not None and self._turnstile.somebody_waits

    @property
    def is_lost(self) -> bool:
        """Say whether the file of a SQLite database is not there; a server's is asked when it is used."""
        return self._file is not None and not self._file.exists()

    @property
    def _file(self) -> Path | None:
        file = self.writer.url.database if self.writer.dialect.name == "sqlite" else None
        return Path(file) if file else None

    @contextmanager
    def only_writer(self, lock: int = WRITERS) -> Iterator[Callable[[], bool]]:
        """Yield what tries once to become the only process that writes, or does what a lock is for; give it up then.

        Over PostgreSQL processes on other machines are kept away; SQLite has no other machines.
        """
        if self.writer.dialect.name == "sqlite":
            yield lambda: True
            return
        with _world_failing(), self.writer.connect() as connection:
            session = connection.execution_options(isolation_level="AUTOCOMMIT")
            try:
                yield lambda: bool(session.execute(select(func.pg_try_advisory_lock(lock))).scalar())
            finally:  # giving the connection back to the pool does not give the lock back
                session.execute(select(func.pg_advisory_unlock(lock)))

    def empty_long_log(self) -> None:
        """Copy the write-ahead log of SQLite into the database where it has grown long; a server keeps its own.

        It is copied beside whoever writes; only to empty it takes a turn. Where somebody reads for long, or the world
        fails, it grows on until the next time: nothing that is committed depends on it.
        """
        size = _size(self._log) if self._log is not None else 0
        if size < self._log_copied:
            self._log_copied = 0  # somebody else emptied it
        if size - self._log_copied < LOG_STEP_BYTES:
            return
        with (
            suppress(sqlite3.Error, SQLAlchemyError, Unavailable),
            closing(self.writer.raw_connection()) as connection,
            closing(connection.cursor()) as cursor,
        ):
            self._log_copied = size
            is_somebody_at_it, _pages, _copied = cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if size > LOG_BYTES and not is_somebody_at_it:
                with self._turn():
                    self._truncate_log(cursor)

    @staticmethod
    def _truncate_log(cursor: DBAPICursor) -> None:
        cursor.execute(f"PRAGMA busy_timeout={READERS_WAITED_FOR_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")

    def forget_overwritten(self) -> None:
        """Empty the write-ahead log of SQLite, in which what was overwritten still stands; a server keeps its own."""
        if self.writer.dialect.name == "sqlite":
            with _world_failing(), closing(self.writer.raw_connection()) as connection:  # in no transaction
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give back all connections."""
        self.writer.dispose()
        self.reader.dispose()


class RehearsedDatabase(Database):
    """A database in which nothing lasts: every transaction is part of one that is rolled back in the end."""

    def __init__(self, url: str) -> None:
        """Open a database by SQLAlchemy URL and begin.

        Raises:
            Unavailable: It is not there.
        """
        super().__init__(url)
        with _world_failing():
            self._connection = self.writer.connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a part that an exception takes back."""
        with _world_failing(), self._connection.begin_nested():
            self.at_begin(self._connection)
            yield self._connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See what the parts before wrote."""
        with _world_failing():
            self.at_begin(self._connection)
            yield self._connection

    def empty_long_log(self) -> None:
        """Leave it: its one transaction is still open."""

    def close(self) -> None:
        """Roll back and give back all connections."""
        self._connection.close()
        super().close()


def hold(connection: Connection, name: str) -> None:
    """Keep other transactions from what a name stands for until this one ends; SQLite's one writer holds all anyway."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(WRITERS, func.hashtext(name))))


def _size(file: Path) -> int:
    """Return how many bytes a file has; one that is not there, or cannot be looked at, has none."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


@contextmanager
def _world_failing() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        # The statement's parameters may be PHI: only the driver's class of failure is told.
        raise Unavailable(f"the database is not available ({type(error.orig).__name__})") from None
    except (sqlite3.OperationalError, sqlite3.InterfaceError) as error:  # where its driver is asked: see `questions`
        raise Unavailable(f"the database is not available ({type(error).__name__})") from None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("the connection to the database was lost") from None
        if type(error) is DatabaseError:  # none of its kinds: SQLite's word for a file that is damaged
            raise _damaged() from None
        raise
    except sqlite3.DatabaseError as error:
        if type(error) is sqlite3.DatabaseError:
            raise _damaged() from None
        raise


def _damaged() -> Unavailable:
    return Unavailable("the database is damaged; bring back a copy of it")


def _engine(url: str, *, begin: str, cache_kib: int) -> Engine:
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        _begin_ourselves(engine, begin, (*_SQLITE_PRAGMAS, f"PRAGMA cache_size=-{cache_kib}"))
    return engine


def _begin_ourselves(engine: Engine, begin: str, pragmas: Sequence[str]) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

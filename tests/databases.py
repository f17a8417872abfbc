"""The two kinds of database that every test with a workspace runs on, and what tests do to one from outside.

On SQLite a workspace has its own file. On PostgreSQL each has a database of its own on the server of the tests, a
copy of an empty one at the newest schema (or of another workspace's), which is dropped after the test.
"""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, create_engine, exists, inspect, make_url, or_, select, text

from hpedi.store import schema
from hpedi.store.database import Database
from hpedi.store.tables import metadata
from tests.shared import PROJECT

SQLITE, POSTGRESQL = "sqlite", "postgresql"
KINDS: Final = (SQLITE, POSTGRESQL)
URL_SETTING: Final = "HPEDI_DATABASE"

STORELESS: Final = (
    "tests/acceptance/",
    "tests/adjudication/",
    "tests/benchmarks/",
    "tests/benefits/",
    "tests/claims/",
    "tests/conformance/",
    "tests/conversion/",
    "tests/crosscheck/",
    "tests/differential/",
    "tests/fuzz/",
    "tests/guides/",
    "tests/house/",
    "tests/identifiers/",
    "tests/mappings/",
    "tests/payments/",
    "tests/properties/test_x12",
    "tests/reference/",
    "tests/rules/",
    "tests/transactions/",
    "tests/unseen/",
    "tests/x12/",
    "tests/test_",
    "tests/commands/test_answer_files",
    "tests/commands/test_codes",
    "tests/commands/test_convert",
    "tests/commands/test_group",
    "tests/commands/test_normalise",
    "tests/commands/test_printing",
    "tests/commands/test_split",
    "tests/commands/test_validate",
    "tests/commands/test_view",
)
"""Tests that have no workspace, by the beginnings of their paths: they run once."""

ON_SQLITE_UNLESS_ASKED: Final = ("tests/commands/", "tests/properties/", "tests/safety/")
"""Tests of what is the same over any database: they run on PostgreSQL with `--database postgresql`."""

_SETTING: Final = re.compile(r'^database = "(.*)"$', re.MULTILINE)


def has_workspaces(test_file: Path) -> bool:
    """Say whether the tests of a file run on each database."""
    path = test_file.relative_to(PROJECT).as_posix() if test_file.is_relative_to(PROJECT) else ""
    return not path.startswith(STORELESS)


def kinds_for(test_file: Path) -> tuple[str, ...]:
    """Return the kinds of database that the tests of a file run on where none is asked for."""
    return (SQLITE,) if test_file.relative_to(PROJECT).as_posix().startswith(ON_SQLITE_UNLESS_ASKED) else KINDS


def postgres_server() -> str:
    """Return the URL of a PostgreSQL that tests may make databases in.

    Absent, the test is skipped and says so; where CI=true it fails.
    """
    url = os.environ.get("HPEDI_TEST_POSTGRES")
    if not url:
        reason = "no PostgreSQL: set HPEDI_TEST_POSTGRES to postgresql+psycopg://user:password@host:port/postgres"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return url


class PostgresServer:
    """Makes databases on a server, given by the URL of one of its databases, and drops them again."""

    def __init__(self, url: str) -> None:
        """Nothing is connected yet."""
        self._url = make_url(url)
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT")
        self._made: list[str] = []

    def make(self, template: str = "template1") -> str:
        """Make a database, a copy of one to which nobody is connected, and return its URL."""
        name = f"hpedi_{os.getpid()}_{uuid.uuid4().hex[:8]}"
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        self._made.append(name)
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is connected to it."""
        name = _name(url)
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        self._made.remove(name)

    def close(self) -> None:
        """Drop what was made and is still there."""
        for name in list(self._made):
            self.drop(self._url.set(database=name).render_as_string(hide_password=False))
        self._engine.dispose()


@contextmanager
def postgres_database(server: str, template: str = "template1") -> Iterator[str]:
    """Make a database on a server and yield its URL: see `PostgresServer`."""
    with closing(PostgresServer(server)) as opened:
        yield opened.make(template)


class Workspaces:
    """Workspaces on one kind of database."""

    def __init__(self, kind: str, server: PostgresServer | None = None, template: str = "template1") -> None:
        """Make databases as files in the workspaces, or on a server as copies of a template."""
        self.kind = kind
        self._server = server
        self._template = template
        self._spare = ""

    @classmethod
    @contextmanager
    def of(cls, kind: str) -> Iterator[Workspaces]:
        """Open what makes databases of a kind; on PostgreSQL with a template at the newest schema."""
        if kind == SQLITE:
            yield cls(kind)
            return
        with closing(PostgresServer(postgres_server())) as server:
            template = server.make()
            with closing(Database(template)) as database:
                schema.upgrade(database)
            yield cls(kind, server, _name(template))

    @contextmanager
    def for_a_test(self) -> Iterator[Workspaces]:
        """Yield what makes more of them, and drops those at the end."""
        if self._server is None:
            yield self
            return
        with closing(PostgresServer(postgres_server())) as server:
            yield Workspaces(self.kind, server, self._template)

    def empty(self) -> str:
        """Return the URL of an empty database; the same as the last time as long as nobody used it."""
        if self._server is None:
            return ""
        if self._spare and not _is_empty(self._spare):
            self._server.drop(self._spare)
            self._spare = ""
        self._spare = self._spare or self._server.make(self._template)
        return self._spare

    def url(self) -> str | None:
        """Return the URL of a database for one more workspace; None stands for the file within it."""
        return self._server.make(self._template) if self._server else None

    def init_options(self) -> tuple[str, ...]:
        """Return how to tell `hpedi init` where one more workspace has its database."""
        url = self.url()
        return ("--database", url) if url else ()

    def copy(self, home: Path, target: Path) -> Path:
        """Copy a workspace that nobody is using, with its database."""
        shutil.copytree(home, target)
        if self._server is not None:
            copied = self._server.make(_name(url_of(home)))
            settings = target / "hpedi.toml"
            settings.write_text(_SETTING.sub(f'database = "{copied}"', settings.read_text()))
        return target

    def remove(self, home: Path) -> None:
        """Remove a workspace with its database."""
        if self._server is not None:
            self._server.drop(url_of(home))
        shutil.rmtree(home)


def _is_empty(url: str) -> bool:
    """Say whether no row was ever kept in a database; one whose schema was changed is not empty either."""
    with closing(Database(url)) as database, database.reading() as connection:
        if not set(metadata.tables) <= set(inspect(connection).get_table_names()):
            return False
        return not connection.execute(
            select(or_(*(exists(select(1).select_from(each)) for each in metadata.tables.values())))
        ).scalar()


def _name(url: str) -> str:
    return str(make_url(url).database)


# --- the database of a workspace, from outside -----------------------------------------------------------------------


def url_of(home: Path) -> str:
    """Return the absolute URL of a workspace's database."""
    (url,) = _SETTING.findall((home / "hpedi.toml").read_text())
    return url.replace(":///", f":///{home.resolve()}/") if url.startswith("sqlite:///hpedi") else str(url)


@contextmanager
def engine_of(home: Path) -> Iterator[Engine]:
    """Open the database of a workspace as somebody who is not hpedi."""
    engine = create_engine(url_of(home))
    try:
        yield engine
    finally:
        engine.dispose()


def statements_in(home: Path, *statements: str) -> None:
    """Change a workspace behind hpedi's back."""
    with engine_of(home) as engine, engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def kept_in(home: Path) -> bytes:
    """Return all that the database of a workspace keeps: its files, or on a server every row in binary form.

    Where the server's own files can be read, those of the database and of the write-ahead log come too.
    """
    url = url_of(home)
    if url.startswith(SQLITE):
        return b"".join(path.read_bytes() for path in sorted(home.glob("hpedi.sqlite3*")))
    with engine_of(home) as engine, engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        rows = []
        for table in inspect(connection).get_table_names():
            with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copied:
                rows += list(copied)
        return b"".join([*map(bytes, rows), *_files_of_server(engine)])


def _files_of_server(engine: Engine) -> Iterator[bytes]:
    """Yield the files of a database and of its server's write-ahead log, once all is written there."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CHECKPOINT")
        data = Path(str(connection.exec_driver_sql("SHOW data_directory").scalar()))
        oid = connection.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()").scalar()
    if os.access(data, os.R_OK | os.X_OK):
        for folder in (data / "base" / str(oid), data / "pg_wal"):
            yield from (path.read_bytes() for path in folder.iterdir() if path.is_file())

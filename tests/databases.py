"""The two kinds of database that every test with a workspace runs on, and what tests do to one from outside.

On SQLite a workspace has its own file. On PostgreSQL each borrows a database on the server of the tests, empty or with
the rows of another workspace's, until the test ends.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine, inspect, text

from tests.postgresql import NO_ROWS, PostgresServer, Rows, postgres_server
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
    "tests/deploy/",
    "tests/differential/",
    "tests/fuzz/",
    "tests/guides/",
    "tests/house/",
    "tests/identifiers/",
    "tests/inquiries/",
    "tests/mappings/",
    "tests/payments/",
    "tests/posting/test_deposits",
    "tests/posting/test_receivables",
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

ANY_DATABASE: Final = ("tests/commands/", "tests/delivery/", "tests/intake/", "tests/web/")
"""Tests of the shell around the books, which is the same over both: they run on one kind of database, unless one is
asked for with `--database`."""

_SETTING: Final = re.compile(r'^database = "(.*)"$', re.MULTILINE)


def has_workspaces(test_file: Path) -> bool:
    """Say whether the tests of a file run on each database."""
    path = test_file.relative_to(PROJECT).as_posix() if test_file.is_relative_to(PROJECT) else ""
    return not path.startswith(STORELESS)


def kinds_for(test_file: Path, *, is_marked: bool, needs_server: bool) -> tuple[str, ...]:
    """Return the kinds of database that a test with a workspace runs on when none is asked for.

    Args:
        test_file: Where it stands.
        is_marked: It says itself that any database will do.
        needs_server: It is about what only a server does.
    """
    path = test_file.relative_to(PROJECT).as_posix() if test_file.is_relative_to(PROJECT) else ""
    is_for_any = is_marked or path.startswith(ANY_DATABASE)
    return KINDS[:1] if is_for_any and not needs_server else KINDS


class Workspaces:
    """Workspaces on one kind of database."""

    def __init__(self, kind: str, server: PostgresServer | None = None) -> None:
        """Have databases as files in the workspaces, or borrow them from a server."""
        self.kind = kind
        self._server = server
        self._borrowed: list[str] = []
        self._spare = ""
        self._standing: dict[str, Path] = {}

    @classmethod
    @contextmanager
    def of(cls, kind: str, server: str | None = None) -> Iterator[Workspaces]:
        """Open what makes databases of a kind, on a server that is not the one of the tests where it is given."""
        if kind == SQLITE:
            yield cls(kind)
            return
        with closing(PostgresServer(server or postgres_server())) as opened:
            yield cls(kind, opened)

    @contextmanager
    def for_a_test(self) -> Iterator[Workspaces]:
        """Yield what makes more of them; their databases are given back at the end."""
        made = Workspaces(self.kind, self._server)
        yield made
        for url in list(made._borrowed):
            made._give_back(url)

    def empty(self) -> str:
        """Return the URL of an empty database; the same as the last time as long as nobody used it."""
        if self._server is None:
            return ""
        if self._spare and not self._server.lent(self._spare).is_empty():
            self._give_back(self._spare)
            self._spare = ""
        self._spare = self._spare or self._borrow(self._server)
        return self._spare

    def url(self) -> str | None:
        """Return the URL of a database for one more workspace; None stands for the file within it."""
        return self._borrow(self._server) if self._server else None

    def init_options(self) -> tuple[str, ...]:
        """Return how to tell `hpedi init` where one more workspace has its database."""
        url = self.url()
        return ("--database", url) if url else ()

    def copy(self, home: Path, target: Path) -> Path:
        """Copy a workspace that nobody is using, with its database."""
        shutil.copytree(home, target)
        if self._server is not None:
            copied = self.copy_of(url_of(home))
            settings = target / "hpedi.toml"
            settings.write_text(_SETTING.sub(f'database = "{copied}"', settings.read_text()))
        return target

    def copy_of(self, url: str) -> str | None:
        """Return the URL of a copy of a database on the server; None where it is a file, which is copied as such."""
        return self._borrow(self._server, self._server.lent(url).rows()) if self._server else None

    def once(self, name: str, make: Callable[[], Path]) -> Path:
        """Return the workspace of a name, which fixtures of several folders ask for; make it if nobody has yet."""
        if name not in self._standing:
            self._standing[name] = make()
        return self._standing[name]

    def remove(self, home: Path) -> None:
        """Remove a workspace with its database."""
        if self._server is not None:
            self._give_back(url_of(home))
        shutil.rmtree(home)

    def _borrow(self, server: PostgresServer, rows: Rows = NO_ROWS) -> str:
        url = server.lend(rows)
        self._borrowed.append(url)
        return url

    def _give_back(self, url: str) -> None:
        self._borrowed.remove(url)
        if self._server is not None:
            self._server.take_back(url)


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

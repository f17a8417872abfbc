"""The PostgreSQL server of the tests: databases at the newest schema, lent to a test with the rows it asks for.

A database is made once, as a copy of one at the newest schema, and lent again and again: whoever borrows it gets it
emptied and filled anew, which takes less than making and dropping one. What somebody changed the schema of is dropped.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import psycopg
import pytest
from psycopg.sql import SQL, Composable, Identifier
from psycopg.types.json import Jsonb
from sqlalchemy import make_url

from hpedi.store import schema
from hpedi.store.database import Database

_TABLES: Final = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
    "AND relname <> 'alembic_version' ORDER BY relname"
)
_SEQUENCES: Final = (
    "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
)
_SET_SEQUENCES: Final = """
    SELECT setval(quote_ident(sequencename)::regclass, coalesce(wanted.value, 1), wanted.value IS NOT NULL)
    FROM pg_sequences LEFT JOIN jsonb_to_recordset(%s) AS wanted (name text, value bigint) ON name = sequencename
    WHERE schemaname = 'public' AND last_value IS DISTINCT FROM wanted.value"""
_SCHEMA: Final = """
    SELECT string_agg(version_num, ' '), (
        SELECT concat(count(*), ' ', max(changed)) FROM (
            SELECT xmin::text::bigint AS changed FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT xmin::text::bigint FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT attribute.xmin::text::bigint FROM pg_attribute AS attribute
                JOIN pg_class ON pg_class.oid = attrelid AND relnamespace = 'public'::regnamespace
            UNION ALL SELECT xmin::text::bigint FROM pg_trigger
            UNION ALL SELECT xmin::text::bigint FROM pg_constraint
        ) AS catalogs
    ) FROM public.alembic_version"""
"""The revision, and how many rows of the catalogs speak of the schema, which transaction wrote the last of them."""
_OTHERS_ENDED: Final = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


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


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """Make a database without any table on a server, yield its URL, and drop it."""
    with closing(PostgresServer(server)) as opened:
        yield opened.make()


@dataclass(frozen=True, slots=True)
class Rows:
    """What the tables of a database hold.

    Attributes:
        tables: The rows of each table that has some, as COPY writes them in binary form.
        sequences: The last value of each sequence that was used.
    """

    tables: Mapping[str, bytes] = field(default_factory=dict)
    sequences: Mapping[str, int] = field(default_factory=dict)


NO_ROWS: Final = Rows()


class LentDatabase:
    """A database with a connection beside those of whoever has borrowed it."""

    def __init__(self, url: str) -> None:
        """Connect; neither foreign keys nor triggers bind this connection."""
        self.url = url
        self._connection = psycopg.connect(_for_libpq(url), autocommit=True)
        self._connection.execute("SET session_replication_role = replica")
        self._schema = self._described()

    def rows(self) -> Rows:
        """Return all rows that are there."""
        sequences = {str(name): int(last) for name, last in self._connection.execute(_SEQUENCES)}
        return Rows({name: self._copied_out(name) for name in self._filled_tables()}, sequences)

    def is_empty(self) -> bool:
        """Say whether it holds no row; one whose schema was changed is not empty either."""
        return self.has_its_schema() and not self._filled_tables()

    def has_its_schema(self) -> bool:
        """Say whether the schema is as it was made."""
        try:
            return self._described() == self._schema
        except psycopg.Error:
            return False

    def fill(self, rows: Rows) -> None:
        """Replace all rows by others, once nobody else is connected."""
        self.end_others()
        wanted = [{"name": name, "value": value} for name, value in rows.sequences.items()]
        with self._connection.transaction():
            for name in self._filled_tables():
                self._connection.execute(SQL("DELETE FROM {}").format(Identifier(name)))
            for name, content in rows.tables.items():
                into = SQL("COPY {} FROM STDIN (FORMAT binary)").format(Identifier(name))
                with self._connection.cursor() as cursor, cursor.copy(into) as copied:
                    copied.write(content)
            self._connection.execute(_SET_SEQUENCES, [Jsonb(wanted)])

    def end_others(self) -> None:
        """End every other connection."""
        self._connection.execute(_OTHERS_ENDED)

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()

    def _described(self) -> object:
        return self._connection.execute(_SCHEMA).fetchone()

    @cached_property
    def _which_are_filled(self) -> Composable:
        tables = [name for (name,) in self._connection.execute(_TABLES)]
        each = SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        return SQL(" UNION ALL ").join(each.format(name, Identifier(name)) for name in tables)

    def _filled_tables(self) -> list[str]:
        return [name for (name,) in self._connection.execute(self._which_are_filled)]

    def _copied_out(self, name: str) -> bytes:
        out_of = SQL("COPY {} TO STDOUT (FORMAT binary)").format(Identifier(name))
        with self._connection.cursor() as cursor, cursor.copy(out_of) as copied:
            return b"".join(map(bytes, copied))


class PostgresServer:
    """Makes databases on a server, given by the URL of one of its databases, lends them, and drops them at the end."""

    def __init__(self, url: str) -> None:
        """Connect; no database is made yet."""
        self._url = make_url(url)
        self._connection = psycopg.connect(_for_libpq(url), autocommit=True)
        self._made: list[str] = []
        self._lent: dict[str, LentDatabase] = {}
        self._free: list[LentDatabase] = []

    def make(self, template: str = "template1") -> str:
        """Make a database, a copy of one to which nobody is connected, and return its URL."""
        name = f"hpedi_{os.getpid()}_{uuid.uuid4().hex[:8]}"
        # Copied as files, not through the log: a quarter of the time for the server.
        making = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._connection.execute(making.format(Identifier(name), Identifier(template)))
        self._made.append(name)
        return self._url.set(database=name).render_as_string(hide_password=False)

    def lend(self, rows: Rows = NO_ROWS) -> str:
        """Return the URL of a database at the newest schema that holds these rows and nothing else."""
        lent = self._free.pop() if self._free else LentDatabase(self.make(self._newest))
        lent.fill(rows)
        self._lent[lent.url] = lent
        return lent.url

    def lent(self, url: str) -> LentDatabase:
        """Return a database that is lent."""
        return self._lent[url]

    def take_back(self, url: str) -> None:
        """Take back a database that was lent, whoever is still connected to it."""
        lent = self._lent.pop(url)
        lent.end_others()
        if lent.has_its_schema():
            self._free.append(lent)
            return
        lent.close()
        self._drop(name_of(url))

    def close(self) -> None:
        """Drop what was made and is still there."""
        for lent in (*self._lent.values(), *self._free):
            lent.close()
        for name in list(self._made):
            self._drop(name)
        self._connection.close()

    @cached_property
    def _newest(self) -> str:
        """The name of a database at the newest schema to which nobody connects."""
        url = self.make()
        with closing(Database(url)) as database:
            schema.upgrade(database)
        return name_of(url)

    def _drop(self, name: str) -> None:
        self._connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
        self._made.remove(name)


def name_of(url: str) -> str:
    """Return the name of the database that a URL points to."""
    return str(make_url(url).database)


def _for_libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

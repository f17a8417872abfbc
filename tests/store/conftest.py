"""A fresh database of each kind that hpedi runs on."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from hpedi.run_context import OPERATOR, RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.store import schema
from hpedi.store.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database at the newest schema, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path / 'books.sqlite3'}")
        schema.upgrade(opened)
        yield opened
        opened.close()
    else:
        with postgres_database(request.getfixturevalue("postgres_url")) as opened:
            schema.upgrade(opened)
            yield opened


class postgres_database:  # noqa: N801 - reads as a function where it is used
    """A database made for one test and dropped after it."""

    def __init__(self, server: str) -> None:
        """Use a server by the URL of one of its databases."""
        self._server = create_engine(server, isolation_level="AUTOCOMMIT")
        self._name = f"hpedi_{os.getpid()}_{uuid.uuid4().hex[:8]}"

    def __enter__(self) -> Database:
        """Make the database."""
        with self._server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {self._name}")
        url = make_url(str(self._server.url.render_as_string(hide_password=False))).set(database=self._name)
        self._database = Database(url.render_as_string(hide_password=False))
        return self._database

    def __exit__(self, *_error: object) -> None:
        """Drop it."""
        self._database.close()
        with self._server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {self._name} WITH (FORCE)")
        self._server.dispose()


@pytest.fixture
def vault() -> Vault:
    """A vault with a key made for the test."""
    return Vault(bytes(range(32)))


@pytest.fixture
def context() -> RunContext:
    """The built-in operator on a fixed day."""
    return RunContext(OPERATOR, datetime(2026, 3, 16, 18, 0, tzinfo=UTC), date(2026, 3, 16))

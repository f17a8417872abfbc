"""A fresh database of each kind that hpedi runs on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hpedi.run_context import OPERATOR, RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.store import schema
from hpedi.store.database import Database
from tests.databases import postgres_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database at the newest schema, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path / 'books.sqlite3'}")
        schema.upgrade(opened)
        yield opened
        opened.close()
    else:
        with postgres_database(request.getfixturevalue("postgres_url")) as url:
            opened = Database(url)
            schema.upgrade(opened)
            yield opened
            opened.close()


@pytest.fixture
def vault() -> Vault:
    """A vault with a key made for the test."""
    return Vault(bytes(range(32)))


@pytest.fixture
def context() -> RunContext:
    """The built-in operator on a fixed day."""
    return RunContext(OPERATOR, datetime(2026, 3, 16, 18, 0, tzinfo=UTC), date(2026, 3, 16))

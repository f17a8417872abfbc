"""A fresh database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hpedi.run_context import OPERATOR, RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.store import schema
from hpedi.store.database import Database
from tests.databases import Workspaces


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database at the newest schema, to be copied."""
    file = tmp_path_factory.mktemp("empty") / "books.sqlite3"
    with closing(Database(f"sqlite:///{file}")) as made:
        schema.upgrade(made)
    return file


@pytest.fixture
def database(workspaces: Workspaces, empty_file: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty database at the newest schema."""
    url = workspaces.url() or f"sqlite:///{shutil.copy(empty_file, tmp_path)}"
    with closing(Database(url)) as opened:
        yield opened


@pytest.fixture
def vault() -> Vault:
    """A vault with a key made for the test."""
    return Vault(bytes(range(32)))


@pytest.fixture
def context() -> RunContext:
    """The built-in operator on a fixed day."""
    return RunContext(OPERATOR, datetime(2026, 3, 16, 18, 0, tzinfo=UTC), date(2026, 3, 16))

"""The schema: migrations and tables say the same, and rows outlive steps in both directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text

from hpedi.store import schema
from hpedi.store.database import Database
from hpedi.store.numbers import StoredNumbers
from hpedi.store.tables import metadata, number
from tests.commands.running import run_hpedi
from tests.databases import Workspaces, url_of
from tests.pipeline.conftest import KEY, loaded_home  # noqa: F401 - a fixture
from tests.safety.samples import RUN

FIRST: Final = "0001"
CHANGED: Final = {"alembic_version": {"version_num"}, "audit_entry": {"result"}, "number": {"name", "next_value"}}
"""Columns whose values a step back changes: the revision, results, which were shorter once, and counters of parts."""

Columns: TypeAlias = Mapping[str, Sequence[str]]

# On SQLite those of stretches, for which `test_stretches` asks.
pytestmark = pytest.mark.filterwarnings("ignore:.*expression-based index")


def test_migrations_make_the_tables(database: Database) -> None:
    """A database brought up by the migrations has exactly the tables of the code."""
    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []
    assert schema.is_current(database)


def test_migrations_go_down_again(database: Database) -> None:
    """Taking all steps back leaves no table, and they can be applied anew."""
    schema.downgrade(database)
    with database.reading() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    schema.upgrade(database)
    assert schema.is_current(database)


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    """A database at the newest schema stays as it is."""
    schema.upgrade(database)
    assert schema.is_current(database)


def test_one_counter_goes_on_behind_those_of_all_receivers(database: Database) -> None:
    """Taken back to one counter of interchange numbers, it stands behind the highest that any receiver got."""
    with database.writing() as connection:
        numbers = StoredNumbers(connection)
        numbers.reserve("isa13:lakes", 4)
        numbers.reserve("isa13:north", 8)
        numbers.reserve("isa13-test:lakes", 2)
    schema.downgrade(database, "0004")
    with database.reading() as connection:
        kept = {row.name: row.next_value for row in connection.execute(select(number))}
    assert kept == {"isa13": 9, "isa13-test": 3}
    schema.upgrade(database)
    with database.writing() as connection:
        assert StoredNumbers(connection).reserve("isa13:lakes") == 9


def columns_of(database: Database) -> Columns:
    """Return the columns of each table as it stands that there are today, less those whose values steps change."""
    with database.reading() as connection:
        asked = inspect(connection)
        return {
            table.name: sorted(
                {each["name"] for each in asked.get_columns(table.name)}
                & set(table.c.keys()) - CHANGED.get(table.name, set())
            )
            for table in metadata.sorted_tables
            if asked.has_table(table.name)
        }


def rows_of(database: Database, columns: Columns) -> dict[str, list[str]]:
    """Return some columns of the rows of each table."""
    with database.reading() as connection:
        asked = {table: f"SELECT {', '.join(names)} FROM {table}" for table, names in columns.items() if names}  # noqa: S608 - names of columns
        return {table: sorted(map(repr, connection.execute(text(each)).all())) for table, each in asked.items()}


def test_rows_outlive_steps_back_and_forth(
    workspaces: Workspaces,
    loaded_home: Path,  # noqa: F811
    tmp_path: Path,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The books of a day, taken back to the first schema and up again, keep every row that the first schema knows."""
    monkeypatch.setenv("HPEDI_KEY", KEY)
    home = workspaces.copy(loaded_home, tmp_path / "home")
    run_hpedi("--home", home, *RUN)
    schema.downgrade(database, FIRST)
    columns = columns_of(database)
    with closing(Database(url_of(home))) as books:
        before = rows_of(books, columns)
        assert len(before["decision"]) > 1
        schema.downgrade(books, FIRST)
        assert columns_of(books) == columns
        assert rows_of(books, columns) == before
        schema.upgrade(books)
        assert rows_of(books, columns) == before
        with books.reading() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert schema.is_current(books)

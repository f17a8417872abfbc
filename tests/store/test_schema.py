"""The schema: migrations and tables say the same on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from hpedi.store import schema
from hpedi.store.database import Database
from hpedi.store.tables import metadata


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

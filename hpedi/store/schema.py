"""Bringing a database to the schema of this version."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from hpedi.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply the steps that a database lacks."""
    with database.writing() as connection:
        upgrade_within(connection, revision)


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """Apply the steps that a database lacks in a transaction of somebody else's."""
    command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str = "base") -> None:
    """Take steps back, to a revision."""
    with database.writing() as connection:
        downgrade_within(connection, revision)


def downgrade_within(connection: Connection, revision: str = "base") -> None:
    """Take steps back in a transaction of somebody else's."""
    command.downgrade(_config(connection), revision)


def is_current(database: Database) -> bool:
    """Say whether a database has the schema of this version."""
    with database.reading() as connection:
        return revision_of(connection) == _newest()


def revision_of(connection: Connection) -> str | None:
    """Return the schema that a database has; None where it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Say whether this version of hpedi knows a schema."""
    return revision in {step.revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


@cache
def _newest() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config

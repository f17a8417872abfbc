"""Whose books a database holds: those of one workspace, from when it has its settings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from hpedi.store.database import Database
from hpedi.store.key_tables import workspace


def workspace_of(database: Database) -> str:
    """Return the id of the workspace whose books a database holds; "" while no workspace is whole."""
    with database.reading() as connection:
        return connection.execute(select(workspace.c.id)).scalar() or ""


def give_to(database: Database, identity: str, at: datetime) -> None:
    """Note that a database holds the books of a workspace, unless that is noted already."""
    with database.writing() as connection:
        if connection.execute(select(workspace.c.id)).scalar() is None:
            connection.execute(workspace.insert().values(id=identity, since=at))

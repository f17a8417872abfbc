"""Databases that tests make for themselves on a PostgreSQL server, and drop again."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """Make a database on a server, given by the URL of one of its databases, and yield its URL."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"hpedi_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        engine.dispose()

"""Databases that tests make for themselves on a PostgreSQL server, and drop again."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, make_url


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
def postgres_database(server: str, template: str = "template1") -> Iterator[str]:
    """Make a database on a server, given by the URL of one of its databases, and yield its URL.

    It is a copy of the database named by the template, to which nobody may be connected meanwhile.
    """
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"hpedi_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        engine.dispose()

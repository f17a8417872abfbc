"""The write-ahead log of a SQLite database: copied beside whoever writes, emptied in a turn, and bounded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from hpedi.store import database as database_module
from hpedi.store.database import Database
from hpedi.store.keys import StoredKeys

pytestmark = pytest.mark.storeless
STEP, MOST = 40_000, 100_000
ROW = "x" * 3_000
FEW = 6
"""Rows that are more than a step."""


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database with a table, whose log is long after some rows."""
    monkeypatch.setattr(database_module, "LOG_STEP_BYTES", STEP)
    monkeypatch.setattr(database_module, "LOG_BYTES", MOST)
    with closing(Database(f"sqlite:///{tmp_path / 'books.sqlite3'}")) as made:
        with made.writing() as connection:
            connection.execute(text("CREATE TABLE kept (ordinal INTEGER PRIMARY KEY, content TEXT)"))
        yield made


def write(database: Database) -> None:
    """Write a row."""
    with database.writing() as connection:
        connection.execute(text("INSERT INTO kept (content) VALUES (:content)"), {"content": ROW})


def log_of(database: Database) -> int:
    """Return the bytes of the log."""
    return Path(f"{database.writer.url.database}-wal").stat().st_size


def in_file(database: Database) -> int:
    """Return how many bytes stand in the database itself."""
    return Path(str(database.writer.url.database)).stat().st_size


def test_it_stays_short_however_much_is_written(database: Database) -> None:
    """Rows of many times its length: it never has more than a step above the most, and all rows stand."""
    longest = 0
    for _row in range(200):
        write(database)
        database.empty_long_log()
        longest = max(longest, log_of(database))
    assert longest <= MOST + STEP
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*), min(length(content)) FROM kept")).one() == (200, len(ROW))


def test_it_stays_short_while_all_is_sealed_anew(database: Database) -> None:
    """A rotation of the keys writes every sealed row, transaction by transaction."""
    keys = StoredKeys(database, [])
    longest = 0
    for _row in range(100):
        with keys.resealing() as connection:
            connection.execute(text("INSERT INTO kept (content) VALUES (:content)"), {"content": ROW})
        longest = max(longest, log_of(database))
    assert longest <= MOST + STEP


def test_nobody_who_reads_for_long_is_disturbed(database: Database) -> None:
    """Somebody sees one state meanwhile, nobody waits for that end, and afterwards the log is emptied."""
    write(database)
    with database.snapshot() as connection:
        assert connection.execute(text("SELECT count(*) FROM kept")).scalar_one() == 1
        for _row in range(60):
            write(database)
            database.empty_long_log()
        assert log_of(database) > MOST
        assert connection.execute(text("SELECT count(*) FROM kept")).scalar_one() == 1
    for _row in range(20):
        write(database)
        database.empty_long_log()
    assert log_of(database) <= MOST


def test_a_step_is_copied_while_somebody_else_writes(database: Database) -> None:
    """Whoever has the turn goes on, and the log is copied into the database beside it."""
    for _row in range(FEW):
        write(database)
    before = in_file(database)
    with database.writing() as connection:
        connection.execute(text("INSERT INTO kept (content) VALUES ('last')"))
        database.empty_long_log()
        assert in_file(database) > before
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM kept")).scalar_one() == FEW + 1


def test_what_another_process_emptied_is_seen(database: Database) -> None:
    """A log that is shorter than it was is measured anew."""
    for _row in range(FEW):
        write(database)
    database.empty_long_log()
    database.forget_overwritten()
    before = in_file(database)
    for _row in range(FEW):
        write(database)
    database.empty_long_log()
    assert in_file(database) > before

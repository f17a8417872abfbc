"""All rows as bytes, and back into empty tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text

from hpedi.store import schema
from hpedi.store.database import Database
from hpedi.store.dump import (
    NotEmpty,
    insert,
    make_tables,
    read_rows,
    rows_of,
    sequences_of,
    set_sequences,
    tables_of,
)
from hpedi.store.tables import inbound_file, number, reference_record, reference_snapshot

AT = datetime(2026, 3, 16, 18, 0, 0, 123456, tzinfo=UTC)


def fill(connection: Connection) -> None:
    """Put rows of every kind of value into tables: text, numbers, instants, days, bytes, nothing."""
    connection.execute(number.insert().values(name="eft", next_value=900_000_001))
    snapshot = {"id": 7, "loaded_at": AT, "principal": "system:operator", "records_changed": 1}
    connection.execute(reference_snapshot.insert().values(snapshot))
    record = {"id": 9, "kind": "plan", "key": "P-é", "digest": "d", "sealed": b"\0\xff", "known_from": 7}
    connection.execute(reference_record.insert().values(record))
    file = {"digest": "x", "size": 1 << 40, "received_at": AT, "received_on": AT.date(), "state": "done"}
    connection.execute(inbound_file.insert().values(id=3, principal="system:operator", reason="", **file))


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database without any table."""
    with closing(Database(f"sqlite:///{tmp_path / 'other.sqlite3'}")) as opened:
        yield opened


def test_rows_come_back_as_they_were(database: Database, other: Database) -> None:
    """Whatever kind of value, the rows of all tables are the same in the database that they were put into."""
    with database.writing() as connection:
        fill(connection)
    with database.reading() as connection, other.writing() as target:
        made = make_tables(target, schema.revision_of(connection) or "")
        assert list(made) == [table.name for table in tables_of(connection)]
        for table in tables_of(connection):
            for content, count in rows_of(connection, table):
                rows = read_rows(made[table.name], content)
                assert len(rows) == count
                insert(target, made[table.name], rows)
        for table in (number, reference_snapshot, reference_record, inbound_file):
            assert target.execute(select(table)).all() == connection.execute(select(table)).all() != []


def test_a_snapshot_sees_one_state_however_long_it_reads(database: Database) -> None:
    """What others commit while a backup is made is in none of its tables."""
    count = select(func.count()).select_from(number)
    with database.snapshot() as connection:
        assert connection.execute(select(func.count()).select_from(reference_record)).scalar() == 0
        with database.writing() as writer:
            fill(writer)
        assert connection.execute(count).scalar() == 0
        assert all(not list(rows_of(connection, table)) for table in tables_of(connection) if table.name == "number")
    with database.reading() as connection:
        assert connection.execute(count).scalar() == 1


def test_counters_go_on_where_they_stood(database: Database) -> None:
    """A row added after a restoration gets the id after the highest, or after the last one that was ever given."""
    with database.writing() as connection:
        is_server = connection.dialect.name != "sqlite"
        fill(connection)
        set_sequences(connection, {"inbound_file": 40})
        values = {"loaded_at": AT, "principal": "p", "records_changed": 0}
        made = connection.execute(reference_snapshot.insert().values(values).returning(reference_snapshot.c.id))
        assert made.scalar() == 8
        if is_server:
            file = {"digest": "y", "size": 1, "received_at": AT, "received_on": AT.date(), "state": "done"}
            added = inbound_file.insert().values(principal="p", reason="", **file).returning(inbound_file.c.id)
            assert connection.execute(added).scalar() == 41
            assert sequences_of(connection)["inbound_file"] == 41


def test_books_are_never_written_over(database: Database) -> None:
    """One row anywhere, and the database is refused."""
    with database.writing() as connection:
        revision = schema.revision_of(connection) or ""
        assert make_tables(connection, revision)
        connection.execute(number.insert().values(name="eft", next_value=1))
        with pytest.raises(NotEmpty, match="books"):
            make_tables(connection, revision)


def test_tables_of_others_are_left_alone(other: Database) -> None:
    """A database in which somebody else keeps tables is refused, empty as they may be."""
    with other.writing() as connection:
        connection.execute(text("CREATE TABLE theirs (x INTEGER)"))
        with pytest.raises(NotEmpty, match="somebody else"):
            make_tables(connection, "0004")


def test_an_empty_database_of_a_later_schema_is_brought_to_the_one_asked_for(other: Database) -> None:
    """What a dump was made of is the schema that it goes back into."""
    schema.upgrade(other)
    with other.writing() as connection:
        make_tables(connection, "0004")
        assert schema.revision_of(connection) == "0004"

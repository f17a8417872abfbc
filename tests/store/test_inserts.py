"""Inserts of many rows."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hpedi.store.accumulator_tables import accumulator_balance, accumulator_entry, family_lock
from hpedi.store.database import Database
from hpedi.store.inserts import Draft, Insert
from hpedi.store.tables import audit_entry

ENTRIES = Insert(accumulator_entry, "plan", "accumulator", "owner", "period", "amount", "source")
ENTRY = ("PLAN", "deductible", "M1", date(2026, 1, 1), Decimal("12.34"), "claim/1")


def test_rows_are_read_as_they_were_given(database: Database) -> None:
    """Amounts, days and instants are converted as the table says, on each database."""
    at = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
    audit = Insert(audit_entry, "at", "principal", "action", "subject", "member", "reason", "result")
    with database.writing() as connection:
        ENTRIES(connection, [ENTRY, (*ENTRY[:-1], "claim/2")])
        audit(connection, [(at, "operator", "receive", "file:1", "", "", "done")])
    with database.reading() as connection:
        rows = connection.execute(select(accumulator_entry).order_by(accumulator_entry.c.id)).all()
        (told,) = connection.execute(select(audit_entry)).all()
    assert [tuple(row)[1 : 1 + len(ENTRY)] for row in rows] == [ENTRY, (*ENTRY[:-1], "claim/2")]
    assert (told.at, told.result) == (at, "done")


def test_no_rows_are_nothing_to_do(database: Database) -> None:
    """An empty list is no statement."""
    with database.writing() as connection:
        ENTRIES(connection, [])
        assert connection.execute(select(accumulator_entry)).all() == []


def test_a_value_the_column_cannot_hold_is_refused(database: Database) -> None:
    """A fraction of a cent raises, and so does a row that stands already."""
    with pytest.raises(ValueError, match="two decimal places"), database.writing() as connection:
        ENTRIES(connection, [(*ENTRY[:4], Decimal("0.001"), "claim/1")])
    with pytest.raises(IntegrityError), database.writing() as connection:
        ENTRIES(connection, [ENTRY, ENTRY])


def test_what_is_drafted_is_written_by_somebody_else(database: Database) -> None:
    """Rows drafted in one process are numbered on and written in another one's transaction, with their values."""
    dialect = database.writer.dialect
    counted = Insert(family_lock, "version", "family", counter="test")
    drafts = [Draft(dialect), Draft(dialect)]
    ENTRIES(drafts[0], [ENTRY])
    counted(drafts[0], [(0, "F1"), (1, "F2")])
    counted(drafts[1], [(0, "F3")])
    with database.writing() as connection:
        for draft in drafts:
            for rows in pickle.loads(pickle.dumps(draft.rows)):  # noqa: S301 - our own
                rows.write(connection)
    with database.reading() as connection:
        (entry,) = connection.execute(select(accumulator_entry)).all()
        numbered = connection.execute(select(family_lock.c.family, family_lock.c.version).order_by("version")).all()
    assert tuple(entry)[1 : 1 + len(ENTRY)] == ENTRY
    assert [tuple(row) for row in numbered] == [("F1", 1), ("F2", 2), ("F3", 3)]


def test_what_stands_is_added_to(database: Database) -> None:
    """A row whose key stands already adds to its amount, any other begins with its own."""
    balances = Insert(accumulator_balance, "plan", "accumulator", "owner", "period", "used", adds_to="used")
    with database.writing() as connection:
        balances(connection, [ENTRY[:5]])
        balances(connection, [(*ENTRY[:4], Decimal("-2.34")), ("OTHER", *ENTRY[1:5])])
        found = connection.execute(select(accumulator_balance.c.plan, accumulator_balance.c.used)).all()
    assert sorted(tuple(row) for row in found) == [("OTHER", Decimal("12.34")), ("PLAN", Decimal("10.00"))]

"""Inserts of many rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hpedi.store.accumulator_tables import accumulator_entry
from hpedi.store.database import Database
from hpedi.store.inserts import Insert
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

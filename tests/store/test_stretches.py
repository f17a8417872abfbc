"""Stretches: rows about somebody are found in whatever stretch of ids they stand, and by the index."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection, insert, select, text

from hpedi.store.accumulator_tables import ENTRIES_ABOUT, accumulator_entry
from hpedi.store.accumulators import StoredAccumulators
from hpedi.store.database import Database
from hpedi.store.stretches import Stretches
from hpedi.store.tables import AUDIT_ABOUT, audit_entry

A_STRETCH = 2**17
PLACES = {"first": 1, "last of the first": A_STRETCH - 1, "second": A_STRETCH, "after a gap": 9 * A_STRETCH + 5}


def add(connection: Connection, number: int, owner: str) -> None:
    """Add an entry of a dollar under an id."""
    row = {"plan": "GOLD", "accumulator": "ded_ind_inn", "period": date(2026, 1, 1), "amount": Decimal("1.00")}
    connection.execute(insert(accumulator_entry).values(id=number, owner=owner, source=f"manual:{number}", **row))


def test_entries_are_found_in_every_stretch(database: Database) -> None:
    """Entries at the ends of two stretches and in one far behind are found in order, and nobody else's."""
    with database.writing() as connection:
        for number in PLACES.values():
            add(connection, number, "member-1")
            add(connection, number + 100 * A_STRETCH, "member-2")
        found = StoredAccumulators(connection).of(["member-1", "nobody"])
        assert [each.entry.source for each in found] == [f"manual:{number}" for number in sorted(PLACES.values())]


def test_without_rows_nobody_is_found(database: Database) -> None:
    """Where no entry stands yet, none is found."""
    with database.reading() as connection:
        assert StoredAccumulators(connection).of(["member-1"]) == ()


@pytest.mark.parametrize("rows", [ENTRIES_ABOUT, AUDIT_ABOUT], ids=lambda rows: str(rows.table.name))
def test_rows_are_looked_for_by_the_index(database: Database, rows: Stretches) -> None:
    """The index that the migrations made is the one that is asked, by stretch and by whom the rows are about."""
    with database.writing() as connection:
        add(connection, 1, "member-1")
        told = {"principal": "P", "action": "look", "subject": "claim:A"}
        connection.execute(insert(audit_entry).values(id=1, at=datetime.now(UTC), member="member-1", **told))
        query = select(rows.table.c.id).where(rows.rows_about(connection, ["member-1"]))
        asked = query.compile(connection, compile_kwargs={"literal_binds": True})
        if connection.dialect.name == "sqlite":
            explain, both = "EXPLAIN QUERY PLAN", f"(<expr>=? AND {rows.about}=?)"
        else:
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # which a table of one row is read by
            explain, both = "EXPLAIN", rows.about
        plan = " ".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {asked}"))
        assert f"ix_{rows.table.name}_{rows.about} " in plan
        assert both in plan

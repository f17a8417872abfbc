"""Columns asked for many keys at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from hpedi.store.accumulator_tables import family_lock
from hpedi.store.among import among
from hpedi.store.database import Database
from hpedi.store.inserts import Insert
from hpedi.store.tables import audit_entry

AT = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
LOCKS = Insert(family_lock, "family", "version")
ODD = 'O\'Dune, "Marit" \\ ü'


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["F1", "F3", "F9"], ["F1", "F3"]),
        ([ODD], [ODD]),
        ([], []),
        ([f"F{n}" for n in range(5_000)], ["F1", "F2", "F3"]),
    ],
)
def test_texts_are_found_among_any_number_of_keys(database: Database, keys: list[str], expected: list[str]) -> None:
    """Of four rows those whose key is among none, some or thousands of keys are found, whatever a key is made of."""
    with database.writing() as connection:
        LOCKS(connection, [(family, 0) for family in ("F1", "F2", "F3", ODD)])
        found = select(family_lock.c.family).where(among(family_lock.c.family, keys)).order_by(family_lock.c.family)
        assert connection.execute(found).scalars().all() == expected


def test_numbers_are_found_too(database: Database) -> None:
    """An id is found among numbers."""
    with database.writing() as connection:
        Insert(audit_entry, "id", "at", "principal", "action", "subject", "member", "reason", "result")(
            connection, [(number, AT, "operator", "load", "", "", "", "") for number in (3, 4, 5)]
        )
        found = connection.execute(select(func.count()).where(among(audit_entry.c.id, [4, 5, 6]))).scalar()
    assert found == 2


@pytest.mark.usefixtures("only_sqlite")
def test_an_index_answers_for_sqlite(database: Database) -> None:
    """The condition stands as it is, so that SQLite looks the keys up and does not walk through the table."""
    query = select(family_lock.c.version).where(among(family_lock.c.family, ["F1"]))
    with database.reading() as connection:
        compiled = str(query.compile(connection))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", ("[]",)).all()
    assert any("SEARCH family_lock" in row[3] for row in plan)

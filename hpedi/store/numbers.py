"""Counters without gaps, and ids that are as good.

A sequence of PostgreSQL does not give a number back that a failed transaction took. Where people see a number, or it
becomes part of one (a claim's of its receipt's), it comes from a row here, or is one more than the highest there is.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Table, bindparam, func, select, text

from hpedi.store.database import hold
from hpedi.store.questions import Question
from hpedi.store.tables import number

FIRST: Final = {"eft": 900_000_001, "check": 100_001}
"""Where counters start that start higher than 1: an EFT number is never a check number."""

_NEXT: Final = select(number.c.next_value).where(number.c.name == bindparam("named")).with_for_update()
_ADVANCE: Final = number.update().where(number.c.name == bindparam("named"))
_TAKE: Final = Question(
    _ADVANCE.values(next_value=number.c.next_value + bindparam("taken")).returning(number.c.next_value)
)
_BEGIN: Final = text("INSERT INTO number (name, next_value) VALUES (:name, :next_value) ON CONFLICT (name) DO NOTHING")


def next_id(connection: Connection, table: Table) -> int | None:
    """Return the id of a row to be inserted, which no other transaction takes; None where the database leaves no gaps.

    Rows of the table are never deleted, and all of them get their ids here.
    """
    if connection.dialect.name == "sqlite":
        return None
    hold(connection, f"id of {table.name}")
    return int(connection.execute(select(func.coalesce(func.max(table.c.id), 0) + 1)).scalar_one())


class StoredNumbers:
    """Counters kept in rows; a rolled back transaction gives its numbers back."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction; a counter that was asked for is held until it ends."""
        self._connection = connection
        self._held: dict[str, int] = {}

    def reserve(self, name: str, count: int = 1) -> int:
        """Take `count` numbers and return the first; a new counter starts at 1."""
        after = _TAKE.one(self._connection, named=name, taken=count)
        if after is None:
            self._connection.execute(_BEGIN, {"name": name, "next_value": self._first(name)})
            after = _TAKE.one(self._connection, named=name, taken=count)
        self._held[name] = int(after)
        return self._held[name] - count

    def peek(self, name: str) -> int:
        """Return the number that would be taken next, and hold the counter until the transaction ends."""
        if name not in self._held:
            row = self._connection.execute(_NEXT, {"named": name}).first()
            self._held[name] = self._first(name) if row is None else int(row[0])
        return self._held[name]

    def _first(self, name: str) -> int:
        """Return where a counter starts: one of a part, named `whole:part`, where the counter of the whole stands."""
        whole, colon, _part = name.partition(":")
        return self.peek(whole) if colon else FIRST.get(name, 1)

    def advance(self, name: str, next_value: int) -> None:
        """Set the number that is taken next."""
        changed = self._connection.execute(_ADVANCE, {"named": name, "next_value": next_value})
        if changed.rowcount == 0:
            self._connection.execute(_BEGIN, {"name": name, "next_value": next_value})
        self._held[name] = next_value

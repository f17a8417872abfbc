"""Counters without gaps."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, select

from hpedi.store.tables import number

FIRST: Final = {"eft": 900_000_001, "check": 100_001}
"""Where counters start that start higher than 1: an EFT number is never a check number."""

_NEXT: Final = select(number.c.next_value).where(number.c.name == bindparam("named")).with_for_update()
_ADVANCE: Final = number.update().where(number.c.name == bindparam("named"))
_BEGIN: Final = number.insert()


class StoredNumbers:
    """Counters kept in rows; a rolled back transaction gives its numbers back."""

    def __init__(self, connection: Connection) -> None:
        """Work inside an open transaction; a counter that was asked for is held until it ends."""
        self._connection = connection
        self._held: dict[str, int] = {}

    def reserve(self, name: str, count: int = 1) -> int:
        """Take `count` numbers and return the first; a new counter starts at 1."""
        first = self.peek(name)
        self.advance(name, first + count)
        return first

    def peek(self, name: str) -> int:
        """Return the number that would be taken next, and hold the counter until the transaction ends."""
        if name not in self._held:
            row = self._connection.execute(_NEXT, {"named": name}).first()
            self._held[name] = FIRST.get(name, 1) if row is None else int(row[0])
        return self._held[name]

    def advance(self, name: str, next_value: int) -> None:
        """Set the number that is taken next."""
        changed = self._connection.execute(_ADVANCE, {"named": name, "next_value": next_value})
        if changed.rowcount == 0:
            self._connection.execute(_BEGIN, {"name": name, "next_value": next_value})
        self._held[name] = next_value

"""Stretches of ids: how a table that only ever grows is indexed by whom its rows are about.

In an index by member a new row stands wherever its member does: in large books each on a page of its own, which is
read, written to the log and copied back. An index by stretch, then member, keeps the rows of one stretch of ids
together, so that what is added changes a few pages however many there are. Who looks for members looks into every
stretch: one short search for each that is in use.

Alembic does not see such an index on SQLite: a step that builds a table anew there makes its index anew too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Index, Integer, Table, func, literal_column, select

from hpedi.store.among import Keys, among


@dataclass(frozen=True, slots=True)
class Stretches:
    """The stretches of a table, and who its rows are about.

    Attributes:
        table: Its ids rise with its rows.
        about: The column that says whom a row is about.
        bits: A stretch has two to the power of so many ids.
    """

    table: Table
    about: str
    bits: int

    @property
    def of_row(self) -> ColumnElement[int]:
        """The stretch of a row, as the index has it."""
        # A literal: with a parameter in its place no planner knows the index again.
        shifted: ColumnElement[int] = self.table.c.id.bitwise_rshift(literal_column(str(self.bits), Integer))
        return shifted

    def index(self) -> Index:
        """Return the index of the table."""
        return Index(f"ix_{self.table.name}_{self.about}", self.of_row, self.table.c[self.about])

    def rows_about(self, connection: Connection, keys: Keys) -> ColumnElement[bool]:
        """Return the condition that a row is about somebody, for all rows that the transaction sees."""
        return among(self.of_row, self._in_use(connection)) & among(self.table.c[self.about], keys)

    def _in_use(self, connection: Connection) -> list[int]:
        """Return the stretches that have rows: the first, then always the next one, each by one step in the index."""
        first: Any = select(func.min(self.of_row).label("stretch")).cte("stretches", recursive=True)
        next_one = select(func.min(self.of_row)).where(self.of_row > first.c.stretch).scalar_subquery()
        found = first.union_all(select(next_one).where(first.c.stretch.is_not(None)))
        rows = connection.execute(select(found.c.stretch).where(found.c.stretch.is_not(None)))
        return [int(row.stretch) for row in rows]

"""Inserts of many rows: compiled once, values converted column by column.

SQLAlchemy takes a dictionary a row and looks at every value of it anew, which costs several times what the database
does. Here rows are tuples, and a column whose type needs no conversion is not touched at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Column, Connection, Date, Table
from sqlalchemy.engine import Dialect

QUESTION_MARK = "qmark"
"""The paramstyle of SQLite's driver; that of PostgreSQL's takes %s."""

DAYS_REMEMBERED: Final = 4_096


class Insert:
    """An insert into some columns of a table."""

    def __init__(self, table: Table, *columns: str) -> None:
        """Name the columns in the order in which rows give them."""
        self._columns = [table.c[name] for name in columns]
        self._table = table

    def __call__(self, connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
        """Insert rows; none is nothing to do."""
        if rows:
            connection.exec_driver_sql(_statement(self, connection.dialect), self._converted(rows, connection.dialect))

    def statement(self, dialect: Dialect) -> str:
        """Return the SQL of one row in a dialect."""
        names = dialect.identifier_preparer
        columns = ", ".join(names.format_column(column) for column in self._columns)
        marks = ", ".join(["?" if dialect.paramstyle == QUESTION_MARK else "%s"] * len(self._columns))
        return f"INSERT INTO {names.format_table(self._table)} ({columns}) VALUES ({marks})"  # noqa: S608  # our names

    def _converted(self, rows: Sequence[tuple[object, ...]], dialect: Dialect) -> list[tuple[Any, ...]]:
        values = list(zip(*rows, strict=True))
        for index, column in enumerate(self._columns):
            convert = _conversion(column, dialect)
            if convert is not None:
                values[index] = tuple(map(convert, values[index]))
        return list(zip(*values, strict=True))


@lru_cache(maxsize=1_024)
def _conversion(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return what makes of a value what the driver takes; None where that is the value."""
    convert = column.type.dialect_impl(dialect).bind_processor(dialect)
    if convert is not None and isinstance(column.type, Date):
        return lru_cache(maxsize=DAYS_REMEMBERED)(convert)  # the same few days in most rows
    return convert


@lru_cache(maxsize=64)
def _statement(insert: Insert, dialect: Dialect) -> str:
    return insert.statement(dialect)

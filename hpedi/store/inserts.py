"""Inserts of many rows: compiled once, values converted column by column.

SQLAlchemy takes a dictionary a row and looks at every value of it anew, which costs several times what the database
does. Here rows are tuples, and a column whose type needs no conversion is not touched at all; a server gets all rows
in one statement. What one process makes
for another one to write is a draft: the same rows, converted, and not written yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache, partial
from itertools import repeat
from operator import mul
from typing import Any, Final

from sqlalchemy import Column, Connection, Date, LargeBinary, String, Table
from sqlalchemy.engine import Dialect

from hpedi.store.numbers import StoredNumbers
from hpedi.store.tables import NOT_WHOLE, Cents, hundredths

QUESTION_MARK = "qmark"
"""The paramstyle of SQLite's driver; that of PostgreSQL's takes %s."""

DAYS_REMEMBERED: Final = 4_096


@dataclass(frozen=True, slots=True)
class DraftedRows:
    """Rows of one insert, as the driver takes them.

    Attributes:
        statement: The SQL: on SQLite of one row, on PostgreSQL of all of them.
        columns: Values, column by column.
        counter: What the first column counts; the rows number from 0 until they are written. Empty: nothing.
    """

    statement: str
    columns: Sequence[Sequence[Any]]
    counter: str = ""

    def write(self, connection: Connection) -> None:
        """Write the rows, numbered on where they have numbers."""
        columns = self.columns
        if self.counter:
            # The counter is held until the commit, and others who decide wait for it: it is asked last.
            first = StoredNumbers(connection).reserve(self.counter, len(columns[0]))
            columns = [[first + place for place in columns[0]], *columns[1:]]
        if connection.dialect.paramstyle == QUESTION_MARK:
            connection.exec_driver_sql(self.statement, list(zip(*columns, strict=True)))
        else:
            connection.exec_driver_sql(self.statement, tuple(map(list, columns)))


@dataclass(slots=True)
class Draft:
    """Stands where a connection does for whoever only inserts: it keeps what somebody else is to write."""

    dialect: Dialect
    rows: list[DraftedRows] = field(default_factory=list)


class Insert:
    """An insert into some columns of a table."""

    def __init__(self, table: Table, *columns: str, counter: str = "", adds_to: str = "") -> None:
        """Name the columns in the order in which rows give them.

        Args:
            table: The table.
            columns: Its columns.
            counter: What the first of them counts, if anything.
            adds_to: The column whose value is added to that of the row that stands under the key already, if any.
        """
        self._columns = [table.c[name] for name in columns]
        self._table = table
        self._counter = counter
        self._adds_to = adds_to

    def __call__(self, connection: Connection | Draft, rows: Sequence[tuple[object, ...]]) -> None:
        """Insert rows, or draft them; none is nothing to do."""
        if not rows:
            return
        dialect = connection.dialect
        drafted = DraftedRows(_statement(self, dialect), self._converted(rows, dialect), self._counter)
        if isinstance(connection, Draft):
            connection.rows.append(drafted)
        else:
            drafted.write(connection)

    def statement(self, dialect: Dialect) -> str:
        """Return the SQL of one row in a dialect."""
        names = dialect.identifier_preparer
        columns = ", ".join(names.format_column(column) for column in self._columns)
        insert = f"INSERT INTO {names.format_table(self._table)} ({columns}) {self._values(dialect)}"
        if not self._adds_to:
            return insert
        key = ", ".join(names.format_column(column) for column in self._table.primary_key)
        sum_column = names.format_column(self._table.c[self._adds_to])
        added = f"{names.format_table(self._table)}.{sum_column} + excluded.{sum_column}"
        return f"{insert} ON CONFLICT ({key}) DO UPDATE SET {sum_column} = {added}"

    def _values(self, dialect: Dialect) -> str:
        if dialect.paramstyle == QUESTION_MARK:
            return f"VALUES ({', '.join('?' * len(self._columns))})"
        # A server takes a statement a row several times slower than one array a column.
        arrays = (f"%b::{_array_of(column, dialect)}" for column in self._columns)
        return f"SELECT * FROM unnest({', '.join(arrays)})"  # noqa: S608  # our names

    def _converted(self, rows: Sequence[tuple[object, ...]], dialect: Dialect) -> list[Sequence[Any]]:
        values: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for index, column in enumerate(self._columns):
            convert = _conversion(column, dialect)
            if convert is not None:
                values[index] = convert(values[index])
        return values


def _array_of(column: Column[Any], dialect: Dialect) -> str:
    """Return the type of an array of a column's values; texts have no length there, which would cut them silently."""
    kind = "TEXT" if isinstance(column.type, String) else column.type.compile(dialect=dialect)
    return f"{kind}[]"


@lru_cache(maxsize=1_024)
def _conversion(column: Column[Any], dialect: Dialect) -> Callable[[Sequence[Any]], Sequence[Any]] | None:
    """Return what makes of the values of a column what the driver takes; None where they are that."""
    if isinstance(column.type, LargeBinary):
        return None  # drivers take bytes; SQLAlchemy would wrap them in what goes to no other process
    if isinstance(column.type, Cents):
        return _all_hundredths
    convert = column.type.dialect_impl(dialect).bind_processor(dialect)
    if convert is None:
        return None
    if isinstance(column.type, Date):
        convert = lru_cache(maxsize=DAYS_REMEMBERED)(convert)  # the same few days in most rows
    return partial(_each, convert)


def _each(convert: Callable[[Any], Any], values: Sequence[Any]) -> Sequence[Any]:
    return tuple(map(convert, values))


def _all_hundredths(amounts: Sequence[Decimal | None]) -> Sequence[int | None]:
    """Return exact amounts in whole hundredths."""
    if None in amounts:
        return tuple(map(hundredths, amounts))
    exact = tuple(map(mul, amounts, repeat(100)))
    whole = tuple(map(int, exact))
    if whole != exact:
        raise ValueError(NOT_WHOLE)
    return whole


@lru_cache(maxsize=64)
def _statement(insert: Insert, dialect: Dialect) -> str:
    return insert.statement(dialect)

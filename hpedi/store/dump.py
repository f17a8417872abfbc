"""All rows of the books as bytes, and back into empty tables, on either database.

Tables are read and written as the database itself describes them: what a later version adds is dumped too, and a dump
goes back into the schema that it was made of. Rows are MessagePack arrays of raw values; sealed columns stay sealed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from types import GenericAlias
from typing import Any, Final
from warnings import catch_warnings, filterwarnings

import msgspec
from sqlalchemy import Connection, MetaData, Table, exists, func, inspect, or_, select, text
from sqlalchemy.exc import SAWarning

from hpedi.findings import Unavailable
from hpedi.store import schema

ROWS_AT_ONCE: Final = 500
_SCHEMA_TABLE: Final = "alembic_version"
_ENCODER: Final = msgspec.msgpack.Encoder()


class NotEmpty(Exception):
    """A database holds rows: nothing is written over them."""


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables of the books as the database describes them, those that others refer to first."""
    described = MetaData()
    with catch_warnings():
        # SQLAlchemy tells that it cannot read an index of SQLite by an expression; no index is asked for here.
        filterwarnings("ignore", message=".*expression-based index", category=SAWarning)
        described.reflect(connection)
    return [table for table in described.sorted_tables if table.name != _SCHEMA_TABLE]


def rows_of(connection: Connection, table: Table) -> Iterator[tuple[bytes, int]]:
    """Yield the rows of a table, some at a time: bytes, and how many rows they are."""
    query = select(table).order_by(*table.primary_key.columns)
    rows = iter(connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE)))
    while batch := [tuple(row) for row in islice(rows, ROWS_AT_ONCE)]:
        yield _ENCODER.encode(batch), len(batch)


def sequences_of(connection: Connection) -> dict[str, int]:
    """Return the last number that the database's own counters gave, by table; SQLite has none."""
    found: dict[str, int] = {}
    for table, sequence in _sequences(connection):
        row = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608 - its name
        found[table] = int(row.last_value) if row.is_called else 0
    return found


def _sequences(connection: Connection) -> Iterator[tuple[str, str]]:
    if connection.dialect.name == "sqlite":
        return
    of = text("SELECT pg_get_serial_sequence(:table, :column)")
    for table in tables_of(connection):
        for column in table.primary_key.columns:
            named = {"table": f'"{table.name}"', "column": column.name}
            if sequence := connection.execute(of, named).scalar():
                yield table.name, str(sequence)


# --- back -------------------------------------------------------------------------------------------------------------


def make_tables(connection: Connection, revision: str) -> dict[str, Table]:
    """Give an empty database the tables of a schema; return them by name.

    Raises:
        NotEmpty: It holds rows.
    """
    standing = schema.revision_of(connection)
    if standing is None and inspect(connection).get_table_names():
        raise NotEmpty("the database holds tables of somebody else")
    if standing is not None:
        tables = tables_of(connection)
        if connection.execute(select(or_(*(exists(select(1).select_from(each)) for each in tables)))).scalar():
            raise NotEmpty("the database holds books already")
        if standing != revision:
            schema.downgrade_within(connection)
    schema.upgrade_within(connection, revision)
    return {table.name: table for table in tables_of(connection)}


def insert(connection: Connection, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
    """Put rows into a table, in the order of its columns."""
    names = [column.name for column in table.columns]
    connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])


def read_rows(table: Table, content: bytes) -> list[tuple[object, ...]]:
    """Read what `rows_of` made."""
    kinds = tuple(_kind(column.type.python_type) | None for column in table.columns)
    rows = GenericAlias(list, (GenericAlias(tuple, kinds),))
    decoded: list[tuple[object, ...]] = msgspec.msgpack.decode(content, type=rows)
    return decoded


def _kind(kind: type[Any]) -> Any:
    return kind if kind in {int, str, bool, bytes, date, datetime} else Any


def set_sequences(connection: Connection, told: Mapping[str, int]) -> None:
    """Let the database's own counters go on where they stood, and never below a number that is taken."""
    tables = {table.name: table for table in tables_of(connection)}
    for name, sequence in _sequences(connection):
        (column,) = tables[name].primary_key.columns
        highest = connection.execute(select(func.max(column))).scalar() or 0
        last = max(highest, told.get(name, 0))
        if last:
            connection.execute(select(func.setval(sequence, last)))


def check_revision(revision: str) -> None:
    """See that this version of hpedi knows a schema.

    Raises:
        Unavailable: A later version made the backup.
    """
    if not schema.is_known(revision):
        raise Unavailable("a later version of hpedi made the backup: restore it with that one")

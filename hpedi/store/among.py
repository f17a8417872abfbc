"""Whether a column is among keys, asked with one parameter however many keys there are.

An `IN` with a parameter a key is written and read anew for each number of keys; for a thousand of them that takes
longer than finding the rows. Here the keys are one JSON array on SQLite and one array on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, Dialect, String, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

Keys: TypeAlias = "Iterable[str] | Iterable[int]"


class _KeyArray(TypeDecorator[Any]):
    """Keys of one column, as each database takes many at once."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(ARRAY(self.kind))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return msgspec.json.encode(value).decode() if dialect.name == "sqlite" else value


class _Among(FunctionElement[bool]):
    """A column, and the keys that it may be."""

    type = Boolean()
    name = "among"
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> _Among:  # noqa: ARG002 - SQLAlchemy's signature
        """Stand as it is: put as `... = 1`, as SQLite would have it, no index would be looked at."""
        return self


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, keys = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({keys}))"  # noqa: S608  # a column and a parameter of ours


@compiles(_Among)
def _among(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, keys = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY({keys})"


class _AmongPairs(_Among):
    """Two columns, and the pairs that they may be: as pairs, and as an array of each column."""

    name = "among_pairs"
    inherit_cache = True


@compiles(_AmongPairs, "sqlite")
def _among_pairs_sqlite(element: _AmongPairs, compiler: SQLCompiler, **options: Any) -> str:
    column, day, pairs = (compiler.process(clause, **options) for clause in list(element.clauses)[:3])
    each = f"SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each({pairs})"  # noqa: S608
    return f"({column}, {day}) IN ({each})"


@compiles(_AmongPairs)
def _among_pairs(element: _AmongPairs, compiler: SQLCompiler, **options: Any) -> str:
    column, day, _pairs, keys, days = element.clauses
    asked = (column, day, keys, days)
    first, second, *arrays = (compiler.process(clause, **options) for clause in asked)
    return f"({first}, {second}) IN (SELECT * FROM unnest({', '.join(arrays)}))"  # noqa: S608  # of ours, all of it


def among_days(
    column: ColumnElement[Any], day: ColumnElement[Any], pairs: Sequence[tuple[str, date]]
) -> ColumnElement[bool]:
    """Return the condition that a column of texts and one of days are together one of some pairs."""
    keys = bindparam(None, [key for key, _day in pairs], type_=_KeyArray(Text))
    days = bindparam(None, [each for _key, each in pairs], type_=_KeyArray(Date))
    return _AmongPairs(column, day, bindparam(None, list(pairs), type_=_KeyArray(Text)), keys, days)


def among(column: ColumnElement[Any], keys: Keys) -> ColumnElement[bool]:
    """Return the condition that a column is among keys, texts or whole numbers."""
    return _Among(column, bindparam(None, list(keys), type_=_keys_of(column)))


def among_named(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return the same for a question that is built once: its keys are a list, given by name whenever it is asked."""
    return _Among(column, bindparam(name, type_=_keys_of(column)))


def _keys_of(column: ColumnElement[Any]) -> _KeyArray:
    return _KeyArray(Text if isinstance(column.type, String) else BigInteger)

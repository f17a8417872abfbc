"""Whether a column is among keys, asked with one parameter however many keys there are.

An `IN` with a parameter a key is written and read anew for each number of keys; for a thousand of them that takes
longer than finding the rows. Here the keys are one JSON array on SQLite and one array on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import BigInteger, Boolean, ColumnElement, Dialect, String, Text, bindparam
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

    def __init__(self, *, are_numbers: bool = False) -> None:
        super().__init__()
        self.are_numbers = are_numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(ARRAY(BigInteger if self.are_numbers else Text))

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


def among(column: ColumnElement[Any], keys: Keys) -> ColumnElement[bool]:
    """Return the condition that a column is among keys, texts or whole numbers."""
    are_numbers = not isinstance(column.type, String)
    return _Among(column, bindparam(None, list(keys), type_=_KeyArray(are_numbers=are_numbers)))

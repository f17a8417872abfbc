"""Questions that each inquiry or batch asks: built and compiled once, and put to SQLite's own driver.

SQLAlchemy looks at the question, its parameters and its answer anew each time, which costs several times what SQLite
does. A server is asked the usual way: its answer takes longer than that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import ReturnsRows
from sqlalchemy.types import TypeEngine

SQLITE: Final = "sqlite"
_Convert: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A question as SQLite's driver takes it.

    Attributes:
        statement: The SQL.
        places: For each question mark the parameter, what stands there if it is not given, and what converts it.
        answers: What converts each column that needs it.
    """

    statement: str
    places: tuple[tuple[str, Any, _Convert | None], ...]
    answers: tuple[tuple[int, _Convert], ...]

    def ask(self, connection: Connection, given: dict[str, Any]) -> list[Sequence[Any]]:
        values = [
            convert(given.get(name, other)) if convert is not None else given.get(name, other)
            for name, other, convert in self.places
        ]
        rows: list[Sequence[Any]] = connection.connection.driver_connection.execute(self.statement, values).fetchall()  # type: ignore[union-attr]
        return [self._converted(row) for row in rows] if self.answers else rows

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for place, convert in self.answers:
            values[place] = convert(values[place])
        return values


class Question:
    """A question with named parameters; its answer is rows of values in the order of its columns."""

    def __init__(self, query: Executable) -> None:
        """Build it of a SELECT, or of what changes rows and returns some of them."""
        if not isinstance(query, ReturnsRows):
            raise TypeError("a question has an answer")
        self._query = query

    def __call__(self, connection: Connection, **given: Any) -> Sequence[Sequence[Any]]:
        """Ask it in an open transaction."""
        if connection.dialect.name != SQLITE or not connection.in_transaction():
            return connection.execute(self._query, given).all()
        return _compiled(self, connection.dialect).ask(connection, given)

    def one(self, connection: Connection, **given: Any) -> Any:
        """Return the one value that is asked for; None where there is no row."""
        return next((row[0] for row in self(connection, **given)), None)

    def compiled(self, dialect: Dialect) -> _Compiled:
        """Compile it."""
        compiled = self._query.compile(dialect=dialect)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError("a question is SQL")
        others = compiled.params
        places = tuple(
            (name, others[name], compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        )
        answers = [_of_answers(column.type, dialect) for column in self._query.exported_columns]
        return _Compiled(compiled.string, places, tuple((n, each) for n, each in enumerate(answers) if each))


def _of_answers(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


@lru_cache(maxsize=256)
def _compiled(question: Question, dialect: Dialect) -> _Compiled:
    return question.compiled(dialect)

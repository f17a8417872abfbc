"""What a document says, in the order it says it, free of how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        title: Its heading.
        right: Numbers stand at the right.
        whole: It is never broken or cut.
        strong: What it says is what readers look for.
    """

    title: str
    right: bool = False
    whole: bool = False
    strong: bool = False


def money_column(title: str) -> Column:
    """Return a column of US dollars."""
    return Column(title, right=True, whole=True)


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one a line; a fact without a value is left out."""

    rows: tuple[tuple[str, str], ...]

    @property
    def told(self) -> list[tuple[str, str]]:
        """Those with a value."""
        return [(name, value) for name, value in self.rows if value]


@dataclass(frozen=True, slots=True)
class Heading:
    """The beginning of a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What nobody should overlook."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of written cells; nothing is drawn of one without rows.

    Attributes:
        title: Its heading.
        columns: Its columns.
        rows: A cell each column.
        total: The last row, set apart; empty for none.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()


Block: TypeAlias = Facts | Heading | Notice | Paragraph | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document.

    Attributes:
        title: Its name.
        issuer: Who issues it.
        day: The day it speaks of.
        blocks: What it says.
        wide: It has broad tables: sheets lie on their side.
    """

    title: str
    issuer: str
    day: date
    blocks: tuple[Block, ...]
    wide: bool = False


def dollars(amount: Decimal) -> str:
    """Write an amount of US dollars: $1,250.00, -$3.50."""
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"

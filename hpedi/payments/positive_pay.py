"""Positive pay: telling the bank which checks were issued and which are void, so that it pays no other.

A layout is data: CSV columns with a heading line (no cell is a live formula), or a record of fields of a fixed width.
What is too wide for its field raises and is never cut, but for the payee's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from hpedi.conversion.csv_cells import csv_line
from hpedi.money import CENT, Usd
from hpedi.reference.dated import Entry

BLANK: Final = "blank"
PAYEE: Final = "payee"


class CheckAction(StrEnum):
    """What the bank is told of a check."""

    ISSUE = "issue"
    VOID = "void"


class FixedField(Entry, frozen=True, kw_only=True):
    """A field of a fixed record: what stands in it, how wide it is, and how it is filled."""

    field: str
    width: int
    fill: str = " "
    right: bool = False


class Layout(Entry, frozen=True, kw_only=True):
    """How checks are told: `columns` of CSV, or a fixed `record`; how dates and actions are written."""

    dates: str
    actions: Mapping[CheckAction, str]
    columns: tuple[str, ...] = ()
    record: tuple[FixedField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckNotice:
    """What the bank is told of one check.

    Attributes:
        action: Issued or void.
        account_number: The account that it is drawn on.
        check_number: As drawn.
        check_date: Its date.
        amount: US dollars.
        payee: The name on it.
    """

    action: CheckAction
    account_number: str
    check_number: str
    check_date: date
    amount: Usd
    payee: str


class TooWide(ValueError):
    """A number does not fit its field; the message names the field only."""


def positive_pay_file(notices: Iterable[CheckNotice], layout: Layout) -> bytes:
    """Write what the bank is told.

    Raises:
        TooWide: A number is too wide for its field.
    """
    if layout.columns:
        lines = [csv_line(layout.columns)]
        lines += [csv_line(_value(each, column, layout) for column in layout.columns) for each in notices]
        return "".join(lines).encode()
    records = ("".join(_fixed(each, field, layout) for field in layout.record) for each in notices)
    return "".join(f"{record}\r\n" for record in records).encode("ascii", "replace")


def _value(notice: CheckNotice, column: str, layout: Layout) -> str:
    if column == BLANK:
        return ""
    return _VALUES[column](notice, layout)


def _fixed(notice: CheckNotice, field: FixedField, layout: Layout) -> str:
    value = _value(notice, field.field, layout)
    if field.field == PAYEE:
        value = value[: field.width]
    if len(value) > field.width:
        raise TooWide(f"{field.field} is wider than its {field.width} positions")
    return value.rjust(field.width, field.fill) if field.right else value.ljust(field.width, field.fill)


_VALUES: Final[Mapping[str, Callable[[CheckNotice, Layout], str]]] = {
    "action": lambda notice, layout: layout.actions[notice.action],
    "account_number": lambda notice, _layout: notice.account_number,
    "check_number": lambda notice, _layout: notice.check_number,
    "check_date": lambda notice, layout: notice.check_date.strftime(layout.dates),
    "amount": lambda notice, layout: str(int(notice.amount / CENT)) if layout.record else f"{notice.amount:.2f}",
    PAYEE: lambda notice, _layout: notice.payee,
}

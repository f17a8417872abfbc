"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from hpedi.money import Usd, usd

_Command = TypeVar("_Command", bound=Callable[..., Any])

MOST_WORKERS: Final = 64
RECORDED: Final = 120
"""How long a reason may be that is kept with a record."""
ExistingFile = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


class Instant(click.ParamType[datetime]):
    """An instant as ISO 8601; without an offset it is meant in the payer's time zone."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read an instant."""
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail("not an instant such as 2026-03-02T09:00:00-06:00", param, ctx)
        from hpedi.commands.workspace import payer_zone

        return instant if instant.tzinfo else instant.replace(tzinfo=payer_zone())


class Day(click.ParamType[date]):
    """A day as CCYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail("not a date such as 2026-03-16", param, ctx)


class Dollars(click.ParamType[Decimal]):
    """An amount of US dollars, not negative unless it may be."""

    name = "dollars"

    def __init__(self, *, may_be_negative: bool = False) -> None:
        """Say whether less than nothing is an amount, too."""
        self._may_be_negative = may_be_negative

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Usd:
        """Read an amount."""
        try:
            amount = usd(value)
        except (TypeError, ValueError):
            self.fail("not an amount such as 1250.00", param, ctx)
        if amount < 0 and not self._may_be_negative:
            self.fail("an amount here is not below 0.00", param, ctx)
        return amount


class Why(click.ParamType[str]):
    """Why something is done, for the record: as much of it as a record has room for."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Return what is kept of it."""
        return str(value)[:RECORDED]


def received_option(command: _Command) -> _Command:
    """Give a command `--received`."""
    return click.option(
        "--received",
        type=Instant(),
        metavar="INSTANT",
        help="When the files arrived; each file's own time if left out.",
    )(command)


def workers_option(command: _Command) -> _Command:
    """Give a command `--workers`."""
    return click.option(
        "--workers",
        type=click.IntRange(1, MOST_WORKERS),
        default=1,
        show_default=True,
        help="How many processes decide claims; the money is the same with any number.",
    )(command)


def as_of_option(command: _Command) -> _Command:
    """Give a command `--as-of`."""
    return click.option("--as-of", type=Day(), metavar="DATE", help="The business day; today if left out.")(command)


def dry_run_option(command: _Command) -> _Command:
    """Give a command `--dry-run`."""
    return click.option("--dry-run", is_flag=True, help="Say what would happen; keep, pay and send nothing.")(command)


def files_argument(command: _Command) -> _Command:
    """Give a command the argument FILE..., handed to it as `files`."""
    return click.argument("files", metavar="FILE...", nargs=-1, required=True, type=ExistingFile)(command)

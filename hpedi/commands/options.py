"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])

MOST_WORKERS: Final = 64
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

"""What the commands of `hpedi settle` ask for: amounts, percentages, references, and the options they share."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

import click

from hpedi.commands.options import Dollars, as_of_option
from hpedi.commands.printing import json_option

_Command = TypeVar("_Command", bound=Callable[..., Any])

HUNDRED: Final = Decimal(100)


class Percent(click.ParamType[Decimal]):
    """A percentage from 0 to 100, with or without its sign, read as a share of 1."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read a percentage."""
        try:
            share = Decimal(str(value).removesuffix("%")) / HUNDRED
        except InvalidOperation:
            self.fail("not a percentage such as 75 or 62.5%", param, ctx)
        if not 0 <= share <= 1:
            self.fail("a percentage here is between 0 and 100", param, ctx)
        return share


class Pattern(click.ParamType[str]):
    """Text of a certain form."""

    name = "text"

    def __init__(self, pattern: str, wanted: str) -> None:
        """Name the form by its pattern and in words."""
        self._pattern, self._wanted = re.compile(pattern), wanted

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the text."""
        if not self._pattern.fullmatch(str(value)):
            self.fail(f"not {self._wanted}", param, ctx)
        return str(value)


REFERENCE: Final = Pattern("[A-Za-z0-9][A-Za-z0-9./_-]{0,49}", "a reference such as PIP2026: letters, digits and ./_-")
MONTH: Final = Pattern("[0-9]{4}-(0[1-9]|1[0-2])", "a month such as 2026-05")


provider_option = click.option("--provider", required=True, metavar="ID", help="Our id of the provider.")
year_option = click.option(
    "--year", type=click.IntRange(2000, 2199), required=True, metavar="CCYY", help="Year of the services."
)


def booking_options(command: _Command) -> _Command:
    """Give a command `--book`, `--as-of` and `--json`."""
    book = click.option("--book", is_flag=True, help="Book it, and pay what is due; without it nothing is kept.")
    return book(as_of_option(json_option(command)))


def pool_options(command: _Command) -> _Command:
    """Give a command the employer, provider and year of a pool, and the pool's interest."""
    for option in (
        click.option(
            "--pool-interest",
            type=Dollars(),
            default=None,
            metavar="DOLLARS",
            help="What the pool earned, where not by its rates; it goes to the employer.",
        ),
        year_option,
        provider_option,
        click.option("--employer", required=True, metavar="ID", help="Id of the employer."),
    ):
        command = option(command)
    return command


def earned_options(command: _Command) -> _Command:
    """Give a command what was earned of a pool: a percentage, or the targets that were met."""
    for option in (
        click.option("--met", multiple=True, metavar="TARGET", help="A target that was met; may be repeated."),
        click.option("--none-met", is_flag=True, help="None of the targets was met."),
        click.option("--earned", type=Percent(), metavar="PERCENT", help="The provider's part of the pool."),
    ):
        command = option(command)
    return command


def earned_of(asked: dict[str, Any]) -> None:
    """See that it is told in one way what was earned.

    Raises:
        UsageError: It is told in none, or in several.
    """
    ways = (asked["earned"] is not None, bool(asked["met"]), asked.pop("none_met"))
    if sum(ways) != 1:
        raise click.UsageError("say what was earned: --earned PERCENT, each --met TARGET, or --none-met")


def scope_options(command: _Command) -> _Command:
    """Give a command the employer, provider and year that it is narrowed to."""
    for option in (
        click.option("--year", type=click.IntRange(2000, 2199), default=None, metavar="CCYY", help="Only this year."),
        click.option("--provider", default="", metavar="ID", help="Only pools of this provider (our id)."),
        click.option("--employer", default="", metavar="ID", help="Only pools of this employer."),
    ):
        command = option(command)
    return command

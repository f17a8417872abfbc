"""`hpedi settle`: capitation, withhold programmes at the year's end, pre-funds, and a report of all pools."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import as_of_option
from hpedi.commands.printing import hint, json_option
from hpedi.money import ZERO, Usd, usd

if TYPE_CHECKING:
    from hpedi.pipeline.settle import SettlementAsked

_Command = TypeVar("_Command", bound=Callable[..., Any])

HUNDRED: Final = Decimal(100)


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
            default=ZERO,
            metavar="DOLLARS",
            help="What the pool earned; it goes to the employer.",
        ),
        click.option(
            "--year", type=click.IntRange(2000, 2199), required=True, metavar="CCYY", help="Year of the services."
        ),
        click.option("--provider", required=True, metavar="ID", help="Our id of the provider."),
        click.option("--employer", required=True, metavar="ID", help="Id of the employer."),
    ):
        command = option(command)
    return command


@click.group()
def command() -> None:
    """Settle capitation and programmes, and show the pools.

    Each command first says what it would come to; with --book it is booked, once under its reference, and what a
    provider is due goes out as an 835 without claims. A payment above the approval limit waits until it is approved.

    \b
    Example:
      hpedi settle capitation --provider LAKES --period 2026-05 --members 120 --pmpm 35.00 --reference CAP202605
      hpedi settle pools --year 2026
    """


@command.command()
@click.option("--provider", required=True, metavar="ID", help="Our id of the provider.")
@click.option("--period", required=True, type=MONTH, metavar="CCYY-MM", help="The month.")
@click.option("--members", required=True, type=click.IntRange(min=1), help="Members who were the provider's in it.")
@click.option("--pmpm", "rate", required=True, type=Dollars(), metavar="DOLLARS", help="The rate a member and month.")
@click.option("--reference", required=True, type=REFERENCE, metavar="TEXT", help="What the 835 says (PLB03-2).")
@booking_options
@click.pass_obj
def capitation(session: Session, /, *, book: bool, as_of: date | None, as_json: bool, **asked: Any) -> int:
    """Pay a provider its month of capitation: PLB CT, members times the rate.

    \b
    Example:
      hpedi settle capitation --provider LAKES --period 2026-05 --members 120 --pmpm 35.00 --reference CAP202605 --book
    """
    from hpedi.pipeline.settle import CapitationAsked

    return _settled(session, CapitationAsked(**asked), as_of, book=book, as_json=as_json)


@command.command()
@pool_options
@click.option("--earned", required=True, type=Percent(), metavar="PERCENT", help="The provider's part of the pool.")
@click.option(
    "--measured-savings",
    "savings",
    type=Dollars(may_be_negative=True),
    metavar="DOLLARS",
    help="What was saved; the provider's share of it is the bonus.",
)
@click.option("--bonus", type=Dollars(), metavar="DOLLARS", help="The bonus, where it is agreed as an amount.")
@click.option("--program", default="", metavar="TYPE", help="The programme, where the employer has several.")
@click.option("--withhold-reference", required=True, type=REFERENCE, metavar="TEXT", help="What PLB E3 says.")
@click.option("--bonus-reference", default=None, type=REFERENCE, metavar="TEXT", help="What PLB BN says.")
@booking_options
@click.pass_obj
def program(session: Session, /, *, book: bool, as_of: date | None, as_json: bool, **asked: Any) -> int:
    """Settle a withhold programme at the year's end.

    The provider gets what it earned of the withhold pool (PLB E3) and its bonus (PLB BN), which is given, or its share
    of measured savings as far as the pre-fund pool reaches. The employer gets what was not earned, and the pool's
    interest.

    \b
    Example:
      hpedi settle program --employer PINEWOOD --provider LAKES --year 2026 --earned 75 --bonus 20.00 --withhold-reference PIP2026 --bonus-reference TCOC2026
    """  # noqa: E501  # an example is a line to copy
    from hpedi.pipeline.settle import ProgramAsked

    if asked["savings"] is not None and asked["bonus"] is not None:
        raise click.UsageError("give --measured-savings or --bonus, not both")
    if (asked["savings"], asked["bonus"]) != (None, None) and asked["bonus_reference"] is None:
        raise click.UsageError("a bonus needs its --bonus-reference")
    asked["bonus_reference"] = asked["bonus_reference"] or ""
    return _settled(session, ProgramAsked(**asked), as_of, book=book, as_json=as_json)


@command.command()
@pool_options
@click.option("--reference", required=True, type=REFERENCE, metavar="TEXT", help="What finance knows it by.")
@booking_options
@click.pass_obj
def prefund(session: Session, /, *, book: bool, as_of: date | None, as_json: bool, **asked: Any) -> int:
    """Give an employer back what is left of its pre-fund pool, with interest.

    \b
    Example:
      hpedi settle prefund --employer PINEWOOD --provider LAKES --year 2026 --pool-interest 0.60 --reference JUNE2027
    """
    from hpedi.pipeline.settle import PrefundAsked

    return _settled(session, PrefundAsked(**asked), as_of, book=book, as_json=as_json)


@command.command()
@click.option("--employer", default="", metavar="ID", help="Only pools of this employer.")
@click.option("--provider", default="", metavar="ID", help="Only pools of this provider (our id).")
@click.option("--year", type=click.IntRange(2000, 2199), default=None, metavar="CCYY", help="Only pools of this year.")
@json_option
@click.pass_obj
def pools(session: Session, employer: str, provider: str, year: int | None, *, as_json: bool) -> int:
    """Show pools with what moved them, what employers were charged, settlements, and payments to members.

    \b
    Example:
      hpedi settle pools --employer PINEWOOD --year 2026
    """
    from hpedi.commands.settled import print_funding
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.settle import PoolsSought, funding_report

    workspace = open_workspace(session.home)
    context = acting(workspace, "see", "pool")
    with workspace.books.writing(context) as work:
        report = funding_report(work, PoolsSought(employer=employer, provider=provider, year=year or 0))
    print_funding(report, as_json=as_json)
    return ExitCode.OK


def _settled(session: Session, asked: SettlementAsked, as_of: date | None, *, book: bool, as_json: bool) -> int:
    """Work a settlement out, and book and pay it where that is asked for."""
    from hpedi.commands.jobs import Jobs, alone
    from hpedi.commands.outcomes import print_paid
    from hpedi.commands.settled import print_settlement
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.payments.settlement import CannotSettle
    from hpedi.pipeline import settle

    workspace = open_workspace(session.home)
    jobs = Jobs(workspace, acting(workspace, "settle", "payment", as_of))
    try:
        if not book:
            with workspace.books.reading(jobs.context) as work:
                print_settlement(settle.work_out(work, jobs.reference, asked), "", as_json=as_json)
            hint("nothing is booked; the same command with --book does it")
            return ExitCode.OK
        with alone(workspace):
            posted, settlement = settle.book(workspace.books, jobs.context, jobs.reference, asked)
            print_settlement(settlement, posted.source, as_json=as_json)
            if settlement.dues:
                print_paid(jobs.pay(dues_only=True), as_json=as_json)
    except CannotSettle as refused:
        raise click.UsageError(str(refused)) from None
    return ExitCode.OK

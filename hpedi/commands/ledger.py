"""`hpedi ledger`: balances, journal and proof of the books."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Day
from hpedi.commands.printing import Column, json_option, money_column, print_json, print_table
from hpedi.payments.ledger import LedgerAccount

if TYPE_CHECKING:
    from hpedi.commands.workspace import Workspace
    from hpedi.payments.proof import Difference
    from hpedi.pipeline.ledger_views import LedgerScope
    from hpedi.pipeline.proof import Proof
    from hpedi.reference.plans import Plan
    from hpedi.run_context import RunContext

_Command = TypeVar("_Command", bound=Callable[..., Any])

NOTHING_SOUGHT: Final[Mapping[str, Any]] = MappingProxyType({})

_BALANCES: Final = (
    Column("Funding account", whole=True),
    Column("Account", whole=True),
    money_column("Debits"),
    money_column("Credits"),
    money_column("Balance"),
)
_TOTALS: Final = (
    Column("Funding account", whole=True),
    money_column("Decisions"),
    money_column("Members"),
    money_column("835 CLP04"),
    money_column("835 PLB"),
    money_column("835 BPR02"),
    money_column("EFT"),
    money_column("Checks"),
    money_column("Ledger"),
)
_DIFFERENCES: Final = (
    Column("Check"),
    Column("What", whole=True),
    Column("Where"),
    money_column("Says"),
    money_column("Other side"),
)


def scope_options(command: _Command) -> _Command:
    """Give a command `--run`, `--as-of` and `--json`."""
    for option in (
        json_option,
        click.option("--as-of", type=Day(), metavar="DATE", help="As the books stood at the end of this day."),
        click.option("--run", type=int, metavar="N", help="Only a payment run and the decisions that it pays."),
    ):
        command = option(command)
    return command


def filter_options(command: _Command) -> _Command:
    """Give a command whose postings, and which accounts', are shown."""
    for option in (
        click.option("--account", type=click.Choice([each.value for each in LedgerAccount]), metavar="NAME",
                     help="Only this account of the ledger."),
        click.option("--funding-account", default="", metavar="ID", help="Only what this account pays."),
        click.option("--plan", default="", metavar="ID", help="Only claims decided under this plan."),
        click.option("--insured", is_flag=True, help="Only claims of plans that no employer funds."),
        click.option("--employer", default="", metavar="ID", help="Only claims and settlements of this employer."),
        click.option("--provider", default="", metavar="ID", help="Only what concerns this provider (our id)."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group()
def command() -> None:
    """Show the ledger, and prove that all books agree.

    \b
    Example:
      hpedi ledger proof --run 1
    """


@command.command()
@scope_options
@filter_options
@click.pass_obj
def balance(session: Session, /, run: int | None, as_of: date | None, *, as_json: bool, **sought: Any) -> int:
    """Show the balance of each account by funding account: debits less credits.

    A payment pays claims of several plans at once, so that what is shown of a plan or employer are its claims and
    settlements: what it costs, not how it was paid.

    \b
    Example:
      hpedi ledger balance --as-of 2026-03-31
      hpedi ledger balance --employer PINEWOOD
    """
    workspace, context, scope = _opened(session, run, as_of, sought)
    with workspace.books.reading(context) as work:
        found = work.proof.balance(scope)
    rows = [(funding, account, debits, credits_, debits - credits_) for funding, account, debits, credits_ in found]
    if as_json:
        names = ("funding_account", "account", "debits", "credits", "balance")
        for row in rows:
            print_json(dict(zip(names, row, strict=True)))
    elif rows:
        print_table("Balances, US dollars", _BALANCES, rows)
    else:
        click.echo("nothing is posted")
    return ExitCode.OK


@command.command()
@scope_options
@filter_options
@click.pass_obj
def journal(session: Session, /, run: int | None, as_of: date | None, *, as_json: bool, **sought: Any) -> int:
    """List the postings in the order in which they were made, each with its source: a claim version or a payment.

    \b
    Example:
      hpedi ledger journal --run 1 --json
      hpedi ledger journal --provider LAKES --account receivable
    """
    workspace, context, scope = _opened(session, run, as_of, sought)
    if not as_json:
        click.echo(_journal_line("No", "Day", "Source", "Funding account", "Account", "Debit", "Credit"))
    with workspace.books.reading(context) as work:
        for row in work.proof.journal(scope):
            made = row.posting
            if as_json:
                print_json({"id": row.id, "posted_on": row.posted_on, **asdict(made)})
                continue
            sides = (f"{side:,}" if side else "" for side in (made.debit, made.credit))
            named = (made.source, made.funding_account, made.account.value)
            click.echo(_journal_line(str(row.id), str(row.posted_on), *named, *sides))
    return ExitCode.OK


def _journal_line(number: str, day: str, source: str, funding: str, account: str, debit: str, credit: str) -> str:
    """Return a line of the journal; it is written as it is read, so that a long one needs no memory."""
    return f"{number:>9}  {day:<10}  {source:<34}  {funding:<16}  {account:<20}  {debit:>16}  {credit:>16}".rstrip()


@command.command()
@scope_options
@click.pass_obj
def proof(session: Session, run: int | None, as_of: date | None, *, as_json: bool) -> int:
    """Prove that decisions, 835s, EFT entries and checks, and the ledger agree to the cent.

    The 835s and the bank's files are read again from the bytes that were written. What differs is named: the claim
    version or payment, and both amounts. The exit code is 1 where anything does.

    \b
    Example:
      hpedi ledger proof
      hpedi ledger proof --run 12 --json
    """
    from hpedi.commands.jobs import REMITTANCE_GUIDE
    from hpedi.guide_files import GuideFiles
    from hpedi.pipeline.proof import prove

    workspace, context, scope = _opened(session, run, as_of)
    guide = GuideFiles().guide_for(*REMITTANCE_GUIDE)
    if guide is None:
        raise LookupError("the 835 guide is not among our guides")
    with workspace.books.writing(context) as work:
        proven = prove(work, guide, scope)
    if as_json:
        print_json({"proof": _facts(proven, scope)})
    else:
        _print(proven)
    return ExitCode.FINDINGS if proven.count else ExitCode.OK


def _opened(
    session: Session, run: int | None, as_of: date | None, sought: Mapping[str, Any] = NOTHING_SOUGHT
) -> tuple[Workspace, RunContext, LedgerScope]:
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.ledger_views import LedgerScope

    workspace = open_workspace(session.home)
    context = acting(workspace, "see", "ledger")
    with workspace.books.reading(context) as work:
        if run is not None and not work.proof.runs(LedgerScope(run=run)):
            raise click.UsageError(f"there is no payment run {run}")
    return workspace, context, LedgerScope(run=run, until=as_of, **_narrowed(workspace, context, sought))


def _narrowed(workspace: Workspace, context: RunContext, sought: Mapping[str, Any]) -> dict[str, Any]:
    """Return whose postings are asked for: an employer's are told by the plans that it funds."""
    from hpedi.commands.jobs import Jobs

    asked = {name: value for name, value in sought.items() if value}
    employer, insured, plan = (asked.pop(name, None) for name in ("employer", "insured", "plan"))
    if sum(map(bool, (employer, insured, plan))) > 1:
        raise click.UsageError("give --employer, --insured or --plan, only one of them")
    if plan:
        asked["plans"] = (plan,)
    elif employer or insured:
        reference = Jobs(workspace, context).reference
        if employer and employer not in reference.employers:
            known = ", ".join(sorted(reference.employers)) or "none"
            raise click.UsageError(f"there is no employer of this id; loaded are {known}")
        asked["plans"] = tuple(each.id for each in reference.plans.values() if (employer or None) in _employers(each))
        asked["employer"] = employer or ""
    return asked


def _employers(plan: Plan) -> set[str | None]:
    return {version.funding.employer for version in plan.versions}


def _print(proven: Proof) -> None:
    rows = ((funding, *asdict(totals).values()) for funding, totals in sorted(proven.totals.items()))
    print_table("Payments that went out, US dollars", _TOTALS, rows)
    print_table("What differs", _DIFFERENCES, (_row(each) for each in proven.differences))
    counted = f"{proven.decisions:,} decisions, {proven.payments:,} payments and {proven.remittances:,} 835s proven: "
    if not proven.count:
        click.echo(counted + "not a cent differs")
        return
    left_off = proven.count - len(proven.differences)
    click.echo(f"{counted}{proven.count:,} differences" + (f", {left_off:,} of them not shown" if left_off else ""))


def _row(each: Difference) -> tuple[object, ...]:
    return (each.check.value, each.subject, each.part, each.says, each.other)


def _facts(proven: Proof, scope: LedgerScope) -> dict[str, object]:
    return {
        "run": scope.run,
        "as_of": scope.until,
        "is_clean": not proven.count,
        "decisions": proven.decisions,
        "payments": proven.payments,
        "remittances": proven.remittances,
        "totals": {funding: asdict(totals) for funding, totals in proven.totals.items()},
        "differences": proven.count,
        "named": [asdict(each) for each in proven.differences],
    }

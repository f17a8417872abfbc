"""`hpedi eob`: the explanation of benefits that a member gets of a claim."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.documents import write_document, written_options
from hpedi.commands.printing import Column, json_option, money_column, print_json, print_table

if TYPE_CHECKING:
    from hpedi.payments.eob import Eob

_SERVICES: Final = (
    Column("Date", whole=True),
    Column("Service", whole=True),
    money_column("Billed"),
    money_column("Allowed"),
    money_column("Plan paid"),
    money_column("You may owe"),
    Column("Notes"),
)
_WHY: Final = (Column("For", whole=True), Column("Note", whole=True), money_column("Amount"), Column("Why"))
_BALANCES: Final = (
    Column("Limit", whole=True),
    Column("Of whom", whole=True),
    Column("Network", whole=True),
    money_column("A year"),
    money_column("Used"),
    money_column("Left"),
)


@click.command()
@click.argument("claim", metavar="CLAIM")
@click.option("--version", type=int, metavar="N", help="This decision of it; the newest that stands if left out.")
@written_options
@json_option
@click.pass_obj
def command(
    session: Session, claim: str, version: int | None, page: Path | None, sheets: Path | None, *, as_json: bool
) -> int:
    """Show a member what was paid and what they owe.

    CLAIM is our number for it. With it stand the deductible and maximum after this claim, and how to appeal. The page
    is one file that nothing else belongs to; the PDF says the same. Every look is kept in the audit log.

    \b
    Example:
      hpedi eob 26061000010000002
      hpedi eob 26061000010000002 --html eob.html
    """
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.mappings_folder import mapping
    from hpedi.payments.eob import load_eob_texts
    from hpedi.payments.eob_document import eob_document
    from hpedi.pipeline.eob import explanation

    workspace = open_workspace(session.home)
    context = acting(workspace, "explain", "claim")
    texts = load_eob_texts(mapping("payments/eob_texts.yaml").read_bytes(), context.as_of)
    reference = Jobs(workspace, context).reference
    with workspace.books.writing(context) as work:
        eob = explanation(work, reference, claim, texts, version)
    if eob is None:
        raise click.UsageError("no such claim or version is decided: give our number for it, CLP07 of the 835")
    is_written = write_document(eob_document(eob), page, sheets)
    if as_json:
        print_json({"eob": asdict(eob)})
    elif not is_written:
        _print(eob)
    return ExitCode.OK


def _print(eob: Eob) -> None:
    click.echo(f"Claim {eob.claim}, version {eob.version}, decided on {eob.decided_on}: {eob.provider}. Not a bill.\n")
    services = (
        (line.day, line.service, line.billed, line.allowed, line.paid, line.owed,
         ", ".join(each.code for each in line.reasons))
        for line in eob.lines
    )  # fmt: skip
    print_table("What was billed and paid, US dollars", _SERVICES, services)
    why = [(f"service {line.number}", each) for line in eob.lines for each in line.reasons]
    why += [("claim", each) for each in eob.reasons]
    print_table("Why", _WHY, ((where, each.code, each.amount, each.text) for where, each in why))
    click.echo(f"billed {eob.billed:,}, plan paid {eob.paid + eob.paid_to_member:,}, you may owe {eob.owed:,}\n")
    balances = ((each.kind, each.scope, each.tier, each.limit, each.used, each.left) for each in eob.balances)
    print_table("Limits after this claim", _BALANCES, balances)
    click.echo("\n".join((*eob.appeals, *eob.contact)))

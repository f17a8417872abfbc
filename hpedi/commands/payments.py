"""`hpedi payments`: work on single payments: void one that never reached its payee."""

from __future__ import annotations

from datetime import date

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import as_of_option
from hpedi.commands.printing import hint, json_option, print_json


@click.group()
def command() -> None:
    """Work on single payments: void one.

    \b
    Example:
      hpedi payments void 100001 --note "the check was lost and is stopped"
    """


@command.command()
@click.argument("number", metavar="NUMBER")
@click.option("--note", required=True, metavar="TEXT", help="Why, for the record; no names of patients.")
@as_of_option
@json_option
@click.pass_obj
def void(session: Session, number: str, note: str, as_of: date | None, *, as_json: bool) -> int:
    """Void a payment by its check or EFT number; what it paid is owed again.

    A payment that has not gone out, a check that is stopped, or an EFT that came back. Its claims stay as decided and
    go into the next payment run under a new number, with the payee's dues and with interest to that day.

    \b
    Example:
      hpedi payments void 100001 --note "the check was lost and is stopped"
    """
    from hpedi.commands.jobs import alone
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.void import CannotVoid
    from hpedi.pipeline.void import void as void_payment

    workspace = open_workspace(session.home)
    with alone(workspace):
        context = acting(workspace, "void", "payment", as_of)
        try:
            stored = void_payment(workspace.books, context, number, note[:120])
        except CannotVoid as refused:
            raise click.UsageError(f"the payment cannot be voided: {refused}") from None
    made = stored.payment
    if as_json:
        facts = {"trace_number": made.trace_number, "amount": made.amount, "claims": len(made.claims)}
        print_json({"voided": {**facts, "was": stored.state}})
        return ExitCode.OK
    click.echo(f"payment {made.trace_number} of {made.amount:,} US dollars is void; it was {stored.state}")
    hint(f"what it paid ({len(made.claims):,} claims) is unpaid again: the next payment run pays it")
    return ExitCode.OK

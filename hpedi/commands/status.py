"""`hpedi status`: the state of a workspace."""

from __future__ import annotations

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.printing import Column, json_option, money_column, print_json, print_table


@click.command()
@json_option
@click.pass_obj
def command(session: Session, *, as_json: bool) -> int:
    """Show what came in, was decided, paid and delivered.

    \b
    Example:
      hpedi status --json
    """
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    with workspace.books.reading(acting(workspace, "see", "workspace")) as work:
        found = {
            "Received": work.receipts.totals(),
            "Claims": work.claims.totals(),
            "Decisions, by 277 status": work.decisions.totals(),
            "Payments": work.payments.totals(),
        }
        waiting = len(work.outbox.waiting())
        is_held = work.restorations.held() is not None
        ledger = [(*account, balance) for account, balance in sorted(work.ledger.totals().items())]
    if as_json:
        print_json(
            {**found, "files waiting for delivery": waiting, "held since a restoration": is_held, "ledger": ledger}
        )
        return ExitCode.OK
    for title, totals in found.items():
        rows = [(each.kind, each.count, each.charged or None, each.paid or None) for each in totals]
        print_table(title, _TOTALS, rows)
    print_table("Ledger (debits less credits)", _LEDGER, ledger)
    click.echo(f"files waiting for delivery: {waiting}")
    if is_held:
        click.echo("payments and deliveries are held since these books came back from a backup")
    return ExitCode.OK


_TOTALS = (
    Column("What", whole=True),
    Column("Count", right=True),
    money_column("Charged"),
    money_column("Paid"),
)
_LEDGER = (Column("Funding account"), Column("Account"), money_column("Balance"))

"""`hpedi dashboard`: figures of the last days in the terminal."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import as_of_option
from hpedi.commands.printing import json_option, print_json

if TYPE_CHECKING:
    from hpedi.commands.workspace import Workspace
    from hpedi.pipeline.dashboard import Dashboard
    from hpedi.run_context import RunContext


@click.command()
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="How many days count.")
@click.option(
    "--watch", "every", type=click.FloatRange(min=0.2), metavar="SECONDS", help="Show it anew every so often."
)
@as_of_option
@json_option
@click.pass_obj
def command(session: Session, *, days: int, every: float | None, as_of: date | None, as_json: bool) -> int:
    """Show claims, pends, denials, dollars and what waits.

    Claims a day, claims that wait by reason and age, denials by reason, dollars, payments, what partners sent and was
    refused, the backlog and who watches the folders. Sums only: no member's data. Test data (ISA15 = T) is counted
    apart. With --watch until Ctrl-C.

    \b
    Example:
      hpedi dashboard --days 7
      hpedi dashboard --watch 5
    """
    from hpedi.commands.dashboard_pages import facts_of, print_dashboard
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    while True:
        made = _dashboard(workspace, acting(workspace, "see", "workspace", as_of), days)
        if every is not None and not as_json:
            click.clear()
        if as_json:
            print_json({"dashboard": facts_of(made)})
        else:
            print_dashboard(made, datetime.now(UTC))
        if every is None:
            return ExitCode.OK
        time.sleep(every)


def _dashboard(workspace: Workspace, context: RunContext, days: int) -> Dashboard:
    """Read the figures in one transaction, which sees one state of the books."""
    from hpedi.commands.tracking import carc_words
    from hpedi.pipeline.dashboard import dashboard

    with workspace.books.looking(context) as work:
        return dashboard(work, context.as_of, days, carc_words(context.as_of), context.instant)

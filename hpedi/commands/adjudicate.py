"""`hpedi adjudicate`: a decision with its trail for each claim that waits."""

from __future__ import annotations

from datetime import date

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import as_of_option, workers_option
from hpedi.commands.outcomes import print_adjudicated
from hpedi.commands.printing import json_option


@click.command()
@as_of_option
@workers_option
@json_option
@click.pass_obj
def command(session: Session, *, as_of: date | None, workers: int, as_json: bool) -> int:
    """Decide the claims that wait.

    \b
    Example:
      hpedi adjudicate --as-of 2026-03-16 --workers 2
    """
    from hpedi.commands.jobs import Jobs, Lane, alone
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    with alone(workspace, lanes=[Lane.BOOKS]):
        jobs = Jobs(workspace, acting(workspace, "adjudicate", "claim", as_of))
        print_adjudicated(jobs.adjudicate(workers), as_json=as_json)
    return ExitCode.OK

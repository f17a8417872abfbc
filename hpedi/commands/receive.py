"""`hpedi receive`: files in, TA1, 999 and 277CA out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import files_argument, received_option
from hpedi.commands.outcomes import print_received
from hpedi.commands.printing import json_option


@click.command()
@files_argument
@click.option("--again", is_flag=True, help="Try once more what was refused or put in quarantine.")
@received_option
@json_option
@click.pass_obj
def command(session: Session, files: tuple[Path, ...], *, again: bool, received: datetime | None, as_json: bool) -> int:
    """Take in X12 files and answer them.

    Each interchange is answered: a TA1 where it is itself at fault or asks for one, a 999 for each group and a 277CA
    for each claim set. Accepted claims then wait for `adjudicate`.

    \b
    Example:
      hpedi receive --received 2026-03-02T09:00:00-06:00 inbound/clinic.837
    """
    from hpedi.commands.jobs import Jobs, alone
    from hpedi.commands.workspace import context_for, open_workspace

    workspace = open_workspace(session.home)
    with alone(workspace):
        jobs = Jobs(workspace, context_for(None))
        outcomes = [jobs.receive(path, received, again=again) for path in files]
    print_received(outcomes, as_json=as_json)
    return ExitCode.FINDINGS if any(file.has_errors for file in outcomes) else ExitCode.OK

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
@click.option("--from", "login", metavar="PARTNER", help="Who hands the files in: all they name must be its own.")
@received_option
@json_option
@click.pass_obj
def command(
    session: Session,
    files: tuple[Path, ...],
    *,
    again: bool,
    login: str | None,
    received: datetime | None,
    as_json: bool,
) -> int:
    """Take in X12 files and answer them.

    Each interchange is answered: a TA1 where it is itself at fault or asks for one, a 999 for each group and a 277CA
    for each claim set. Accepted claims then wait for `adjudicate`.

    With --from, a file whose ISA06, GS02 or 1000A NM109 is not that partner's goes to quarantine, unanswered.

    \b
    Example:
      hpedi receive --received 2026-03-02T09:00:00-06:00 inbound/clinic.837
    """
    from hpedi.commands.jobs import Jobs, Lane, alone
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    with alone(workspace, lanes=[Lane.INTAKE]):
        jobs = Jobs(workspace, acting(workspace, "receive", "claim file"))
        partner = None if login is None else jobs.partner(login)
        outcomes = [jobs.receive(path, received, again=again, login=partner) for path in files]
    print_received(outcomes, as_json=as_json)
    return ExitCode.FINDINGS if any(file.has_errors for file in outcomes) else ExitCode.OK

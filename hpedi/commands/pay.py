"""`hpedi pay`: a payment run over everything decided and unpaid."""

from __future__ import annotations

from datetime import date

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import as_of_option
from hpedi.commands.outcomes import print_paid
from hpedi.commands.printing import json_option


@click.command()
@as_of_option
@json_option
@click.pass_obj
def command(session: Session, *, as_of: date | None, as_json: bool) -> int:
    """Pay what is decided: remittances and the ACH file.

    One 835 a payee, one Nacha file for the day, a check register for payees without bank details; all of it balanced
    before anything is released.

    \b
    Example:
      hpedi pay --as-of 2026-03-16
    """
    from hpedi.commands.jobs import Jobs, alone
    from hpedi.commands.workspace import context_for, open_workspace

    workspace = open_workspace(session.home)
    with alone(workspace):
        jobs = Jobs(workspace, context_for(as_of))
        print_paid(jobs.pay(), as_json=as_json)
    return ExitCode.OK

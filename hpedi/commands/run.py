"""`hpedi run`: the whole way, from files to delivered answers and payments."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import as_of_option, dry_run_option, files_argument, received_option, workers_option
from hpedi.commands.outcomes import print_adjudicated, print_delivered, print_received
from hpedi.commands.printing import json_option


@click.command()
@files_argument
@dry_run_option
@received_option
@as_of_option
@workers_option
@json_option
@click.pass_obj
def command(
    session: Session,
    files: tuple[Path, ...],
    *,
    dry_run: bool,
    received: datetime | None,
    as_of: date | None,
    workers: int,
    as_json: bool,
) -> int:
    """Receive files, decide their claims, pay and deliver.

    The same as `receive`, `adjudicate`, `pay` and `deliver` one after another. A file that was received before is named
    and changes nothing; after an interruption the same command goes on where it stopped.

    \b
    Example:
      hpedi run --as-of 2026-03-16 inbound/*.837
    """
    from hpedi.access.reach import Scope
    from hpedi.commands.jobs import Jobs, alone, outbound_paths, rehearsal
    from hpedi.commands.pay_pages import print_paid
    from hpedi.commands.signed_in import acting, check
    from hpedi.commands.workspace import open_workspace

    opened = rehearsal(session.home) if dry_run else nullcontext(open_workspace(session.home))
    with opened as workspace, alone(workspace):
        context = acting(workspace, "receive", "claim file", as_of)
        for action, thing in (("adjudicate", "claim"), ("pay", "payment"), ("deliver", "answer")):
            check(context, action, Scope(thing=thing))
        jobs = Jobs(workspace, context)
        files_received = [jobs.receive(path, received) for path in files]
        print_received(files_received, as_json=as_json)
        print_adjudicated(jobs.adjudicate(1 if dry_run else workers), as_json=as_json)
        paid = jobs.pay()
        print_paid(paid, as_json=as_json)
        if not dry_run:  # a rehearsal puts nothing plain on the disk, wherever that is
            delivery = jobs.deliver()
            print_delivered(outbound_paths(workspace, delivery), as_json=as_json)
            delivery.check()
    has_errors = paid.held or any(file.has_errors for file in files_received)
    return ExitCode.FINDINGS if has_errors else ExitCode.OK

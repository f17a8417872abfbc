"""`hpedi pay`: a payment run over everything decided and unpaid."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import as_of_option, dry_run_option
from hpedi.commands.outcomes import print_paid
from hpedi.commands.printing import hint, json_option


@click.command()
@click.option("--approve", metavar="NUMBER", multiple=True, help="Approve a payment that waits, by its number.")
@dry_run_option
@as_of_option
@json_option
@click.pass_obj
def command(session: Session, *, approve: tuple[str, ...], dry_run: bool, as_of: date | None, as_json: bool) -> int:
    """Pay what is decided: remittances and the ACH file.

    One 835 a payee, one Nacha file for the day, a check register for payees without bank details; all of it balanced
    before anything is released. A payment above the payer's approval limit waits until somebody approves it.

    \b
    Example:
      hpedi pay --as-of 2026-03-16
      hpedi pay --approve 900000002
    """
    from hpedi.access.reach import Scope
    from hpedi.commands.jobs import Jobs, alone, rehearsal
    from hpedi.commands.signed_in import NotPermitted, acting, is_permitted
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.pay import SecondPersonNeeded

    opened = rehearsal(session.home) if dry_run else nullcontext(open_workspace(session.home))
    with opened as workspace, alone(workspace):
        context = acting(workspace, "approve" if approve else "pay", "payment", as_of)
        jobs = Jobs(workspace, context)
        try:
            wrong = jobs.approve(approve)
        except SecondPersonNeeded as refused:
            raise NotPermitted(str(refused)) from None
        if wrong:
            raise click.UsageError(f"no payment with this number waits for approval: {', '.join(wrong)}")
        if approve and not is_permitted(context, "pay", Scope(thing="payment")):
            hint("approved; the next payment run pays them")
            return ExitCode.OK
        print_paid(jobs.pay(), as_json=as_json)
    return ExitCode.OK

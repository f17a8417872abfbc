"""`hpedi pay`: payment runs, from what would be paid to what goes out, and what is done when a payment fails."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from datetime import date
from typing import TYPE_CHECKING

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Why, as_of_option, dry_run_option
from hpedi.commands.printing import hint, json_option, print_json

if TYPE_CHECKING:
    from hpedi.commands.pay_pages import Preview
    from hpedi.commands.workspace import Workspace
    from hpedi.pipeline.payment_terms import Held
    from hpedi.pipeline.records import ListedPayment
    from hpedi.run_context import RunContext

_reason = click.option(
    "--reason", required=True, type=Why(), metavar="TEXT", help="Why, for the record; no names of patients."
)
_yes = click.option("--yes", is_flag=True, help="On a terminal: do not show first and ask.")


@click.group()
def command() -> None:
    """Pay what is decided: preview, approve, release, reissue.

    \b
    Example:
      hpedi pay preview --as-of 2026-03-16
      hpedi pay release --as-of 2026-03-16
      hpedi pay approve --run 12
    """


@command.command()
@as_of_option
@json_option
@click.pass_obj
def preview(session: Session, as_of: date | None, *, as_json: bool) -> int:
    """Show what a release would pay, to whom, and what would be kept back and why.

    Totals by payee, method and funding account. Payments are built and their files written and balanced in a copy that
    goes away: nothing is kept but the audit entry of who looked.

    \b
    Example:
      hpedi pay preview --as-of 2026-03-16
    """
    from hpedi.commands.pay_pages import print_preview
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "see", "payment run", as_of)
    with workspace.books.writing(context) as work:
        work.audit.record("preview", "payment run")
    print_preview(_rehearsed(session, context), as_json=as_json)
    return ExitCode.OK


@command.command()
@_yes
@dry_run_option
@as_of_option
@json_option
@click.pass_obj
def release(session: Session, as_of: date | None, *, yes: bool, dry_run: bool, as_json: bool) -> int:
    """Pay what is decided: build payments, and release what needs no approval.

    One 835 a payee, one Nacha file for the day, a check register for payees without bank details; all of it balanced
    before anything leaves. A payment above the payer's approval limit waits, and so does each payment of a run above
    the limit of runs. What cannot go out is kept back and named, and stops no other payment. On a terminal the preview
    is shown first, and asked about.

    \b
    Example:
      hpedi pay release --as-of 2026-03-16
      hpedi pay release --yes
    """
    from hpedi.commands.jobs import Jobs, Lane, alone
    from hpedi.commands.pay_pages import print_paid, print_preview
    from hpedi.commands.pay_runs import print_why_nothing
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "pay", "payment", as_of)
    asks = sys.stdin.isatty() and not yes
    shown = _unpaid(workspace, context) if asks else None
    if dry_run or asks:
        print_preview(_rehearsed(session, context), as_json=as_json)
    if dry_run or (asks and not click.confirm("release these payments?", err=True)):
        hint("nothing was built or released")
        return ExitCode.OK
    with alone(workspace, lanes=[Lane.BOOKS]):
        if shown is not None and _unpaid(workspace, context) != shown:
            raise click.ClickException("what is to be paid changed meanwhile; nothing was done: look once more")
        paid = Jobs(workspace, context).pay()
        print_paid(paid, as_json=as_json)
        if not as_json and not (paid.released or paid.built):
            print_why_nothing(workspace, context)
    return ExitCode.FINDINGS if paid.held else ExitCode.OK


def _unpaid(workspace: Workspace, context: RunContext) -> tuple[int, int, int]:
    with workspace.books.reading(context) as work:
        return work.payments.unpaid()


def _rehearsed(session: Session, context: RunContext) -> Preview:
    """Pay in a copy that goes away, and return what was paid there."""
    from hpedi.commands.jobs import Jobs, alone, rehearsal
    from hpedi.commands.pay_pages import preview_of

    with rehearsal(session.home) as copy, alone(copy):
        paid = Jobs(copy, context).pay()
        with copy.books.reading(context) as work:
            return preview_of(work, paid)


@command.command()
@click.argument("numbers", metavar="[NUMBER]...", nargs=-1)
@click.option("--run", type=int, metavar="RUN", help="Approve all payments of a run that wait.")
@dry_run_option
@as_of_option
@json_option
@click.pass_obj
def approve(
    session: Session, numbers: tuple[str, ...], run: int | None, as_of: date | None, *, dry_run: bool, as_json: bool
) -> int:
    """Approve payments that wait, by their numbers or all of a run.

    All of them or none; the next release lets them go out. Who began the run of a payment does not approve it: another
    person does.

    \b
    Example:
      hpedi pay approve 900000002
      hpedi pay approve --run 12
    """
    from hpedi.commands.jobs import Jobs, alone, rehearsal
    from hpedi.commands.pay_pages import print_approved
    from hpedi.commands.signed_in import NotPermitted, acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.approve import NotWaiting, SecondPersonNeeded

    if not numbers and run is None:
        raise click.UsageError("name the payments by their numbers, or --run RUN")
    opened = rehearsal(session.home) if dry_run else nullcontext(open_workspace(session.home))
    with opened as workspace, alone(workspace):
        context = acting(workspace, "approve", "payment", as_of)
        try:
            approved = Jobs(workspace, context).approve(numbers, run)
        except SecondPersonNeeded as refused:
            raise NotPermitted(str(refused)) from None
        except NotWaiting as wrong:
            raise click.UsageError(f"nothing was approved: {wrong}") from None
    print_approved(approved, as_json=as_json)
    return ExitCode.OK


@command.command("list")
@json_option
@click.pass_obj
def list_runs(session: Session, *, as_json: bool) -> int:
    """List the payment runs: day, who began them, state, payments and total.

    \b
    Example:
      hpedi pay list
    """
    from hpedi.commands.pay_runs import print_runs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "see", "payment run")
    with workspace.books.writing(context) as work:
        runs = work.payments.runs()
        totals = work.payments.run_totals([run.id for run in runs])
        work.audit.record("list", "payment run", result=f"found {len(runs)}")
    print_runs(runs, totals, as_json=as_json)
    return ExitCode.OK


@command.command()
@click.argument("name", metavar="RUN|NUMBER")
@json_option
@click.pass_obj
def show(session: Session, name: str, *, as_json: bool) -> int:
    """Show a payment by its number, or a run.

    Payments with their claims, every state with who brought them there, when and why, and the files written.

    \b
    Example:
      hpedi pay show 12
      hpedi pay show 900000002
    """
    from hpedi.commands.pay_runs import print_shown, shown
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "see", "payment run")
    with workspace.books.writing(context) as work:
        found = shown(work, name)
        work.audit.record("show", "payment run", result=f"found {len(found.payments) if found else 0}")
    if found is None:
        raise click.UsageError("there is no payment or run of this number; `hpedi pay list` lists the runs")
    print_shown(found, as_json=as_json)
    return ExitCode.OK


@command.command()
@click.argument("number", metavar="NUMBER")
@_reason
@dry_run_option
@as_of_option
@json_option
@click.pass_obj
def void(session: Session, number: str, reason: str, as_of: date | None, *, dry_run: bool, as_json: bool) -> int:
    """Void a payment by its check or EFT number; what it paid is owed again.

    A payment that has not gone out, a check that is stopped, or an EFT that came back. Its claims stay as decided and
    go into the next payment run under a new number, with the payee's dues and with interest to that day. Where the
    payee has the 835 already, `hpedi pay reissue` pays again without telling the claims twice.

    \b
    Example:
      hpedi pay void 900000002 --reason "the payee is another one"
    """
    from hpedi.commands.jobs import alone, rehearsal
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.void import CannotVoid
    from hpedi.pipeline.void import void as void_payment

    opened = rehearsal(session.home) if dry_run else nullcontext(open_workspace(session.home))
    with opened as workspace, alone(workspace):
        context = acting(workspace, "void", "payment", as_of)
        try:
            stored = void_payment(workspace.books, context, number, reason)
        except CannotVoid as refused:
            raise click.UsageError(f"the payment cannot be voided: {refused}") from None
    made = stored.payment
    if as_json:
        facts = {"trace_number": made.trace_number, "amount": made.amount, "claims": len(made.claims)}
        print_json({"voided": {**facts, "was": stored.state}})
        return ExitCode.OK
    click.echo(f"payment {made.trace_number} of {made.amount:,} US dollars is void; it was {stored.state}")
    if made.reissues:
        hint(f"payment {made.reissues}, whose place it took, is unpaid again: `hpedi pay reissue` pays it")
    else:
        hint(f"what it paid ({len(made.claims):,} claims) is unpaid again: the next payment run pays it")
    return ExitCode.OK


@command.command()
@click.argument("number", metavar="NUMBER")
@_reason
@_yes
@dry_run_option
@as_of_option
@json_option
@click.pass_obj
def reissue(
    session: Session, number: str, reason: str, as_of: date | None, *, yes: bool, dry_run: bool, as_json: bool
) -> int:
    """Pay a payment that never reached its payee again, by check.

    An EFT that came back; a check that is stale, stopped or lost; a payment that went out and was voided since, as long
    as nothing else pays its claims. The 835 of the check tells no claims again: it names the first payment (PLB CS).
    Above the approval limit the check waits for somebody else's approval. The same command again goes on where it was
    interrupted.

    \b
    Example:
      hpedi pay reissue 900000002 --reason "the bank returned it, R02"
    """
    from hpedi.commands.jobs import rehearsal
    from hpedi.commands.pay_pages import print_reissued
    from hpedi.commands.workspace import open_workspace

    asks = sys.stdin.isatty() and not (yes or dry_run)
    if asks or dry_run:
        with rehearsal(session.home) as copy:
            check, held = _reissued(copy, number, reason, as_of)
        print_reissued(number, check, held, as_json=as_json)
    if dry_run or (asks and not click.confirm("let this check go out?", err=True)):
        hint("nothing was done")
        return ExitCode.OK
    check, held = _reissued(open_workspace(session.home), number, reason, as_of)
    print_reissued(number, check, held, as_json=as_json)
    return ExitCode.FINDINGS if held else ExitCode.OK


def _reissued(
    workspace: Workspace, number: str, reason: str, as_of: date | None
) -> tuple[ListedPayment, tuple[Held, ...]]:
    """Reissue a payment; return the check, and why it is kept back."""
    from hpedi.commands.jobs import Jobs, alone
    from hpedi.commands.signed_in import acting
    from hpedi.pipeline.reissue import CannotReissue

    with alone(workspace):
        context = acting(workspace, "reissue", "payment", as_of)
        try:
            return Jobs(workspace, context).reissue(number, reason)
        except CannotReissue as refused:
            raise click.UsageError(f"the payment cannot be reissued: {refused}") from None

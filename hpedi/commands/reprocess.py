"""`hpedi reprocess`: decided claims are decided again by what is known now; shown first, done when approved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Day, as_of_option
from hpedi.commands.printing import Column, hint, json_option, money_column, print_json, print_table

if TYPE_CHECKING:
    from hpedi.commands.jobs import Jobs
    from hpedi.pipeline.reprocessing import Proposal

_IMPACTS: Final = (
    Column("Claim", whole=True),
    Column("Payee", whole=True),
    money_column("Paid"),
    money_column("Would pay"),
    money_column("Patient owed"),
    money_column("Would owe"),
    Column("Stays, because"),
)
_PROPOSALS: Final = (
    Column("Number", right=True),
    Column("State", whole=True),
    Column("Reason", whole=True),
    Column("Claims", right=True),
    money_column("Change of paid"),
    Column("Proposed by", whole=True),
    Column("Decided by", whole=True),
)


@click.group()
def command() -> None:
    """Decide claims again by what is known now.

    A retroactive end of coverage, a corrected fee or an appeal changes what earlier claims should have paid. A proposal
    says what every claim paid and would pay; approved, each changed claim gets its reversal and correction, and the
    next payment run pays or takes back the difference.

    \b
    Example:
      hpedi reprocess propose --reason payer_pricing_error --provider lakes --since 2026-03-01 --until 2026-03-31
      hpedi reprocess approve 1
    """


@command.command()
@click.option("--reason", required=True, metavar="NAME", help="Why: a name of the payer's recovery rules.")
@click.option("--claim", "claims", metavar="CLAIM", multiple=True, help="Our number of a claim; may be given again.")
@click.option("--after", default="", metavar="CLAIM", help="Later claims of the family of this claim.")
@click.option("--provider", default="", metavar="ID", help="Claims paid to a provider (our id).")
@click.option("--member", default="", metavar="ID", help="Claims of a member (our id).")
@click.option("--plan", default="", metavar="ID", help="Claims decided under a plan.")
@click.option("--since", type=Day(), metavar="DATE", help="First day of service, or later.")
@click.option("--until", type=Day(), metavar="DATE", help="First day of service, or earlier.")
@click.option("--waive", metavar="ID", multiple=True, help="A policy or authorisation row that an appeal set aside.")
@click.option("--note", default="", metavar="TEXT", help="Why, in your words; kept with it.")
@as_of_option
@json_option
@click.pass_obj
def propose(
    session: Session,
    /,
    *,
    reason: str,
    waive: tuple[str, ...],
    note: str,
    as_of: date | None,
    as_json: bool,
    **sought: Any,
) -> int:
    """Say what deciding claims again would come to; nothing changes yet.

    \b
    Example:
      hpedi reprocess propose --reason retro_termination --member M000123 --since 2026-03-01
    """
    from hpedi.pipeline.reprocess import propose as propose_reprocessing
    from hpedi.pipeline.reprocessing import Asked
    from hpedi.pipeline.sought import StandingSought

    if not any(sought.values()):
        raise click.UsageError("say which claims: --claim, --after, --provider, --member, --plan, --since or --until")
    jobs = _jobs(session, "reprocess", "claim", as_of)
    asked = Asked(reason=reason, waived=tuple(sorted(waive)), note=note)
    with _refusals():
        proposal = propose_reprocessing(
            jobs.workspace.books,
            jobs.context,
            jobs.reference,
            StandingSought(**sought),
            asked,
        )
    _print(proposal, as_json=as_json)
    if not as_json:
        hint(f"nothing is changed; `hpedi reprocess approve {proposal.id}` does it, `drop` closes it")
    return ExitCode.OK


@command.command("list")
@json_option
@click.pass_obj
def list_proposals(session: Session, *, as_json: bool) -> int:
    """List the proposals, newest first.

    \b
    Example:
      hpedi reprocess list
    """
    jobs = _jobs(session, "reprocess", "claim")
    with jobs.workspace.books.reading(jobs.context) as work:
        proposals = work.reprocessings.all()
    if as_json:
        for proposal in proposals:
            print_json({"reprocessing": proposal})
        return ExitCode.OK
    print_table("Reprocessings", _PROPOSALS, (_row(each) for each in proposals))
    return ExitCode.OK


@command.command()
@click.argument("number", type=int)
@json_option
@click.pass_obj
def show(session: Session, number: int, *, as_json: bool) -> int:
    """Show what a proposal does to each claim.

    \b
    Example:
      hpedi reprocess show 1
    """
    jobs = _jobs(session, "reprocess", "claim")
    with jobs.workspace.books.writing(jobs.context) as work:
        proposal = work.reprocessings.find(number)
        work.audit.record("show", f"reprocessing:{number}", result="found" if proposal else "not found")
    if proposal is None:
        raise click.UsageError("there is no such reprocessing; `hpedi reprocess list` names them")
    _print(proposal, as_json=as_json)
    return ExitCode.OK


@command.command()
@click.argument("number", type=int)
@as_of_option
@json_option
@click.pass_obj
def approve(session: Session, number: int, *, as_of: date | None, as_json: bool) -> int:
    """Do what a proposal says; refused where something else would come out by now.

    \b
    Example:
      hpedi reprocess approve 1
    """
    from hpedi.commands.jobs import alone
    from hpedi.pipeline.reprocess import approve as approve_reprocessing

    jobs = _jobs(session, "approve", "reprocessing", as_of)
    with alone(jobs.workspace), _refusals():
        proposal = approve_reprocessing(jobs.workspace.books, jobs.context, jobs.reference, number)
    _print(proposal, as_json=as_json)
    return ExitCode.OK


@command.command()
@click.argument("number", type=int)
@json_option
@click.pass_obj
def drop(session: Session, number: int, *, as_json: bool) -> int:
    """Close a proposal without doing it.

    \b
    Example:
      hpedi reprocess drop 1
    """
    from hpedi.pipeline.reprocess import drop as drop_reprocessing

    jobs = _jobs(session, "reprocess", "claim")
    with _refusals():
        proposal = drop_reprocessing(jobs.workspace.books, jobs.context, number)
    if as_json:
        print_json({"reprocessing": proposal})
    else:
        click.echo(f"reprocessing {number} is dropped; nothing was changed")
    return ExitCode.OK


def _jobs(session: Session, action: str, thing: str, as_of: date | None = None) -> Jobs:
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    return Jobs(workspace, acting(workspace, action, thing, as_of))


@contextmanager
def _refusals() -> Iterator[None]:
    from hpedi.pipeline.reprocess import NotToApprove

    try:
        yield
    except NotToApprove as refused:
        raise click.UsageError(str(refused)) from None


def _print(proposal: Proposal, *, as_json: bool) -> None:
    if as_json:
        print_json({"reprocessing": proposal})
        return
    rows = (
        (each.claim, each.provider, each.paid, each.would_pay, each.patient, each.would_owe, each.pends)
        for each in proposal.impacts
    )
    print_table(f"Reprocessing {proposal.id}: {proposal.asked.reason}, {proposal.state}", _IMPACTS, rows)
    click.echo(
        f"{len(proposal.impacts)} claims would change, {proposal.unchanged} not; "
        f"the plan would pay {proposal.change:+,} US dollars"
    )


def _row(proposal: Proposal) -> tuple[object, ...]:
    asked = proposal.asked
    claims = len(proposal.impacts)
    return (
        proposal.id, proposal.state, asked.reason, claims, proposal.change, proposal.proposed_by, proposal.decided_by,
    )  # fmt: skip

"""`hpedi disputes`: what providers say is wrong with our decisions, what we answer, and what deserves help first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Day, Dollars, as_of_option
from hpedi.commands.printing import Column, hint, json_option, money_column, print_json, print_table
from hpedi.commands.worked import note_option
from hpedi.service_dates import add_months

if TYPE_CHECKING:
    from hpedi.commands.jobs import Jobs
    from hpedi.money import Usd
    from hpedi.pipeline.dispute import Dispute, DisputeState, Outcome

_DISPUTES: Final = (
    Column("Number", right=True),
    Column("Payee", whole=True),
    Column("Grounds", whole=True),
    Column("Claims", right=True),
    money_column("At stake"),
    Column("Received", whole=True),
    Column("Due", whole=True),
    Column("State", whole=True),
    Column("Outcome", whole=True),
    Column("Reprocessing", right=True),
)
_CLAIMS: Final = (Column("Claim", whole=True), Column("Filed late", whole=True))
_EVENTS: Final = (Column("At", whole=True), Column("By", whole=True), Column("What", whole=True), Column("Note"))
_DESERVING: Final = (
    Column("Rank", right=True),
    Column("Dispute", right=True),
    Column("Payee", whole=True),
    money_column("At stake"),
    Column("Claims", right=True),
    Column("Why"),
    Column("Disputed in", whole=True),
)
_MONTHS_LOOKED_AT: Final = 12

number_argument = click.argument("number", type=int)
claims_option = click.option(
    "--claim", "claims", metavar="CLAIM", multiple=True, required=True, help="Our number of a claim; repeat for more."
)


@click.group()
def command() -> None:
    """Keep what providers dispute.

    \b
    Example:
      hpedi disputes register LAKES --claim 26061000010000002 --grounds pricing --at-stake 240.00 --note "letter"
      hpedi disputes triage
    """


@command.command()
@click.argument("provider", metavar="PROVIDER")
@claims_option
@click.option("--grounds", required=True, metavar="NAME", help="What it is about: a name of rule `disputes`.")
@click.option(
    "--at-stake", required=True, type=Dollars(), metavar="DOLLARS", help="US dollars that the provider disputes."
)
@click.option("--received", type=Day(), metavar="DATE", help="The day it came; the business day if left out.")
@note_option
@as_of_option
@json_option
@click.pass_obj
def register(
    session: Session, /, *, at_stake: Usd, received: date | None, as_of: date | None, as_json: bool, **told: Any
) -> int:
    """Register a dispute of a provider (our id); say by when it is to be answered.

    \b
    Example:
      hpedi disputes register LAKES --claim 26061000010000002 --grounds pricing --at-stake 240.00 --note "letter"
    """
    from hpedi.pipeline.disputes import Filed
    from hpedi.pipeline.disputes import register as register_dispute

    jobs = _jobs(session, as_of)
    with _refusals(jobs):
        filed = Filed(**told, at_stake=at_stake, received=received or jobs.context.as_of)
        dispute = register_dispute(jobs.workspace.books, jobs.context, jobs.reference, filed)
    return _print(dispute, as_json=as_json)


@command.command("list")
@click.option("--state", type=click.Choice(["open", "answered", "closed"]), default=None, help="Only those in a state.")
@json_option
@click.pass_obj
def list_disputes(session: Session, *, state: DisputeState | None, as_json: bool) -> int:
    """List the disputes, oldest first.

    \b
    Example:
      hpedi disputes list --state open
    """
    jobs = _jobs(session)
    with jobs.workspace.books.writing(jobs.context) as work:
        disputes = work.disputes.all(state)
        work.audit.record("list", "disputes", reason="dispute", result=f"{len(disputes)} disputes")
    if as_json:
        for each in disputes:
            print_json({"dispute": each})
        return ExitCode.OK
    print_table("Disputes", _DISPUTES, (_row(each) for each in disputes))
    return ExitCode.OK


@command.command()
@number_argument
@json_option
@click.pass_obj
def show(session: Session, number: int, *, as_json: bool) -> int:
    """Show a dispute with its claims and its history.

    \b
    Example:
      hpedi disputes show 1
    """
    jobs = _jobs(session)
    with jobs.workspace.books.writing(jobs.context) as work:
        dispute = work.disputes.find(number)
        result = "found" if dispute else "not found"
        work.audit.record("show", f"dispute:{number}", reason="dispute", result=result)
    if dispute is None:
        raise click.UsageError("there is no such dispute; `hpedi disputes list` names them")
    return _print(dispute, as_json=as_json)


@command.command()
@number_argument
@claims_option
@note_option
@json_option
@click.pass_obj
def link(session: Session, number: int, *, claims: tuple[str, ...], note: str, as_json: bool) -> int:
    """Let an open dispute be about more claims.

    \b
    Example:
      hpedi disputes link 1 --claim 26061000010000003 --note "named in the second letter"
    """
    from hpedi.pipeline.disputes import link as link_claims

    jobs = _jobs(session)
    with _refusals(jobs):
        dispute = link_claims(jobs.workspace.books, jobs.context, jobs.reference, number, claims, note)
    return _print(dispute, as_json=as_json)


@command.command()
@number_argument
@click.argument("outcome", type=click.Choice(["upheld", "overturned", "partly"]))
@click.option("--waive", metavar="ID", multiple=True, help="A policy, edit or authorisation row that is set aside.")
@click.option("--claim", "claims", metavar="CLAIM", multiple=True, help="Only this claim is decided again.")
@note_option
@as_of_option
@json_option
@click.pass_obj
def answer(
    session: Session,
    number: int,
    *,
    outcome: Outcome,
    waive: tuple[str, ...],
    claims: tuple[str, ...],
    note: str,
    as_of: date | None,
    as_json: bool,
) -> int:
    """Answer a dispute: our decision stands (upheld), or it does not, wholly or partly.

    An answer that overturns proposes a reprocessing; somebody else approves it.

    \b
    Example:
      hpedi disputes answer 1 overturned --waive AUTH-1001 --note "the record shows the emergency"
    """
    from hpedi.pipeline.disputes import Answer
    from hpedi.pipeline.disputes import answer as answer_dispute

    jobs = _jobs(session, as_of)
    if outcome != "upheld":
        _may_reprocess(jobs)
    with _refusals(jobs):
        given = Answer(outcome=outcome, note=note, waived=waive, claims=claims)
        answered = answer_dispute(jobs.workspace.books, jobs.context, jobs.reference, number, given)
    if as_json:
        print_json({"dispute": answered.dispute, "reprocessing": answered.proposal})
        return ExitCode.OK
    _print(answered.dispute, as_json=False)
    if answered.proposal is not None:
        proposal = answered.proposal
        click.echo(f"reprocessing {proposal.id} is proposed; the plan would pay {proposal.change:+,} US dollars")
        hint(f"`hpedi reprocess show {proposal.id}` shows it; somebody else approves it")
    return ExitCode.OK


@command.command()
@number_argument
@click.option("--withdrawn", is_flag=True, help="The provider took it back before it was answered.")
@note_option
@json_option
@click.pass_obj
def close(session: Session, number: int, *, withdrawn: bool, note: str, as_json: bool) -> int:
    """Close a dispute that is answered or was withdrawn.

    \b
    Example:
      hpedi disputes close 1 --note "the provider was told on 20 May"
    """
    from hpedi.pipeline.disputes import close as close_dispute

    jobs = _jobs(session)
    with _refusals(jobs):
        dispute = close_dispute(jobs.workspace.books, jobs.context, number, note, withdrawn=withdrawn)
    return _print(dispute, as_json=as_json)


@command.command()
@click.option("--since", type=Day(), metavar="DATE", help="Look at services since then; twelve months if left out.")
@as_of_option
@json_option
@click.pass_obj
def triage(session: Session, *, since: date | None, as_of: date | None, as_json: bool) -> int:
    """Rank what deserves help: much money, many claims alike (disputed or not), and what is past its day.

    \b
    Example:
      hpedi disputes triage --since 2026-01-01
    """
    from hpedi.pipeline.triage import RULE, thresholds
    from hpedi.pipeline.triage import triage as ranked

    jobs = _jobs(session, as_of)
    limits = thresholds(jobs.reference, jobs.context.as_of)
    if limits is None:
        raise click.UsageError(f"rule {RULE} says nothing of this day; load it")
    first = since or add_months(jobs.context.as_of, -_MONTHS_LOOKED_AT)
    with jobs.workspace.books.writing(jobs.context) as work:
        found = ranked(work, jobs.reference, jobs.context.as_of, limits, first)
        work.audit.record("triage", "disputes", reason="dispute", result=f"{len(found)} found")
    if as_json:
        for each in found:
            print_json({"deserving": each})
        return ExitCode.OK
    rows = (
        (
            each.rank, each.dispute or None, each.provider, each.at_stake, len(each.claims), each.why,
            " ".join(map(str, each.disputes)),
        )
        for each in found
    )  # fmt: skip
    print_table("Deserving help", _DESERVING, rows)
    return ExitCode.OK


def _jobs(session: Session, as_of: date | None = None) -> Jobs:
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    return Jobs(workspace, acting(workspace, "work", "dispute", as_of))


def _may_reprocess(jobs: Jobs) -> None:
    from hpedi.access.reach import Scope
    from hpedi.commands.signed_in import check_noted

    check_noted(jobs.workspace, jobs.context, "reprocess", Scope(thing="claim"))


@contextmanager
def _refusals(jobs: Jobs) -> Iterator[None]:
    """Keep others from changing the workspace meanwhile, and tell why something cannot be done."""
    from hpedi.commands.jobs import alone
    from hpedi.pipeline.disputes import CannotDispute
    from hpedi.pipeline.reprocess import NotToApprove

    try:
        with alone(jobs.workspace):
            yield
    except (CannotDispute, NotToApprove) as refused:
        raise click.UsageError(str(refused)) from None


def _print(dispute: Dispute, *, as_json: bool) -> int:
    if as_json:
        print_json({"dispute": dispute})
        return ExitCode.OK
    print_table(f"Dispute {dispute.id}", _DISPUTES, [_row(dispute)])
    print_table("Claims", _CLAIMS, ((each.claim, "late" if each.filed_late else "") for each in dispute.claims))
    events = ((f"{each.at:%Y-%m-%d %H:%M}", each.by, each.action, each.note) for each in dispute.events)
    print_table("History", _EVENTS, events)
    return ExitCode.OK


def _row(dispute: Dispute) -> tuple[object, ...]:
    return (
        dispute.id, dispute.provider, dispute.grounds, len(dispute.claims), dispute.at_stake, dispute.received,
        dispute.due, dispute.state, dispute.outcome, dispute.reprocessing or None,
    )  # fmt: skip

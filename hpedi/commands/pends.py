"""`hpedi pends`: the claims that wait, and what examiners do with them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.explain import print_trail
from hpedi.commands.options import as_of_option
from hpedi.commands.printing import Column, json_option, money_column, print_json, print_table
from hpedi.commands.worked import note_option, override_of, price_option, prices_of, print_worked, refusals, working

if TYPE_CHECKING:
    from hpedi.commands.jobs import Jobs
    from hpedi.pipeline.records import WaitingClaim

_WAITING: Final = (
    Column("Claim", whole=True),
    Column("Reason", whole=True),
    Column("Waits for"),
    Column("Received", whole=True),
    Column("Days", right=True),
    Column("Due", whole=True),
    money_column("Charged"),
    Column("Assigned to", whole=True),
)

claim_argument = click.argument("claim", metavar="CLAIM")


@click.group()
def command() -> None:
    """Work on the claims that wait.

    \b
    Example:
      hpedi pends list
      hpedi pends release 26061000010000002 --set-aside DUP-NEAR --note "another visit the same day"
    """


@command.command("list")
@click.option("--reason", default="", metavar="CODE", help="Only those that wait for this.")
@click.option("--assigned-to", default="", metavar="LOGIN", help="Only those of one examiner.")
@as_of_option
@json_option
@click.pass_obj
def list_pends(session: Session, *, reason: str, assigned_to: str, as_of: date | None, as_json: bool) -> int:
    """List the claims that wait, oldest first, with the day by which a clean claim is to be decided.

    \b
    Example:
      hpedi pends list --reason HIGH-DOLLAR
    """
    jobs = working(session, as_of)
    with jobs.workspace.books.writing(jobs.context) as work:
        waiting = [
            each
            for each in work.pends.waiting()
            if reason in ("", each.pend.reason) and assigned_to in ("", each.assigned_to)
        ]
        work.audit.record("list", "pends", members=sorted({each.pend.member for each in waiting}) or [""])
    if as_json:
        for each in waiting:
            print_json({"waiting": _facts(each, jobs)})
        return ExitCode.OK
    print_table("Claims that wait", _WAITING, (_row(each, jobs) for each in waiting))
    return ExitCode.OK


@command.command()
@claim_argument
@json_option
@click.pass_obj
def show(session: Session, claim: str, *, as_json: bool) -> int:
    """Show how far deciding a claim came, and why it stopped.

    \b
    Example:
      hpedi pends show 26061000010000002
    """
    jobs = working(session)
    with jobs.workspace.books.writing(jobs.context) as work:
        waiting = work.pends.waiting(claim)
        overrides = work.pends.overrides([claim]).get(claim, ())
        members = [each.pend.member for each in waiting] or [""]
        work.audit.record("show", f"claim:{claim}" if waiting else "claim:none", members=members, reason="review")
    if not waiting:
        raise click.UsageError("this claim does not wait; `hpedi pends list` shows those that do")
    if as_json:
        print_json({"waiting": _facts(waiting[0], jobs), "trail": waiting[0].pend.trail, "overrides": overrides})
        return ExitCode.OK
    print_table("Claim that waits", _WAITING, [_row(waiting[0], jobs)])
    print_trail("How far deciding came", waiting[0].pend.trail)
    return ExitCode.OK


@command.command()
@claim_argument
@click.option("--set-aside", metavar="NAME", multiple=True, help="An edit, pend code or policy not to be applied.")
@price_option
@note_option
@as_of_option
@json_option
@click.pass_obj
def release(
    session: Session,
    claim: str,
    *,
    set_aside: tuple[str, ...],
    prices: tuple[str, ...],
    note: str,
    as_of: date | None,
    as_json: bool,
) -> int:
    """Decide a claim that waits, now that it can be decided, with something set aside, or with a price.

    \b
    Example:
      hpedi pends release 26061000010000002 --set-aside DUP-NEAR --note "another visit the same day"
      hpedi pends release 26061000010000003 --price 2=118.00 --note "agreed with the provider by telephone"
    """
    from hpedi.pipeline.working import release as release_claim

    jobs = working(session, as_of)
    with refusals(jobs):
        made = override_of(jobs, note, waived=set_aside, prices=prices_of(prices))
        worked = release_claim(jobs.workspace.books, jobs.context, jobs.reference, claim, made)
    return print_worked(worked, as_json=as_json)


@command.command()
@claim_argument
@click.option("--reason", required=True, metavar="NAME", help="Why: a name of the payer's reasons.")
@click.option("--line", type=int, default=0, metavar="N", help="Only this line; all of them if left out.")
@note_option
@as_of_option
@json_option
@click.pass_obj
def deny(session: Session, claim: str, *, reason: str, line: int, note: str, as_of: date | None, as_json: bool) -> int:
    """Deny a claim that waits, or a line of it.

    \b
    Example:
      hpedi pends deny 26061000010000002 --reason duplicate --note "same visit as the claim of 2 March"
    """
    from hpedi.pipeline.working import release as release_claim

    jobs = working(session, as_of)
    with refusals(jobs):
        made = override_of(jobs, note, denials=((line, reason),))
        worked = release_claim(jobs.workspace.books, jobs.context, jobs.reference, claim, made)
    return print_worked(worked, as_json=as_json)


@command.command()
@claim_argument
@click.option("--to", "login", default="", metavar="LOGIN", help="Who works on it; nobody if left out.")
@json_option
@click.pass_obj
def assign(session: Session, claim: str, *, login: str, as_json: bool) -> int:
    """Say who works on a claim that waits.

    \b
    Example:
      hpedi pends assign 26061000010000002 --to ada
    """
    from hpedi.pipeline.working import assign as assign_claim

    jobs = working(session)
    with refusals(jobs):
        assign_claim(jobs.workspace.books, jobs.context, claim, login)
    if as_json:
        print_json({"assigned": {"claim": claim, "to": login}})
    else:
        click.echo(f"claim {claim} is assigned to {login or 'nobody'}")
    return ExitCode.OK


def _due(waiting: WaitingClaim, jobs: Jobs) -> date | None:
    from hpedi.payments.interest import prompt_pay

    received = waiting.received_at.date()
    terms = prompt_pay(jobs.reference, received)
    return None if terms is None else received + timedelta(days=terms.days)


def _facts(waiting: WaitingClaim, jobs: Jobs) -> dict[str, object]:
    received = waiting.received_at.date()
    return {
        "claim": waiting.pend.payer_claim_control_number,
        "reason": waiting.pend.reason,
        "waits_for": waiting.pend.message,
        "line": waiting.pend.line,
        "status277": waiting.pend.status277,
        "received": received,
        "days": (jobs.context.as_of - received).days,
        "due": _due(waiting, jobs),
        "charged": waiting.charged,
        "assigned_to": waiting.assigned_to,
    }


def _row(waiting: WaitingClaim, jobs: Jobs) -> tuple[object, ...]:
    facts = _facts(waiting, jobs)
    shown = ("claim", "reason", "waits_for", "received", "days", "due", "charged", "assigned_to")
    return tuple(facts[name] if facts[name] is not None else "" for name in shown)

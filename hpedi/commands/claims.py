"""`hpedi claims`: search claims as the payer's own people do, and override a decision."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Day, Dollars, as_of_option
from hpedi.commands.printing import Column, json_option, money_column, print_json, print_table
from hpedi.commands.worked import (
    note_option,
    override_of,
    price_option,
    prices_of,
    print_worked,
    refusals,
    working,
)

if TYPE_CHECKING:
    from hpedi.money import Usd
    from hpedi.pipeline.records import StoredDecision

_CLAIMS: Final = (
    Column("Claim", whole=True),
    Column("Version", right=True),
    Column("Payee", whole=True),
    Column("Member", whole=True),
    Column("Plan", whole=True),
    Column("Decided", whole=True),
    Column("277", whole=True),
    money_column("Charged"),
    money_column("Paid"),
    money_column("Patient owes"),
)
AT_MOST: Final = 1_000


@click.group()
def command() -> None:
    """Search claims, and decide one otherwise than the rules.

    \b
    Example:
      hpedi claims search --provider lakes --since 2026-03-01
      hpedi claims override 26061000010000002 --deny duplicate --line 2 --note "billed twice, see the record"
    """


@command.command()
@click.option("--provider", default="", metavar="ID", help="Claims paid to a provider (our id).")
@click.option("--member", default="", metavar="ID", help="Claims of a member (our id).")
@click.option("--plan", default="", metavar="ID", help="Claims decided under a plan.")
@click.option("--after", default="", metavar="CLAIM", help="Later claims of the family of this claim.")
@click.option("--since", type=Day(), metavar="DATE", help="First day of service, or later.")
@click.option("--until", type=Day(), metavar="DATE", help="First day of service, or earlier.")
@json_option
@click.pass_obj
def search(
    session: Session,
    *,
    provider: str,
    member: str,
    plan: str,
    after: str,
    since: date | None,
    until: date | None,
    as_json: bool,
) -> int:
    """List the decisions that stand, in the order in which they became final.

    \b
    Example:
      hpedi claims search --member M000123 --since 2026-01-01
    """
    from hpedi.pipeline.families import with_family
    from hpedi.pipeline.sought import StandingSought

    jobs = working(session)
    sought = StandingSought(provider=provider, member=member, plan=plan, after=after, since=since, until=until)
    with jobs.workspace.books.writing(jobs.context) as work:
        found = work.decisions.standing(with_family(work, sought, jobs.reference), AT_MOST)
        members = sorted({each.decision.member for each in found}) or [""]
        work.audit.record("search", "claims", members=members, reason="review", result=f"{len(found)} claims")
    rows = [_row(each) for each in found]
    if as_json:
        for row in rows:
            print_json({"claim": row})
        return ExitCode.OK
    print_table("Claims", _CLAIMS, (tuple(row.values()) for row in rows))
    if len(rows) == AT_MOST:
        click.echo(f"the first {AT_MOST:,}; narrow it down by dates, payee or member", err=True)
    return ExitCode.OK


def _row(stored: StoredDecision) -> dict[str, object]:
    made = stored.decision
    return {
        "claim": made.payer_claim_control_number,
        "version": made.version,
        "payee": made.provider,
        "member": made.member,
        "plan": made.plan,
        "decided": stored.decided_on,
        "status277": made.status277,
        "charged": made.charged,
        "paid": made.paid,
        "patient": made.patient_responsibility,
    }


@command.command()
@click.argument("claim", metavar="CLAIM")
@click.option("--set-aside", metavar="NAME", multiple=True, help="An edit or policy not to be applied.")
@click.option("--deny", "reason", default="", metavar="NAME", help="Deny for a name of the payer's reasons.")
@click.option("--line", type=int, default=0, metavar="N", help="Deny only this line; all of them if left out.")
@price_option
@note_option
@as_of_option
@json_option
@click.pass_obj
def override(session: Session, /, claim: str, *, note: str, as_of: date | None, as_json: bool, **otherwise: Any) -> int:
    """Decide a decided claim otherwise than the rules: it gets its reversal and correction.

    \b
    Example:
      hpedi claims override 26061000010000002 --set-aside timely_filing --note "our own mail was late"
    """
    from hpedi.pipeline.working import override as override_claim

    decided = _decided(**otherwise)
    jobs = working(session, as_of)
    with refusals(jobs):
        made = override_of(jobs, note, **decided)
        worked = override_claim(jobs.workspace.books, jobs.context, jobs.reference, claim, made)
    return print_worked(worked, as_json=as_json)


def _decided(*, set_aside: tuple[str, ...], reason: str, line: int, prices: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields of an `Override` that the options give."""
    if not set_aside and not reason and not prices:
        raise click.UsageError("say what is to be otherwise: --set-aside NAME, --deny REASON or --price N=DOLLARS")
    denials = ((line, reason),) if reason else ()
    return {"waived": set_aside, "denials": denials, "prices": prices_of(prices)}


@command.command()
@click.argument("claim", metavar="CLAIM")
@click.argument("dollars", metavar="DOLLARS", type=Dollars())
@note_option
@json_option
@click.pass_obj
def interest(session: Session, claim: str, dollars: Usd, *, note: str, as_json: bool) -> int:
    """Set the interest of a decided claim that is not paid yet, in place of what is worked out when it is paid.

    \b
    Example:
      hpedi claims interest 26061000010000002 5.10 --note "received by mail on 10 April, see the stamp"
    """
    from hpedi.pipeline.working import set_interest

    jobs = working(session)
    with refusals(jobs):
        made = override_of(jobs, note, interest=dollars)
        set_interest(jobs.workspace.books, jobs.context, claim, made)
    if as_json:
        print_json({"interest": {"claim": claim, "interest": made.interest}})
    else:
        click.echo(f"the next payment of claim {claim} pays {dollars} US dollars of interest")
    return ExitCode.OK

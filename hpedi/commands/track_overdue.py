"""`hpedi track overdue` and `hpedi track numbers`: what is late, and control numbers that do not follow one another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Instant
from hpedi.commands.printing import Column, json_option, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hpedi.commands.jobs import Jobs
    from hpedi.pipeline.deadlines import Deadlines
    from hpedi.pipeline.ports import Work

_LATE: Final = (
    Column("State", whole=True),
    Column("What", whole=True),
    Column("Of"),
    Column("Partner", whole=True),
    Column("Since", whole=True),
    Column("Due", whole=True),
    Column("Done", whole=True),
    Column("Which says"),
    Column("What to do"),
)
_NUMBERS: Final = (
    Column("Partner", whole=True),
    Column("Use", whole=True),
    Column("Level", whole=True),
    Column("What", whole=True),
    Column("From", whole=True),
    Column("To", whole=True),
    Column("How many", right=True),
    Column("When", whole=True),
    Column("Where"),
)
_DEADLINES: Final = (Column("Deadline", whole=True), Column("Which says"), Column("Source"))


@click.command()
@click.option(
    "--days", type=click.IntRange(min=1), default=7, show_default=True, help="How far back late ones are told."
)
@click.option(
    "--at", "moment", type=Instant(), metavar="INSTANT", help="As of this moment, with its offset; now if left out."
)
@click.option("--deadlines", "shows_deadlines", is_flag=True, help="List the deadlines in force instead.")
@json_option
@click.pass_obj
def overdue(session: Session, *, days: int, moment: datetime | None, shows_deadlines: bool, as_json: bool) -> int:
    """List what is late: acknowledgements, answers, files, claims.

    Acknowledgements and answers by CAQH CORE's deadlines, files that were taken and not finished, what was not
    delivered or not picked up, claims undecided past the prompt-pay days, EFTs far from their 835. Exit code 1:
    something is outstanding.

    \b
    Example:
      hpedi track overdue
      hpedi track overdue --deadlines
    """
    from hpedi.access.reach import Scope
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting, is_permitted
    from hpedi.commands.tracking import deadlines_on, overdue_terms
    from hpedi.commands.workspace import local_minute, open_workspace
    from hpedi.pipeline.overdue import overdue as late_of

    workspace = open_workspace(session.home)
    jobs = Jobs(workspace, acting(workspace, "see", "workspace"))
    if shows_deadlines:
        return _print_deadlines(deadlines_on(jobs.context.as_of), as_json=as_json)
    terms = overdue_terms(jobs, days, moment)
    sees_ledger = is_permitted(jobs.context, "see", Scope(thing="ledger"))  # as `hpedi eft reassociation` asks
    with workspace.books.reading(jobs.context) as work:
        found = late_of(work, terms)
        apart = list(_apart(work, jobs))
    if as_json:
        for each in found:
            print_json({"late": each})
        for facts in apart if sees_ledger else ():
            print_json({"reassociation": facts})
    else:
        rows = (
            (each.state, each.what, each.about, each.partner, *map(local_minute, (each.since, each.due, each.done)),
             each.says, each.do)
            for each in found
        )  # fmt: skip
        print_table("What is late", _LATE, rows)
        click.echo(f"{len(found)} late, {len(apart)} EFTs to look at (`hpedi eft reassociation`)")
    is_outstanding = any(each.state == "overdue" for each in found) or bool(apart)
    return ExitCode.FINDINGS if is_outstanding else ExitCode.OK


def _print_deadlines(deadlines: Deadlines, *, as_json: bool) -> int:
    if as_json:
        print_json({"deadlines": deadlines.deadlines, "source": deadlines.source})
    else:
        print_table("Deadlines", _DEADLINES, ((each.name, each.means, each.source) for each in deadlines.deadlines))
    return ExitCode.OK


def _apart(work: Work, jobs: Jobs) -> Iterator[dict[str, object]]:
    """Yield the EFTs that are far from their 835s, or have none."""
    from hpedi.commands.eft import reassociation_facts, return_terms

    day, codes = jobs.context.as_of, return_terms(jobs.context.as_of).codes
    for each in work.eft.reassociation():
        facts = reassociation_facts(each, day, jobs.business_days, codes)
        if facts["look_at"]:
            yield facts


@click.command()
@click.option("--partner", default="", metavar="ID", help="Only of this partner.")
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="How far back.")
@click.option("--groups", "reads_files", is_flag=True, help="Read the files again, for GS06 and ST02 within them.")
@json_option
@click.pass_obj
def numbers(session: Session, *, partner: str, days: int, reads_files: bool, as_json: bool) -> int:
    """List control numbers that are missing, repeated or out of order.

    Interchanges (ISA13) by partner and use (ISA15), in the order of arrival. GS06 and ST02 that stand twice within an
    interchange are told from its receipt; --groups reads the files and follows them from file to file.

    \b
    Example:
      hpedi track numbers --partner riverbend
    """
    from hpedi.commands.signed_in import acting
    from hpedi.commands.tracking_units import units_of
    from hpedi.commands.workspace import local_minute, open_workspace
    from hpedi.pipeline.tracking_numbers import check_numbers

    workspace = open_workspace(session.home)
    context = acting(workspace, "see", "workspace")
    since = context.instant - timedelta(days=days)
    with workspace.books.reading(context) as work:
        taken = work.tracking.numbers_taken(since, partner)
    files = {each.file: each.digest for each in taken} if reads_files else {}
    found = check_numbers(units_of(taken, files, workspace))
    if as_json:
        for each in found:
            print_json({"numbers": each})
    else:
        rows = (
            (each.partner or "unknown", each.usage, each.level, each.kind, each.first, each.last, each.count,
             local_minute(each.at), each.about)
            for each in found
        )  # fmt: skip
        print_table("Control numbers", _NUMBERS, rows)
        click.echo(f"{len(taken):,} interchanges, {len(found):,} to look at")
    return ExitCode.FINDINGS if found else ExitCode.OK

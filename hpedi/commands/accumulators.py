"""`hpedi accumulators`: balances of members and families, and amounts that come from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Day
from hpedi.commands.printing import Column, json_option, money_column, print_json, print_table

if TYPE_CHECKING:
    from hpedi.pipeline.counting import Standing

SHOW = "show"


class _MemberFirst(click.Group):
    """A group that shows the accumulators of whoever is named, where no other command is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `show` before what is no command."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [SHOW, *args]
        return super().parse_args(ctx, args)


@click.group(cls=_MemberFirst)
def command() -> None:
    """Show what members used of limits; import amounts.

    `hpedi accumulators MEMBER` is short for `hpedi accumulators show MEMBER`.

    \b
    Example:
      hpedi accumulators HS1000001 --as-of 2026-04-30 --family
    """


@command.command(SHOW)
@click.argument("member_id", metavar="MEMBER")
@click.option("--as-of", type=Day(), metavar="DATE", help="As they stood at the end of this day; today if left out.")
@click.option("--family", is_flag=True, help="Those of the whole family.")
@json_option
@click.pass_obj
def show(session: Session, member_id: str, as_of: date | None, *, family: bool, as_json: bool) -> int:
    """Show the accumulators of a member: limit, used and left, and the entries that they are the sum of.

    MEMBER is the member id on the card. The benefit year is that of the day. Every look is kept in the audit log.

    \b
    Example:
      hpedi accumulators show HS1000001 --as-of 2026-04-30
    """
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.counting import standings

    workspace = open_workspace(session.home)
    context = acting(workspace, "explain", "accumulator")
    reference = Jobs(workspace, context).reference
    with workspace.books.writing(context) as work:
        found = standings(work, reference, member_id, as_of or context.as_of, family=family)
    if as_json:
        print_json({"as_of": as_of or context.as_of, "accumulators": found})
    elif found:
        _print(found)
    else:
        click.echo("no results: nobody with this member id is covered on that day")
    return ExitCode.OK if found else ExitCode.FINDINGS


@command.command("import")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_obj
def import_file(session: Session, file: Path, *, as_json: bool) -> int:
    """Count amounts that come from elsewhere, such as a pharmacy's, from a CSV file.

    Its columns: reference, member_id, birth_date, date, tier (INN if left out), deductible, out_of_pocket. A reference
    counts once: the same file again adds nothing. Rows that are wrong are told with their line; the others count.

    \b
    Example:
      hpedi accumulators import pharmacy-2026-04.csv
    """
    from hpedi.benefits.feed import read_feed
    from hpedi.commands.jobs import Jobs, alone
    from hpedi.commands.payer_files import print_findings
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.counting import import_feed

    workspace = open_workspace(session.home)
    feed = read_feed(file.read_bytes(), file.name)
    with alone(workspace):
        context = acting(workspace, "load", "reference")
        reference = Jobs(workspace, context).reference
        with workspace.books.writing(context) as work:
            added, told = import_feed(work, reference, feed, context.as_of)
    findings = (*feed.findings, *told)
    if as_json:
        print_json({"rows": len(feed.rows), "entries": added, "findings": findings})
    else:
        print_findings(findings)
        click.echo(f"{added:,} accumulator entries added" if added else "nothing new")
    return ExitCode.FINDINGS if any(finding.is_error for finding in findings) else ExitCode.OK


def _print(found: Iterable[Standing]) -> None:
    for each in found:
        key = each.key
        click.echo(
            f"{key.accumulator} of {key.owner}, plan {key.plan} from {key.period}: "
            f"limit {each.limit:,}, used {each.used:,}, left {each.left:,}"
        )
        entries = (
            (posted.posted_on, posted.entry.day, posted.entry.source, posted.entry.amount) for posted in each.entries
        )
        print_table("", _ENTRIES, entries)


_ENTRIES = (Column("Added"), Column("Service"), Column("Source", whole=True), money_column("Amount"))

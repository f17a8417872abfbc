"""`hpedi track resend`: any output once more into its folder, byte for byte."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.printing import Column, json_option, print_json, print_table

if TYPE_CHECKING:
    from hpedi.commands.jobs import Jobs
    from hpedi.pipeline.records import OutboundRow

_OUTBOX: Final = re.compile("(?:outbox:)?([0-9]{1,8})")
_SENT: Final = (
    Column("Outbox", right=True, whole=True),
    Column("Kind", whole=True),
    Column("File", whole=True),
    Column("Folder", whole=True),
    Column("State", whole=True),
    Column("Why"),
)


@click.command()
@click.argument("word", metavar="OUTBOX|FILE|RECEIPT")
@click.option("--kind", type=click.Choice(["ack", "271", "277", "835"]), default=None,
              help="Only this kind; 835 means the remittances of the claims in it.")  # fmt: skip
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Say what would be sent, and send nothing.")
@json_option
@click.pass_obj
def resend(session: Session, word: str, kind: str | None, *, is_dry_run: bool, as_json: bool) -> int:
    """Put what went out into its folder once more.

    The same bytes under the same name and number, also where the plain file was moved to the archive or deleted at the
    end of its retention. A number alone is that of the outbox. A remittance whose receiver is another one now is not
    sent; nor are files for the bank.

    \b
    Example:
      hpedi track resend 17
      hpedi track resend receipt:12 --kind 835 --dry-run
    """
    from hpedi.commands.jobs import Jobs, alone
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.tracking_resend import send_again

    workspace = open_workspace(session.home)
    with alone(workspace):
        jobs = Jobs(workspace, acting(workspace, "deliver", "answer"))
        jobs.check_in_place()
        rows, books = _rows(jobs, word, kind or ""), workspace.books
        told = send_again(books, jobs.context, jobs.delivery_terms, rows, is_dry_run=is_dry_run)
    if as_json:
        for each in told:
            print_json({"sent_again": each})
    else:
        print_table(
            "What would be sent again" if is_dry_run else "What was sent again",
            _SENT,
            ((each.outbox, each.kind, each.name, each.folder, each.state, each.why) for each in told),
        )
    if not told:
        click.echo("nothing went out for this")
    return ExitCode.FINDINGS if not told or any(each.why for each in told) else ExitCode.OK


def _rows(jobs: Jobs, word: str, kind: str) -> tuple[OutboundRow, ...]:
    """Return the files of the outbox that a word names."""
    from hpedi.commands.tracking import following, word_of
    from hpedi.pipeline.tracking_resend import outputs_of
    from hpedi.pipeline.tracking_search import find

    number = _OUTBOX.fullmatch(word)
    if number is not None:
        with jobs.workspace.books.reading(jobs.context) as work:
            row = work.tracking.output(int(number[1]))
        return (row,) if row is not None and kind in ("", row.kind) else ()
    meant = word_of(word)
    with following(jobs) as tracker:
        targets = [each for each in find(tracker, meant) if each.claim is None]
        return outputs_of(tracker.inquiry.work, targets, kind)

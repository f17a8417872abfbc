"""What the commands share that let an examiner decide: who decides, the note, and what came of the claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Dollars
from hpedi.commands.printing import Column, money_column, print_json, print_table

if TYPE_CHECKING:
    from hpedi.adjudication.override import Override
    from hpedi.commands.jobs import Jobs
    from hpedi.money import Usd
    from hpedi.pipeline.working import Worked

_Command = TypeVar("_Command", bound=Callable[..., Any])

_DECISIONS: Final = (
    Column("Claim", whole=True),
    Column("Version", right=True),
    Column("Kind", whole=True),
    Column("Status", whole=True),
    Column("277", whole=True),
    money_column("Charged"),
    money_column("Paid"),
    money_column("Patient owes"),
)


def note_option(command: _Command) -> _Command:
    """Give a command `--note`."""
    told = "Why; kept with the claim and shown by `hpedi explain`."
    return click.option("--note", required=True, metavar="TEXT", help=told)(command)


def price_option(command: _Command) -> _Command:
    """Give a command `--price`."""
    told = "The allowed amount of a line; of line 0, the claim, where the contract prices it as one."
    return click.option("--price", "prices", metavar="N=DOLLARS", multiple=True, help=told)(command)


def prices_of(texts: Sequence[str]) -> tuple[tuple[int, Usd], ...]:
    """Return what `--price` says: line numbers with US dollars."""
    found = (text.partition("=") for text in texts)
    return tuple((_line_number(number), Dollars().convert(amount, None, None)) for number, _, amount in found)


def _line_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise click.UsageError("--price is a line number and an amount, such as 2=118.00")
    return int(text)


def working(session: Session, as_of: date | None = None) -> Jobs:
    """Return the jobs of somebody who may work on claims."""
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    return Jobs(workspace, acting(workspace, "work", "claim", as_of))


def override_of(jobs: Jobs, note: str, **decided: Any) -> Override:
    """Return what somebody decides, with who and when; `decided` are the other fields of an `Override`."""
    from hpedi.adjudication.override import Override

    return Override(by=jobs.context.principal.id, on=jobs.context.as_of, note=note, **decided)


@contextmanager
def refusals(jobs: Jobs) -> Iterator[None]:
    """Keep others from changing the workspace meanwhile, and tell why something cannot be done."""
    from hpedi.commands.jobs import alone
    from hpedi.pipeline.reprocess import NotToApprove
    from hpedi.pipeline.working import NotWorked

    try:
        with alone(jobs.workspace):
            yield
    except (NotToApprove, NotWorked) as refused:
        raise click.UsageError(str(refused)) from None


def print_worked(worked: Worked, *, as_json: bool) -> int:
    """Print what came of a claim; it is a finding where it waits again."""
    if as_json:
        print_json({"decisions": worked.decisions, "pend": worked.pend})
    elif worked.pend is not None:
        click.echo(f"still waits: {worked.pend.message} ({worked.pend.reason})")
    elif not worked.decisions:
        click.echo("the same came out; nothing was changed")
    else:
        rows = (
            (
                made.payer_claim_control_number, made.version, made.kind, made.status, made.status277,
                made.charged, made.paid, made.patient_responsibility,
            )
            for made in worked.decisions
        )  # fmt: skip
        print_table("Decided", _DECISIONS, rows)
    return ExitCode.OK if worked.pend is None else ExitCode.FINDINGS

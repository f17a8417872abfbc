"""`hpedi eob`: the explanation of benefits that a member gets of a claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.documents import write_document, written_options
from hpedi.commands.printing import Column, json_option, money_column, print_json, print_table

if TYPE_CHECKING:
    from hpedi.documents.document import Document
    from hpedi.payments.eob import Eob, EobTexts, MemberCheck
    from hpedi.pipeline.ports import Work
    from hpedi.reference.reference import Reference

_Told: TypeAlias = "tuple[Document, dict[str, object], Callable[[], None]]"
"""A document, the same for programs, and what prints it."""

_SERVICES: Final = (
    Column("Date", whole=True),
    Column("Service", whole=True),
    money_column("Billed"),
    money_column("Allowed"),
    money_column("Plan paid"),
    money_column("You may owe"),
    Column("Notes"),
)
_PAID: Final = (
    Column("Claim", whole=True),
    Column("Patient"),
    Column("Provider"),
    money_column("Paid to the member"),
)
_WHY: Final = (Column("For", whole=True), Column("Note", whole=True), money_column("Amount"), Column("Why"))
_BALANCES: Final = (
    Column("Limit", whole=True),
    Column("Of whom", whole=True),
    Column("Network", whole=True),
    money_column("A year"),
    money_column("Used"),
    money_column("Left"),
)


@click.command()
@click.argument("claim", metavar="[CLAIM]", required=False)
@click.option("--version", type=int, metavar="N", help="This decision of it; the newest that stands if left out.")
@click.option("--check", metavar="NUMBER", help="What a check to a member pays, claim by claim.")
@written_options
@json_option
@click.pass_obj
def command(
    session: Session,
    claim: str | None,
    version: int | None,
    check: str | None,
    page: Path | None,
    sheets: Path | None,
    *,
    as_json: bool,
) -> int:
    """Show a member what was paid and what they owe.

    CLAIM is our number for it. With it stand the deductible and maximum after this claim, and how to appeal. The page
    is one file that nothing else belongs to; the PDF says the same. --check tells what goes with a check to a member.
    Every look is kept in the audit log.

    \b
    Example:
      hpedi eob 26061000010000002
      hpedi eob 26061000010000002 --html eob.html
      hpedi eob --check 100004 --html notice.html
    """
    if (claim is None) == (check is None) or (check is not None and version is not None):
        raise click.UsageError("give our number for a claim, or --check NUMBER")
    document, facts, show = _told_of_check(session, check) if check is not None else _told(session, claim, version)
    is_written = write_document(document, page, sheets)
    if as_json:
        print_json(facts)
    elif not is_written:
        show()
    return ExitCode.OK


def _told(session: Session, claim: str | None, version: int | None) -> _Told:
    """Return what is told of a claim: as a page, for programs, and what prints it."""
    from hpedi.payments.eob_document import eob_document
    from hpedi.pipeline.eob import explanation

    with _asking(session) as (work, reference, texts):
        eob = explanation(work, reference, claim or "", texts, version)
    if eob is None:
        raise click.UsageError("no such claim or version is decided: give our number for it, CLP07 of the 835")
    return eob_document(eob), {"eob": asdict(eob)}, partial(_print, eob)


def _told_of_check(session: Session, check: str) -> _Told:
    """Return what is told with a check to a member, likewise."""
    from hpedi.payments.eob_document import check_document
    from hpedi.pipeline.eob import check_explained

    with _asking(session) as (work, reference, texts):
        notice = check_explained(work, reference, check, texts)
    if notice is None:
        raise click.UsageError("there is no check to a member of this number")
    return check_document(notice), {"check": asdict(notice)}, partial(_print_check, notice)


@contextmanager
def _asking(session: Session) -> Iterator[tuple[Work, Reference, EobTexts]]:
    """Yield the books in a transaction that keeps who looked, the payer's reference data and the words in force."""
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.mappings_folder import mapping
    from hpedi.payments.eob import load_eob_texts

    workspace = open_workspace(session.home)
    context = acting(workspace, "explain", "claim")
    texts = load_eob_texts(mapping("payments/eob_texts.yaml").read_bytes(), context.as_of)
    reference = Jobs(workspace, context).reference
    with workspace.books.writing(context) as work:
        yield work, reference, texts


def _print_check(notice: MemberCheck) -> None:
    place = f", in place of {notice.in_place_of}" if notice.in_place_of else ""
    click.echo(f"Check {notice.number} of {notice.day} to {notice.pay_to}, {notice.amount:,} US dollars{place}\n")
    rows = ((each.claim, each.patient, each.provider, amount) for each, amount in notice.paid)
    print_table("What it pays", _PAID, rows)
    for each, _amount in notice.paid:
        _print(each)


def _print(eob: Eob) -> None:
    click.echo(f"Claim {eob.claim}, version {eob.version}, decided on {eob.decided_on}: {eob.provider}. Not a bill.\n")
    services = (
        (line.day, line.service, line.billed, line.allowed, line.paid, eob.owed_for(line),
         ", ".join(each.code for each in line.reasons))
        for line in eob.lines
    )  # fmt: skip
    print_table("What was billed and paid, US dollars", _SERVICES, services)
    why = [(f"service {line.number}", each) for line in eob.lines for each in line.reasons]
    why += [("claim", each) for each in eob.reasons]
    print_table("Why", _WHY, ((where, each.code, each.amount, each.text) for where, each in why))
    click.echo(f"billed {eob.billed:,}, plan paid {eob.paid + eob.paid_to_member:,}, you may owe {eob.owed:,}\n")
    balances = (
        (f"{each.kind} {each.of}".strip(), each.scope, each.tier, each.limit, each.used, each.left)
        for each in eob.balances
    )
    print_table("Limits after this claim", _BALANCES, balances)
    click.echo("\n".join((*eob.appeals, *eob.contact)))

"""`hpedi checks`: what the bank says of checks, which are open or stale, and what the bank is told of them."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.bank_file_findings import finding_facts, print_findings
from hpedi.commands.options import ExistingFile, as_of_option, dry_run_option
from hpedi.commands.printing import Column, hint, json_option, money_column, print_json, print_table

if TYPE_CHECKING:
    from hpedi.payments.bank_checks import CheckTerms
    from hpedi.payments.positive_pay import CheckNotice
    from hpedi.pipeline.checks import ChecksImported, CheckTaken
    from hpedi.pipeline.records import ListedPayment

_TAKEN: Final = (
    Column("Line", right=True),
    Column("Check", whole=True),
    money_column("Amount"),
    Column("The bank says", whole=True),
    Column("On", whole=True),
    Column("Was", whole=True),
)
_LISTED: Final = (
    Column("Check", whole=True),
    Column("Date", whole=True),
    Column("Payee", whole=True),
    money_column("Amount"),
    Column("State", whole=True),
    Column("Age", right=True),
    Column("Stale", whole=True),
)
_TOLD: Final = (
    Column("Check", whole=True),
    Column("Date", whole=True),
    Column("Payee"),
    money_column("Amount"),
    Column("Told", whole=True),
)


@click.group()
def command() -> None:
    """Import what the bank says of checks, and tell it of ours.

    \b
    Example:
      hpedi checks import cleared-20260331.csv
      hpedi checks list --stale
      hpedi checks positive-pay
    """


@command.command("import")
@click.argument("file", metavar="FILE", type=ExistingFile)
@dry_run_option
@as_of_option
@json_option
@click.pass_obj
def import_file(session: Session, file: Path, as_of: date | None, *, dry_run: bool, as_json: bool) -> int:
    """Import which checks the bank says are cleared, stale or stopped.

    The file is CSV with a heading: check_number, status (cleared, stale, stopped), date (CCYY-MM-DD), amount (dollars).
    A cleared check is settled; a stopped one can be reissued or voided. What is wrong with a line is told, and the
    other lines are taken; what was taken before changes nothing, so that a file may be imported again.

    \b
    Example:
      hpedi checks import cleared-20260331.csv --dry-run
    """
    from hpedi.commands.jobs import alone, rehearsal
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.checks import import_checks

    content = file.read_bytes()
    opened = rehearsal(session.home) if dry_run else nullcontext(open_workspace(session.home))
    with opened as workspace, alone(workspace):
        context = acting(workspace, "import", "bank file", as_of)
        with workspace.books.writing(context) as work:
            imported = import_checks(work, content, file.name)
    _print_imported(imported, as_json=as_json)
    return ExitCode.FINDINGS if imported.findings else ExitCode.OK


def _print_imported(imported: ChecksImported, *, as_json: bool) -> None:
    if as_json:
        taken = [_taken(each) for each in imported.taken]
        print_json({"taken": taken, "findings": finding_facts(imported.findings)})
        return
    print_table("Taken", _TAKEN, (tuple(_taken(each).values()) for each in imported.taken))
    print_findings("Not taken", imported.findings)
    again = sum(each.is_again for each in imported.taken)
    click.echo(f"{len(imported.taken)} lines taken ({again} as before), {len(imported.findings)} not taken")
    if any(each.told.status == "stopped" and not each.is_again for each in imported.taken):
        hint(
            "`hpedi pay reissue` draws a stopped check anew; `hpedi pay void` lets the next payment run pay its claims"
        )


def _taken(taken: CheckTaken) -> dict[str, object]:
    told = taken.told
    was = "as before" if taken.is_again else taken.check.state.value
    return {
        "line": told.line, "check_number": told.check_number, "amount": told.amount,
        "status": told.status.value, "on": told.on, "was": was,
    }  # fmt: skip


@command.command("list")
@click.option("--stale", is_flag=True, help="Only checks that are stale, by the bank's word or by their age.")
@click.option("--all", "every", is_flag=True, help="Cleared, void and reissued checks, too.")
@as_of_option
@json_option
@click.pass_obj
def list_checks(session: Session, as_of: date | None, *, stale: bool, every: bool, as_json: bool) -> int:
    """List the checks that went out and are not cleared, with their age in days.

    \b
    Example:
      hpedi checks list --stale --as-of 2026-10-31
    """
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.checks import DONE, OPEN, checks_in, stale_checks

    workspace = open_workspace(session.home)
    context = acting(workspace, "list", "check", as_of)
    terms = check_terms(context.as_of)
    with workspace.books.writing(context) as work:
        found = stale_checks(work, terms) if stale else checks_in(work, (*OPEN, *DONE) if every else OPEN)
        work.audit.record("list", "checks", result=f"found {len(found)}")
    facts = [_facts(each, context.as_of, terms) for each in found]
    if as_json:
        for told in facts:
            print_json(told)
        return ExitCode.OK
    print_table("Checks", _LISTED, (tuple(told.values()) for told in facts))
    click.echo(f"{len(facts)} checks of {sum(each.payment.amount for each in found):,} US dollars")
    return ExitCode.OK


def _facts(check: ListedPayment, day: date, terms: CheckTerms) -> dict[str, object]:
    from hpedi.payments.bank_checks import is_stale

    made = check.payment
    return {
        "check_number": made.trace_number,
        "check_date": made.payment_date,
        "payee": made.payee.provider,
        "amount": made.amount,
        "state": check.state.value,
        "age_days": (day - made.payment_date).days,
        "stale": "stale" if is_stale(made, check.state, day, terms) else "",
    }


def check_terms(day: date) -> CheckTerms:
    """Return what holds for checks on a day."""
    from hpedi.mappings_folder import mapping
    from hpedi.payments.bank_checks import load_check_terms

    return load_check_terms(mapping("payments/checks.yaml").read_bytes(), day)


@command.command("positive-pay")
@click.option(
    "--layout",
    default="csv",
    show_default=True,
    metavar="NAME",
    help="How the file is written: a layout of mappings/payments/checks.yaml.",
)
@dry_run_option
@as_of_option
@json_option
@click.pass_obj
def positive_pay(session: Session, layout: str, as_of: date | None, *, dry_run: bool, as_json: bool) -> int:
    """Tell the bank which checks were issued and which are void, each once; `hpedi deliver` hands the file over.

    The file holds our account number and lies in the bank folder only.

    \b
    Example:
      hpedi checks positive-pay --layout fixed
    """
    from hpedi.commands.jobs import Jobs, alone, rehearsal
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.payments.positive_pay import TooWide
    from hpedi.pipeline.checks import tell_bank
    from hpedi.pipeline.payment_terms import CannotPay

    opened = rehearsal(session.home) if dry_run else nullcontext(open_workspace(session.home))
    with opened as workspace, alone(workspace):
        context = acting(workspace, "send", "positive pay", as_of)
        reference, terms = Jobs(workspace, context).reference, check_terms(context.as_of)
        if layout not in terms.layouts:
            raise click.UsageError(f"there is no such layout; choose --layout {' or '.join(terms.layouts)}")
        try:
            with workspace.books.writing(context) as work:
                work.restorations.check_not_held()
                told = tell_bank(work, reference, terms, layout)
        except CannotPay as refused:
            raise click.ClickException("\n".join(finding.message for finding in refused.findings)) from None
        except TooWide as wide:
            raise click.UsageError(f"the layout does not take a check: {wide}; choose another --layout") from None
    if as_json:
        print_json({"told": [_told(each) for each in told]})
        return ExitCode.OK
    print_table("Told to the bank", _TOLD, (tuple(_told(each).values()) for each in told))
    click.echo(f"{len(told)} checks told to the bank" if told else "the bank knows all checks already")
    return ExitCode.OK


def _told(notice: CheckNotice) -> dict[str, object]:
    return {
        "check_number": notice.check_number,
        "check_date": notice.check_date,
        "payee": notice.payee,
        "amount": notice.amount,
        "action": notice.action.value,
    }

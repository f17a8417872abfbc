"""`hpedi eft`: accounts that payees enroll, what the bank sends back of EFTs, and each EFT beside its 835."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.bank_file_findings import finding_facts, print_findings
from hpedi.commands.eft_enrollments import (
    approve,
    deny,
    end,
    enroll,
    enrollment_terms,
    enrollments,
    lift,
    prenote,
)
from hpedi.commands.options import ExistingFile, as_of_option, dry_run_option
from hpedi.commands.printing import Column, hint, json_option, money_column, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpedi.commands.jobs import Jobs
    from hpedi.payments.calendar import AchCalendar
    from hpedi.payments.eft_returns import Correction, ReturnCodes
    from hpedi.pipeline.eft_returns import Imported, ReturnTerms
    from hpedi.pipeline.eft_returns_ports import KeptReturn, Reassociated
    from hpedi.pipeline.records import ListedPayment

_RETURNS: Final = (
    Column("Line", right=True),
    Column("EFT", whole=True),
    Column("Code", whole=True),
    money_column("Amount"),
    Column("Outcome", whole=True),
    Column("Means"),
    Column("Do"),
)
_REASSOCIATED: Final = (
    Column("EFT", whole=True),
    Column("Payee", whole=True),
    money_column("Amount"),
    Column("State", whole=True),
    Column("Nacha trace", whole=True),
    Column("Effective", whole=True),
    Column("835", whole=True),
    Column("Delivered", whole=True),
    Column("Apart", right=True),
    Column("Age", right=True),
    Column("Look at"),
)


@click.group()
def command() -> None:
    """Enroll payees' accounts, and read what the bank sends back.

    \b
    Example:
      hpedi eft enroll --tax-id 410000203 --npi 1000002026 --routing 091000019 --why "voided check"
      hpedi eft import returns-20260318.ach
      hpedi eft reassociation --as-of 2026-03-31
    """


for _each in (enroll, enrollments, approve, deny, end, prenote, lift):
    command.add_command(_each)


@command.command("import")
@click.argument("file", metavar="FILE", type=ExistingFile)
@click.option("--reissue", is_flag=True, help="Let a check take the place of each payment that came back.")
@dry_run_option
@as_of_option
@json_option
@click.pass_obj
def import_file(
    session: Session, file: Path, as_of: date | None, *, reissue: bool, dry_run: bool, as_json: bool
) -> int:
    """Import a Nacha file of returns and notifications of change.

    Each return brings its payment into the state returned and puts the payee's account on hold where its reason says
    so; a return of a prenotification ends its enrollment. A change of an account becomes a request for an enrollment,
    which a person approves. The file is taken whole and once, or not at all: what is wrong is told with its line. EFTs
    that can no longer come back are settled then.

    \b
    Example:
      hpedi eft import returns-20260318.ach --dry-run
      hpedi eft import returns-20260318.ach --reissue
    """
    from hpedi.commands.jobs import Jobs, alone, rehearsal
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.eft_returns import import_returns

    content = file.read_bytes()
    opened = rehearsal(session.home) if dry_run else nullcontext(open_workspace(session.home))
    with opened as workspace, alone(workspace):
        context = acting(workspace, "import", "bank file", as_of)
        again = acting(workspace, "reissue", "payment", as_of) if reissue else None
        terms = return_terms(context.as_of)
        with workspace.books.writing(context) as work:
            imported = import_returns(work, content, hashlib.sha256(content).hexdigest(), terms, file.name)
        settled = () if imported.findings else Jobs(workspace, context).settle_efts()
        checks = _reissued(Jobs(workspace, again)) if again and not imported.findings else ()
    _print_imported(imported, terms.codes, settled, checks, as_json=as_json)
    return ExitCode.FINDINGS if imported.findings else ExitCode.OK


def _reissued(jobs: Jobs) -> tuple[ListedPayment, ...]:
    """Let checks take the place of all payments that stand returned; one that cannot be reissued is told.

    A check that was drawn before an interruption goes out now.
    """
    from hpedi.payments.states import PaymentState
    from hpedi.pipeline.reissue import CannotReissue

    with jobs.workspace.books.reading(jobs.context) as work:
        drawn = [
            each.payment.reissues for each in work.payments.in_state(PaymentState.APPROVED) if each.payment.reissues
        ]
        came_back = [each.payment.trace_number for each in work.payments.in_state(PaymentState.RETURNED)]
    checks = []
    for number in (*drawn, *came_back):
        try:
            check, _held = jobs.reissue(number, "came back")
        except CannotReissue as refused:
            hint(f"payment {number} is not reissued: {refused}")
        else:
            checks.append(check)
    return tuple(checks)


def _print_imported(
    imported: Imported,
    codes: ReturnCodes,
    settled: Sequence[ListedPayment],
    checks: Sequence[ListedPayment],
    *,
    as_json: bool,
) -> None:
    if as_json:
        returns = [_facts(each, codes) for each in imported.returns]
        numbers = {"settled": _numbers(settled), "checks": _numbers(checks)}
        found = finding_facts(imported.findings)
        print_json({"is_again": imported.is_again, "returns": returns, "findings": found, **numbers})
        return
    if imported.is_again:
        click.echo("this file was imported before; nothing of it was done again")
    if imported.findings:
        print_findings("Nothing of the file was taken", imported.findings)
        return
    print_table("What came back", _RETURNS, (_row(each, codes) for each in imported.returns))
    back = [each for each in imported.returns if each.outcome == "returned" and each.payment is not None]
    if not imported.is_again:
        click.echo(f"{len(imported.returns)} entries: {len(back)} payments came back")
    if settled:
        click.echo(f"{len(settled)} EFTs can no longer come back and are settled: {', '.join(_numbers(settled))}")
    for check in checks:
        click.echo(f"check {check.payment.trace_number} ({check.state}) takes the place of {check.payment.reissues}")
    if back and not checks:
        hint(
            "their claims stay as decided; `hpedi pay reissue` lets a check take the place of a payment that came back"
        )


def _numbers(payments: Sequence[ListedPayment]) -> list[str]:
    return [each.payment.trace_number for each in payments]


@command.command()
@json_option
@click.pass_obj
def returns(session: Session, *, as_json: bool) -> int:
    """List what came back so far, the corrections that banks propose, and the accounts on hold.

    \b
    Example:
      hpedi eft returns
    """
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "import", "bank file")
    codes = return_terms(context.as_of).codes
    with workspace.books.writing(context) as work:
        kept, holds = list(work.eft.all()), list(work.eft.holds())
        work.audit.record("list", "EFT returns", result=f"found {len(kept)}")
    if as_json:
        print_json({"returns": [_facts(each, codes) for each in kept], "holds": holds})
        return ExitCode.OK
    print_table("What came back", _RETURNS, (_row(each, codes) for each in kept))
    held = (Column("Payee", whole=True), Column("Account"), Column("Since", whole=True), Column("Why", whole=True))
    print_table(
        "Accounts on hold",
        held,
        (
            (each.provider, _masked(each.last_four), each.held_on, f"{each.code} of {each.trace_number}")
            for each in holds
        ),
    )
    if not kept:
        click.echo("nothing came back")
    return ExitCode.OK


@command.command()
@as_of_option
@json_option
@click.pass_obj
def reassociation(session: Session, as_of: date | None, *, as_json: bool) -> int:
    """List each EFT with its 835, and back, with the days between them and their age.

    `Apart` is the business days between the EFT's effective date and the delivery of the 835: CAQH CORE 370 wants no
    more than three. What has no 835, no entry or an 835 that was not delivered is marked.

    \b
    Example:
      hpedi eft reassociation --as-of 2026-03-31
    """
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "see", "ledger", as_of)
    codes = return_terms(context.as_of).codes
    calendar = Jobs(workspace, context).business_days
    wrong = 0
    with workspace.books.reading(context) as work:
        rows = [reassociation_facts(each, context.as_of, calendar, codes) for each in work.eft.reassociation()]
    for row in rows:
        wrong += bool(row["look_at"])
        if as_json:
            print_json(row)
    if not as_json:
        print_table("EFTs and their 835s", _REASSOCIATED, (tuple(row.values()) for row in rows))
        click.echo(f"{len(rows)} EFTs, {wrong} to look at")
    return ExitCode.FINDINGS if wrong else ExitCode.OK


def reassociation_facts(each: Reassociated, day: date, calendar: AchCalendar, codes: ReturnCodes) -> dict[str, object]:
    """Return an EFT beside its 835; `look_at` says what is wrong with the two, if anything is."""
    entry = each.entry
    effective = entry.effective_entry_date if entry else None
    apart = calendar.business_days_between(each.remitted_on, effective) if each.remitted_on and effective else None
    return {
        "trace_number": each.trace_number,
        "payee": each.provider,
        "amount": each.amount,
        "state": each.state.value,
        "ach_trace_number": entry.ach_trace_number if entry else "",
        "effective_entry_date": effective,
        "remittance": each.remittance,
        "delivered_on": each.remitted_on,
        "days_apart": apart,
        "age_days": (day - effective).days if effective else None,
        "look_at": _look_at(each, apart, codes.reassociation_days),
    }


def _look_at(each: Reassociated, apart: int | None, at_most: int) -> str:
    if each.entry is None:
        return "no ACH entry"
    if not each.remittance:
        return "no 835"
    if each.entry.amount != each.amount:
        return "amounts differ"
    if each.remitted_on is None:
        return "835 not delivered"
    if each.state.value == "returned":
        return "came back"
    return "far apart" if apart is not None and apart > at_most else ""


def return_terms(day: date) -> ReturnTerms:
    """Return what holds on a day for what comes back."""
    from hpedi.mappings_folder import mapping
    from hpedi.payments.eft_returns import load_return_codes
    from hpedi.pipeline.eft_returns import ReturnTerms

    return ReturnTerms(
        codes=load_return_codes(mapping("payments/ach_returns.yaml").read_bytes(), day),
        enrollment=enrollment_terms(day),
    )


def _masked(last_four: str) -> str:
    return f"ends in {last_four}"


def _correction(correction: Correction | None) -> dict[str, str]:
    from msgspec import structs

    if correction is None:
        return {}
    told = {name: value for name, value in structs.asdict(correction).items() if value}
    if "account_number" in told:
        told["account_number"] = _masked(told["account_number"][-4:])
    return told


def _facts(kept: KeptReturn, codes: ReturnCodes) -> dict[str, object]:
    facts = asdict(kept) | {"means": _means(kept, codes), "do": _do(kept, codes)}
    facts["correction"] = _correction(kept.correction)
    return facts


def _row(kept: KeptReturn, codes: ReturnCodes) -> tuple[object, ...]:
    meant = kept.trace_number or f"prenote of {kept.enrollment}"
    named = (kept.line, meant, kept.code, kept.amount, kept.outcome)
    return (*named, _means(kept, codes), _do(kept, codes))


def _means(kept: KeptReturn, codes: ReturnCodes) -> str:
    known = codes.returns.get(kept.code) or codes.changes.get(kept.code)
    return known.means if known else ""


def _do(kept: KeptReturn, codes: ReturnCodes) -> str:
    if kept.code in codes.returns:
        return (
            codes.returns[kept.code].do if kept.payment is not None else "ask the payee, and enroll its account again"
        )
    changed = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in _correction(kept.correction).items())
    return f"confirm with the payee and decide on the enrollment that is requested: {changed}"

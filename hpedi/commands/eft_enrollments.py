"""The commands of `hpedi eft` by which a payee's account is enrolled, approved, prenoted, ended and freed of a hold."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import date
from typing import IO, TYPE_CHECKING

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.eft_printing import (
    KINDS,
    enrollment_facts,
    loaded_facts,
    masked,
    print_enrollment,
    print_enrollments,
)
from hpedi.commands.options import Day, Why, as_of_option, dry_run_option
from hpedi.commands.printing import hint, json_option, print_json

if TYPE_CHECKING:
    from hpedi.payments.eft_enrollment import EftEnrollment, EnrollmentState, EnrollmentTerms
    from hpedi.pipeline.eft_enrolling import EnrollmentAsked
    from hpedi.run_context import RunContext

number_argument = click.argument("number", metavar="NUMBER", type=int)
_why = click.option("--why", default="", type=Why(), metavar="TEXT", help="Why, for the record; no account numbers.")


@click.command()
@click.option("--tax-id", required=True, metavar="DIGITS", help="The payee's Tax ID.")
@click.option("--npi", required=True, metavar="DIGITS", help="The payee's NPI.")
@click.option("--routing", required=True, metavar="DIGITS", help="Routing number of the payee's bank, nine digits.")
@click.option("--account-file", type=click.File("r"), metavar="FILE", help="Its first line is the account number.")
@click.option(
    "--type",
    "kind",
    type=click.Choice(list(KINDS)),
    default="checking",
    show_default=True,
    help="Type of the account.",
)
@click.option(
    "--linkage",
    type=click.Choice(["NPI", "TIN"]),
    default="NPI",
    show_default=True,
    help="By which identifier the payee has the account.",
)
@click.option("--ctx", is_flag=True, help="Send the 835 inside the EFT (CTX); else its TRN only (CCD+).")
@click.option("--from", "start", type=Day(), metavar="DATE", help="Requested start date; today if left out.")
@click.option("--why", required=True, type=Why(), metavar="TEXT", help="What shows that the account is the payee's.")
@as_of_option
@json_option
@click.pass_obj
def enroll(
    session: Session, /, *, account_file: IO[str] | None, as_of: date | None, as_json: bool, **asked: object
) -> int:
    """Request that a payee is paid to an account; a second person approves it.

    The account number is read from a file, from the standard input (`--account-file -`) or at a prompt, never from the
    command line; it is kept encrypted and shown by its last four digits. A payee whose account changes is paid to the
    account before until the new one is live.

    \b
    Example:
      hpedi eft enroll --tax-id 410000203 --npi 1000002026 --routing 091000019 --account-file - --why "voided check"
    """
    from hpedi.commands.jobs import Jobs, alone
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.eft_enrolling import CannotEnroll
    from hpedi.pipeline.eft_enrolling import enroll as enroll_account

    workspace = open_workspace(session.home)
    context = acting(workspace, "request", "eft enrollment", as_of)
    number = account_file.readline() if account_file else click.prompt("Account number", hide_input=True, err=True)
    request = _asked(asked, str(number).strip(), context)
    reference, terms = Jobs(workspace, context).reference, enrollment_terms(context.as_of)
    try:
        with alone(workspace), workspace.books.writing(context) as work:
            made = enroll_account(work, reference, terms, request)
    except CannotEnroll as refused:
        raise click.UsageError(str(refused)) from None
    if as_json:
        print_json(enrollment_facts(made, context.as_of, reference))
        return ExitCode.OK
    click.echo(f"enrollment {made.id}: {made.provider} to the account that {masked(made)}, {made.submission.value}")
    hint(f"a second person approves it: `hpedi eft approve {made.id}`")
    return ExitCode.OK


def _asked(asked: dict[str, object], number: str, context: RunContext) -> EnrollmentAsked:
    from hpedi.payments.eft_enrollment import Linkage
    from hpedi.pipeline.eft_enrolling import EnrollmentAsked
    from hpedi.transactions.remittance_835.model import CCD_PLUS, CORPORATE_EXCHANGE, BankAccount

    return EnrollmentAsked(
        tax_id=re.sub("[ -]", "", str(asked["tax_id"])),
        npi=str(asked["npi"]),
        account=BankAccount(
            routing_number=str(asked["routing"]),
            account_number=number,
            kind=KINDS[str(asked["kind"])],
            entry_format=CORPORATE_EXCHANGE if asked["ctx"] else CCD_PLUS,
        ),
        linkage=Linkage[str(asked["linkage"])],
        start=asked["start"] if isinstance(asked["start"], date) else context.as_of,
        why=str(asked["why"]),
    )


def enrollment_terms(day: date) -> EnrollmentTerms:
    """Return what holds on a day for enrollments."""
    from hpedi.mappings_folder import mapping
    from hpedi.payments.eft_enrollment import load_enrollment_terms

    return load_enrollment_terms(mapping("payments/eft_enrollment.yaml").read_bytes(), day)


@click.command()
@click.argument("number", metavar="[NUMBER]", type=int, required=False)
@as_of_option
@json_option
@click.pass_obj
def enrollments(session: Session, number: int | None, as_of: date | None, *, as_json: bool) -> int:
    """List the accounts that payees enrolled, or show one with its history.

    Accounts of the payer folder are listed first, without a number: they were approved before they were loaded. One
    enrollment is shown by the data elements of the CAQH CORE EFT enrollment data set. `First day` is when the payee is
    paid to the account: the start that was asked for, or the day on which the prenotification counts as accepted.

    \b
    Example:
      hpedi eft enrollments --as-of 2026-03-31
      hpedi eft enrollments 1
    """
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.payments.eft_enrollment import by_payee

    workspace = open_workspace(session.home)
    context = acting(workspace, "list", "eft enrollment", as_of)
    reference = Jobs(workspace, context).reference
    with workspace.books.writing(context) as work:
        every = work.eft_enrollments.all()
        shown = [each for each in every if number in {None, each.id}]
        subject = "eft-enrollment:all" if number is None else f"eft-enrollment:{number}"
        work.audit.record("eft list", subject, result=f"found {len(shown)}")
    if number is not None and not shown:
        raise click.UsageError("there is no such enrollment; `hpedi eft enrollments` names them")
    of_payee = by_payee(every)
    facts = [enrollment_facts(each, context.as_of, reference, of_payee[each.provider]) for each in shown]
    if number is None:
        facts = [*loaded_facts(reference, context.as_of, of_payee), *facts]
    if as_json:
        for told in facts:
            print_json(told)
    else:
        print_enrollments(facts) if number is None else print_enrollment(facts[0])
    return ExitCode.OK


@click.command()
@number_argument
@_why
@as_of_option
@json_option
@click.pass_obj
def approve(session: Session, number: int, why: str, as_of: date | None, *, as_json: bool) -> int:
    """Approve an account that another person requested; its prenotification goes out next.

    \b
    Example:
      hpedi eft approve 1 --why "called the payee back"
    """
    return _decided(session, number, "approve", why, as_of, as_json=as_json)


@click.command()
@number_argument
@_why
@as_of_option
@json_option
@click.pass_obj
def deny(session: Session, number: int, why: str, as_of: date | None, *, as_json: bool) -> int:
    """Deny an account that was requested.

    \b
    Example:
      hpedi eft deny 1 --why "the payee knows nothing of it"
    """
    return _decided(session, number, "deny", why, as_of, as_json=as_json)


def _decided(session: Session, number: int, action: str, why: str, as_of: date | None, *, as_json: bool) -> int:
    from hpedi.commands.jobs import alone
    from hpedi.commands.signed_in import NotPermitted, acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.payments.eft_enrollment import EnrollmentState
    from hpedi.pipeline.eft_enrolling import CannotEnroll, SamePerson, decide
    from hpedi.state_history import WrongState

    workspace = open_workspace(session.home)
    context = acting(workspace, action, "eft enrollment", as_of)
    state = EnrollmentState.APPROVED if action == "approve" else EnrollmentState.DENIED
    try:
        with alone(workspace), workspace.books.writing(context) as work:
            decide(work, number, state, why)
    except SamePerson as refused:
        raise NotPermitted(str(refused)) from None
    except (CannotEnroll, WrongState) as refused:
        raise click.UsageError(str(refused)) from None
    _print_state(number, state, as_json=as_json)
    return ExitCode.OK


def _print_state(number: int, state: EnrollmentState, *, as_json: bool, **more: object) -> None:
    if as_json:
        print_json({"number": number, "state": state.value, **more})
        return
    told = "".join(f", {name.replace('_', ' ')} {value}" for name, value in more.items())
    click.echo(f"enrollment {number}: {state.value}{told}")


@click.command()
@number_argument
@click.option("--on", "last_day", type=Day(), metavar="DATE", help="The last day; today if left out.")
@click.option("--why", required=True, type=Why(), metavar="TEXT", help="Why, for the record; no account numbers.")
@as_of_option
@json_option
@click.pass_obj
def end(session: Session, number: int, last_day: date | None, why: str, as_of: date | None, *, as_json: bool) -> int:
    """Cancel an enrollment, or withdraw a request: the payee is paid by check from then on.

    \b
    Example:
      hpedi eft end 1 --on 2026-06-30 --why "the payee asked for checks"
    """
    from hpedi.commands.jobs import alone
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.eft_enrolling import CannotEnroll
    from hpedi.pipeline.eft_enrolling import end as end_enrollment
    from hpedi.state_history import WrongState

    workspace = open_workspace(session.home)
    context = acting(workspace, "end", "eft enrollment", as_of)
    last = last_day or context.as_of
    try:
        with alone(workspace), workspace.books.writing(context) as work:
            ended = end_enrollment(work, number, last, why)
    except (CannotEnroll, WrongState) as refused:
        raise click.UsageError(str(refused)) from None
    _print_state(number, ended.state, as_json=as_json, last_day=last)
    return ExitCode.OK


@click.command()
@dry_run_option
@as_of_option
@json_option
@click.pass_obj
def prenote(session: Session, as_of: date | None, *, dry_run: bool, as_json: bool) -> int:
    """Write the Nacha file of prenotifications for all approved accounts; `hpedi deliver` hands it to the bank.

    A prenotification is an entry of 0.00 that tries an account. If nothing comes back within the waiting time of the
    Nacha rules, the account counts as accepted.

    \b
    Example:
      hpedi eft prenote --as-of 2026-03-16
    """
    from hpedi.commands.jobs import Jobs, alone, rehearsal
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    opened = rehearsal(session.home) if dry_run else nullcontext(open_workspace(session.home))
    with opened as workspace, alone(workspace):
        sent = Jobs(workspace, acting(workspace, "send", "prenote", as_of)).prenote()
    if as_json:
        print_json({"sent": [{"number": each.id, "payee": each.provider, **_sent(each)} for each in sent]})
        return ExitCode.OK
    for each in sent:
        told = _sent(each)
        click.echo(f"enrollment {each.id}: prenote of {told['effective']}, accepted from {told['accepted_from']} on")
    click.echo(f"{len(sent)} prenotifications")
    return ExitCode.OK


def _sent(enrollment: EftEnrollment) -> dict[str, object]:
    sent = enrollment.prenote
    if sent is None:
        return {}
    return {"file": sent.file, "effective": sent.effective_entry_date, "accepted_from": sent.accepted_on}


@click.command()
@click.argument("provider", metavar="PAYEE")
@click.option("--why", required=True, type=Why(), metavar="TEXT", help="Why, for the record; no account numbers.")
@as_of_option
@json_option
@click.pass_obj
def lift(session: Session, provider: str, why: str, as_of: date | None, *, as_json: bool) -> int:
    """Let EFTs go again to a payee's account that is on hold.

    \b
    Example:
      hpedi eft lift LAKES --why "the bank of the payee opened the account again"
    """
    from hpedi.commands.jobs import alone
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    context = acting(workspace, "lift", "account hold", as_of)
    with alone(workspace), workspace.books.writing(context) as work:
        lifted = work.eft.lift(provider, context.as_of)
        for each in lifted:
            work.audit.record("lift", f"account-hold:{each.provider}", reason=why, result=each.code)
    if not lifted:
        raise click.UsageError("no account of this payee is on hold; `hpedi eft returns` lists holds")
    if as_json:
        print_json({"lifted": lifted})
        return ExitCode.OK
    for each in lifted:
        click.echo(f"{each.provider}: the account that ends in {each.last_four} is no longer on hold ({each.code})")
    return ExitCode.OK

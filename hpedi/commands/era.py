"""`hpedi era`: who receives the 835s of a provider."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hpedi.access.era_enrolment import ALL_NPIS, EnrolmentState, EraEnrolment, SubmissionReason
from hpedi.access.grants import ProviderId
from hpedi.commands import ExitCode, Session
from hpedi.commands.era_printing import (
    enrolment_facts,
    form_of,
    print_enrolled,
    print_enrolments,
    print_form,
    print_routes,
)
from hpedi.commands.options import Day, Why
from hpedi.commands.printing import json_option, print_json

if TYPE_CHECKING:
    from hpedi.commands.workspace import Workspace
    from hpedi.pipeline.era_enrolling import EnrolmentAsked, EnrolmentTerms
    from hpedi.run_context import RunContext

_Command = TypeVar("_Command", bound=Callable[..., Any])

number_argument = click.argument("number", metavar="NUMBER", type=int)
why_option = click.option(
    "--why", default="", type=Why(), metavar="TEXT", help="Why, for the record; no names of patients."
)


def provider_options(command: _Command) -> _Command:
    """Give a command `--tax-id` with `--npi` or `--all-npis`."""
    for option in (
        click.option("--all-npis", is_flag=True, help="All NPIs of the Tax ID."),
        click.option("--npi", "provider_npi", default="", metavar="DIGITS", help="The provider's NPI."),
        click.option("--tax-id", required=True, metavar="DIGITS", help="The provider's Tax ID."),
    ):
        command = option(command)
    return command


def enrolment_options(command: _Command) -> _Command:
    """Give a command what names a receiver."""
    for option in (
        json_option,
        click.option("--dry-run", is_flag=True, help="Say what would go where; keep nothing."),
        why_option,
        click.option("--from", "start", type=Day(), metavar="DATE", help="The first day; today if left out."),
        click.option("--receiver", required=True, metavar="PARTNER", help="The trading partner that receives."),
    ):
        command = option(command)
    return provider_options(command)


@click.group()
def command() -> None:
    """Name who receives a provider's remittances.

    \b
    Example:
      hpedi era enrol --tax-id 410000202 --npi 1000002018 --receiver prairielink --from 2026-04-01
    """


@command.command()
@enrolment_options
@click.pass_obj
def enrol(session: Session, /, *, dry_run: bool, as_json: bool, **asked: object) -> int:
    """Enrol a provider: name the trading partner that receives its 835s.

    What an approver of the provider names holds from the day given. What its billing service asks for waits for an
    approver; so does what the payer enters on its behalf, where an organisation has shown the provider to be its own.

    \b
    Example:
      hpedi era enrol --tax-id 410000202 --npi 1000002018 --receiver prairielink --from 2026-04-01
      hpedi era enrol --tax-id 410000202 --all-npis --receiver prairielink --why "form of 2026-03-20"
    """
    return _enrolled(session, SubmissionReason.NEW, asked, dry_run=dry_run, as_json=as_json)


@command.command()
@enrolment_options
@click.pass_obj
def change(session: Session, /, *, dry_run: bool, as_json: bool, **asked: object) -> int:
    """Name another receiver; the enrolment that stands ends the day before.

    From its first day on, what is delivered goes to the new receiver, also what was made out to the old one.

    \b
    Example:
      hpedi era change --tax-id 410000202 --npi 1000002018 --receiver riverbend --from 2026-05-01 --dry-run
    """
    return _enrolled(session, SubmissionReason.CHANGE, asked, dry_run=dry_run, as_json=as_json)


def _enrolled(
    session: Session, submission: SubmissionReason, given: dict[str, object], *, dry_run: bool, as_json: bool
) -> int:
    from hpedi.pipeline.era_enrolling import enrol as enrol_provider

    workspace, context, terms = _opened(session)
    asked = _asked(given, submission, context.instant.date())
    opened = workspace.books.reading(context) if dry_run else workspace.books.writing(context)
    with _enrolling(workspace, context, "era request"), opened as work:
        outcome = enrol_provider(work, terms, asked, rehearses=dry_run)
    print_enrolled(outcome, dry_run=dry_run, as_json=as_json)
    return ExitCode.OK


@contextmanager
def _enrolling(workspace: Workspace, context: RunContext, action: str) -> Iterator[None]:
    """End the command where something is refused inside, or cannot be enrolled."""
    from hpedi.commands.signed_in import refusals_noted
    from hpedi.pipeline.era_enrolling import CannotEnrol

    try:
        with refusals_noted(workspace, context, action):
            yield
    except CannotEnrol as refused:
        raise click.UsageError(str(refused)) from None


def _opened(session: Session) -> tuple[Workspace, RunContext, EnrolmentTerms]:
    """Return the workspace, who runs the command, and what enrolling needs."""
    from hpedi.commands.access_files import access_rules
    from hpedi.commands.jobs import Jobs
    from hpedi.commands.signed_in import context_of
    from hpedi.commands.workspace import open_workspace
    from hpedi.pipeline.era_enrolling import EnrolmentTerms

    workspace = open_workspace(session.home)
    context = context_of(workspace)
    return workspace, context, EnrolmentTerms(rules=access_rules(), reference=Jobs(workspace, context).reference)


def _provider(given: dict[str, object]) -> ProviderId:
    from hpedi.identifiers import npi

    tax_id, number = re.sub("[ -]", "", str(given["tax_id"])), str(given["provider_npi"])
    if bool(number) == bool(given["all_npis"]):
        raise click.UsageError("give --npi or --all-npis")
    if not re.fullmatch("[0-9]{9}", tax_id) or (number and not npi.is_valid(number)):
        raise click.UsageError("a Tax ID has nine digits, an NPI ten with the right check digit")
    return ProviderId(tax_id, number or ALL_NPIS)


def _asked(given: dict[str, object], submission: SubmissionReason, today: date) -> EnrolmentAsked:
    from hpedi.pipeline.era_enrolling import EnrolmentAsked

    return EnrolmentAsked(
        provider=_provider(given),
        receiver=str(given["receiver"]),
        submission=submission,
        start=given["start"] or today,  # type: ignore[arg-type]
        why=str(given["why"]),
    )


@command.command()
@number_argument
@why_option
@json_option
@click.pass_obj
def approve(session: Session, number: int, why: str, *, as_json: bool) -> int:
    """Approve a receiver that somebody asked for.

    \b
    Example:
      hpedi era approve 2
    """
    return _decided(session, number, EnrolmentState.APPROVED, why, as_json=as_json)


@command.command()
@number_argument
@why_option
@json_option
@click.pass_obj
def deny(session: Session, number: int, why: str, *, as_json: bool) -> int:
    """Deny a receiver that somebody asked for.

    \b
    Example:
      hpedi era deny 2 --why "we receive our remittances ourselves"
    """
    return _decided(session, number, EnrolmentState.DENIED, why, as_json=as_json)


def _decided(session: Session, number: int, state: EnrolmentState, why: str, *, as_json: bool) -> int:
    from hpedi.pipeline.era_enrolling import decide

    workspace, context, terms = _opened(session)
    with _enrolling(workspace, context, "era decide"), workspace.books.writing(context) as work:
        enrolment = decide(work, terms, number, state, why)
    print_json(enrolment_facts(enrolment, context)) if as_json else click.echo(f"enrolment {number}: {state}")
    return ExitCode.OK


@command.command()
@number_argument
@click.option("--on", "last_day", type=Day(), metavar="DATE", help="The last day; yesterday if left out: it ends now.")
@why_option
@json_option
@click.pass_obj
def cancel(session: Session, number: int, last_day: date | None, why: str, *, as_json: bool) -> int:
    """Cancel an enrolment, or withdraw a request.

    What is delivered after the last day goes to whom the partner profiles name for the provider, or lies in the
    provider's own folder.

    \b
    Example:
      hpedi era cancel 2 --on 2026-06-30 --why "we leave the clearinghouse"
    """
    from datetime import timedelta

    from hpedi.pipeline.era_enrolling import end

    workspace, context, terms = _opened(session)
    last = last_day or context.instant.date() - timedelta(days=1)
    with _enrolling(workspace, context, "era end"), workspace.books.writing(context) as work:
        enrolment = end(work, terms, number, last, why)
    print_json(enrolment_facts(enrolment, context)) if as_json else click.echo(f"enrolment {number}: ends on {last}")
    return ExitCode.OK


@command.command("list")
@json_option
@click.pass_obj
def list_enrolments(session: Session, *, as_json: bool) -> int:
    """List enrolments: of providers of yours, that you asked for, and that name your trading partner.

    \b
    Example:
      hpedi era list
    """
    workspace, context, enrolments = _known(session)
    with workspace.books.writing(context) as work:
        work.audit.record("era list", "era:all", result=f"found {len(enrolments)}")
    if as_json:
        for each in enrolments:
            print_json({**enrolment_facts(each, context), "history": each.history})
    else:
        print_enrolments(enrolments, context)
    return ExitCode.OK


@command.command()
@number_argument
@json_option
@click.pass_obj
def show(session: Session, number: int, *, as_json: bool) -> int:
    """Show an enrolment by the data elements of the CAQH CORE ERA enrolment data set, and its history.

    \b
    Example:
      hpedi era show 1
    """
    from hpedi.commands.jobs import Jobs

    workspace, context, enrolments = _known(session)
    enrolment = next((each for each in enrolments if each.id == number), None)
    if enrolment is None:
        raise click.UsageError("there is no such enrolment; `hpedi era list` names them")
    form = form_of(enrolment, Jobs(workspace, context).reference)
    with workspace.books.writing(context) as work:
        work.audit.record("era show", f"era:{number}", result="found 1")
    if as_json:
        print_json({**enrolment_facts(enrolment, context), "form": form, "history": enrolment.history})
        return ExitCode.OK
    print_form(form, enrolment)
    return ExitCode.OK


def _known(session: Session) -> tuple[Workspace, RunContext, tuple[EraEnrolment, ...]]:
    """Return the workspace, who runs the command, and the enrolments that it may list."""
    from hpedi.pipeline.era_enrolling import known_to

    workspace, context, terms = _opened(session)
    with _enrolling(workspace, context, "era list"), workspace.books.reading(context) as work:
        return workspace, context, known_to(work, terms)


@command.command()
@provider_options
@click.option("--on", "day", type=Day(), metavar="DATE", help="The day; today if left out.")
@json_option
@click.pass_obj
def receiver(session: Session, /, *, day: date | None, as_json: bool, **named: object) -> int:
    """Show who receives the 835s of a provider of yours on a day, and by what.

    \b
    Example:
      hpedi era receiver --tax-id 410000202 --all-npis
    """
    from hpedi.pipeline.era_enrolling import routes_known_to

    provider = _provider(named)
    workspace, context, terms = _opened(session)
    with _enrolling(workspace, context, "era receiver"), workspace.books.writing(context) as work:
        routes = routes_known_to(work, terms, provider, day or context.instant.date())
        work.audit.record("era receiver", "era:none", result=f"found {len(routes)}")
    print_routes(routes, as_json=as_json)
    return ExitCode.OK

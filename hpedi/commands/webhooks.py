"""`hpedi webhooks`: endpoints of partners' own systems, and the sender of events to them."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

import click

from hpedi.commands import ExitCode, Session
from hpedi.commands.options import Why, dry_run_option
from hpedi.commands.printing import hint, json_option, print_json
from hpedi.commands.webhooks_pages import print_count, print_secret, print_sent, print_webhook, print_webhooks
from hpedi.pipeline.webhook_events import EVENTS, TRIAL

if TYPE_CHECKING:
    from hpedi.commands.webhooks_sending import EventSender, Sent
    from hpedi.commands.workspace import Workspace
    from hpedi.pipeline.ports import Work
    from hpedi.pipeline.webhook_ports import Webhook
    from hpedi.run_context import RunContext

Result = TypeVar("Result")

ASKED_FOR: Final = tuple(each for each in EVENTS if each != TRIAL)
EVENTS_SHOWN: Final = 20

number_argument = click.argument("number", metavar="NUMBER", type=int)


@click.group()
def command() -> None:
    """Tell partners' own systems what came in and what is ready.

    \b
    Example:
      hpedi webhooks add lakes https://edi.lakes.example/hpedi
    """


@command.command()
@click.argument("partner_id", metavar="PARTNER")
@click.argument("url", metavar="URL")
@click.option(
    "--event", "events", multiple=True, type=click.Choice(ASKED_FOR), help="A type it wants; all if left out."
)
@dry_run_option
@json_option
@click.pass_obj
def add(session: Session, partner_id: str, url: str, events: tuple[str, ...], *, dry_run: bool, as_json: bool) -> int:
    """Send events of a partner to a URL of its own.

    The secret that signs them is made here and shown only now; give it to the partner on a safe way. Private addresses
    are refused unless [webhooks] of hpedi.toml allows their network.

    \b
    Example:
      hpedi webhooks add lakes https://edi.lakes.example/hpedi --event remittance.ready
    """
    from hpedi.commands.webhooks_settings import read_webhook_settings, sending_terms
    from hpedi.pipeline import webhook_sending
    from hpedi.pipeline.webhook_addresses import WrongUrl, target_of
    from hpedi.pipeline.webhook_ports import Endpoint, SigningSecret, Webhook
    from hpedi.pipeline.webhook_signing import written_secret

    workspace, context = _opened(session, "manage")
    _check_partner(session, workspace, context, partner_id)
    try:
        target_of(url, read_webhook_settings(session.home).allowed)
    except WrongUrl as wrong:
        raise click.UsageError(str(wrong)) from None
    if dry_run:
        hint("a dry run: nothing was kept")
        return ExitCode.OK
    secret = written_secret(secrets.token_bytes(sending_terms().secret_bytes))
    new = Webhook(
        id=0,
        partner=partner_id,
        endpoint=Endpoint(url=url, secrets=(SigningSecret(secret),)),
        events=tuple(each for each in ASKED_FOR if each in (events or ASKED_FOR)),
        made_at=context.instant,
        made_by=context.principal.id,
    )
    with workspace.books.writing(context) as work:
        kept = webhook_sending.add(work, new)
    print_secret(kept, secret, as_json=as_json)
    return ExitCode.OK


def _check_partner(session: Session, workspace: Workspace, context: RunContext, partner_id: str) -> None:
    from hpedi.commands.partner_changes import existing, loaded_profiles

    with workspace.books.reading(context) as work:
        existing(loaded_profiles(work, session).holding, partner_id)


@command.command("list")
@json_option
@click.pass_obj
def list_webhooks(session: Session, *, as_json: bool) -> int:
    """List the endpoints, and how each stands.

    \b
    Example:
      hpedi webhooks list
    """
    workspace, context = _opened(session, "list")
    with workspace.books.reading(context) as work:
        found = work.webhooks.all()
    print_webhooks(found, context.instant, as_json=as_json)
    return ExitCode.OK


@command.command()
@number_argument
@json_option
@click.pass_obj
def show(session: Session, number: int, *, as_json: bool) -> int:
    """Show an endpoint with its newest events.

    \b
    Example:
      hpedi webhooks show 1
    """
    workspace, context = _opened(session, "list")
    with workspace.books.reading(context) as work:
        webhook = _known(next((each for each in work.webhooks.all() if each.id == number), None))
        events = work.webhooks.events(number, EVENTS_SHOWN)
    print_webhook(webhook, events, context.instant, as_json=as_json)
    return ExitCode.OK


@command.command()
@number_argument
@json_option
@click.pass_obj
def rotate(session: Session, number: int, *, as_json: bool) -> int:
    """Replace the secret of an endpoint; the old one signs beside it for a while.

    \b
    Example:
      hpedi webhooks rotate 1
    """
    from hpedi.commands.webhooks_settings import sending_terms
    from hpedi.pipeline import webhook_sending
    from hpedi.pipeline.webhook_signing import written_secret

    terms = sending_terms()
    secret = written_secret(secrets.token_bytes(terms.secret_bytes))
    changed = _changed(
        session, number, lambda work, webhook, at: webhook_sending.rotate(work, terms, webhook, secret, at)
    )
    print_secret(changed, secret, as_json=as_json)
    hint(f"the old secret signs beside it for {terms.old_secret_hours} hours")
    return ExitCode.OK


@command.command()
@number_argument
@click.option(
    "--why", required=True, type=Why(), metavar="TEXT", help="Why; kept with the endpoint, so no member data."
)
@json_option
@click.pass_obj
def disable(session: Session, number: int, *, why: str, as_json: bool) -> int:
    """Send nothing to an endpoint any more; what waits is parked.

    \b
    Example:
      hpedi webhooks disable 1 --why "the contract ended"
    """
    from hpedi.pipeline.webhook_sending import disable as send_nothing

    parked = _changed(session, number, lambda work, webhook, at: send_nothing(work, webhook, why, at))
    print_count(number, "parked", parked, f"webhook {number}: disabled, {parked} events parked", as_json=as_json)
    return ExitCode.OK


@command.command()
@number_argument
@json_option
@click.pass_obj
def enable(session: Session, number: int, *, as_json: bool) -> int:
    """Send to an endpoint again what happens from now on.

    \b
    Example:
      hpedi webhooks enable 1
    """
    from hpedi.pipeline.webhook_sending import enable as send_again

    _changed(session, number, lambda work, webhook, _at: send_again(work, webhook))
    if as_json:
        print_json({"number": number})
    else:
        click.echo(f"webhook {number}: enabled; what was parked is sent by `hpedi webhooks retry {number}`")
    return ExitCode.OK


@command.command()
@number_argument
@click.option("--event", "message", default="", metavar="ID", help="One event; all that are parked if left out.")
@json_option
@click.pass_obj
def retry(session: Session, number: int, *, message: str, as_json: bool) -> int:
    """Let parked events of an endpoint be sent, under the ids that they had.

    \b
    Example:
      hpedi webhooks retry 1
    """
    from hpedi.pipeline.webhook_sending import retry as send_parked

    count = _changed(session, number, lambda work, webhook, at: send_parked(work, _enabled(webhook), at, message))
    print_count(number, "waiting", count, f"webhook {number}: {count} events wait to be sent", as_json=as_json)
    return ExitCode.OK


@command.command()
@number_argument
@json_option
@click.pass_obj
def test(session: Session, number: int, *, as_json: bool) -> int:
    """Send an event that tells nothing now, and say what came of it.

    \b
    Example:
      hpedi webhooks test 1
    """
    from hpedi.pipeline.webhook_sending import trial

    workspace, context = _opened(session, "manage")
    came: list[Sent] = []
    sender = _sender(workspace, context, came.append)
    with workspace.books.writing(context) as work:
        webhook = _enabled(_known(work.webhooks.find(number)))
        event = trial(work, sender.terms, webhook, context.instant)
    after = sender.send(event)
    print_sent(came, as_json=as_json)
    return ExitCode.OK if after.state == "delivered" else ExitCode.FINDINGS


@command.command()
@click.option("--once", is_flag=True, help="Send what is due now, then end.")
@click.option("--follow", is_flag=True, help="Send what gets due until SIGTERM; this is also what no option means.")
@json_option
@click.pass_obj
def send(session: Session, *, once: bool, follow: bool, as_json: bool) -> int:
    """Send events to the endpoints, again and again until each arrives.

    What is not answered with a 2xx status is tried again for some days, after waits that grow; then it is parked. An
    endpoint at which nothing arrives for days is disabled. Stop it with SIGTERM: what is being sent is ended.

    \b
    Example:
      hpedi webhooks send --once
    """
    if once and follow:
        raise click.UsageError("--once and --follow do not go together")
    from hpedi.commands.jobs import Jobs

    workspace, context = _opened(session, "send")
    Jobs(workspace, context).check_in_place()
    came: list[Sent] = []
    sender = _sender(workspace, context, came.append if once else lambda _sent: None)
    if once:
        sender.once()
        print_sent(came, as_json=as_json)
        return ExitCode.OK if all(each.state == "delivered" for each in came) else ExitCode.FINDINGS
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_signal: sender.stop())
    click.echo("sending events", err=True)
    sender.follow()
    click.echo("stopped", err=True)
    return ExitCode.OK


# --- what the commands share -----------------------------------------------------------------------------------------


def _opened(session: Session, action: str) -> tuple[Workspace, RunContext]:
    from hpedi.commands.signed_in import acting
    from hpedi.commands.workspace import open_workspace

    workspace = open_workspace(session.home)
    return workspace, acting(workspace, action, "webhook")


def _sender(workspace: Workspace, context: RunContext, told: Callable[[Sent], None]) -> EventSender:
    try:
        from hpedi.commands.webhooks_sending import EventSender
    except ImportError:
        raise click.UsageError("webhooks need the extra `gateway`: pip install 'hpedi[gateway]'") from None
    return EventSender(workspace, context.principal, told)


def _changed(session: Session, number: int, change: Callable[[Work, Webhook, datetime], Result]) -> Result:
    workspace, context = _opened(session, "manage")
    with workspace.books.writing(context) as work:
        return change(work, _known(work.webhooks.find(number)), context.instant)


def _known(webhook: Webhook | None) -> Webhook:
    if webhook is None:
        raise click.UsageError("there is no such webhook; `hpedi webhooks list` names them")
    return webhook


def _enabled(webhook: Webhook) -> Webhook:
    if webhook.disabled_at is not None:
        raise click.UsageError(f"webhook {webhook.id} is disabled: `hpedi webhooks enable {webhook.id}` first")
    return webhook

"""How `hpedi webhooks` prints endpoints, events and what came of sending them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from hpedi.commands.printing import Column, print_json, print_table
from hpedi.pipeline.webhook_addresses import shown_url

if TYPE_CHECKING:
    from hpedi.commands.webhooks_sending import Sent
    from hpedi.pipeline.webhook_ports import Attempt, KeptEvent, Webhook

_WEBHOOKS: Final = (
    Column("Number", right=True),
    Column("Partner", whole=True),
    Column("URL"),
    Column("Events"),
    Column("Stands"),
)
_FIELDS: Final = (Column("Field", whole=True), Column("Value"))
_EVENTS: Final = (
    Column("Event", whole=True),
    Column("Type", whole=True),
    Column("Happened", whole=True),
    Column("State", whole=True),
    Column("Attempts", right=True),
    Column("Last outcome"),
    Column("Next", whole=True),
)
_SENT: Final = (
    Column("Number", right=True),
    Column("Event", whole=True),
    Column("Type", whole=True),
    Column("Outcome"),
    Column("Status", right=True),
    Column("State", whole=True),
)


def print_webhooks(webhooks: Sequence[Webhook], moment: datetime, *, as_json: bool) -> None:
    """Print endpoints."""
    if as_json:
        for each in webhooks:
            print_json(_facts(each, moment))
        return
    rows = (
        (each.id, each.partner, shown_url(each.endpoint.url), " ".join(each.events), _stands(each, moment))
        for each in webhooks
    )
    print_table("", _WEBHOOKS, rows)


def print_webhook(
    webhook: Webhook, events: Sequence[tuple[KeptEvent, Attempt | None]], moment: datetime, *, as_json: bool
) -> None:
    """Print an endpoint with some events."""
    facts = _facts(webhook, moment)
    if as_json:
        print_json({**facts, "newest_events": [_event_facts(*each) for each in events]})
        return
    rows = ((name.replace("_", " "), value) for name, value in facts.items() if value is not None)
    print_table("", _FIELDS, ((name, " ".join(value) if isinstance(value, tuple) else value) for name, value in rows))
    print_table("Newest events", _EVENTS, (_event_row(*each) for each in events))


def print_secret(webhook: Webhook, secret: str, *, as_json: bool) -> None:
    """Print the secret of an endpoint, this once."""
    if as_json:
        print_json({"number": webhook.id, "partner": webhook.partner, "secret": secret})
        return
    click.echo(f"webhook {webhook.id} of {webhook.partner}; secret, shown only now: {secret}")


def print_count(number: int, name: str, count: int, said: str, *, as_json: bool) -> None:
    """Print how many events a command moved."""
    if as_json:
        print_json({"number": number, name: count})
    else:
        click.echo(said)


def print_sent(came: list[Sent], *, as_json: bool) -> None:
    """Print what came of attempts."""
    if as_json:
        for each in came:
            print_json(each)
        return
    rows = [(each.webhook, each.message, each.type, each.outcome, each.status, each.state) for each in came]
    print_table("", _SENT, rows)


def _stands(webhook: Webhook, moment: datetime) -> str:
    if webhook.disabled_at is not None:
        return f"disabled {webhook.disabled_at:%Y-%m-%d}: {webhook.disabled_why}"
    if webhook.failing_since is None:
        return "sent to"
    rests = "" if webhook.is_sent_to(moment) else ", rests"
    return f"failing since {webhook.failing_since:%Y-%m-%d %H:%M}{rests}"


def _facts(webhook: Webhook, moment: datetime) -> dict[str, object]:
    return {
        "number": webhook.id,
        "partner": webhook.partner,
        "url": shown_url(webhook.endpoint.url),
        "events": webhook.events,
        "stands": _stands(webhook, moment),
        "made_at": webhook.made_at,
        "made_by": webhook.made_by,
        "old_secret_until": next((each.until for each in webhook.endpoint.secrets if each.until), None),
    }


def _event_facts(event: KeptEvent, attempt: Attempt | None) -> dict[str, object]:
    return {
        "event": event.message,
        "type": event.type,
        "at": event.at,
        "state": event.state,
        "attempts": event.attempts,
        "outcome": attempt.outcome if attempt else None,
        "status": attempt.status if attempt else None,
        "due_at": event.due_at if event.state == "waiting" else None,
    }


def _event_row(event: KeptEvent, attempt: Attempt | None) -> tuple[object, ...]:
    status = f" ({attempt.status})" if attempt and attempt.status else ""
    outcome = f"{attempt.outcome}{status}" if attempt else ""
    due = f"{event.due_at:%Y-%m-%d %H:%M:%S}" if event.state == "waiting" else ""
    return (event.message, event.type, f"{event.at:%Y-%m-%d %H:%M:%S}", event.state, event.attempts, outcome, due)

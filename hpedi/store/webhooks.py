"""Webhooks in rows: URLs and secrets sealed, events with their bodies, an attempt a row."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, or_, select, update

from hpedi.pipeline.webhook_events import EventData, EventType, event_body
from hpedi.pipeline.webhook_ports import Attempt, Endpoint, KeptEvent, Webhook
from hpedi.run_context import RunContext
from hpedi.safekeeping.vault import Vault
from hpedi.store.among import among
from hpedi.store.encoding import decode, encode
from hpedi.store.numbers import next_id
from hpedi.store.webhook_tables import webhook, webhook_attempt, webhook_event

_ENABLED: Final = webhook.c.disabled_at.is_(None)
_ANY: Final = select(webhook.c.id).where(_ENABLED).limit(1)


class StoredWebhooks:
    """Endpoints, events and attempts."""

    def __init__(self, connection: Connection, vault: Vault, context: RunContext) -> None:
        """Work inside an open transaction, at a moment."""
        self._connection = connection
        self._vault = vault
        self._context = context

    # --- events, as they happen ---------------------------------------------------------------------------------

    def any_wanted(self) -> bool:
        """Say whether any endpoint is sent events at all."""
        return self._connection.execute(_ANY).first() is not None

    def announce(self, kind: EventType, data: EventData) -> None:
        """Add an event for each endpoint of its partner that wants its type."""
        wanting = select(webhook.c.id, webhook.c.events).where(_ENABLED, webhook.c.partner == data.partner)
        for number, events in self._connection.execute(wanting.order_by(webhook.c.id)).all():
            if kind in events.split():
                self.put(number, kind, data, self._context.instant)

    def put(self, number: int, kind: EventType, data: EventData, due_at: datetime) -> KeptEvent:
        """Add an event for one endpoint, due at a moment."""
        message, at = f"evt_{uuid.uuid4().hex}", self._context.instant
        added = webhook_event.insert().values(
            webhook=number,
            message=message,
            type=kind,
            at=at,
            body=event_body(message, kind, at, data).decode(),
            state="waiting",
            attempts=0,
            due_at=due_at,
        )
        return _event(self._connection.execute(added.returning(webhook_event)).one())

    # --- endpoints ----------------------------------------------------------------------------------------------

    def add(self, kept: Webhook) -> Webhook:
        """Keep an endpoint; return it with its number."""
        added = webhook.insert().values(
            id=next_id(self._connection, webhook),
            partner=kept.partner,
            made_at=kept.made_at,
            made_by=kept.made_by,
            **self._changing(kept),
        )
        return self._webhook(self._connection.execute(added.returning(webhook)).one())

    def find(self, number: int) -> Webhook | None:
        """Return an endpoint by its number; nobody else changes it until the transaction ends."""
        # Without the key: whoever adds an event for it meanwhile does not wait for us, nor we for its transaction.
        asked = select(webhook).where(webhook.c.id == number).with_for_update(key_share=True)
        row = self._connection.execute(asked).first()
        return None if row is None else self._webhook(row)

    def all(self) -> tuple[Webhook, ...]:
        """Return every endpoint, oldest first."""
        return tuple(self._webhook(row) for row in self._connection.execute(select(webhook).order_by(webhook.c.id)))

    def change(self, kept: Webhook) -> None:
        """Keep an endpoint as it is now."""
        self._connection.execute(update(webhook).where(webhook.c.id == kept.id).values(self._changing(kept)))

    def _changing(self, kept: Webhook) -> dict[str, Any]:
        return {
            "events": " ".join(kept.events),
            "disabled_at": kept.disabled_at,
            "disabled_why": kept.disabled_why,
            "failing_since": kept.failing_since,
            "rests_until": kept.rests_until,
            "sealed": self._vault.seal(encode(kept.endpoint), _place(kept.partner)),
        }

    def _webhook(self, row: Row[Any]) -> Webhook:
        return Webhook(
            id=row.id,
            partner=row.partner,
            endpoint=decode(Endpoint, self._vault.open(row.sealed, _place(row.partner))),
            events=tuple(row.events.split()),
            made_at=row.made_at,
            made_by=row.made_by,
            disabled_at=row.disabled_at,
            disabled_why=row.disabled_why,
            failing_since=row.failing_since,
            rests_until=row.rests_until,
        )

    # --- sending ------------------------------------------------------------------------------------------------

    def due(self, at: datetime) -> tuple[int, ...]:
        """Return the endpoints that have something due and do not rest."""
        waiting = select(webhook_event.c.webhook).join(webhook, webhook.c.id == webhook_event.c.webhook)
        rested = or_(webhook.c.rests_until.is_(None), webhook.c.rests_until <= at)
        asked = waiting.where(_due(at), _ENABLED, rested).distinct().order_by(webhook_event.c.webhook)
        return tuple(self._connection.execute(asked).scalars())

    def take(self, number: int, at: datetime, lease: timedelta) -> KeptEvent | None:
        """Take what is due first of an endpoint's, so that nobody else takes it until the lease ends."""
        first = select(webhook_event).where(webhook_event.c.webhook == number, _due(at))
        ordered = first.order_by(webhook_event.c.due_at, webhook_event.c.id).limit(1)
        row = self._connection.execute(ordered.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        taken = update(webhook_event).where(webhook_event.c.id == row.id).values(due_at=at + lease)
        return _event(self._connection.execute(taken.returning(webhook_event)).one())

    def attempted(self, event: KeptEvent, attempt: Attempt) -> None:
        """Keep an attempt, and the event as it stands after it."""
        self._connection.execute(
            webhook_attempt.insert().values(
                event=event.id,
                number=self._attempts(event.id) + 1,
                at=attempt.at,
                outcome=attempt.outcome,
                status=attempt.status,
                milliseconds=attempt.milliseconds,
            )
        )
        stands = {name: getattr(event, name) for name in ("state", "attempts", "due_at", "settled_at")}
        self._connection.execute(update(webhook_event).where(webhook_event.c.id == event.id).values(stands))

    def _attempts(self, event: int) -> int:
        counted = select(func.count()).select_from(webhook_attempt).where(webhook_attempt.c.event == event)
        return self._connection.execute(counted).scalar_one()

    def park(self, number: int, at: datetime) -> int:
        """Park the events that wait for an endpoint; return how many."""
        return self._move(number, "waiting", {"state": "parked", "settled_at": at})

    def retry(self, number: int, at: datetime, message: str = "") -> int:
        """Let the parked events of an endpoint be sent, or one of them; return how many."""
        again = {"state": "waiting", "settled_at": None, "due_at": at, "attempts": 0}
        return self._move(number, "parked", again, webhook_event.c.message == message if message else None)

    def _move(self, number: int, state: str, to: dict[str, Any], which: ColumnElement[bool] | None = None) -> int:
        moved = update(webhook_event).where(webhook_event.c.webhook == number, webhook_event.c.state == state)
        return self._connection.execute((moved if which is None else moved.where(which)).values(to)).rowcount

    def forget(self, delivered_before: datetime, at_most: int) -> int:
        """Delete events that were delivered before a moment, with their attempts, oldest first; return how many."""
        event = webhook_event.c
        over = select(event.id).where(event.state == "delivered", event.settled_at < delivered_before)
        # Two who clear at once do not wait for one another, nor delete what the other one counts.
        held = over.order_by(event.settled_at, event.id).limit(at_most).with_for_update(skip_locked=True)
        ids = self._connection.execute(held).scalars().all()
        self._connection.execute(delete(webhook_attempt).where(among(webhook_attempt.c.event, ids)))
        self._connection.execute(delete(webhook_event).where(among(event.id, ids)))
        return len(ids)

    # --- looking ------------------------------------------------------------------------------------------------

    def events(self, number: int, limit: int) -> Sequence[tuple[KeptEvent, Attempt | None]]:
        """Return the newest events of an endpoint with the last attempt of each, newest first."""
        event, attempt = webhook_event.c, webhook_attempt.c
        newest = select(func.max(attempt.number)).where(attempt.event == event.id).correlate(webhook_event)
        is_last = and_(attempt.event == event.id, attempt.number == newest.scalar_subquery())
        tried = (attempt.at.label("tried_at"), attempt.outcome, attempt.status, attempt.milliseconds)
        query = select(webhook_event, *tried).outerjoin(webhook_attempt, is_last).where(event.webhook == number)
        rows = self._connection.execute(query.order_by(event.id.desc()).limit(limit)).all()
        return tuple((_event(row), _attempt(row)) for row in rows)


def _due(at: datetime) -> ColumnElement[bool]:
    return and_(webhook_event.c.state == "waiting", webhook_event.c.due_at <= at)


def _event(row: Row[Any]) -> KeptEvent:
    return KeptEvent(
        id=row.id,
        webhook=row.webhook,
        message=row.message,
        type=row.type,
        at=row.at,
        body=row.body.encode(),
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at,
        settled_at=row.settled_at,
    )


def _attempt(row: Row[Any]) -> Attempt | None:
    if row.outcome is None:
        return None
    return Attempt(at=row.tried_at, outcome=row.outcome, status=row.status, milliseconds=row.milliseconds)


def _place(partner: str) -> str:
    return f"webhook/{partner}"

"""What the pipeline asks of the books about webhooks: endpoints of partners, events for them, attempts to send them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeAlias

import msgspec

from hpedi.pipeline.webhook_events import EventData, EventType

EventState: TypeAlias = Literal["waiting", "delivered", "parked"]
"""waiting: it is sent when it is due; parked: it is not, until somebody says so."""

Outcome: TypeAlias = Literal[
    "delivered", "refused", "redirected", "gone", "busy", "timed out", "no connection", "name not found",
    "address not allowed", "certificate not accepted", "answer not readable",
]  # fmt: skip


class SigningSecret(msgspec.Struct, frozen=True, omit_defaults=True):
    """A secret that signs, as receivers are given it; one that is being replaced until a moment."""

    secret: str
    until: datetime | None = None


class Endpoint(msgspec.Struct, frozen=True):
    """What rests sealed: where events go, and what signs them, newest first."""

    url: str
    secrets: tuple[SigningSecret, ...]

    def secrets_at(self, moment: datetime) -> tuple[str, ...]:
        """Return what signs at a moment."""
        return tuple(each.secret for each in self.secrets if each.until is None or moment < each.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An endpoint of a partner.

    Attributes:
        id: Our number of it; 0 before it is kept.
        events: The types that it wants.
        disabled_why: Why nothing is sent to it any more; empty while something is.
        failing_since: The first attempt of those that failed since one arrived.
        rests_until: Nothing is sent before this moment: it was found busy or down.
    """

    id: int
    partner: str
    endpoint: Endpoint
    events: tuple[EventType, ...]
    made_at: datetime
    made_by: str
    disabled_at: datetime | None = None
    disabled_why: str = ""
    failing_since: datetime | None = None
    rests_until: datetime | None = None

    def is_sent_to(self, moment: datetime) -> bool:
        """Say whether events are sent to it at a moment."""
        return self.disabled_at is None and (self.rests_until is None or self.rests_until <= moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvent:
    """An event for an endpoint.

    Attributes:
        id: The row.
        webhook: Our number of the endpoint.
        message: What the receiver knows it by; the same at every attempt.
        at: When it happened.
        body: What is sent, byte for byte.
        attempts: How often it was tried.
        due_at: When it is tried next; while it is being sent, when it would be sent anew after a kill.
        settled_at: Since when it is delivered or parked.
    """

    id: int
    webhook: int
    message: str
    type: EventType
    at: datetime
    body: bytes
    state: EventState
    attempts: int
    due_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt to send an event.

    Attributes:
        at: When it ended.
        outcome: What came of it.
        status: The HTTP status of the answer; None where there was none.
        milliseconds: How long it took.
        retry_after: Seconds that the answer asked us to wait.
    """

    at: datetime
    outcome: Outcome
    status: int | None
    milliseconds: int
    retry_after: int | None = None


class Webhooks(Protocol):
    """Endpoints, events and attempts."""

    def any_wanted(self) -> bool:
        """Say whether any endpoint is sent events at all."""

    def announce(self, kind: EventType, data: EventData) -> None:
        """Add an event for each endpoint of its partner that wants its type."""

    def add(self, webhook: Webhook) -> Webhook:
        """Keep an endpoint; return it with its number."""

    def find(self, number: int) -> Webhook | None:
        """Return an endpoint by its number; nobody else changes it until the transaction ends."""

    def all(self) -> tuple[Webhook, ...]:
        """Return every endpoint, oldest first."""

    def change(self, webhook: Webhook) -> None:
        """Keep an endpoint as it is now."""

    def park(self, number: int, at: datetime) -> int:
        """Park the events that wait for an endpoint; return how many."""

    def retry(self, number: int, at: datetime, message: str = "") -> int:
        """Let the parked events of an endpoint be sent, or one of them; return how many."""

    def due(self, at: datetime) -> tuple[int, ...]:
        """Return the endpoints that have something due and do not rest."""

    def take(self, number: int, at: datetime, lease: timedelta) -> KeptEvent | None:
        """Take what is due first of an endpoint's, so that nobody else takes it until the lease ends."""

    def put(self, number: int, kind: EventType, data: EventData, due_at: datetime) -> KeptEvent:
        """Add an event for one endpoint, due at a moment."""

    def attempted(self, event: KeptEvent, attempt: Attempt) -> None:
        """Keep an attempt, and the event as it stands after it."""

    def forget(self, delivered_before: datetime, at_most: int) -> int:
        """Delete events that were delivered before a moment, with their attempts, oldest first; return how many."""

    def events(self, number: int, limit: int) -> Sequence[tuple[KeptEvent, Attempt | None]]:
        """Return the newest events of an endpoint with the last attempt of each, newest first."""

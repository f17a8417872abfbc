"""The sender of events: a thread an endpoint that has something due, so that a slow one keeps nobody else waiting.

An event is taken with a lease, sent outside of any transaction, and what came of it is kept together with taking the
next one. After a kill in between the lease runs out and the event is sent again under the same id.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from hpedi.commands.webhooks_settings import read_webhook_settings, sending_terms
from hpedi.commands.workspace import Workspace, now_for
from hpedi.delivery.webhooks import Limits, Sender
from hpedi.findings import Unavailable
from hpedi.log import log
from hpedi.pipeline.webhook_addresses import WrongUrl, target_of
from hpedi.pipeline.webhook_events import EventType
from hpedi.pipeline.webhook_ports import Attempt, KeptEvent, Outcome, Webhook
from hpedi.pipeline.webhook_sending import settle
from hpedi.pipeline.webhook_signing import signed_headers
from hpedi.run_context import Principal

POLL_SECONDS: Final = 1.0
STOPS_WITHIN_SECONDS: Final = 0.1
ENDPOINTS_AT_ONCE: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of one attempt: the endpoint, the event, and how it stands then."""

    webhook: int
    partner: str
    message: str
    type: EventType
    outcome: Outcome
    status: int | None
    state: str


@dataclass
class EventSender:
    """Sends the events of a workspace, on behalf of somebody.

    Attributes:
        workspace: Where they are kept.
        principal: Who sends.
        told: Is handed what came of each attempt.
        is_stopping: No further event is taken; a signal may say so at any moment.
    """

    workspace: Workspace
    principal: Principal
    told: Callable[[Sent], None] = lambda _sent: None
    is_stopping: bool = False

    def __post_init__(self) -> None:
        """Read terms and settings."""
        self.terms = sending_terms()
        self._settings = read_webhook_settings(self.workspace.home)
        limits = Limits(
            connect_seconds=self.terms.connect_seconds,
            answer_seconds=self.terms.answer_seconds,
            answer_bytes=self.terms.answer_bytes,
        )
        self._sender = Sender(limits, self._settings.allowed, self._settings.ca_file)
        self._under_way: dict[int, Future[None]] = {}

    def once(self) -> None:
        """Send what is due now.

        Raises:
            Unavailable: The books are not there, or held since they came back from a backup.
        """
        with _threads() as threads:
            self._begin_due(threads)
            wait(self._under_way.values())

    def follow(self) -> None:
        """Send what gets due until told to stop; what is being sent then is ended in its time."""
        with _threads() as threads:
            while not self.is_stopping:
                try:
                    self._begin_due(threads)
                    self.workspace.sealer.seal_when_due()
                except (Unavailable, OSError) as failure:
                    log.warning("events not sent now", exception=type(failure).__name__)
                self._pause()

    def stop(self) -> None:
        """Take no further event."""
        self.is_stopping = True

    def _pause(self) -> None:
        """Wait until it is time to look again; not with a lock, which a signal could find held."""
        until = time.monotonic() + POLL_SECONDS
        while not self.is_stopping and time.monotonic() < until:
            time.sleep(STOPS_WITHIN_SECONDS)

    def send(self, event: KeptEvent) -> KeptEvent:
        """Send one event that was taken; return it as it stands then."""
        with self.workspace.books.reading(now_for(self.principal)) as work:
            webhook = next(each for each in work.webhooks.all() if each.id == event.webhook)
        attempt = self._attempt(webhook, event)
        with self.workspace.books.writing(now_for(self.principal)) as work:
            after = settle(work, self.terms, event, attempt, random.random())  # noqa: S311 - spreads load
        self._tell(webhook, after, attempt)
        return after

    def _begin_due(self, threads: ThreadPoolExecutor) -> None:
        context = now_for(self.principal)
        with self.workspace.books.reading(context) as work:
            work.restorations.check_not_held()
            due = work.webhooks.due(context.instant)
        self._under_way = {number: each for number, each in self._under_way.items() if not each.done()}
        for number in due:
            if number not in self._under_way:
                self._under_way[number] = threads.submit(self._drain, number)

    def _drain(self, number: int) -> None:
        """Send what is due of an endpoint, one event after the other, until it rests or has nothing more."""
        try:
            ended: tuple[KeptEvent, Attempt] | None = None
            while (taken := self._next(number, ended)) is not None:
                webhook, event = taken
                ended = (event, self._attempt(webhook, event))
        except Exception as failure:  # noqa: BLE001  # the lease runs out, and it is sent again
            log.warning("events of an endpoint not sent now", exception=type(failure).__name__)

    def _next(self, number: int, ended: tuple[KeptEvent, Attempt] | None) -> tuple[Webhook, KeptEvent] | None:
        """Keep what came of the event before, and take the next one."""
        context = now_for(self.principal)
        after: KeptEvent | None = None
        with self.workspace.books.writing(context) as work:
            if ended is not None:
                after = settle(work, self.terms, *ended, random.random())  # noqa: S311 - spreads load
            webhook = work.webhooks.find(number)
            can_go_on = webhook is not None and webhook.is_sent_to(context.instant) and not self.is_stopping
            taken = work.webhooks.take(number, context.instant, self.terms.lease) if can_go_on else None
        if webhook is None:
            return None
        if after is not None and ended is not None:
            self._tell(webhook, after, ended[1])
        return None if taken is None else (webhook, taken)

    def _attempt(self, webhook: Webhook, event: KeptEvent) -> Attempt:
        now = datetime.now(UTC)
        try:
            target = target_of(webhook.endpoint.url, self._settings.allowed)
        except WrongUrl:
            return Attempt(at=now, outcome="address not allowed", status=None, milliseconds=0)
        headers = signed_headers(event.message, now, event.body, webhook.endpoint.secrets_at(now))
        return self._sender.post(target, event.body, headers)

    def _tell(self, webhook: Webhook, event: KeptEvent, attempt: Attempt) -> None:
        if attempt.outcome != "delivered":
            log.warning(
                "event not delivered",
                partner=webhook.partner,
                reason=attempt.outcome,
                status=attempt.status,
                attempt=event.attempts,
            )
        self.told(
            Sent(
                webhook=webhook.id,
                partner=webhook.partner,
                message=event.message,
                type=event.type,
                outcome=attempt.outcome,
                status=attempt.status,
                state=event.state,
            )
        )


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(ENDPOINTS_AT_ONCE, thread_name_prefix="webhook")

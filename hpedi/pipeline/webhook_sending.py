"""What becomes of an event after an attempt to send it: delivered, tried again later, or parked; and of its endpoint.

    waiting --2xx--> delivered
       |--anything else--> waiting, due after a wait that grows and has some chance in it (or longer, by Retry-After)
       '--no attempt is left, or the endpoint is disabled--> parked

An endpoint that says 410, or at which nothing arrived for days, is disabled. Loads mappings/gateway/webhooks.yaml.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from hpedi.pipeline.ports import Work
from hpedi.pipeline.webhook_events import TRIAL, EventData
from hpedi.pipeline.webhook_ports import Attempt, Endpoint, KeptEvent, Outcome, SigningSecret, Webhook
from hpedi.reference.dated import Dated, Entry, in_force

LEASE_MARGIN: Final = timedelta(seconds=10)
"""How much longer than an attempt its lease lasts."""

DOWN: Final[frozenset[Outcome]] = frozenset({"busy", "timed out", "no connection", "name not found"})
"""What says of the endpoint, not of the event, that later is better."""

WHY_GONE: Final = "it answered 410 Gone"
WHY_FAILING: Final = "nothing arrived for days"


class SendingTerms(Dated, frozen=True, kw_only=True):
    """How events are sent, in a span of days; see mappings/gateway/webhooks.yaml."""

    retry_after_seconds: tuple[int, ...]
    jitter: float
    rest_seconds: int
    connect_seconds: float
    answer_seconds: float
    answer_bytes: int
    secret_bytes: int
    old_secret_hours: int
    failing_hours: int
    kept_days: int
    source: str

    @property
    def lease(self) -> timedelta:
        """For how long an event that is being sent is nobody else's."""
        return timedelta(seconds=self.connect_seconds + self.answer_seconds) + LEASE_MARGIN


class _TermsFile(Entry, frozen=True, kw_only=True):
    versions: tuple[SendingTerms, ...]


def load_sending_terms(content: bytes, day: date) -> SendingTerms:
    """Read how events are sent on a day.

    Raises:
        LookupError: Nothing is said of that day.
    """
    terms = in_force(msgspec.yaml.decode(content, type=_TermsFile).versions, day)
    if terms is None:
        raise LookupError("mappings/gateway/webhooks.yaml says nothing of that day")
    return terms


def next_wait(terms: SendingTerms, attempts: int, chance: float, retry_after: int | None = None) -> timedelta | None:
    """Return how long after an attempt that failed the next one comes; None where none is left.

    Args:
        terms: How events are sent.
        attempts: How often it was tried, this time included.
        chance: From 0 to 1.
        retry_after: Seconds that the receiver asked for; no more than the longest wait counts.
    """
    waits = terms.retry_after_seconds
    if attempts > len(waits):
        return None
    wait = waits[attempts - 1] * (1 + terms.jitter * chance)
    return timedelta(seconds=max(wait, min(retry_after or 0, max(waits))))


def settle(work: Work, terms: SendingTerms, event: KeptEvent, attempt: Attempt, chance: float) -> KeptEvent:
    """Keep an attempt and what follows from it.

    Args:
        work: A transaction of its own: what was sent was sent.
        terms: How events are sent.
        event: The event as it was taken.
        attempt: What came of it.
        chance: From 0 to 1, for the next wait.

    Returns:
        The event as it stands then.
    """
    webhook = work.webhooks.find(event.webhook)
    if webhook is None:
        raise LookupError("an event has an endpoint")
    after = _after(terms, event, attempt, chance, can_wait=webhook.disabled_at is None)
    work.webhooks.attempted(after, attempt)
    if event.type == TRIAL or webhook.disabled_at is not None:
        return after
    standing = _standing(terms, webhook, after, attempt)
    if standing != webhook:
        work.webhooks.change(standing)
    why = _why_disabled(terms, standing, attempt)
    if why:
        disable(work, standing, why, attempt.at)
    return after


def _after(terms: SendingTerms, event: KeptEvent, attempt: Attempt, chance: float, *, can_wait: bool) -> KeptEvent:
    tried = replace(event, attempts=event.attempts + 1)
    if attempt.outcome == "delivered":
        return replace(tried, state="delivered", settled_at=attempt.at)
    wait = next_wait(terms, tried.attempts, chance, attempt.retry_after)
    if wait is None or event.type == TRIAL or not can_wait:
        return replace(tried, state="parked", settled_at=attempt.at)
    return replace(tried, due_at=attempt.at + wait)


def _standing(terms: SendingTerms, webhook: Webhook, after: KeptEvent, attempt: Attempt) -> Webhook:
    """Return an endpoint as it stands after an attempt."""
    if attempt.outcome == "delivered":
        return replace(webhook, failing_since=None, rests_until=None)
    rests = min(after.due_at, attempt.at + timedelta(seconds=terms.rest_seconds)) if attempt.outcome in DOWN else None
    return replace(webhook, failing_since=webhook.failing_since or attempt.at, rests_until=rests)


def _why_disabled(terms: SendingTerms, webhook: Webhook, attempt: Attempt) -> str:
    if attempt.outcome == "gone":
        return WHY_GONE
    since = webhook.failing_since
    has_failed = since is not None and attempt.at - since >= timedelta(hours=terms.failing_hours)
    return WHY_FAILING if has_failed else ""


def disable(work: Work, webhook: Webhook, why: str, at: datetime) -> int:
    """Send nothing to an endpoint any more; return how many events of it were parked."""
    work.webhooks.change(replace(webhook, disabled_at=at, disabled_why=why))
    _note(work, "webhook disable", webhook, reason=why)
    return work.webhooks.park(webhook.id, at)


def enable(work: Work, webhook: Webhook) -> None:
    """Send events to an endpoint again; what was parked stays so."""
    again = replace(webhook, disabled_at=None, disabled_why="", failing_since=None, rests_until=None)
    work.webhooks.change(again)
    _note(work, "webhook enable", webhook)


def add(work: Work, webhook: Webhook) -> Webhook:
    """Keep a new endpoint of a partner."""
    kept = work.webhooks.add(webhook)
    _note(work, "webhook add", kept)
    return kept


def rotate(work: Work, terms: SendingTerms, webhook: Webhook, secret: str, at: datetime) -> Webhook:
    """Let a new secret sign; the one before signs beside it for a while, and older ones no more."""
    until = at + timedelta(hours=terms.old_secret_hours)
    newest = webhook.endpoint.secrets[0]
    secrets = (SigningSecret(secret), SigningSecret(newest.secret, until))
    changed = replace(webhook, endpoint=Endpoint(url=webhook.endpoint.url, secrets=secrets))
    work.webhooks.change(changed)
    _note(work, "webhook rotate", webhook)
    return changed


def retry(work: Work, webhook: Webhook, at: datetime, message: str = "") -> int:
    """Send what was parked, all of an endpoint or one event; return how many."""
    count = work.webhooks.retry(webhook.id, at, message)
    _note(work, "webhook retry", webhook, result=f"{count}")
    return count


def trial(work: Work, terms: SendingTerms, webhook: Webhook, at: datetime) -> KeptEvent:
    """Add an event that tells nothing, to be sent by whoever asked for it."""
    _note(work, "webhook test", webhook)
    return work.webhooks.put(webhook.id, TRIAL, EventData(partner=webhook.partner), at + terms.lease)


def _note(work: Work, action: str, webhook: Webhook, *, reason: str = "", result: str = "") -> None:
    work.audit.record(action, f"webhook:{webhook.id}", recipient=webhook.partner, reason=reason, result=result)

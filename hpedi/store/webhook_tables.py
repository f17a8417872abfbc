"""The tables of webhooks: endpoints of partners, events for them, attempts to send them. None holds any PHI."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from hpedi.store.tables import Instant, RowId, metadata

# `sealed` holds the URL and the secrets.
webhook = Table(
    "webhook",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("partner", String(80), nullable=False, index=True),
    Column("events", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("disabled_at", Instant),
    Column("disabled_why", String(120), nullable=False),
    Column("failing_since", Instant),
    Column("rests_until", Instant),
    Column("sealed", LargeBinary, nullable=False),
)

webhook_event = Table(
    "webhook_event",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("webhook", ForeignKey("webhook.id"), nullable=False),
    Column("message", String(40), nullable=False, unique=True),
    Column("type", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(12), nullable=False),  # waiting, delivered, parked
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Index("ix_webhook_event_webhook", "webhook", "id"),
    Index("ix_webhook_event_state", "state", "webhook", "due_at"),
    Index("ix_webhook_event_settled_at", "state", "settled_at"),
)

# Rows are added, and go with their event when that was delivered long ago.
webhook_attempt = Table(
    "webhook_attempt",
    metadata,
    Column("event", ForeignKey("webhook_event.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("status", Integer),
    Column("milliseconds", Integer, nullable=False),
)

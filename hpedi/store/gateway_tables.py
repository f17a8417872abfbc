"""The tables of the gateway: files as they were dropped, who watches, what ran by the clock, what was picked up."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, literal_column

from hpedi.store.tables import Instant, RowId, audit_entry, metadata

# `key` is a keyed digest of partner, moment and name: the same arrival is noted once, whoever has it in hands.
arrival = Table(
    "arrival",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("partner", String(80), nullable=False),
    Column("name_digest", String(64), nullable=False, index=True),  # a keyed digest: partners' names may tell of people
    Column("sealed", LargeBinary, nullable=False),  # the name
    Column("size", BigInteger, nullable=False),
    Column("arrived_at", Instant, nullable=False, index=True),
    Column("taken_at", Instant, nullable=False),
    Column("watcher", String(80), nullable=False),
    Column("file", ForeignKey("inbound_file.id"), index=True),
    Column("state", String(12), nullable=False),  # taken, received, refused, quarantined, failed
    Column("reason", String(120), nullable=False),
    Column("tries", Integer, nullable=False),
    Index("ix_arrival_partner_arrived_at", "partner", "arrived_at"),
    Index("ix_arrival_state", "state", "partner", "arrived_at"),
)

watcher = Table(
    "watcher",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("host", String(80), nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),
    Column("files", BigInteger, nullable=False),
)

# A due moment runs once: the primary key says so.
schedule_run = Table(
    "schedule_run",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("due_at", Instant, primary_key=True),
    Column("begun_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("result", String(120), nullable=False),
)
UNFINISHED: Final = schedule_run.c.ended_at.is_(None)
"""Runs that are under way, or were cut off."""

Index(
    "ix_schedule_run_unfinished",
    schedule_run.c.name,
    schedule_run.c.due_at,
    sqlite_where=UNFINISHED,
    postgresql_where=UNFINISHED,
)

# Each time that a partner read a file of its outbox to the end.
pickup = Table(
    "pickup",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("outbox", ForeignKey("outbox.id"), nullable=False, index=True),
    Column("partner", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("size", BigInteger, nullable=False),
)

RESENT: Final = audit_entry.c.action == literal_column("'resend'")  # as the index has it: no parameter
"""Entries of files of the outbox that were sent again."""

Index("ix_audit_entry_resent", audit_entry.c.subject, sqlite_where=RESENT, postgresql_where=RESENT)

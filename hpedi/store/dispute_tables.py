"""The tables of disputes; they stand in the same schema as those of `tables`. Events are only ever added."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, LargeBinary, String, Table

from hpedi.store.tables import Cents, Instant, RowId, metadata

dispute = Table(
    "dispute",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("provider", String(80), nullable=False),
    Column("grounds", String(80), nullable=False),
    Column("at_stake", Cents, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", String(12), nullable=False),  # open, answered, closed
    Column("outcome", String(12), nullable=False, server_default=""),
    Column("reprocessing", ForeignKey("reprocessing.id")),
)

dispute_claim = Table(
    "dispute_claim",
    metadata,
    Column("dispute", ForeignKey("dispute.id"), primary_key=True),
    Column("control_number", ForeignKey("claim.control_number"), primary_key=True, index=True),
    Column("filed_late", Boolean, nullable=False),
)

# What people did with a dispute; `sealed` holds their words.
dispute_event = Table(
    "dispute_event",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("dispute", ForeignKey("dispute.id"), nullable=False, index=True),
    Column("action", String(12), nullable=False),
    Column("at", Instant, nullable=False),
    Column("principal", String(80), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

"""The tables of work on claims: those that wait, what examiners decide, and what is proposed to be decided again."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table

from hpedi.store.tables import Instant, RowId, metadata

pend = Table(
    "pend",
    metadata,
    Column("control_number", ForeignKey("claim.control_number"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("pended_on", Date, nullable=False),
    Column("reason", String(80), nullable=False),
    Column("status277", String(12), nullable=False),
    Column("assigned_to", String(60), nullable=False, server_default=""),
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_pend_reason", "reason"),
)

# What examiners decided of a claim in place of a rule; rows are only ever added.
claim_override = Table(
    "claim_override",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("control_number", ForeignKey("claim.control_number"), nullable=False, index=True),
    Column("made_by", String(80), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# What is proposed to be decided again; `sealed` holds claims, amounts and words.
reprocessing = Table(
    "reprocessing",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("state", String(12), nullable=False),  # proposed, approved, dropped
    Column("reason", String(80), nullable=False),
    Column("proposed_by", String(80), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("decided_by", String(80), nullable=False, server_default=""),
    Column("decided_at", Instant),
    Column("sealed", LargeBinary, nullable=False),
)

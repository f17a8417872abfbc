"""The tables of the workspace itself, its keys and restorations; they stand in the same schema as those of `tables`.

A workspace key itself is never kept, only its fingerprint; the keys that it wraps are.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from hpedi.store.tables import Instant, RowId, metadata

# One row, written when the workspace has its settings: nobody else begins a workspace in the same database.
workspace = Table(
    "workspace",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("since", Instant, nullable=False),
)

workspace_key = Table(
    "workspace_key",
    metadata,
    Column("name", String(16), primary_key=True),  # its fingerprint
    Column("generation", Integer, nullable=False, unique=True),
    Column("since", Instant, nullable=False),
    Column("retired_at", Instant),
)

wrapped_key = Table(
    "wrapped_key",
    metadata,
    Column("workspace_key", ForeignKey("workspace_key.name"), primary_key=True),
    Column("purpose", String(8), primary_key=True),  # seal, digest, audit
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
)

# One row each time that the books came back from a backup; money moves again once somebody confirmed it.
restoration = Table(
    "restoration",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("backup", String(32), nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("restored_at", Instant, nullable=False),
    Column("principal", String(80), nullable=False),
    Column("anchored_as", Text, nullable=False),  # what the anchor calls the workspace that was backed up
    Column("seal", BigInteger, nullable=False),  # the newest seal of its audit log in the backup
    Column("confirmed_at", Instant),
    Column("confirmed_by", String(80), nullable=False, server_default=""),
    Column("why", String(120), nullable=False, server_default=""),
)

"""The table of denied lines: what sums by reason are made of, without opening a decision."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Integer, String, Table

from hpedi.store.tables import Cents, metadata

# A row a denied line and reason (CO-29): what sums by reason are made of.
denial = Table(
    "denial",
    metadata,
    Column("control_number", String(30), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("reason", String(8), primary_key=True),
    Column("amount", Cents, nullable=False),
    ForeignKeyConstraint(["control_number", "version"], ["decision.control_number", "decision.version"]),
)

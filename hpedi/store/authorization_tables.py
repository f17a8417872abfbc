"""The ledger of what is used of authorisations."""

from __future__ import annotations

from sqlalchemy import Column, Date, String, Table, UniqueConstraint

from hpedi.store.tables import Cents, RowId, metadata

authorization_use = Table(
    "authorization_use",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("authorization", String(80), nullable=False),
    Column("member", String(80), nullable=False),
    Column("units", Cents, nullable=False),
    Column("source", String(120), nullable=False),
    Column("posted_on", Date, nullable=False),
    UniqueConstraint("member", "authorization", "source", name="uq_authorization_use"),
)

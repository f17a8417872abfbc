"""The tables of what 835s tell and where they are: what payees owe, files being written, the file of each payment."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, LargeBinary, String, Table, UniqueConstraint

from hpedi.store.tables import Cents, RowId, metadata

# What payees owe from one remittance to the next (PLB FB, WO); a balance is the sum of its entries.
payee_balance_entry = Table(
    "payee_balance_entry",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("provider", String(80), nullable=False),
    Column("funding_account", String(80), nullable=False),
    Column("kind", String(2), nullable=False),
    Column("reference", String(50), nullable=False),
    Column("amount", Cents, nullable=False),
    Column("source", String(120), nullable=False),
    Column("posted_on", Date, nullable=False),
    UniqueConstraint("provider", "funding_account", "kind", "reference", "source", name="uq_payee_balance_entry"),
)

# What a release wrote so far: nobody sees it until the release commits, and what a killed one left is dropped.
outbox_staging = Table(
    "outbox_staging",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("folder", String(120), nullable=False),
    Column("name", String(120), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("run", ForeignKey("payment_run.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("folder", "name"),
)

# The file that the 835 of a payment is in, alone or beside others.
payment_file = Table(
    "payment_file",
    metadata,
    Column("payment", ForeignKey("payment.id"), primary_key=True),
    Column("outbox", ForeignKey("outbox.id"), nullable=False, index=True),
)

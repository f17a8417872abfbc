"""The tables of what the bank sends back: files, returned entries and changes, and accounts on hold."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, LargeBinary, String, Table, UniqueConstraint

from hpedi.store.tables import Cents, Instant, RowId, metadata

# One row a file that was imported: the guard against a second import.
return_file = Table(
    "return_file",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("at", Instant, nullable=False),
    Column("principal", String(80), nullable=False),
    Column("entries", Integer, nullable=False),
)

# `sealed` holds the correction that a notification of change proposes.
eft_return = Table(
    "eft_return",
    metadata,
    Column("file", ForeignKey("return_file.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("payment", ForeignKey("payment.id"), nullable=False, index=True),
    Column("code", String(3), nullable=False),
    Column("amount", Cents, nullable=False),
    Column("original_trace", String(15), nullable=False),
    Column("outcome", String(12), nullable=False),  # returned, proposed, repeated
    Column("sealed", LargeBinary, nullable=False),
)

# The account of a payment that came back: no EFT to it until the hold is lifted.
account_hold = Table(
    "account_hold",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("provider", String(80), nullable=False, index=True),
    Column("last_four", String(4), nullable=False),
    Column("code", String(3), nullable=False),
    Column("payment", ForeignKey("payment.id"), nullable=False),
    Column("held_on", Date, nullable=False),
    Column("lifted_on", Date),
    UniqueConstraint("payment", "code", name="uq_account_hold"),
)

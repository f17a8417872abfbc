"""The tables of money beside provider payments: pools, what employers are charged, what members are paid, settlements.

Rows are only ever added; what is taken back is a row of the negated amount. Of a due it changes which run pays it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from hpedi.payments.dues import REFUND
from hpedi.reference.payer import PAYER_ACCOUNTS
from hpedi.store.tables import Cents, RowId, metadata

pool_movement = Table(
    "pool_movement",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("pool", String(80), nullable=False),
    Column("provider", String(80), nullable=False),
    Column("employer", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("what", String(40), nullable=False),
    Column("amount", Cents, nullable=False),
    Column("source", String(120), nullable=False),
    Column("posted_on", Date, nullable=False),
    Column("funding_account", String(80), nullable=False, server_default=PAYER_ACCOUNTS),  # which keeps it
    UniqueConstraint(
        "source", "pool", "provider", "employer", "year", "what", "funding_account", name="uq_pool_movement"
    ),
    Index("ix_pool_movement_pool", "pool", "provider", "employer", "year"),
)

employer_charge = Table(
    "employer_charge",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("employer", String(80), nullable=False),
    Column("what", String(40), nullable=False),
    Column("amount", Cents, nullable=False),  # positive: the employer pays
    Column("parts", Text, nullable=False),  # JSON: names and amounts
    Column("source", String(120), nullable=False),
    Column("posted_on", Date, nullable=False),
    UniqueConstraint("source", "employer", "what", name="uq_employer_charge"),
)

member_payment = Table(
    "member_payment",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("member", String(80), nullable=False),  # the patient
    Column("payee", String(80), nullable=False),  # the subscriber
    Column("amount", Cents, nullable=False),
    Column("source", String(120), nullable=False),
    Column("posted_on", Date, nullable=False),
    UniqueConstraint("source", name="uq_member_payment"),
)

# A payment to a member is in one check: the primary key says so. None: it was due before checks were drawn here.
paid_member_payment = Table(
    "paid_member_payment",
    metadata,
    Column("member_payment", ForeignKey("member_payment.id"), primary_key=True),
    Column("payment", ForeignKey("payment.id"), index=True),
)

# A settlement stands once under its reference.
settlement = Table(
    "settlement",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("employer", String(80), nullable=False),
    Column("provider", String(80), nullable=False),
    Column("reference", String(50), nullable=False),
    Column("principal", String(80), nullable=False),
    Column("posted_on", Date, nullable=False),
    Column("facts", Text, nullable=False),  # JSON: what it was worked out from
    UniqueConstraint("kind", "employer", "provider", "reference", name="uq_settlement"),
)

# What payees are due beside claims, and the run that pays it.
due = Table(
    "due",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("settlement", ForeignKey("settlement.id"), nullable=False, index=True),
    Column("provider", String(80), nullable=False),
    Column("code", String(2), nullable=False),
    Column("reference", String(50), nullable=False),
    Column("amount", Cents, nullable=False),
    Column("payment_run", ForeignKey("payment_run.id")),
    Column("funding_account", String(80), nullable=False, server_default=PAYER_ACCOUNTS),  # which pays it
    Index("ix_due_payment_run", "payment_run", "provider"),
)
ONCE: Final = due.c.code != REFUND
"""Dues of which a payee has one of each reference: all but refunds, which may be many of one claim."""

Index("uq_due", due.c.provider, due.c.code, due.c.reference, unique=True, sqlite_where=ONCE, postgresql_where=ONCE)

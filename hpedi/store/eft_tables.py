"""The tables of EFT enrollment, of what the bank sends back, of holds, and of what the bank knows of checks."""

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

# The account of a payee, sealed; it never changes: another account is another enrollment.
eft_enrollment = Table(
    "eft_enrollment",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("provider", String(80), nullable=False, index=True),
    Column("submission", String(8), nullable=False),  # NEW, CHANGE
    Column("linkage", String(3), nullable=False),  # TIN, NPI
    Column("starts_on", Date, nullable=False),
    Column("meanwhile", String(20), nullable=False),  # account before, check
    Column("sealed", LargeBinary, nullable=False),
)

eft_enrollment_event = Table(
    "eft_enrollment_event",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("enrollment", ForeignKey("eft_enrollment.id"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("at", Instant, nullable=False),
    Column("principal", String(80), nullable=False),
    Column("why", String(120), nullable=False),
    Column("last_day", Date),
    UniqueConstraint("enrollment", "ordinal", name="uq_eft_enrollment_event"),
)

# An enrollment is prenoted once: the primary key says so.
prenote = Table(
    "prenote",
    metadata,
    Column("enrollment", ForeignKey("eft_enrollment.id"), primary_key=True),
    Column("file", String(120), nullable=False),
    Column("ach_trace_number", String(15), nullable=False, index=True),
    Column("effective_entry_date", Date, nullable=False),
    Column("accepted_on", Date, nullable=False),
    UniqueConstraint("file", "ach_trace_number", name="uq_prenote"),
)

# A prenotification that came back, or that the bank wants changed.
prenote_return = Table(
    "prenote_return",
    metadata,
    Column("file", ForeignKey("return_file.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("enrollment", ForeignKey("eft_enrollment.id"), nullable=False, index=True),
    Column("code", String(3), nullable=False),
    Column("original_trace", String(15), nullable=False),
    Column("outcome", String(12), nullable=False),  # returned, proposed, repeated
    Column("sealed", LargeBinary, nullable=False),
)

# What the bank was told of a check, each once: that it was issued, that it is void.
positive_pay = Table(
    "positive_pay",
    metadata,
    Column("payment", ForeignKey("payment.id"), primary_key=True),
    Column("action", String(8), primary_key=True),  # issue, void
    Column("file", String(120), nullable=False),
)

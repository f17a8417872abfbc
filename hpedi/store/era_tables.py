"""The tables of ERA enrolments; they stand in the same schema as those of `tables`.

A Tax ID may be a person's SSN: it stands sealed, beside keyed digests to find it by. States only ever grow.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from hpedi.store.tables import Instant, RowId, metadata

era_enrolment = Table(
    "era_enrolment",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("provider", String(64), nullable=False),  # a keyed digest of Tax ID and NPI, or of the Tax ID for all NPIs
    Column("sealed", LargeBinary, nullable=False),
    Column("funding_account", String(80), nullable=False),
    Column("receiver", String(80), nullable=False),
    Column("submission", String(20), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("asked_in", String(40), nullable=False),
    Index("ix_era_enrolment_provider", "provider"),
)

era_enrolment_event = Table(
    "era_enrolment_event",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("era_enrolment", ForeignKey("era_enrolment.id"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("at", Instant, nullable=False),
    Column("principal", String(80), nullable=False),
    Column("why", String(120), nullable=False),
    Column("last_day", Date),
    UniqueConstraint("era_enrolment", "ordinal"),
)

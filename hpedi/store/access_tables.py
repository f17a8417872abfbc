"""The tables of accounts, organisations and grants; they stand in the same schema as those of `tables`.

Secrets are kept as hashes only. A Tax ID may be a person's SSN: it stands sealed, beside a keyed digest to find it by.
States of grants, sign-ins and proofs only ever grow.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
)

from hpedi.store.tables import Instant, RowId, metadata

organisation = Table(
    "organisation",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("kind", String(12), nullable=False),  # provider, third party
    Column("partner", String(80), nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("registered_by", String(80), nullable=False),
    Index("ix_organisation_partner", "partner"),
)

user_account = Table(
    "user_account",
    metadata,
    Column("login", String(60), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("is_machine", Boolean, nullable=False),
    Column("organisation", ForeignKey("organisation.id")),  # none: the payer's own
    Column("password", String(200), nullable=False),  # argon2id, in its PHC form
    Column("is_password_given", Boolean, nullable=False, server_default=false()),  # by somebody else: to be changed
    Column("made_at", Instant, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("disabled_at", Instant),
)

user_role = Table(
    "user_role",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account", ForeignKey("user_account.login"), nullable=False, index=True),
    Column("role", String(40), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("given_by", String(80), nullable=False),
    Column("taken_at", Instant),
    Column("taken_by", String(80), nullable=False, server_default=""),
)

machine_key = Table(
    "machine_key",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account", ForeignKey("user_account.login"), nullable=False, index=True),
    Column("label", String(80), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("good_to", Date, nullable=False),
    Column("revoked_at", Instant),
    UniqueConstraint("digest"),
)

sign_in = Table(
    "sign_in",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account", ForeignKey("user_account.login"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("is_right", Boolean, nullable=False),
    Column("session", String(64), nullable=False, server_default=""),  # a keyed digest
    Column("expires_at", Instant),
    Column("ended_at", Instant),
    Index("ix_sign_in_account", "account", "id"),
    Index("ix_sign_in_session", "session"),
)

access_grant = Table(
    "access_grant",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("organisation", ForeignKey("organisation.id"), nullable=False, index=True),
    Column("provider", String(64), nullable=False),  # a keyed digest of Tax ID and NPI
    Column("sealed", LargeBinary, nullable=False),
    Column("is_own", Boolean, nullable=False),
    Column("areas", String(80), nullable=False),
    Column("usage", String(1), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("approver", String(60), nullable=False),
    Index("ix_access_grant_provider", "provider"),
)

access_grant_event = Table(
    "access_grant_event",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("access_grant", ForeignKey("access_grant.id"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("at", Instant, nullable=False),
    Column("principal", String(80), nullable=False),
    Column("why", String(120), nullable=False),
    UniqueConstraint("access_grant", "ordinal"),
)

proof_pin = Table(
    "proof_pin",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("access_grant", ForeignKey("access_grant.id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("good_to", Date, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", String(80), nullable=False),
)

proof_attempt = Table(
    "proof_attempt",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("access_grant", ForeignKey("access_grant.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("principal", String(80), nullable=False),
    Column("is_right", Boolean, nullable=False),
)

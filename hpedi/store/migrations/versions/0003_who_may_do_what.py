"""Accounts, organisations, grants and proofs; claims by their provider."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("partner", sa.String(length=80), nullable=False),
        sa.Column("registered_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("registered_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_partner", ["partner"], unique=False)

    op.create_table(
        "access_grant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("areas", sa.String(length=80), nullable=False),
        sa.Column("usage", sa.String(length=1), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("approver", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name=op.f("fk_access_grant_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
    )
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_grant_organisation"), ["organisation"], unique=False)
        batch_op.create_index("ix_access_grant_provider", ["provider"], unique=False)

    op.create_table(
        "user_account",
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("is_machine", sa.Boolean(), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=True),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("made_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("disabled_at", hpedi.store.tables.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name=op.f("fk_user_account_organisation")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_user_account")),
    )
    op.create_table(
        "access_grant_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("access_grant", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["access_grant"], ["access_grant.id"], name=op.f("fk_access_grant_event_access_grant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant_event")),
        sa.UniqueConstraint("access_grant", "ordinal", name=op.f("uq_access_grant_event_access_grant_ordinal")),
    )
    with op.batch_alter_table("access_grant_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_grant_event_access_grant"), ["access_grant"], unique=False)

    op.create_table(
        "machine_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("good_to", sa.Date(), nullable=False),
        sa.Column("revoked_at", hpedi.store.tables.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["user_account.login"], name=op.f("fk_machine_key_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machine_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_machine_key_digest")),
    )
    with op.batch_alter_table("machine_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_machine_key_account"), ["account"], unique=False)

    op.create_table(
        "proof_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("access_grant", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["access_grant"], ["access_grant.id"], name=op.f("fk_proof_attempt_access_grant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_attempt")),
    )
    with op.batch_alter_table("proof_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proof_attempt_access_grant"), ["access_grant"], unique=False)

    op.create_table(
        "proof_pin",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("access_grant", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("good_to", sa.Date(), nullable=False),
        sa.Column("made_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["access_grant"], ["access_grant.id"], name=op.f("fk_proof_pin_access_grant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_pin")),
    )
    with op.batch_alter_table("proof_pin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proof_pin_access_grant"), ["access_grant"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("session", sa.String(length=64), server_default="", nullable=False),
        sa.Column("expires_at", hpedi.store.tables.Instant(), nullable=True),
        sa.Column("ended_at", hpedi.store.tables.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["user_account.login"], name=op.f("fk_sign_in_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_account", ["account", "id"], unique=False)
        batch_op.create_index("ix_sign_in_session", ["session"], unique=False)

    op.create_table(
        "user_role",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("given_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("taken_at", hpedi.store.tables.Instant(), nullable=True),
        sa.Column("taken_by", sa.String(length=80), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account"], ["user_account.login"], name=op.f("fk_user_role_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_role")),
    )
    with op.batch_alter_table("user_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_role_account"), ["account"], unique=False)

    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(sa.Column("billing_npi", sa.String(length=10), server_default="", nullable=False))
        batch_op.add_column(sa.Column("patient_account", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(sa.Column("service_date", sa.Date(), nullable=True))
        batch_op.create_index("ix_claim_billing_npi_service_date", ["billing_npi", "service_date"], unique=False)
        batch_op.create_index("ix_claim_patient_account", ["patient_account"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_claim_patient_account", "claim")
    op.drop_index("ix_claim_billing_npi_service_date", "claim")
    for column in ("service_date", "patient_account", "billing_npi"):
        op.drop_column("claim", column)  # not in a batch: SQLite need not copy a table that others refer to

    with op.batch_alter_table("user_role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_role_account"))

    op.drop_table("user_role")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_session")
        batch_op.drop_index("ix_sign_in_account")

    op.drop_table("sign_in")
    with op.batch_alter_table("proof_pin", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proof_pin_access_grant"))

    op.drop_table("proof_pin")
    with op.batch_alter_table("proof_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proof_attempt_access_grant"))

    op.drop_table("proof_attempt")
    with op.batch_alter_table("machine_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_machine_key_account"))

    op.drop_table("machine_key")
    with op.batch_alter_table("access_grant_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_grant_event_access_grant"))

    op.drop_table("access_grant_event")
    op.drop_table("user_account")
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_access_grant_provider")
        batch_op.drop_index(batch_op.f("ix_access_grant_organisation"))

    op.drop_table("access_grant")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index("ix_organisation_partner")

    op.drop_table("organisation")

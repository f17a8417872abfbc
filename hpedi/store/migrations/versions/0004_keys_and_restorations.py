"""Wrapped keys, and restorations from backups."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "workspace_key",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("since", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("retired_at", hpedi.store.tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workspace_key")),
        sa.UniqueConstraint("generation", name=op.f("uq_workspace_key_generation")),
    )
    op.create_table(
        "wrapped_key",
        sa.Column("workspace_key", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_key"], ["workspace_key.name"], name=op.f("fk_wrapped_key_workspace_key")),
        sa.PrimaryKeyConstraint("workspace_key", "purpose", "generation", name=op.f("pk_wrapped_key")),
    )
    op.create_table(
        "restoration",
        sa.Column("id", hpedi.store.tables.RowId, nullable=False),
        sa.Column("backup", sa.String(length=32), nullable=False),
        sa.Column("taken_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("restored_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("anchored_as", sa.Text(), nullable=False),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", hpedi.store.tables.Instant(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("why", sa.String(length=120), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restoration")),
    )


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("restoration")
    op.drop_table("wrapped_key")
    op.drop_table("workspace_key")

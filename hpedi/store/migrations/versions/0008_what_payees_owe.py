"""What payees owe from one remittance to the next, and reprocessings."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "payee_balance_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("funding_account", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=2), nullable=False),
        sa.Column("reference", sa.String(length=50), nullable=False),
        sa.Column("amount", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_balance_entry")),
        sa.UniqueConstraint(
            "provider",
            "funding_account",
            "kind",
            "reference",
            "source",
            name="uq_payee_balance_entry",
        ),
    )
    op.create_table(
        "reprocessing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("proposed_by", sa.String(length=80), nullable=False),
        sa.Column("proposed_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("decided_at", hpedi.store.tables.Instant(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reprocessing")),
    )


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("reprocessing")
    op.drop_table("payee_balance_entry")

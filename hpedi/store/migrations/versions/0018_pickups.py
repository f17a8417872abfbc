"""Files of the outbox that partners picked up."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0018"
down_revision = "0022"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "pickup",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("outbox", ROW_ID, nullable=False),
        sa.Column("partner", sa.String(length=80), nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["outbox"], ["outbox.id"], name=op.f("fk_pickup_outbox")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pickup")),
    )
    op.create_index(op.f("ix_pickup_outbox"), "pickup", ["outbox"])


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("pickup")

"""Disputes of providers: the claims that they are about, and what people did with them."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "dispute",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("grounds", sa.String(length=80), nullable=False),
        sa.Column("at_stake", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=12), server_default="", nullable=False),
        sa.Column("reprocessing", ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(["reprocessing"], ["reprocessing.id"], name=op.f("fk_dispute_reprocessing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_table(
        "dispute_claim",
        sa.Column("dispute", ROW_ID, nullable=False),
        sa.Column("control_number", sa.String(length=30), nullable=False),
        sa.Column("filed_late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dispute"], ["dispute.id"], name=op.f("fk_dispute_claim_dispute")),
        sa.ForeignKeyConstraint(
            ["control_number"], ["claim.control_number"], name=op.f("fk_dispute_claim_control_number")
        ),
        sa.PrimaryKeyConstraint("dispute", "control_number", name=op.f("pk_dispute_claim")),
    )
    with op.batch_alter_table("dispute_claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispute_claim_control_number"), ["control_number"], unique=False)
    op.create_table(
        "dispute_event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("dispute", ROW_ID, nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["dispute"], ["dispute.id"], name=op.f("fk_dispute_event_dispute")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_event")),
    )
    with op.batch_alter_table("dispute_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispute_event_dispute"), ["dispute"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    for table in ("dispute_event", "dispute_claim", "dispute"):
        op.drop_table(table)

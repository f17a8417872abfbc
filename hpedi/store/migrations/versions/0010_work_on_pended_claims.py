"""Who works on a pended claim, and what examiners decide."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("pend", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assigned_to", sa.String(length=60), server_default="", nullable=False))
    op.create_table(
        "claim_override",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("control_number", sa.String(length=30), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["control_number"], ["claim.control_number"], name=op.f("fk_claim_override_control_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_override")),
    )
    with op.batch_alter_table("claim_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_override_control_number"), ["control_number"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table("claim_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_override_control_number"))
    op.drop_table("claim_override")
    with op.batch_alter_table("pend", schema=None) as batch_op:
        batch_op.drop_column("assigned_to")

"""Interchanges are found by ISA13, payments by payee, decisions by day; allowed and denied are summed unopened."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step. Decisions that are there already are noted by `hpedi init`, which has the key."""
    op.add_column("decision", sa.Column("allowed", sa.BigInteger()))
    summed = [
        "decided_on",
        "status",
        "version",
        "control_number",
        "charged",
        "allowed",
        "paid",
        "patient_responsibility",
    ]
    op.create_index("ix_decision_decided_on", "decision", summed)
    op.create_index("ix_receipt_control_number", "receipt", ["control_number"])
    op.create_index("ix_payment_provider", "payment", ["provider"])
    op.create_table(
        "denial",
        sa.Column("control_number", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["control_number", "version"],
            ["decision.control_number", "decision.version"],
            name=op.f("fk_denial_control_number"),
        ),
        sa.PrimaryKeyConstraint("control_number", "version", "line", "reason", name=op.f("pk_denial")),
    )


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("denial")
    op.drop_index("ix_payment_provider", table_name="payment")
    op.drop_index("ix_receipt_control_number", table_name="receipt")
    op.drop_index("ix_decision_decided_on", table_name="decision")
    op.drop_column("decision", "allowed")

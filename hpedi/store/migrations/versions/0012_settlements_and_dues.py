"""What capitation and programmes are settled to, and what payees are due of it."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "settlement",
        sa.Column("id", row_id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("employer", sa.String(length=80), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=50), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("kind", "employer", "provider", "reference", name="uq_settlement"),
    )
    op.create_table(
        "due",
        sa.Column("id", row_id, nullable=False),
        sa.Column("settlement", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("reference", sa.String(length=50), nullable=False),
        sa.Column("amount", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("payment_run", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["payment_run"], ["payment_run.id"], name=op.f("fk_due_payment_run")),
        sa.ForeignKeyConstraint(["settlement"], ["settlement.id"], name=op.f("fk_due_settlement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due")),
        sa.UniqueConstraint("provider", "code", "reference", name="uq_due"),
    )
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_due_settlement"), ["settlement"], unique=False)
        batch_op.create_index("ix_due_payment_run", ["payment_run", "provider"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.drop_index("ix_due_payment_run")
        batch_op.drop_index(batch_op.f("ix_due_settlement"))
    op.drop_table("due")
    op.drop_table("settlement")

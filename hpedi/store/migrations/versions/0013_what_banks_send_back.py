"""Files of returns and notifications of change, and accounts on hold."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "return_file",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_file")),
        sa.UniqueConstraint("digest", name=op.f("uq_return_file_digest")),
    )
    op.create_table(
        "eft_return",
        sa.Column("file", ROW_ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("payment", ROW_ID, nullable=False),
        sa.Column("code", sa.String(length=3), nullable=False),
        sa.Column("amount", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("original_trace", sa.String(length=15), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file"], ["return_file.id"], name=op.f("fk_eft_return_file")),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("fk_eft_return_payment")),
        sa.PrimaryKeyConstraint("file", "line", name=op.f("pk_eft_return")),
    )
    with op.batch_alter_table("eft_return", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eft_return_payment"), ["payment"], unique=False)
    op.create_table(
        "account_hold",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("last_four", sa.String(length=4), nullable=False),
        sa.Column("code", sa.String(length=3), nullable=False),
        sa.Column("payment", ROW_ID, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("fk_account_hold_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_hold")),
        sa.UniqueConstraint("payment", "code", name="uq_account_hold"),
    )
    with op.batch_alter_table("account_hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_hold_provider"), ["provider"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    for table in ("account_hold", "eft_return", "return_file"):
        op.drop_table(table)

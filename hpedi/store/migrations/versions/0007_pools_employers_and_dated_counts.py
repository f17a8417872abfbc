"""Withhold pools, what employers are charged, what members are paid, and when accumulator entries count from."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("accumulator_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("day", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("posted_on", sa.Date(), nullable=True))
    op.create_table(
        "pool_movement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pool", sa.String(length=80), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("employer", sa.String(length=80), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("amount", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_movement")),
        sa.UniqueConstraint("source", "pool", "provider", "employer", "year", "what", name="uq_pool_movement"),
    )
    with op.batch_alter_table("pool_movement", schema=None) as batch_op:
        batch_op.create_index("ix_pool_movement_pool", ["pool", "provider", "employer", "year"], unique=False)
    op.create_table(
        "employer_charge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("employer", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("amount", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_charge")),
        sa.UniqueConstraint("source", "employer", "what", name="uq_employer_charge"),
    )
    op.create_table(
        "member_payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member", sa.String(length=80), nullable=False),
        sa.Column("payee", sa.String(length=80), nullable=False),
        sa.Column("amount", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_payment")),
        sa.UniqueConstraint("source", name="uq_member_payment"),
    )


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("member_payment")
    op.drop_table("employer_charge")
    op.drop_table("pool_movement")
    with op.batch_alter_table("accumulator_entry", schema=None) as batch_op:
        batch_op.drop_column("posted_on")
        batch_op.drop_column("day")

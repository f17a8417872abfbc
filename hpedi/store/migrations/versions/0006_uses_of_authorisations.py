"""Uses of authorisations; past lines know what of them was not denied and the claim's procedures."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("past_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("units_paid", sa.String(length=20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("procedures", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "authorization_use",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("authorization", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=80), nullable=False),
        sa.Column("units", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorization_use")),
        sa.UniqueConstraint("member", "authorization", "source", name="uq_authorization_use"),
    )


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("authorization_use")
    with op.batch_alter_table("past_line", schema=None) as batch_op:
        batch_op.drop_column("procedures")
        batch_op.drop_column("units_paid")

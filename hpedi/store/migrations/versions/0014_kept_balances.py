"""Balances of accumulators are kept beside their entries; past lines that bear on any day are found by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step: each balance begins as the sum of its entries."""
    op.create_table(
        "accumulator_balance",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("plan", sa.String(length=80), nullable=False),
        sa.Column("accumulator", sa.String(length=80), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "plan", "accumulator", "period", name=op.f("pk_accumulator_balance")),
        sqlite_with_rowid=False,
    )
    lasting = sa.text("episode != '' OR procedures != ''")
    op.create_index("ix_past_line_lasting", "past_line", ["member"], sqlite_where=lasting, postgresql_where=lasting)
    op.execute(
        "INSERT INTO accumulator_balance (owner, plan, accumulator, period, used) "
        "SELECT owner, plan, accumulator, period, SUM(amount) FROM accumulator_entry "
        "GROUP BY owner, plan, accumulator, period"
    )


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_past_line_lasting", "past_line")
    op.drop_table("accumulator_balance")

"""Which workspace a database holds the books of."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0020"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "workspace",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("since", hpedi.store.tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
    )


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("workspace")

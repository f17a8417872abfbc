"""Past lines know the episode of a case rate that they belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("past_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("episode", sa.String(length=32), nullable=False, server_default=""))


def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table("past_line", schema=None) as batch_op:
        batch_op.drop_column("episode")

"""Past lines tell what makes them another service than one of the same code: teeth, surfaces, the drug."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("past_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("particulars", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table("past_line", schema=None) as batch_op:
        batch_op.drop_column("particulars")

"""A payment names the one that it takes the place of; each goes out once more at most."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.add_column("payment", sa.Column("reissues", sa.String(length=50), nullable=True))
    op.create_index("uq_payment_reissues", "payment", ["reissues"], unique=True)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("uq_payment_reissues", table_name="payment")
    op.drop_column("payment", "reissues")

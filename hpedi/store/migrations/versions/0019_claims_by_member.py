"""Claims are found by the member id they were sent with, for claim status inquiries."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step. Claims that are there already keep no digest: a migration has no key to make it with."""
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(sa.Column("member_id", sa.String(length=64), server_default="", nullable=False))
        batch_op.create_index("ix_claim_member_id_service_date", ["member_id", "service_date"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_claim_member_id_service_date", "claim")
    op.drop_column("claim", "member_id")  # not in a batch: SQLite need not copy a table that others refer to

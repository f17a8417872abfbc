"""What only ever grows is indexed by stretches of ids, and in each by whom its rows are about."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0027"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_accumulator_entry_owner", "accumulator_entry", "owner", 17),
    ("ix_audit_entry_member", "audit_entry", "member", 16),
)


def upgrade() -> None:
    """Apply the step: rows that are added stand beside each other, not all over the index."""
    for name, table, about, bits in INDEXES:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, [sa.text(f"(id >> {bits})"), about])


def downgrade() -> None:
    """Take the step back."""
    for name, table, about, _bits in INDEXES:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, [about])

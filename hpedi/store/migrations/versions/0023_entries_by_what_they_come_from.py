"""Entries of counters stand in the order of what they come from, at the end of their index; owners have their own."""

from alembic import op

revision = "0023"
down_revision = "0024"
branch_labels = None
depends_on = None

_BY_OWNER = "uq_accumulator_entry_owner_plan_accumulator_period_source"
_BY_SOURCE = "uq_accumulator_entry_source_owner_plan_accumulator_period"


def upgrade() -> None:
    """Apply the step: entries that are added stand beside each other in the longer index, not all over it."""
    with op.batch_alter_table("accumulator_entry", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(_BY_OWNER), type_="unique")
        batch_op.create_unique_constraint(op.f(_BY_SOURCE), ["source", "owner", "plan", "accumulator", "period"])
    op.create_index("ix_accumulator_entry_owner", "accumulator_entry", ["owner"])


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_accumulator_entry_owner", table_name="accumulator_entry")
    with op.batch_alter_table("accumulator_entry", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(_BY_SOURCE), type_="unique")
        batch_op.create_unique_constraint(op.f(_BY_OWNER), ["owner", "plan", "accumulator", "period", "source"])

"""What is open, and what is counted again and again, is found by indexes: however much was done, it is not read."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_arrival_state", "arrival", ["state", "partner", "arrived_at"]),
    ("ix_inbound_file_state", "inbound_file", ["state", "received_at"]),
    ("ix_receipt_verdict", "receipt", ["published", "partner", "usage", "verdict"]),
    ("ix_outbox_delivered_at", "outbox", ["delivered_at"]),
    ("ix_payment_run_as_of", "payment_run", ["as_of"]),
    ("ix_webhook_event_settled_at", "webhook_event", ["state", "settled_at"]),
)
PARTIAL = (
    ("ix_schedule_run_unfinished", "schedule_run", ["name", "due_at"], sa.text("ended_at IS NULL")),
    ("ix_audit_entry_resent", "audit_entry", ["subject"], sa.text("action = 'resend'")),
)


def upgrade() -> None:
    """Apply the step."""
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    for name, table, columns, where in PARTIAL:
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
    op.drop_index("ix_payment_run", table_name="payment")
    op.create_index("ix_payment_run", "payment", ["run", "method", "amount"])


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_payment_run", table_name="payment")
    op.create_index("ix_payment_run", "payment", ["run"])
    for name, table, *_rest in (*PARTIAL, *INDEXES):
        op.drop_index(name, table_name=table)

"""Webhooks of partners: endpoints, events for them, attempts to send them."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "webhook",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("partner", sa.String(length=80), nullable=False),
        sa.Column("events", sa.String(length=200), nullable=False),
        sa.Column("made_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("disabled_at", hpedi.store.tables.Instant(), nullable=True),
        sa.Column("disabled_why", sa.String(length=120), nullable=False),
        sa.Column("failing_since", hpedi.store.tables.Instant(), nullable=True),
        sa.Column("rests_until", hpedi.store.tables.Instant(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(op.f("ix_webhook_partner"), "webhook", ["partner"])
    op.create_table(
        "webhook_event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("webhook", ROW_ID, nullable=False),
        sa.Column("message", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("settled_at", hpedi.store.tables.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["webhook"], ["webhook.id"], name=op.f("fk_webhook_event_webhook")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
        sa.UniqueConstraint("message", name=op.f("uq_webhook_event_message")),
    )
    op.create_index("ix_webhook_event_webhook", "webhook_event", ["webhook", "id"])
    op.create_index("ix_webhook_event_state", "webhook_event", ["state", "webhook", "due_at"])
    op.create_table(
        "webhook_attempt",
        sa.Column("event", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["webhook_event.id"], name=op.f("fk_webhook_attempt_event")),
        sa.PrimaryKeyConstraint("event", "number", name=op.f("pk_webhook_attempt")),
    )


def downgrade() -> None:
    """Take the step back."""
    for table in ("webhook_attempt", "webhook_event", "webhook"):
        op.drop_table(table)

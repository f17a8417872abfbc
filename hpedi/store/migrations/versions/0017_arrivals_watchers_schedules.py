"""Files as partners dropped them, who watches their folders, what ran by the clock; what waits in the outbox."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0017"
down_revision = "0014"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "arrival",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("partner", sa.String(length=80), nullable=False),
        sa.Column("name_digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("arrived_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("taken_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("watcher", sa.String(length=80), nullable=False),
        sa.Column("file", ROW_ID, nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file"], ["inbound_file.id"], name=op.f("fk_arrival_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
        sa.UniqueConstraint("key", name=op.f("uq_arrival_key")),
    )
    op.create_index(op.f("ix_arrival_name_digest"), "arrival", ["name_digest"])
    op.create_index(op.f("ix_arrival_arrived_at"), "arrival", ["arrived_at"])
    op.create_index(op.f("ix_arrival_file"), "arrival", ["file"])
    op.create_index("ix_arrival_partner_arrived_at", "arrival", ["partner", "arrived_at"])
    op.create_table(
        "watcher",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("host", sa.String(length=80), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("started_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("beat_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watcher")),
    )
    op.create_table(
        "schedule_run",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("begun_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("ended_at", hpedi.store.tables.Instant(), nullable=True),
        sa.Column("result", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("name", "due_at", name=op.f("pk_schedule_run")),
    )
    waiting = sa.text("delivered_at IS NULL")
    op.create_index("ix_outbox_waiting", "outbox", ["id"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_outbox_waiting", "outbox")
    for table in ("schedule_run", "watcher", "arrival"):
        op.drop_table(table)

"""EFT enrollments with their states and prenotifications, what came back of those, and positive pay."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0016"
down_revision = "0019"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "eft_enrollment",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("submission", sa.String(length=8), nullable=False),
        sa.Column("linkage", sa.String(length=3), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("meanwhile", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eft_enrollment")),
    )
    op.create_index(op.f("ix_eft_enrollment_provider"), "eft_enrollment", ["provider"])
    op.create_table(
        "eft_enrollment_event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("enrollment", ROW_ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=120), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["enrollment"], ["eft_enrollment.id"], name=op.f("fk_eft_enrollment_event_enrollment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eft_enrollment_event")),
        sa.UniqueConstraint("enrollment", "ordinal", name="uq_eft_enrollment_event"),
    )
    op.create_index(op.f("ix_eft_enrollment_event_enrollment"), "eft_enrollment_event", ["enrollment"])
    op.create_table(
        "prenote",
        sa.Column("enrollment", ROW_ID, nullable=False),
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("ach_trace_number", sa.String(length=15), nullable=False),
        sa.Column("effective_entry_date", sa.Date(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["enrollment"], ["eft_enrollment.id"], name=op.f("fk_prenote_enrollment")),
        sa.PrimaryKeyConstraint("enrollment", name=op.f("pk_prenote")),
        sa.UniqueConstraint("file", "ach_trace_number", name="uq_prenote"),
    )
    op.create_index(op.f("ix_prenote_ach_trace_number"), "prenote", ["ach_trace_number"])
    op.create_table(
        "prenote_return",
        sa.Column("file", ROW_ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("enrollment", ROW_ID, nullable=False),
        sa.Column("code", sa.String(length=3), nullable=False),
        sa.Column("original_trace", sa.String(length=15), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file"], ["return_file.id"], name=op.f("fk_prenote_return_file")),
        sa.ForeignKeyConstraint(["enrollment"], ["eft_enrollment.id"], name=op.f("fk_prenote_return_enrollment")),
        sa.PrimaryKeyConstraint("file", "line", name=op.f("pk_prenote_return")),
    )
    op.create_index(op.f("ix_prenote_return_enrollment"), "prenote_return", ["enrollment"])
    op.create_table(
        "positive_pay",
        sa.Column("payment", ROW_ID, nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("fk_positive_pay_payment")),
        sa.PrimaryKeyConstraint("payment", "action", name=op.f("pk_positive_pay")),
    )


def downgrade() -> None:
    """Take the step back."""
    for table in ("positive_pay", "prenote_return", "prenote", "eft_enrollment_event", "eft_enrollment"):
        op.drop_table(table)

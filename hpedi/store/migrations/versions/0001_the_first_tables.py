"""The first tables."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "accumulator_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan", sa.String(length=80), nullable=False),
        sa.Column("accumulator", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("amount", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accumulator_entry")),
        sa.UniqueConstraint(
            "owner",
            "plan",
            "accumulator",
            "period",
            "source",
            name=op.f("uq_accumulator_entry_owner_plan_accumulator_period_source"),
        ),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("member", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_member", ["member"], unique=False)

    op.create_table(
        "family_lock",
        sa.Column("family", sa.String(length=80), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("family", name=op.f("pk_family_lock")),
    )
    op.create_table(
        "inbound_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_file")),
        sa.UniqueConstraint("digest", name=op.f("uq_inbound_file_digest")),
    )
    op.create_table(
        "number",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("next_value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_number")),
    )
    op.create_table(
        "past_line",
        sa.Column("control_number", sa.String(length=30), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(length=80), nullable=False),
        sa.Column("billing_npi", sa.String(length=10), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=48), nullable=False),
        sa.Column("modifiers", sa.String(length=20), nullable=False),
        sa.Column("units", sa.String(length=20), nullable=False),
        sa.Column("charged", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("paid", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("benefit", sa.String(length=80), nullable=False),
        sa.Column("copay", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("denied", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("control_number", "line", name=op.f("pk_past_line")),
    )
    with op.batch_alter_table("past_line", schema=None) as batch_op:
        batch_op.create_index("ix_past_line_member", ["member", "date"], unique=False)

    op.create_table(
        "payment_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("instant", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("first_trace_number", sa.BigInteger(), nullable=False),
        sa.Column("first_check_number", sa.BigInteger(), nullable=False),
        sa.Column("first_interchange_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_run")),
    )
    op.create_table(
        "reference_snapshot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("loaded_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("records_changed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_snapshot")),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("method", sa.String(length=3), nullable=False),
        sa.Column("amount", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("payment_date", sa.Date(), nullable=False),
        sa.Column("trace_number", sa.String(length=50), nullable=False),
        sa.Column("funding_account", sa.String(length=80), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["payment_run.id"], name=op.f("fk_payment_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("trace_number", name=op.f("uq_payment_trace_number")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_run", ["run"], unique=False)

    op.create_table(
        "posting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("funding_account", sa.String(length=80), nullable=False),
        sa.Column("run", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("debit", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("credit", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["payment_run.id"], name=op.f("fk_posting_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint(
            "source", "account", "funding_account", name=op.f("uq_posting_source_account_funding_account")
        ),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(length=80), nullable=False),
        sa.Column("usage", sa.String(length=1), nullable=False),
        sa.Column("control_number", sa.String(length=9), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("received_at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["file"], ["inbound_file.id"], name=op.f("fk_receipt_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("file", "ordinal", name=op.f("uq_receipt_file_ordinal")),
    )
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.create_index("ix_receipt_digest", ["digest"], unique=False)

    op.create_table(
        "reference_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("known_from", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("known_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["known_from"], ["reference_snapshot.id"], name=op.f("fk_reference_record_known_from")),
        sa.ForeignKeyConstraint(["known_to"], ["reference_snapshot.id"], name=op.f("fk_reference_record_known_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_record")),
        sa.UniqueConstraint("kind", "key", "known_from", name=op.f("uq_reference_record_kind_key_known_from")),
    )
    op.create_table(
        "claim",
        sa.Column("control_number", sa.String(length=30), nullable=False),
        sa.Column("receipt", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("usage", sa.String(length=1), nullable=False),
        sa.Column("charged", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["receipt"], ["receipt.id"], name=op.f("fk_claim_receipt")),
        sa.PrimaryKeyConstraint("control_number", name=op.f("pk_claim")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index("ix_claim_receipt_ordinal", ["receipt", "ordinal"], unique=False)
        batch_op.create_index("ix_claim_state", ["state", "receipt", "ordinal"], unique=False)

    op.create_table(
        "eft_entry",
        sa.Column("payment", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("ach_trace_number", sa.String(length=15), nullable=False),
        sa.Column("effective_entry_date", sa.Date(), nullable=False),
        sa.Column("amount", hpedi.store.tables.Cents(), nullable=False),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("fk_eft_entry_payment")),
        sa.PrimaryKeyConstraint("payment", name=op.f("pk_eft_entry")),
        sa.UniqueConstraint("file", "ach_trace_number", name=op.f("uq_eft_entry_file_ach_trace_number")),
    )
    op.create_table(
        "interchange",
        sa.Column("sender", sa.String(length=20), nullable=False),
        sa.Column("receiver", sa.String(length=20), nullable=False),
        sa.Column("control_number", sa.String(length=9), nullable=False),
        sa.Column("usage", sa.String(length=1), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["receipt"], ["receipt.id"], name=op.f("fk_interchange_receipt")),
        sa.PrimaryKeyConstraint("sender", "receiver", "control_number", "usage", name=op.f("pk_interchange")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("folder", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("run", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("delivered_at", hpedi.store.tables.Instant(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["receipt"], ["receipt.id"], name=op.f("fk_outbox_receipt")),
        sa.ForeignKeyConstraint(["run"], ["payment_run.id"], name=op.f("fk_outbox_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("folder", "name", name=op.f("uq_outbox_folder_name")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_receipt"), ["receipt"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_run"), ["run"], unique=False)

    op.create_table(
        "paid_decision",
        sa.Column("control_number", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payment", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("fk_paid_decision_payment")),
        sa.PrimaryKeyConstraint("control_number", "version", name=op.f("pk_paid_decision")),
    )
    with op.batch_alter_table("paid_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paid_decision_payment"), ["payment"], unique=False)

    op.create_table(
        "payment_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("fk_payment_event_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_event")),
        sa.UniqueConstraint("payment", "state", name=op.f("uq_payment_event_payment_state")),
    )
    op.create_table(
        "reference_lookup",
        sa.Column("record", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lookup", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["reference_record.id"], name=op.f("fk_reference_lookup_record")),
        sa.PrimaryKeyConstraint("record", "lookup", name=op.f("pk_reference_lookup")),
    )
    with op.batch_alter_table("reference_lookup", schema=None) as batch_op:
        batch_op.create_index("ix_reference_lookup_lookup", ["lookup"], unique=False)

    op.create_table(
        "decision",
        sa.Column("control_number", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("snapshot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("provider", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=80), nullable=False),
        sa.Column("plan", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=2), nullable=False),
        sa.Column("status277", sa.String(length=12), nullable=False),
        sa.Column("charged", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("paid", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("patient_responsibility", hpedi.store.tables.Cents(), nullable=False),
        sa.Column("payment_run", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_trail", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["control_number"], ["claim.control_number"], name=op.f("fk_decision_control_number")),
        sa.ForeignKeyConstraint(["payment_run"], ["payment_run.id"], name=op.f("fk_decision_payment_run")),
        sa.ForeignKeyConstraint(["snapshot"], ["reference_snapshot.id"], name=op.f("fk_decision_snapshot")),
        sa.PrimaryKeyConstraint("control_number", "version", name=op.f("pk_decision")),
        sa.UniqueConstraint("ordinal", name=op.f("uq_decision_ordinal")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index("ix_decision_payment_run", ["payment_run", "provider", "ordinal"], unique=False)

    op.create_table(
        "pend",
        sa.Column("control_number", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pended_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("status277", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["control_number"], ["claim.control_number"], name=op.f("fk_pend_control_number")),
        sa.PrimaryKeyConstraint("control_number", "version", name=op.f("pk_pend")),
    )
    with op.batch_alter_table("pend", schema=None) as batch_op:
        batch_op.create_index("ix_pend_reason", ["reason"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table("pend", schema=None) as batch_op:
        batch_op.drop_index("ix_pend_reason")

    op.drop_table("pend")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index("ix_decision_payment_run")

    op.drop_table("decision")
    with op.batch_alter_table("reference_lookup", schema=None) as batch_op:
        batch_op.drop_index("ix_reference_lookup_lookup")

    op.drop_table("reference_lookup")
    op.drop_table("payment_event")
    with op.batch_alter_table("paid_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paid_decision_payment"))

    op.drop_table("paid_decision")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_run"))
        batch_op.drop_index(batch_op.f("ix_outbox_receipt"))

    op.drop_table("outbox")
    op.drop_table("interchange")
    op.drop_table("eft_entry")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index("ix_claim_state")
        batch_op.drop_index("ix_claim_receipt_ordinal")

    op.drop_table("claim")
    op.drop_table("reference_record")
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.drop_index("ix_receipt_digest")

    op.drop_table("receipt")
    op.drop_table("posting")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index("ix_payment_run")

    op.drop_table("payment")
    op.drop_table("reference_snapshot")
    op.drop_table("payment_run")
    with op.batch_alter_table("past_line", schema=None) as batch_op:
        batch_op.drop_index("ix_past_line_member")

    op.drop_table("past_line")
    op.drop_table("number")
    op.drop_table("inbound_file")
    op.drop_table("family_lock")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_member")

    op.drop_table("audit_entry")
    op.drop_table("accumulator_entry")

"""The sealed audit log: on whose behalf, to whom, macs, seals, and triggers that keep rows as they are."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_entry", "audit_seal")
REFUSAL = "the audit log is only ever added to"


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.alter_column("result", existing_type=sa.String(length=40), type_=sa.String(length=120))
        batch_op.add_column(sa.Column("on_behalf_of", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("recipient", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("mac", sa.String(length=64), nullable=False, server_default=""))

    op.create_table(
        "audit_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("ids", sa.Text(), nullable=False),
        sa.Column("open_ids", sa.Text(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("entries_digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
    )
    for statement in _triggers_made(op.get_context().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take the step back."""
    for statement in _triggers_dropped(op.get_context().dialect.name):
        op.execute(statement)
    op.drop_table("audit_seal")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_column("mac")
        batch_op.drop_column("recipient")
        batch_op.drop_column("on_behalf_of")
        batch_op.alter_column(
            "result",
            existing_type=sa.String(length=120),
            type_=sa.String(length=40),
            postgresql_using="left(result, 40)",
        )


def _triggers_made(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_refuses_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            for table in APPEND_ONLY
            for event in ("UPDATE", "DELETE")
        ]
    function = (
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    return [function] + [
        f"CREATE TRIGGER {table}_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        for table in APPEND_ONLY
    ]


def _triggers_dropped(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [f"DROP TRIGGER {table}_refuses_{event}" for table in APPEND_ONLY for event in ("update", "delete")]
    return [*(f"DROP TRIGGER {table}_refuses ON {table}" for table in APPEND_ONLY), "DROP FUNCTION audit_refuse()"]

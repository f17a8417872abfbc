"""Files that hold several 835s, written before they are seen; refunds of one claim in parts; checks to members."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0017"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step.

    Each payment that went out gets the file that its 835 is in, which had its number's name. What was due to members so
    far was paid elsewhere: no check is drawn for it. Refunds that a step back gave numbers of their own lose them.
    """
    op.create_table(
        "outbox_staging",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("folder", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("run", _ROW_ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["payment_run.id"], name=op.f("fk_outbox_staging_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_staging")),
        sa.UniqueConstraint("folder", "name", name=op.f("uq_outbox_staging_folder_name")),
    )
    op.create_index(op.f("ix_outbox_staging_run"), "outbox_staging", ["run"])
    _create_link("payment_file", "payment", "outbox", "outbox")
    _create_link("paid_member_payment", "member_payment", "payment", "payment", nullable=True)
    op.execute("INSERT INTO paid_member_payment (member_payment) SELECT id FROM member_payment")
    op.execute(
        "INSERT INTO payment_file (payment, outbox) SELECT payment.id, outbox.id FROM payment "
        "JOIN outbox ON outbox.run = payment.run AND outbox.kind = '835' "
        "AND outbox.name = payment.trace_number || '.835'"
    )
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.drop_constraint("uq_due", type_="unique")
    op.execute(
        "UPDATE due SET reference = substr(reference, 1, length(reference) - length(' ' || id)) "
        "WHERE code = '72' AND reference LIKE '% ' || id"
    )
    once = sa.text("code != '72'")
    of_payee = ["provider", "code", "reference"]
    op.create_index("uq_due", "due", of_payee, unique=True, sqlite_where=once, postgresql_where=once)


def _create_link(name: str, key: str, other: str, table: str, *, nullable: bool = False) -> None:
    """Create a table that gives each row of `key` one row of another table."""
    op.create_table(
        name,
        sa.Column(key, _ROW_ID, nullable=False),
        sa.Column(other, _ROW_ID, nullable=nullable),
        sa.ForeignKeyConstraint([key], [f"{key}.id"], name=op.f(f"fk_{name}_{key}")),
        sa.ForeignKeyConstraint([other], [f"{table}.id"], name=op.f(f"fk_{name}_{other}")),
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_{other}"), name, [other])


def downgrade() -> None:
    """Take the step back; refunds of a claim after its first get their number behind its own, so that all are kept."""
    op.drop_index("uq_due", table_name="due")
    op.execute(
        "UPDATE due SET reference = reference || ' ' || id WHERE EXISTS (SELECT 1 FROM due AS first "
        "WHERE first.id < due.id AND first.provider = due.provider AND first.code = due.code "
        "AND first.reference = due.reference)"
    )
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.create_unique_constraint("uq_due", ["provider", "code", "reference"])
    op.drop_table("paid_member_payment")
    op.drop_table("payment_file")
    op.drop_table("outbox_staging")

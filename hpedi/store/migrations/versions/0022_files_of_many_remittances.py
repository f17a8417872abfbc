"""Files that hold several 835s, written before they are seen; refunds of one claim in parts; checks to members."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0017"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT = {
    "payment_file": "SELECT payment_file.* FROM payment_file JOIN payment ON payment.id = payment_file.payment "
    "JOIN outbox ON outbox.id = payment_file.outbox WHERE outbox.name != payment.trace_number || '.835'",
    "paid_member_payment": "SELECT * FROM paid_member_payment WHERE payment IS NOT NULL",
}
"""What of a table no other table tells: a step back keeps it aside, and the step takes it in again."""


def upgrade() -> None:
    """Apply the step.

    Each payment that went out gets the file that its 835 is in, which had its number's name. What was due to members so
    far was paid elsewhere: no check is drawn for it. Refunds that a step back gave numbers of their own lose them, and
    what it kept aside comes back.
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
    _take_in_again()
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.drop_constraint("uq_due", type_="unique")
    op.execute(
        "UPDATE due SET reference = substr(reference, 1, length(reference) - length(' ' || id)) "
        "WHERE code = '72' AND reference LIKE '% ' || id"
    )
    once = sa.text("code != '72'")
    of_payee = ["provider", "code", "reference"]
    op.create_index("uq_due", "due", of_payee, unique=True, sqlite_where=once, postgresql_where=once)


def _take_in_again() -> None:
    kept = {name for name in _KEPT if sa.inspect(op.get_bind()).has_table(f"kept_{name}")}
    if "payment_file" in kept:
        op.execute("INSERT INTO payment_file (payment, outbox) SELECT payment, outbox FROM kept_payment_file")
    if "paid_member_payment" in kept:
        op.execute(
            "UPDATE paid_member_payment SET payment = (SELECT kept.payment FROM kept_paid_member_payment AS kept "
            "WHERE kept.member_payment = paid_member_payment.member_payment)"
        )
    for name in kept:
        op.drop_table(f"kept_{name}")


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
    """Take the step back; refunds of a claim after its first get their number behind its own, so that all are kept.

    So are the files of several 835s, and which check paid which member payment: aside, in tables of their own.
    """
    op.drop_index("uq_due", table_name="due")
    op.execute(
        "UPDATE due SET reference = reference || ' ' || id WHERE EXISTS (SELECT 1 FROM due AS first "
        "WHERE first.id < due.id AND first.provider = due.provider AND first.code = due.code "
        "AND first.reference = due.reference)"
    )
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.create_unique_constraint("uq_due", ["provider", "code", "reference"])
    for name, rows in _KEPT.items():
        if op.get_bind().execute(sa.text(rows).columns()).first() is not None:
            op.execute(f"CREATE TABLE kept_{name} AS {rows}")
        op.drop_table(name)
    op.drop_table("outbox_staging")

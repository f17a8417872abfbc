"""ERA enrolments; interchange numbers by receiver; passwords that were given and must be changed."""

import sqlalchemy as sa
from alembic import op

import hpedi.store.tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "era_enrolment",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("funding_account", sa.String(length=80), nullable=False),
        sa.Column("receiver", sa.String(length=80), nullable=False),
        sa.Column("submission", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("asked_in", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_era_enrolment")),
    )
    op.create_index("ix_era_enrolment_provider", "era_enrolment", ["provider"], unique=False)
    op.create_table(
        "era_enrolment_event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("era_enrolment", ROW_ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", hpedi.store.tables.Instant(), nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=120), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["era_enrolment"], ["era_enrolment.id"], name=op.f("fk_era_enrolment_event_era_enrolment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_era_enrolment_event")),
        sa.UniqueConstraint("era_enrolment", "ordinal", name=op.f("uq_era_enrolment_event_era_enrolment_ordinal")),
    )
    op.create_index(
        op.f("ix_era_enrolment_event_era_enrolment"), "era_enrolment_event", ["era_enrolment"], unique=False
    )
    op.add_column(
        "user_account", sa.Column("is_password_given", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.drop_column("payment_run", "first_interchange_number")
    with op.batch_alter_table("number", schema=None) as batch_op:
        batch_op.alter_column("name", existing_type=sa.String(length=80), type_=sa.String(length=120))


def downgrade() -> None:
    """Take the step back: the counter of all receivers goes on behind the highest of theirs."""
    number = sa.table("number", sa.column("name", sa.String), sa.column("next_value", sa.BigInteger))
    connection = op.get_bind()
    for counter in ("isa13", "isa13-test"):
        of_receivers = number.c.name.like(f"{counter}:%")
        highest = connection.execute(sa.select(sa.func.max(number.c.next_value)).where(of_receivers)).scalar()
        if highest is not None:
            connection.execute(number.delete().where(of_receivers | (number.c.name == counter)))
            connection.execute(number.insert().values(name=counter, next_value=highest))
    with op.batch_alter_table("number", schema=None) as batch_op:
        batch_op.alter_column("name", existing_type=sa.String(length=120), type_=sa.String(length=80))
    op.add_column(
        "payment_run", sa.Column("first_interchange_number", sa.BigInteger(), server_default="1", nullable=False)
    )
    op.drop_column("user_account", "is_password_given")
    op.drop_table("era_enrolment_event")
    op.drop_table("era_enrolment")

"""Which account keeps what is in a pool, and which pays a due: so far both stood only in the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0028"
branch_labels = None
depends_on = None

_PAYER = "payer"
_OF_POOL = ("source", "pool", "provider", "employer", "year", "what")
_MOVEMENT = sa.table("pool_movement", *map(sa.column, ("id", "source", "what", "funding_account")))
_APART = "@"
"""Between what a movement is and its account, where a step back has to keep both in one column."""


def upgrade() -> None:
    """Apply the step: a movement and a due belong to the account in whose books their source stands."""
    for table in ("pool_movement", "due"):
        account = sa.Column("funding_account", sa.String(length=80), nullable=False, server_default=_PAYER)
        op.add_column(table, account)
    op.execute(
        "UPDATE pool_movement SET funding_account = COALESCE("
        "(SELECT min(funding_account) FROM posting WHERE posting.source = pool_movement.source AND account = 'pools'), "
        "(SELECT min(funding_account) FROM posting WHERE posting.source = pool_movement.source), funding_account)"
    )
    op.execute(
        "UPDATE due SET funding_account = COALESCE((SELECT min(funding_account) FROM posting WHERE posting.source = "
        "'settlement:' || due.settlement AND account = 'payee_dues'), funding_account)"
    )
    with op.batch_alter_table("pool_movement", schema=None) as batch_op:
        batch_op.drop_constraint("uq_pool_movement", type_="unique")
    connection = op.get_bind()
    for row in connection.execute(sa.select(_MOVEMENT).where(_MOVEMENT.c.what.contains(_APART))).all():
        what, _, account = row.what.partition(_APART)
        update = _MOVEMENT.update().where(_MOVEMENT.c.id == row.id)
        connection.execute(update.values(what=what, funding_account=account))
    with op.batch_alter_table("pool_movement", schema=None) as batch_op:
        batch_op.alter_column("what", existing_type=sa.String(length=130), type_=sa.String(length=40), nullable=False)
        batch_op.create_unique_constraint("uq_pool_movement", [*_OF_POOL, "funding_account"])


def downgrade() -> None:
    """Take the step back: an account that the ledger does not tell, of several that keep a pool, goes with `what`."""
    with op.batch_alter_table("pool_movement", schema=None) as batch_op:
        batch_op.alter_column("what", existing_type=sa.String(length=40), type_=sa.String(length=130), nullable=False)
        batch_op.drop_constraint("uq_pool_movement", type_="unique")
    op.execute(
        f"UPDATE pool_movement SET what = what || '{_APART}' || funding_account WHERE 1 < (SELECT "  # noqa: S608 - ours
        "count(DISTINCT funding_account) FROM posting WHERE posting.source = pool_movement.source "
        "AND posting.account = 'pools')"
    )
    with op.batch_alter_table("pool_movement", schema=None) as batch_op:
        batch_op.create_unique_constraint("uq_pool_movement", list(_OF_POOL))
        batch_op.drop_column("funding_account")
    op.drop_column("due", "funding_account")

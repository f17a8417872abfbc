"""Alembic's entry: runs the steps on the connection that `store.schema` hands over."""

from alembic import context

from hpedi.store import (  # noqa: F401 - their tables stand in the same metadata
    access_tables,
    accumulator_tables,
    authorization_tables,
    denial_tables,
    dispute_tables,
    eft_tables,
    era_tables,
    funding_tables,
    gateway_tables,
    key_tables,
    remittance_tables,
    webhook_tables,
    work_tables,
)
from hpedi.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

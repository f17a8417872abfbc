"""Alembic's entry: runs the steps on the connection that `store.schema` hands over."""

from alembic import context

from hpedi.store.access_tables import access_grant

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=access_grant.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

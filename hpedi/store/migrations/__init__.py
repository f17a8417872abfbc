"""Schema of a workspace, step by step (Alembic)."""

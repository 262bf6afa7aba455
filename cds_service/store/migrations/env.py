"""What Alembic runs for a migration: on the connection that `store/schema.py` holds locked, in its transaction. Nobody else calls it."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

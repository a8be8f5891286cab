"""Alembic's entry: applies the history to the connection that `migrate` hands over."""

from __future__ import annotations

from alembic import context
from community.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    user_module_prefix="",
)
with context.begin_transaction():
    context.run_migrations()

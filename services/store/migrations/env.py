"""Alembic's entry: runs the migrations on the connection that `services.store.schema` hands over."""

from alembic import context
from sqlmodel import SQLModel

from services.store import reader_tables, tables

assert tables.Article.metadata is reader_tables.Feedback.metadata is SQLModel.metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, transaction_per_migration=False
)
with context.begin_transaction():
    context.run_migrations()

"""How Alembic runs a revision on the connection it is given. Never opens a database itself."""

from alembic import context
from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
postgresql = connection.dialect.name == "postgresql"
context.configure(
    connection=connection,
    # SQLite: all revisions in the one transaction that locked the file. PostgreSQL: one each, so
    # that a revision can leave it to build an index while others write.
    transaction_per_migration=postgresql,
    transactional_ddl=True,
    render_as_batch=True,
    partitions=context.config.attributes.get("partitions", 1),
)
with context.begin_transaction():
    context.run_migrations()

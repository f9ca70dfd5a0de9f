"""${message}. Never changed once released."""

from sync.server.engine.migrations.tables import bucket, create_index, create_table, key, number, text

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message}."""

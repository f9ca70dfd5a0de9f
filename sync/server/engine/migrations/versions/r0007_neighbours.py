"""When a restored till said that all that survived is sent. Never changed once released."""

from alembic import op

from sync.server.engine.migrations.tables import number

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """A column with a constant default: no row is rewritten."""
    op.add_column("terminal", number("announced_at"))

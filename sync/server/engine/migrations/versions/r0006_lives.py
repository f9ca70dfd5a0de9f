"""Which machine speaks for a till, and whether it was heard in this epoch. Never changed once
released."""

from alembic import op

from sync.server.engine.migrations.tables import number, text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Columns with constant defaults: no row is rewritten."""
    op.add_column("terminal", text("machine"))
    op.add_column("terminal", number("moved_at"))
    op.add_column("terminal", text("reconciled"))

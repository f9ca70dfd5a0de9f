"""In which stores' groups a member is told of. Never changed once released."""

from alembic import op

from sync.server.engine.migrations.tables import text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """A column with a constant default: nobody is in a group until the owner asks for them."""
    op.add_column("member", text("groups", "[]"))

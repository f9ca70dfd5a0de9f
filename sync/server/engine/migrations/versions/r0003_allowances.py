"""Where members come, when tills were heard, who signed what off. Never changed once released."""

from alembic import op

from sync.server.engine.migrations.tables import BIG, bucket, create_table, key, number, text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Columns with constant defaults: no row is rewritten."""
    op.add_column("terminal", number("heard_at"))
    op.add_column("terminal", number("clear_at"))
    op.add_column("account", text("habits", "{}"))
    for name in ("action", "resolved_by", "reason"):
        op.add_column("conflict", text(name))
    op.add_column("conflict", number("resolved_at"))
    create_table(
        "reclaim",
        bucket(),
        key("terminal"),
        key("asked_at", BIG),
        text("by"),
        text("reason"),
        number("incarnation", 1),
        number("grants"),
        number("points"),
        number("due_at"),
        number("done_at"),
    )

"""Keys of personal events, who was told or erased, secrets of terminals. Never changed once
released.
"""

from sync.server.engine.migrations.tables import (
    bucket,
    create_index,
    create_table,
    key,
    number,
    text,
)

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Three tables; what was stored in clear before is sealed by the server's jobs."""
    create_table("sealed_event", bucket(), key("event"), text("member"), text("key"))
    create_index("sealed_event_member", "sealed_event", ["member"])
    create_table(
        "personal_log",
        bucket(),
        key("id"),
        text("member"),
        text("deed"),
        text("by"),
        text("reason"),
        number("at"),
    )
    create_index("personal_log_member", "personal_log", ["bucket", "member"])
    create_table(
        "terminal_secret", bucket(), key("terminal"), key("name"), text("value"), number("at")
    )

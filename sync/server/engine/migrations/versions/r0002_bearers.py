"""What gift cards and coupons hold, and what of it tills may spend."""

from sync.server.engine.migrations.tables import (
    bucket,
    create_index,
    create_table,
    key,
    number,
    text,
)

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """One table; nothing is moved: what a card holds is told again with its next entry."""
    create_table(
        "bearer",
        bucket(),
        key("owner"),
        text("kind"),
        number("balance"),
        number("reserved"),
        text("expires_on"),
        text("state", "{}"),
    )
    create_index("bearer_ends", "bearer", ["kind", "expires_on"])

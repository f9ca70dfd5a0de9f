"""Receipts by business day, for reports. Never changed once released."""

from sync.server.engine.migrations.tables import index_online

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Built while tills go on sending."""
    index_online("sale_day", "sale", ["business_on", "store"])

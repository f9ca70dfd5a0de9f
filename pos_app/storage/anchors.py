"""When a till last heard all the server had to say, as `till.db` keeps it. Never a decision."""

import json
from datetime import datetime

from pos_app.domain.loyalty.lease import Anchor
from pos_app.storage.till_file import TillFile

ANCHOR = "lease_anchor"


def anchor_text(anchor: Anchor) -> bytes:
    """As it is stored."""
    return json.dumps(
        [
            anchor.server_at.isoformat(),
            anchor.monotonic_ms,
            anchor.boot_id,
            anchor.wall.isoformat(),
        ]
    ).encode()


def anchor_of(till: TillFile) -> Anchor | None:
    """The reverse; None before the first."""
    stored = till.meta(ANCHOR)
    if stored is None:
        return None
    server_at, monotonic_ms, boot_id, wall = json.loads(stored)
    return Anchor(
        datetime.fromisoformat(server_at), monotonic_ms, boot_id, datetime.fromisoformat(wall)
    )

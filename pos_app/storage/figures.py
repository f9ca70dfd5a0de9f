"""How much is in `till.db` and where its chain stands: for support. Never the content of a row."""

from typing import Any

from pos_app.storage.places import SCHEMA_VERSION
from pos_app.storage.texts import figures as q
from pos_app.storage.till_file import TillFile


def rows_per_table(till: TillFile) -> dict[str, int]:
    """Table -> rows."""
    return dict(row for count in q.COUNTS for row in count.all(till.driver))


def chain_of(till: TillFile) -> dict[str, Any]:
    """Numbers and the hash of the head; nothing of the session."""
    chain = till.chain()
    return {
        "incarnation": chain.incarnation,
        "head": chain.head,
        "head_hash": bytes(chain.head_hash).hex(),
        "acked": chain.acked,
        "safe_head": chain.safe_head,
        "pruned": chain.pruned,
        "generation": chain.generation,
        "frozen": bool(chain.frozen),
        "schema": SCHEMA_VERSION,
    }

"""How much is in `till.db` and where its chain stands: for support. Never the content of a row."""

from typing import Any

from sqlalchemy import Table, func, select

from pos_app.storage import schema as s
from pos_app.storage.driver import Statement
from pos_app.storage.till_file import TillFile


def rows_per_table(till: TillFile) -> dict[str, int]:
    """Table -> rows."""
    return {
        name: sum(row[0] for row in _counting(table).all(till.driver))
        for name, table in sorted(s.TILL.tables.items())
    }


def _counting(table: Table) -> Statement:
    return Statement(select(func.count()).select_from(table))


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
        "schema": s.SCHEMA_VERSION,
    }

"""Rows and pages of a small feed for the tests of the mirror file."""

import sqlite3
from pathlib import Path

import msgspec
from msgspec import Raw

from sync.mirror.schema import create
from sync.wire.messages import FeedRow, PullReply
from sync.wire.rows import (
    ItemRow,
    LotRow,
    MemberRow,
    OperatorRow,
    PriceRow,
    ProgramRow,
    SettingsRow,
)

AS_OF = "2026-11-20T12:00:00+00:00"


def fresh(path: Path | str = ":memory:", bulk: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    create(connection, bulk)
    return connection


def row(scope: str, ver: int, kind: str, row_id: str, body: object) -> FeedRow:
    return FeedRow(scope, ver, kind, row_id, Raw(msgspec.json.encode(body)))


def gone(scope: str, ver: int, kind: str, row_id: str) -> FeedRow:
    return FeedRow(scope, ver, kind, row_id, deleted=True)


def phone(n: int) -> str:
    return f"{n:032x}"


def member_id(n: int) -> str:
    return f"01930000-0001-7000-8000-{n:012x}"


def member(n: int, ver: int, scope: str = "store:s1", **more: object) -> FeedRow:
    fields = {
        "display_name": f"Член {n}",
        "phone_last4": f"{n % 10_000:04d}",
        "card_last4": f"{n % 10_000:04d}",
        "keys": (("phone", phone(n)), ("card", f"77{n:010d}")),
        "lots": (LotRow(f"lot{n}", 100 + n, "2026-01-01", "2027-01-01"),),
        "spend_by_month": {"2026-10": 100_00 * (n % 50), "2026-11": 50_00},
        "posted": {"t1": n},
        "as_of": AS_OF,
    }
    state = MemberRow(id=member_id(n), **{**fields, **more})
    return row(scope, ver, "member", state.id, state)


def item(n: int, ver: int, name: str = "Товар", **more: object) -> FeedRow:
    fields = {"codes": (f"460{n:010d}",), "plu": f"{n:05d}"}
    prices = (PriceRow("2026-06-01", 150_00), PriceRow("2026-01-01", 100_00))
    state = ItemRow(id=f"item{n}", name=name, prices=prices, **{**fields, **more})
    return row("chain", ver, "item", state.id, state)


def operator(n: int, ver: int, **more: object) -> FeedRow:
    fields = {"role": "cashier", "pin_hash": "$argon2$", "rights": ("sell", "fly")}
    state = OperatorRow(id=f"op{n}", name=f"Кассир {n}", **{**fields, **more})
    return row("store:s1", ver, "operator", state.id, state)


def program(version: int, ver: int, valid_from: str, document: bytes) -> FeedRow:
    state = ProgramRow("main", version, valid_from, "h", Raw(document))
    return row("chain", ver, "program", f"main@{version}", state)


def setting(scope: str, ver: int, name: str, value: object) -> FeedRow:
    state = SettingsRow(name, Raw(msgspec.json.encode(value)))
    return row(scope, ver, "setting", name, state)


def page(*rows: FeedRow, epoch: str = "e1", as_of: str = AS_OF) -> PullReply:
    cursor: dict[str, int] = {}
    for each in rows:
        cursor[each.scope] = max(cursor.get(each.scope, 0), each.ver)
    return PullReply(epoch, rows, cursor, False, 0, 0, as_of)


def content(connection: sqlite3.Connection) -> dict[str, list[tuple]]:
    """What a mirror says, without the numbers it gave by the way."""
    return {
        sql: sorted(connection.execute(sql).fetchall(), key=repr)
        for sql in (
            """SELECT s.text, k.text, row.id, ver, body FROM row JOIN name s ON s.n = row.scope
                JOIN name k ON k.n = row.kind""",
            """SELECT name.text, key.key, row.id FROM key JOIN name ON name.n = key.space
                JOIN row ON row.n = key.row""",
            """SELECT name.text, cursor, count, total FROM scope JOIN name ON name.n = scope.n""",
            "SELECT * FROM meta",
            "SELECT count(*) FROM key",
        )
    }

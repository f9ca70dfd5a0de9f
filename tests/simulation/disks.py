"""What lies on the disks of a run, read by plain SQL. Never by the product's own code."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import zstandard
from sqlcipher3 import dbapi2

from sync.server.server import DATABASE_FILE

SEQ_BITS = 40


def till_rows(path: Path, query: str, *values: Any) -> list[Any]:
    """By the library that the product opens its files with: a second one would break its locks."""
    with closing(dbapi2.connect(str(path))) as connection:
        return connection.execute(query, values).fetchall()


def events_on(folder: Path) -> list[tuple[int, str, str, bytes, bytes]]:
    """(place, id, kind, body, hash) in order."""
    found = till_rows(
        folder / "till.db", "SELECT place, id, kind, body, hash FROM event ORDER BY place"
    )
    return [(p, i, k, bytes(b), bytes(h)) for p, i, k, b, h in found]


def sales_on(folder: Path) -> dict[str, Any]:
    """Transaction id -> its document, as the disk has it."""
    bodies = (b for _, _, kind, b, _ in events_on(folder) if kind == "transaction_completed")
    documents = [json.loads(body) for body in bodies]
    return {document["id"]: document for document in documents}


def sold_before(world: Any) -> set[str]:
    """Transactions that were on a till's disk when it could last forget them (a month is over, an
    older image comes back), with a paper or without."""
    sold: set[str] = set()
    return sold.union(*(till.sold for till in [*world.retired, *world.tills]))


def chain_of(folder: Path) -> dict[str, Any]:
    names = ("incarnation", "head", "acked", "pruned", "pruned_hash", "frozen")
    row = till_rows(folder / "till.db", f"SELECT {', '.join(names)} FROM chain")[0]
    return dict(zip(names, row, strict=True))


BY_EVENTS = ("own", "moved")
"""Kinds of grants that a till makes itself, by facts that the server hears of later."""


def grants_on(folder: Path, incarnation: int, told: bool = False) -> dict[str, int]:
    """Grant -> what it still allows here; `told`: only those that the server gave."""
    rows = till_rows(
        folder / "till.db",
        "SELECT grant_id, granted - spent - returned, kind FROM allowance WHERE incarnation = ?",
        incarnation,
    )
    return {g: left for g, left, kind in rows if left > 0 and not (told and kind in BY_EVENTS)}


def at_rest(till: Any) -> bool:
    """Nothing to send, nothing asked, nothing frozen. What a former life asked is not asked again:
    whatever the server has granted to it comes back by itself."""
    chain = chain_of(till.folder)
    asked = till_rows(
        till.folder / "till.db",
        "SELECT count(*) FROM allowance WHERE asked > 0 AND incarnation = ?",
        chain["incarnation"],
    )
    return chain["acked"] == chain["head"] and not asked[0][0] and not chain["frozen"]


class ServerFile:
    """The server's database past its own code."""

    def __init__(self, machine: Any) -> None:
        self._connection = sqlite3.connect(machine.folder / DATABASE_FILE)

    def rows(self, query: str, *values: Any) -> list[Any]:
        return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        self._connection.close()


def posted(machine: Any) -> bool:
    """The inbox is empty."""
    with closing(ServerFile(machine)) as file:
        return not file.rows("SELECT 1 FROM inbox WHERE state = 'queued' LIMIT 1")


def by_hand(world: Any, file: ServerFile, ledger: dict[str, int]) -> list[str]:
    """I2 of what a manager gave or took: each acknowledged event is in the ledger once."""
    known = {one for (one,) in file.rows("SELECT id FROM event WHERE kind = 'points_adjusted'")}
    found = []
    for till in world.tills:
        for _, one, kind, body, _ in events_on(till.folder):
            if kind != "points_adjusted" or one not in known:
                continue
            entry = json.loads(body)["entry"]
            told = ledger.get(entry["id"])
            if told != entry["points"]:
                found.append(f"I2 by hand {one}: {entry['points']} told, {told} posted")
    return found


def entries_of(document: Any, file: ServerFile, ledger: dict[str, int]) -> list[str]:
    """I2 of a receipt: each of its entries is in the ledger once, with its points."""
    found = []
    for entry in document.get("entries", ()):
        pieces = _pieces(entry, file)
        told = ledger.get(entry["id"]) if pieces is None else pieces
        if told != entry["points"]:
            found.append(f"I2 entry {entry['id']}: {entry['points']} sold, {told} posted")
    return found


def _pieces(entry: Any, file: ServerFile) -> int | None:
    """All that came back of a redemption to the account which the spender's has become.

    There each lot gets its own points by a line of its own, the first under the entry's id, so
    that they keep their ends (case 33). None for every other entry: that is one line.
    """
    if entry["kind"] != "reverse" or entry["points"] <= 0 or not entry.get("reverses"):
        return None
    spender = file.rows("SELECT member FROM ledger WHERE id = ?", entry["reverses"])
    heirs = _heirs(file, spender[0][0]) if spender else set()
    back = [
        (one, member, points)
        for one, member, points, text in file.rows(
            "SELECT id, member, points, entry FROM ledger WHERE kind = 'transfer'"
        )
        if (line := json.loads(text)).get("reverses") == entry["reverses"]
        and line["cause"]["id"] == entry["cause"]["id"]
    ]
    owners = {member for _, member, _ in back}
    if entry["id"] not in {one for one, _, _ in back} or len(owners) != 1 or not owners <= heirs:
        return None
    return sum(points for _, _, points in back)


def _heirs(file: ServerFile, member: str) -> set[str]:
    """Whoever that account has become, one merge after another."""
    after: dict[str, str] = dict(file.rows("SELECT old, new FROM member_redirect"))
    found: set[str] = set()
    while member in after and after[member] not in found:
        member = after[member]
        found.add(member)
    return found


def batches(file: ServerFile, states: str) -> list[Any]:
    rows = file.rows(f"SELECT terminal, incarnation, body FROM inbox WHERE state IN ({states})")
    return [
        (terminal, incarnation, json.loads(zstandard.decompress(body)))
        for terminal, incarnation, body in rows
    ]


def quarantined(file: ServerFile) -> set[str]:
    """Transactions of replaced databases that wait for a person."""
    found = set()
    for _, _, batch in batches(file, "'fenced'"):
        for event in batch["events"]:
            if event["kind"] == "transaction_completed":
                found.add(json.loads(event["body"])["id"])
    return found

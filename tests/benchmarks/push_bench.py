"""An outage's worth of sales pushed to the real server on loopback, until everything is posted.

Sales are made by a real till with its line down. Baselines, in the same run and on the same disk:
raw sqlite3 taking the same event bytes, and raw sqlite3 taking the rows the server made of them,
both in WAL with synchronous=FULL and as many commits as there were batches.
"""

import asyncio
import csv
import itertools
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from pos_app.gear.secrets import Ed25519Verifier
from pos_app.wiring.courier import connection_of, first_sync, http_client
from pos_app.wiring.demo_shop import OPERATORS, Shop, packaged
from pos_app.wiring.memory import SERVER_KEY, Memory
from pos_app.wiring.till import Till, build_till
from sync.client.push import BYTES_MAX, EVENTS_MAX, Push
from tests.benchmarks.rows import RUNS, Row, seconds
from tests.benchmarks.world import CACHE

LINES = 5
POSTED_S = 300
POLL_S = 0.002
INGEST_TARGET = 0.5
Events = list[tuple[int, str, str, int, bytes, bytes]]


class NoPipe:
    """The line is down: nobody hears."""

    restarts = 0

    def send_line(self, line: str) -> None:
        """Lost."""

    def close(self) -> None:
        """Nothing to end."""


def open_till(shop: Shop) -> Till:
    """A signed-on till without children."""
    place = shop.till("till")
    first_sync(place.data, place.server)
    till = build_till(place, lambda _name, _on_line: NoPipe())
    till.terminal.start()
    must(till.terminal.sign_on(OPERATORS[0][0], OPERATORS[0][3]))
    must(till.terminal.open_session(1000_00))
    return till


def must(answer: Any) -> None:
    """A refusal is a fault of the bench."""
    if answer.refusal is not None:
        raise RuntimeError(answer.refusal.code)


def customers() -> tuple[list[str], list[str]]:
    """Codes of goods sold by the piece, and members' cards."""
    with packaged("demo", "catalog.csv").open(encoding="utf-8", newline="") as file:
        goods = [r["ean"] for r in csv.DictReader(file) if r["unit"] == "шт" and r["age18"] == "0"]
    with packaged("demo", "members.csv").open(encoding="utf-8", newline="") as file:
        cards = [r["card_ean"] for r in csv.DictReader(file)]
    return goods, cards


def sell(till: Till, count: int, first: int) -> None:
    """Receipts of five lines; two of three with a card."""
    goods, cards = customers()
    codes = itertools.cycle(goods)
    terminal = till.terminal
    for n in range(first, first + count):
        for code in itertools.islice(codes, LINES):
            must(terminal.type_text(code))
        if n % 3:
            must(terminal.scan(cards[n * 7 % len(cards)].encode(), "]E0"))
        transaction = terminal.view().transaction
        assert transaction is not None
        must(terminal.pay("cash", transaction.due_minor))


def push_all(memory: Memory, url: str) -> tuple[int, float]:
    """One pass of the courier's push: the events it brought over, in how many seconds.

    A courier has its client since its start; making one (it reads a file of certificates) is no
    part of the pass.
    """
    key = memory.outbox.get(SERVER_KEY)
    assert key is not None
    verify: Callable[[bytes, bytes], bool] = Ed25519Verifier(key).verify

    async def once() -> tuple[int, float]:
        client = http_client(url)
        push = Push(connection_of(memory, client), memory.outbox, verify)
        started = time.perf_counter()
        try:
            return await push.run(), time.perf_counter() - started
        finally:
            await client.aclose()

    return asyncio.run(once())


def batches_of(memory: Memory) -> list[Events]:
    """What the push will send, in its batches."""
    found, after = [], memory.outbox.position().acked
    while batch := memory.outbox.batch(after, EVENTS_MAX, BYTES_MAX):
        found.append([tuple(event) for event in batch])
        after = batch[-1][0]
    return found  # type: ignore[return-value]  # plain tuples of the same six


def fresh(path: Path, statements: list[str]) -> sqlite3.Connection:
    """A raw file as durable as the server's."""
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    for statement in statements:
        raw.execute(statement)
    return raw


class Book:
    """The server's file, read from outside."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, sql: str) -> list[Any]:
        """One question on a connection of its own."""
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()

    def schema(self) -> list[str]:
        """Its tables and indexes."""
        found = self.read("SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY type DESC")
        return [sql for (sql,) in found]

    def marks(self) -> dict[str, int]:
        """Table -> its newest row."""
        names = self.read("SELECT name FROM sqlite_master WHERE type='table'")
        return {n: self.read(f"SELECT coalesce(max(rowid), 0) FROM {n}")[0][0] for (n,) in names}

    def since(self, marks: dict[str, int]) -> dict[str, list[Any]]:
        """The rows that were added."""
        found = {n: self.read(f"SELECT * FROM {n} WHERE rowid > {m}") for n, m in marks.items()}
        return {name: rows for name, rows in found.items() if rows}

    def wait_posted(self) -> None:
        """Nothing waits in the inbox."""
        deadline = time.monotonic() + POSTED_S
        while self.read("SELECT 1 FROM event WHERE outcome = 'queued' LIMIT 1"):
            if time.monotonic() > deadline:
                raise TimeoutError("the server does not post")
            time.sleep(POLL_S)


def insert_events(raw: sqlite3.Connection, batches: list[Events]) -> None:
    """The same bytes, a commit a batch."""
    for batch in batches:
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", batch)
        raw.execute("COMMIT")


def insert_rows(raw: sqlite3.Connection, tables: dict[str, list[Any]], commits: int) -> None:
    """The server's rows, spread evenly over as many commits."""
    for part in range(commits):
        raw.execute("BEGIN IMMEDIATE")
        for name, rows in tables.items():
            marks = ", ".join("?" * len(rows[0]))
            raw.executemany(f"INSERT INTO {name} VALUES ({marks})", rows[part::commits])
        raw.execute("COMMIT")


class Bench:
    """One till, one server, several outages."""

    def __init__(self, folder: Path, shop: Shop) -> None:
        self._folder, self._shop = folder, shop
        self._till = open_till(shop)
        self._book = Book(shop.data / "server.db")
        self._sold = 0
        push_all(self._till.memory, shop.url)
        self._book.wait_posted()

    def close(self) -> None:
        """Give the files back."""
        self._till.terminal.close()

    def outage(self, sales: int) -> tuple[float, float, float, float, float]:
        """(events, push, raw events, to posted, raw rows): a count and seconds."""
        sell(self._till, sales, self._sold)
        self._sold += sales
        memory = self._till.memory
        batches = batches_of(memory)
        marks = self._book.marks()
        events, pushed = push_all(memory, self._shop.url)
        acknowledged = time.perf_counter()
        self._book.wait_posted()
        posted = pushed + time.perf_counter() - acknowledged
        added = self._book.since(marks)
        sql = "CREATE TABLE event (seq INTEGER PRIMARY KEY, id, kind, v, body, hash)"
        with closing(fresh(self._folder / "events.db", [sql])) as raw:
            raw_events = seconds(lambda: insert_events(raw, batches))
        with closing(fresh(self._folder / "rows.db", self._book.schema())) as raw:
            raw_rows = seconds(lambda: insert_rows(raw, added, len(batches)))
        return events, pushed, raw_events, posted, raw_rows


def measure(sales: int, runs: int = RUNS) -> list[Row]:
    """Push and ingest, medians over the outages."""
    folder = CACHE / "push"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with Shop(folder / "shop") as shop:
        bench = Bench(folder, shop)
        try:
            taken = [bench.outage(sales) for _ in range(runs + 1)][1:]
        finally:
            bench.close()
    events = int(statistics.median(t[0] for t in taken))
    push_s, raw_s, posted_s, rows_s = (statistics.median(t[i] for t in taken) for i in (1, 2, 3, 4))
    return [
        Row(
            f"push after an outage, one till, {events} events, fsync, per event",
            push_s / events * 1e6,
            raw_s / events * 1e6,
            "us",
            "raw sqlite3, same bytes and commits",
            None,
            True,
            f"{events / push_s:,.0f} events/s acknowledged, posting going on beside it",
        ),
        Row(
            f"server ingest to posted, SQLite, {sales} receipts, per receipt",
            posted_s / sales * 1e6,
            rows_s / sales * 1e6,
            "us",
            "raw insert of the rows it added",
            INGEST_TARGET,
            True,
            f"{sales / posted_s:,.0f} receipts/s from push to posted",
        ),
    ]

"""A chain comes back after hours in the dark while others go on selling: rates and waits.

python -m tests.evidence.catching_up RECEIPTS [--engine sqlite|postgresql] [--share 0.1]

RECEIPTS is what `simulate_chain.py` writes (JSON lines: at, store, till, member, lines). The eight
busiest hours in a row are what the tills have in their outboxes; `--share` takes a part of the
stores. The server is a process of its own and durable (SQLite synchronous=FULL; PostgreSQL with
fsync and synchronous_commit on); all tills are one other process on the same machine. While they
push, live tills sell and redeem on line. Never asserted by a test: it prints a table.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import sqlalchemy as sa

from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.money import RUB
from sync.server.access import enrolment
from sync.server.engine import schema as tables
from sync.server.engine.database import Database
from sync.server.server import open_server
from sync.server.settings import reference
from tests.benchmarks.rows import percentile
from tests.pg import Cluster, binaries
from tests.sync.server.till import Refused, Till

HOURS = 8
BATCH = 200
AT_ONCE = 32
LIVE_TILLS, LIVE_EVERY_S, QUIET_S = 8, 0.5, 8.0
FIRST_POINTS = 500
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
           "shared_buffers": "256MB", "max_wal_size": "4GB"}  # fmt: skip
WAIT_S = 1800.0


@dataclass
class Waits:
    """How long live tills waited, in milliseconds."""

    receipts: list[float] = field(default_factory=list)
    redemptions: list[float] = field(default_factory=list)
    refused: Counter = field(default_factory=Counter)

    def row(self, what: str) -> str:
        cells = [f"{what:22}"]
        for some in (self.receipts, self.redemptions):
            if some:
                p50, p99 = percentile(some, 0.5), percentile(some, 0.99)
                cells.append(f"{len(some):6} {p50:8.1f} {p99:9.1f}")
            else:
                cells.append(f"{0:6} {'-':>8} {'-':>9}")
        return " | ".join(cells) + (f" | refused {dict(self.refused)}" if self.refused else "")


def dark_receipts(path: Path, share: float) -> dict[tuple[int, int], list[dict]]:
    """The receipts of the busiest hours by (store, till), for a part of the stores."""
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    by_hour = Counter(int(one["at"][11:13]) for one in found)
    first = max(range(24), key=lambda h: sum(by_hour[h + n] for n in range(HOURS)))
    stores = sorted({one["store"] for one in found})
    kept = set(stores[: max(1, round(len(stores) * share))])
    outboxes: dict[tuple[int, int], list[dict]] = defaultdict(list)
    for one in found:
        if one["store"] in kept and first <= int(one["at"][11:13]) < first + HOURS:
            outboxes[one["store"], one["till"]].append(one)
    return dict(outboxes)


def sell(till: Till, receipt: dict, members: dict[str, str]) -> None:
    """The receipt as an event of the till's chain."""
    net = sum(qty * price for _, qty, price in receipt["lines"])
    member = members.get(receipt["member"] or "")
    document = till.document(member=member, earn=net // 3000 if member else 0, net=net)
    (one,) = document.lines
    lines = [
        replace(one, line=n + 1, code=ean, unit_price_minor=price, list_minor=qty * price,
                net_minor=qty * price, payable_minor=qty * price,
                points_earned=one.points_earned if n == 0 else 0)
        for n, (ean, qty, price) in enumerate(receipt["lines"])
    ]  # fmt: skip
    from pos_app.domain.events import TransactionCompleted

    whole = replace(document, lines=tuple(lines), currency=RUB)
    till.record(TransactionCompleted(whole), whole.transaction_id)


@asynccontextmanager
async def place(engine: str, folder: Path):
    """What `--data` or `--database` of a fresh server is."""
    if engine == "sqlite":
        yield ["--data", str(folder / "data")], {"data": folder / "data"}
        return
    found = binaries()
    if found is None:
        raise SystemExit("no PostgreSQL binaries on this machine")
    cluster = Cluster(found, DURABLE).start()
    try:
        address, keys = cluster.database(), folder / "data"
        yield ["--database", address, "--data", str(keys)], {"address": address, "data": keys}
    finally:
        cluster.stop()


@asynccontextmanager
async def serving(where: Sequence[str], folder: Path):
    """A server process; its address."""
    port_file = folder / "port"
    child = subprocess.Popen(
        [sys.executable, "-m", "sync.server", "serve", *where,
         "--port", "0", "--port-file", str(port_file)],
        env={**os.environ}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not port_file.exists():
            if child.poll() is not None:
                raise SystemExit("the server did not start")
            await asyncio.sleep(0.05)
        yield f"http://{port_file.read_text('ascii').strip()}"
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait()


async def prepare(opened: dict, stores: Sequence[str], count: int) -> list[str]:
    """Stores and enrolment codes, made by head office before the server runs."""
    server = await open_server(**opened)
    codes = []
    try:
        quiet = {"receipts": 0, "stores_a_day": 0, "scans_by_operator": 0}
        await server.database.write(
            lambda c: reference.set_setting(c, server.services, "velocity", quiet)
        )
        for store in stores:
            await server.database.write(
                lambda c, s=store: reference.add_store(c, server.services, s, s)
            )
        for n in range(count):
            store = stores[n % len(stores)]
            codes.append(
                await server.database.write(
                    lambda c, s=store: enrolment.new_code(c, server.services, s, "")
                )
            )
    finally:
        await server.close()
    return codes


class Storm:
    """The tills of the dark stores, the live ones, and what they meet."""

    def __init__(self, client: httpx.AsyncClient, outboxes) -> None:
        self.client, self.outboxes = client, outboxes
        self.members: dict[str, str] = {}
        self.dark: list[Till] = []
        self.live: list[Till] = []
        self.chance = random.Random(1)
        self.told = SimpleNamespace(done=0, refused=Counter())

    async def enrol(self, codes: Sequence[str]) -> None:
        """Every till, then every member at a live till."""
        for number, code in enumerate(codes):
            till = Till(self.client, number + 1)
            await till.enrol(code)
            (self.dark if number < len(self.outboxes) else self.live).append(till)
        first = self.live[0]
        cards = sorted(
            {r["member"] for some in self.outboxes.values() for r in some if r["member"]}
        )
        for card in cards:
            member = self.members[card] = first.enrol_member(card=card)
            first.sell(member=member, earn=FIRST_POINTS)
        await self._all_of(first)

    async def _all_of(self, till: Till) -> None:
        done = getattr(till, "acknowledged", 0)
        while done < len(till.chain):
            try:
                done = (await till.push(done + 1, done + BATCH)).head
            except Refused as refused:
                self.told.refused[refused.status] += 1
                await asyncio.sleep(float(refused.headers.get("retry-after", "0.2")))
        till.acknowledged = done

    def fill(self) -> int:
        """Hours of receipts into the outboxes; how many."""
        for till, receipts in zip(self.dark, self.outboxes.values(), strict=True):
            for receipt in receipts:
                sell(till, receipt, self.members)
        return sum(len(till.chain) for till in self.dark)

    async def catch_up(self) -> float:
        """Seconds until the last dark till is acknowledged."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(till: Till) -> None:
            async with gate:
                await self._all_of(till)

        started = time.perf_counter()
        await asyncio.gather(*(one(till) for till in self.dark))
        return time.perf_counter() - started

    async def sell_live(self, waits: Waits, over: asyncio.Event) -> None:
        """Live tills sell; every third receipt redeems points that it asks for on line."""
        await asyncio.gather(*(self._live(till, waits, over) for till in self.live))

    async def _live(self, till: Till, waits: Waits, over: asyncio.Event) -> None:
        known = list(self.members.values())
        await asyncio.sleep(self.chance.random() * LIVE_EVERY_S)
        while not over.is_set():
            began = time.perf_counter()
            member = self.chance.choice(known)
            try:
                if self.chance.random() < 1 / 3:
                    await self._redeem(till, member)
                    waits.redemptions.append((time.perf_counter() - began) * 1e3)
                else:
                    till.sell(member=member, earn=5)
                    await self._all_of(till)
                    waits.receipts.append((time.perf_counter() - began) * 1e3)
            except Refused as refused:
                waits.refused[refused.status] += 1
            left = LIVE_EVERY_S - (time.perf_counter() - began)
            await asyncio.sleep(max(0.0, left))

    async def _redeem(self, till: Till, member: str) -> None:
        grant = await till.allowance(till.ids.new_id(), member, 5)
        if grant.granted:
            use = AllowanceUse(grant.grant, grant.granted)
            till.sell(member=member, redeem=grant.granted, uses=(use,))
        await self._all_of(till)


async def posted(database: Database, since: float) -> float:
    """Seconds since then until nothing waits in the inbox."""
    waiting = sa.select(sa.func.count()).select_from(tables.inbox).where(
        tables.inbox.c.state == "queued"
    )  # fmt: skip
    async with asyncio.timeout(WAIT_S):
        while await database.read(lambda c: c.execute(waiting).scalar_one()):
            await asyncio.sleep(0.2)
    return time.perf_counter() - since


async def main(options: argparse.Namespace) -> None:
    from sync.server.engine.database import open_database

    outboxes = dark_receipts(options.receipts, options.share)
    stores = [f"store-{n}" for n in sorted({store for store, _ in outboxes})]
    with tempfile.TemporaryDirectory(prefix="catching-up-") as name:
        folder = Path(name)
        async with place(options.engine, folder) as (where, opened):
            codes = await prepare(opened, stores, len(outboxes) + LIVE_TILLS)
            limits = httpx.Limits(max_connections=AT_ONCE + 2 * LIVE_TILLS)
            async with (
                serving(where, folder) as address,
                httpx.AsyncClient(base_url=address, timeout=120.0, limits=limits) as client,
            ):
                storm = Storm(client, outboxes)
                await storm.enrol(codes)
                count = storm.fill()
                file = opened.get("address") or str(opened["data"] / "server.db")
                database = open_database(file)
                await posted(database, time.perf_counter())
                quiet, busy = Waits(), Waits()
                over = asyncio.Event()
                live = asyncio.ensure_future(storm.sell_live(quiet, over))
                await asyncio.sleep(QUIET_S)
                over.set()
                await live
                over = asyncio.Event()
                live = asyncio.ensure_future(storm.sell_live(busy, over))
                started = time.perf_counter()
                acknowledged_s = await storm.catch_up()
                posted_s = await posted_but_live(database, started, storm.dark)
                over.set()
                await live
                await database.close()
        lines = sum(len(r["lines"]) for some in outboxes.values() for r in some)
        print(f"{options.engine}: {len(stores)} stores, {len(outboxes)} tills, {count} receipts")
        print(f"{lines} lines, {len(storm.members)} members; load {os.getloadavg()[0]:.1f}")
        print(f"acknowledged in {acknowledged_s:.1f} s: {count / acknowledged_s:,.0f} receipts/s")
        print(f"posted in {posted_s:.1f} s: {count / posted_s:,.0f} receipts/s")
        print(f"refused and sent again: {dict(storm.told.refused) or 'none'}")
        print(f"{'':22} | receipts  p50 ms    p99 ms | redeemed  p50 ms    p99 ms")
        print(quiet.row("live, nothing else"))
        print(busy.row("live, chain catches up"))


async def posted_but_live(database: Database, since: float, dark: Sequence[Till]) -> float:
    """Seconds since then until everything of the dark tills is posted; live ones go on."""
    mine = {till.terminal for till in dark}
    waiting = sa.select(tables.inbox.c.terminal).where(tables.inbox.c.state == "queued").distinct()
    async with asyncio.timeout(WAIT_S):
        while mine & set(await database.read(lambda c: list(c.execute(waiting).scalars()))):
            await asyncio.sleep(0.25)
    return time.perf_counter() - since


def arguments() -> argparse.Namespace:
    """What was asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence.catching_up")
    parser.add_argument("receipts", type=Path, help="JSON lines of simulate_chain.py")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--share", type=float, default=0.1, help="part of the stores")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(arguments()))

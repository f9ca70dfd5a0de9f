"""The data of the benches: a till of the demo shop whose mirror holds a big town. Made by code.

The till is enrolled at a real server, then the server goes away: the mirror is rebuilt with the
server's own rows, 100 000 products and N members, and the courier finds nobody to heal it.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Raw

from pos_app.storage.connect import connect_mirror
from pos_app.storage.mirror import mirror_path
from pos_app.wiring.courier import first_sync
from pos_app.wiring.demo_shop import Shop
from pos_app.wiring.memory import open_memory
from pos_app.wiring.till import Place
from sync.mirror.keys import unpacked_id
from sync.mirror.load import finish, load_rows
from sync.mirror.schema import create
from sync.mirror.state import read_as_of, read_cursor, read_epoch
from sync.wire.messages import FeedRow
from sync.wire.rows import ItemRow, PriceRow
from tests.benchmarks.labels import NOBODY, code_of
from tests.benchmarks.storage_rows import spread

CACHE = Path("build") / "bench"
PRODUCTS = 100_000
SOURCES = ("sync/mirror", "sync/wire", "pos_app/storage/migrations", "resources/demo")
HOUSE = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Town:
    """A till's data folder, kept between runs; use a `copy`."""

    folder: Path
    members: int
    products: int

    def copy(self, name: str) -> Place:
        """A till of its own over the same mirror file (nobody writes it: there is no server)."""
        target = CACHE / "tills" / name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for path in self.folder.iterdir():
            if path.name.startswith("mirror-"):
                os.link(path, target / path.name)
            elif path.name != "till.lock":
                shutil.copy2(path, target / path.name)
        return Place(target.resolve(), NOBODY)


def town(members: int, products: int = PRODUCTS) -> Town:
    """Built once for these sizes and this code."""
    folder = CACHE / f"town-{members}-{products}-{fingerprint()}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        shop_folder = folder / "shop"
        shop_folder.mkdir(parents=True)
        with Shop(shop_folder) as shop:
            place = shop.till("till")
            first_sync(place.data, place.server)
        rebuild(place.data, members, products)
        (folder / "complete").touch()
    return Town(folder / "shop" / "till", members, products)


def fingerprint() -> str:
    """Of everything that decides what the files look like."""
    seen = hashlib.sha256()
    for source in SOURCES:
        for path in sorted((HOUSE / source).rglob("*")):
            if path.suffix in (".py", ".csv", ".json"):
                seen.update(path.read_bytes())
    return seen.hexdigest()[:12]


def rebuild(data: Path, members: int, products: int) -> None:
    """The till's mirror again, with the town in it."""
    memory = open_memory(data)
    generation = memory.outbox.mirror_generation()
    memory.close()
    path = mirror_path(data, generation)
    old = sqlite3.connect(path)
    position = read_cursor(old), read_epoch(old), read_as_of(old)
    fresh = path.with_name("fresh.db")
    new = connect_mirror(fresh, None, writing=True)
    create(new, bulk=True)
    load_rows(new, rows(old, members, products))
    finish(new, *position)
    new.execute("PRAGMA journal_mode=WAL")
    new.close()
    old.close()
    for leftover in data.glob(f"{path.name}-*"):
        leftover.unlink()
    fresh.replace(path)


def rows(old: sqlite3.Connection, members: int, products: int) -> Iterator[FeedRow]:
    """What the server gave, then the town."""
    names = dict(old.execute("SELECT n, text FROM name"))
    sql = "SELECT scope, kind, id, ver, body FROM row WHERE body IS NOT NULL"
    for scope, kind, packed, ver, body in old.execute(sql):
        yield FeedRow(names[scope], ver, names[kind], unpacked_id(packed), Raw(body))
    for n in range(products):
        yield product(n)
    for n in range(members):
        yield spread(n, n + 1)


def product(n: int) -> FeedRow:
    """A tin on the shelf; its code is `code_of(n)`."""
    state = ItemRow(
        id=f"town-{n}",
        name=f"Консервы {n % 977} в банке {n}",
        prices=(PriceRow("2026-01-01", 1000 + n * 37 % 90_000),),
        categories=(f"town-{n % 40}",),
        codes=(code_of(n),),
    )
    return FeedRow("chain", n + 1, "item", state.id, Raw(msgspec.json.encode(state)))

"""The till's memory beside raw sqlite3, in one run: `python -m tests.benchmarks.storage_bench [N]`.

Every function returns rows: what, ours and raw (seconds per operation, medians), `ratio` and its
`target`, with `more_is_better` saying which way. Rounds of both sides alternate.
"""

import hashlib
import itertools
import os
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import msgspec

from pos_app.gear.secrets import box_keys, seal
from pos_app.storage.connect import connect_mirror
from pos_app.storage.mirror import MirrorReader, mirror_path
from sync.client.installing import Seals, install
from sync.mirror.apply import apply_page
from sync.mirror.load import finish, load_rows
from sync.mirror.pages import make_room
from sync.mirror.schema import INDEX, TABLES, create
from sync.mirror.state import digest
from sync.server.publishing.snapshots import _compressed
from sync.translate import WireCodec
from sync.wire.codec import chain_hash
from sync.wire.messages import FeedRow, PullReply, SnapshotManifest
from tests.benchmarks.storage_rows import (
    ROUNDS,
    Row,
    beside,
    build,
    hashed,
    row,
    rows_of,
    spread,
    timed,
)
from tests.storage.builders import KEY, journal_of, open_at, sale_facts
from tests.sync.mirror.feeds import AS_OF

SNAPSHOT_ROUNDS = 5
PAGE_ROWS = 5000


def look_ups(count: int = 100_000, asked: int = 2000) -> list[Row]:
    """Card and phone against a prepared select on the plain file, also through SQLCipher."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        plain, sealed = Path(folder) / "plain", Path(folder) / "sealed"
        for place, key in ((plain, None), (sealed, KEY)):
            place.mkdir()
            build(mirror_path(place, 1), count, key)
        raw = sqlite3.connect(f"file:{mirror_path(plain, 1)}?mode=ro", uri=True)
        spaces = dict(raw.execute("SELECT text, n FROM name").fetchall())
        sql = "SELECT row.body FROM key JOIN row ON row.n = key.row WHERE key.space=? AND key.key=?"
        dice = random.Random(7)
        for kind, label, place, key, target in (
            ("card", "plain", plain, None, 4),
            ("phone", "plain", plain, None, 4),
            ("card", "SQLCipher", sealed, KEY, 8),
            ("phone", "SQLCipher", sealed, KEY, 8),
        ):
            reader = MirrorReader(place, lambda: 1, key)
            numbers = [dice.randrange(count) for _ in range(asked)]
            texts = [hashed(n) if kind == "phone" else f"77{n:010d}" for n in numbers]
            packed = [bytes.fromhex(t) if kind == "phone" else t for t in texts]

            def ours(reader=reader, kind=kind, texts=texts):
                for text in texts:
                    assert reader.member_by_key(kind, text) is not None

            def prepared(kind=kind, packed=packed):
                for value in packed:
                    assert raw.execute(sql, (spaces[kind], value)).fetchone()

            mine, theirs = beside(ours, prepared)
            found.append(
                row(
                    f"look-up by {kind}, {count} members, {label}",
                    mine / asked,
                    theirs / asked,
                    target,
                )
            )
            reader.close()
        raw.close()
    return found


def durable_commits(sales: int = 40) -> list[Row]:
    """A ten-line sale with member, session and print job, FULL, against the same rows raw."""
    found: list[Row] = []
    for label, key in (("plain", None), ("SQLCipher", KEY)):
        with tempfile.TemporaryDirectory() as folder:
            till = open_at(Path(folder) / "till.db", key)
            journal = journal_of(till)
            raw = raw_till(Path(folder) / "raw.db", till)
            counter, again = itertools.count(1), itertools.count(1)

            def ours(journal=journal, counter=counter):
                for _ in range(sales):
                    journal.record(sale_facts(next(counter), "m1", lines=10))

            def theirs(raw=raw, again=again):
                for _ in range(sales):
                    raw_sale(raw, next(again))

            mine, base = beside(ours, theirs)
            found.append(
                row(
                    f"commit of a 10-line sale, FULL, {label}",
                    mine / sales,
                    base / sales,
                    0.6,
                    True,
                )
            )
            till.close()
            raw.close()
    return found


def raw_till(path: Path, till) -> sqlite3.Connection:
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    for (sql,) in till.driver.execute(
        "SELECT sql FROM sqlite_master WHERE sql NOT NULL"
    ).fetchall():
        raw.execute(sql)
    raw.execute(
        "INSERT INTO chain VALUES (1, 1, 0, zeroblob(32), 0, 0, 0, zeroblob(32), 0, 0, 0, 0, NULL)"
    )
    return raw


_CODEC = WireCodec()


def raw_sale(raw: sqlite3.Connection, n: int) -> None:
    """The rows of `sale_facts`; what it takes to make them is part of a sale on both sides."""
    facts = sale_facts(n, "m1", lines=10)
    (event_id, event), document = facts.events[0], facts.events[0][1].document
    kind, v, body = _CODEC.encode(event)
    digest_ = chain_hash(bytes(32), n, event_id, kind, body)
    place = 1 << 40 | n
    state = msgspec.json.encode(facts.session)
    job = facts.print_job
    raw.execute("BEGIN IMMEDIATE")
    raw.execute(
        "INSERT INTO event (place,id,kind,v,body,hash,at_us) VALUES (?,?,?,?,?,?,?)",
        (place, event_id, kind, v, body, digest_, n),
    )
    for key in (document.transaction_id, document.receipt_number):
        raw.execute("INSERT INTO document_key VALUES (?, ?)", (key, place))
    raw.execute("INSERT INTO member_event VALUES ('m1',?,'2026-11-20',10000,100)", (place,))
    raw.execute(
        "INSERT INTO print_job VALUES (?,?,?,?,'queued')",
        (job.job_id, place, job.transaction_id, job.body),
    )
    raw.execute(
        "UPDATE chain SET head=?, head_hash=?, receipts=?, generation=?, session=?",
        (n, digest_, n, n, state),
    )
    raw.execute("COMMIT")


_UPSERT = """INSERT INTO row (scope, kind, id, ver, body) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (kind, id, scope) DO UPDATE SET ver = excluded.ver, body = excluded.body
    WHERE excluded.ver > ver"""
_UPSERT_KEY = """INSERT OR IGNORE INTO key (space, key, row)
    SELECT ?, ?, n FROM row WHERE kind = ? AND id = ? AND scope = ?"""


def delta_apply(count: int = 100_000) -> list[Row]:
    """Pages of changed members against raw upserts of the same rows and keys, same page size."""
    with tempfile.TemporaryDirectory() as folder:
        ours_path, raw_path = Path(folder) / "ours.db", Path(folder) / "raw.db"
        build(ours_path, count)
        shutil.copy(ours_path, raw_path)
        mirror = connect_mirror(ours_path, writing=True)
        raw = sqlite3.connect(raw_path, isolation_level=None)
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA synchronous=NORMAL")
        names = dict(raw.execute("SELECT text, n FROM name").fetchall())
        dice = random.Random(11)
        pages = []
        for number in range(ROUNDS + 1):
            first = count + 1 + number * PAGE_ROWS
            chosen = dice.sample(range(count), min(PAGE_ROWS, count))
            pages.append([spread(n, first + i, debt=number) for i, n in enumerate(chosen)])
        mine, theirs, bare = iter(pages), iter(pages), iter(pages)
        prepared = {id(p): [raw_member(names, each) for each in p] for p in pages}

        def ours() -> None:
            rows = tuple(next(mine))
            apply_page(
                mirror, PullReply("e1", rows, {"store:s1": rows[-1].ver}, False, 0, 0, AS_OF)
            )

        def upserts() -> None:
            tuples = prepared[id(next(theirs))]
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany(_UPSERT, [t[0] for t in tuples])
            raw.executemany(_UPSERT_KEY, [key for t in tuples for key in t[1]])
            raw.execute("COMMIT")

        def upserts_without_keys() -> None:
            tuples = prepared[id(next(bare))]
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany(_UPSERT, [(*t[0][:3], t[0][3] + 10_000_000, t[0][4]) for t in tuples])
            raw.execute("COMMIT")

        mine_s, raw_s = beside(ours, upserts)
        bare_s = statistics.median([timed(upserts_without_keys) for _ in pages][1:])
        mirror.close()
        raw.close()
    size = min(PAGE_ROWS, count)
    return [
        row(f"delta page of {size} into {count}, per row", mine_s / size, raw_s / size, 0.6, True),
        row("the same, raw without keys (context)", mine_s / size, bare_s / size, 0.6, True),
    ]


def raw_member(names: dict[str, int], each: FeedRow):
    """A row and its keys as tuples, prepared outside the clock."""
    state = msgspec.json.decode(each.body)
    place = (names["member"], bytes.fromhex(each.id.replace("-", "")), names["store:s1"])
    keys = [
        (names[kind], bytes.fromhex(key) if kind == "phone" else key, *place)
        for kind, key in state["keys"]
    ]
    keys.append((names["last4"], state["phone_last4"], *place))
    return (place[2], place[0], place[1], each.ver, bytes(each.body)), keys


def snapshots(count: int = 100_000) -> list[Row]:
    """Building against a raw bulk load of prepared tuples; installing against copy and SHA-256."""
    with tempfile.TemporaryDirectory() as folder:
        ours_path, raw_path = Path(folder) / "ours.db", Path(folder) / "raw.db"
        feed = list(rows_of(count))

        def ours() -> None:
            ours_path.unlink(missing_ok=True)
            connection = sqlite3.connect(ours_path, isolation_level=None)
            create(connection, bulk=True)
            load_rows(connection, feed)
            finish(connection, {"store:s1": count}, "e1", AS_OF)
            connection.close()

        names = {"store:s1": 1, "member": 2, "phone": 3, "card": 4, "last4": 5}
        tuples = [raw_member(names, each) for each in feed]

        def bulk() -> None:
            raw_path.unlink(missing_ok=True)
            raw_bulk(raw_path, tuples)

        built = beside(ours, bulk, rounds=SNAPSHOT_ROUNDS)
        target = Path(folder) / "installed.db"

        def copied() -> None:
            shutil.copyfile(ours_path, target)
            with target.open("rb") as file:
                hashlib.file_digest(file, "sha256")

        def installed() -> None:
            copied()
            connection = connect_mirror(target, writing=True)
            assert connection.execute("PRAGMA quick_check").fetchall()[0][0] == "ok"
            assert digest(connection, "store:s1").count == count
            connection.close()

        taken = beside(installed, copied, rounds=SNAPSHOT_ROUNDS)
    return [
        row(f"snapshot built, {count} members", *built, 0.5, True),
        row(f"snapshot installed and checked, {count} members", *taken, 2),
    ]


def sealed_install(count: int = 100_000) -> list[Row]:
    """A sealed snapshot unpacked, its pages sealed and on the disk, against copy + fsync + SHA-256
    of the same file; what travels beside a file that was encrypted as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        raw, packed, target = (Path(folder) / name for name in ("raw.db", "packed", "target.db"))
        make_room(raw)
        with closing(sqlite3.connect(raw, isolation_level=None)) as connection:
            create(connection, bulk=True)
            load_rows(connection, rows_of(count))
            finish(connection, {"store:s1": count}, "e1", AS_OF)
        box, key = box_keys(KEY), bytes(range(1, 33))
        with raw.open("rb") as source, packed.open("wb") as sealed:
            whole, *chunks = _compressed(source, sealed, key)
        size, raw_size = packed.stat().st_size, raw.stat().st_size
        manifest = SnapshotManifest(
            "n", 1, "e1", {}, size, raw_size, whole, tuple(chunks), count, "",
            seal(box.public, key).hex(),
        )  # fmt: skip

        def copied() -> None:
            shutil.copyfile(raw, target)
            with target.open("rb+") as file:
                os.fsync(file.fileno())
                hashlib.file_digest(file, "sha256")

        def installed(page_key: bytes | None) -> None:
            assert install(manifest, packed, target, Seals(box, lambda: page_key))

        sealed_s = beside(lambda: installed(KEY), copied, rounds=SNAPSHOT_ROUNDS)
        plain_s = beside(lambda: installed(None), copied, rounds=SNAPSHOT_ROUNDS)
    return [
        row(f"sealed snapshot installed sealed, {count} members", *sealed_s, 2),
        row(f"sealed snapshot installed plain, {count} members", *plain_s, 2),
        row("bytes that travel beside a file encrypted as a whole", size, raw_size, 0.5),
    ]


def raw_bulk(path: Path, tuples) -> None:
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode=OFF")
    raw.execute("PRAGMA synchronous=OFF")
    for sql in TABLES:
        raw.execute(sql)
    raw.execute("BEGIN")
    raw.executemany(
        "INSERT INTO row (scope, kind, id, ver, body) VALUES (?, ?, ?, ?, ?)",
        (t[0] for t in tuples),
    )
    keys = sorted(
        ((k[0], k[1], n) for n, t in enumerate(tuples, start=1) for k in t[1]),
        key=lambda k: (k[0], isinstance(k[1], bytes), k[1]),
    )
    raw.executemany("INSERT INTO key VALUES (?, ?, ?)", keys)
    raw.execute(INDEX)
    raw.execute("COMMIT")
    raw.close()


def measure(count: int = 100_000) -> list[Row]:
    """All of it."""
    return [
        *look_ups(count),
        *durable_commits(),
        *delta_apply(count),
        *snapshots(count),
        *sealed_install(count),
    ]


def main() -> None:
    for found in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000):
        ours, raw = (float(str(found[side])) * 1e6 for side in ("ours_s", "raw_s"))
        verdict = "ok" if found["met"] else "MISSED"
        print(
            f"{found['what']:55} ours {ours:12.1f} us  raw {raw:12.1f} us"
            f"  ratio {found['ratio']:6.2f}  target {found['target']} {verdict}"
        )


if __name__ == "__main__":
    main()

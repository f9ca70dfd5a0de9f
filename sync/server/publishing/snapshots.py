"""Ready mirror files for new tills, built off the hot path. Never half a file under its name.

Rows are read scope by scope (each with the head it belongs to) into a spool, then built, packed
and named after their content: a name never means other bytes, so a download may be resumed.
Own scopes and settings of a store are not in it: a till pulls them after. Where tills hear only of
their store's members, each store has a snapshot of its own.
"""

import asyncio
import hashlib
import logging
import os
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

import msgspec
import sqlalchemy as sa
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Raw
from sqlalchemy import Connection

from pos_app.gear.secrets import random_bytes, seal
from sync.mirror.load import finish, load_rows
from sync.mirror.pages import make_room
from sync.mirror.schema import create
from sync.server.engine.buckets import CATALOG, OPERATORS, PROGRAM, scope_bucket
from sync.server.engine.database import Database
from sync.server.engine.refusal import again_later
from sync.server.engine.schema import feed_head, feed_row
from sync.server.engine.services import Services
from sync.server.publishing import interest
from sync.server.sealing.personal import MEMBER, opened
from sync.wire.messages import FeedRow, SnapshotManifest
from sync.wire.version import MIRROR_SCHEMA

T = TypeVar("T")
_Group = tuple[bool, tuple[str, ...]]
log = logging.getLogger(__name__)
CHUNK_BYTES = 4 * 1024 * 1024
TAG_BYTES = 16
PIECE_BYTES = 256 * 1024
PATIENCE_S, RETRY_AFTER_S = 5.0, 1
BUILDING = "building"
REFRESH_MS = 15 * 60 * 1000
ZSTD_LEVEL = 1
"""Hashes and ids are most of a mirror: the next levels pack no smaller, and unpack slower."""
SUFFIX = ".mirror.zst"
EVERYBODYS = (PROGRAM, OPERATORS, CATALOG)


class Offload(Protocol):
    """Runs slow work off the loop; a simulation runs it in place."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]:
        """Its result."""


async def in_place(work: Callable[[], T]) -> T:
    """The Offload of simulations."""
    return work()


@dataclass(frozen=True, slots=True)
class Packed:
    """What was built: sizes and hashes of the packed file."""

    size: int
    raw_size: int
    sha256: str
    chunks: tuple[str, ...]
    rows: int


class _Line(FeedRow, array_like=True):
    """A row in the spool, where each field has its place."""


@dataclass(frozen=True, slots=True)
class _Built:
    """`previous` is still served: a download of it may be under way. `key`: of the chunks."""

    manifest: SnapshotManifest
    key: bytes
    at_ms: int
    scopes: tuple[str, ...]
    previous: str


class Snapshots:
    """Builds on demand, keeps the last two of each group, serves them by name."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        services: Services,
        offload: Offload = asyncio.to_thread,
    ) -> None:
        """`folder` belongs to it alone."""
        self._folder = folder
        self._database = database
        self._services = services
        self._offload = offload
        self._lock = asyncio.Lock()
        self._built: dict[_Group, _Built] = {}
        self._building: dict[_Group, asyncio.Task[_Built]] = {}

    async def manifest(self, store_id: str = "", box: bytes = b"") -> SnapshotManifest:
        """The newest snapshot for the tills of a store; built when there is none, or when it is
        old and the feed has moved. Raises Refusal 503 while that takes long.

        `box`: the public key of who asks; the chunks are sealed then, and their key is, to it. Each
        snapshot has a key of its own that never touches this disk.
        """
        members = await self._database.read(lambda c: interest.scopes(c, store_id))
        built = self._built.get((bool(box), members))
        if built is None or await self._is_old(built):
            built = await self._awaited(bool(box), members)
        sealed = seal(box, built.key).hex() if box else ""
        return msgspec.structs.replace(built.manifest, key=sealed)

    async def _awaited(self, is_sealed: bool, members: tuple[str, ...]) -> _Built:
        """Built once, whoever asks meanwhile. Raises Refusal 503 to who would wait too long."""
        group = (is_sealed, members)
        task = self._building.get(group)
        if task is None:
            task = asyncio.ensure_future(self._anew(is_sealed, members))
            self._building[group] = task
            task.add_done_callback(lambda done: self._over(group, done))
        done, _pending = await asyncio.wait({task}, timeout=PATIENCE_S)
        if not done:
            raise again_later(BUILDING, RETRY_AFTER_S)
        return task.result()

    def _over(self, group: _Group, done: "asyncio.Task[_Built]") -> None:
        """What went wrong is told to whoever waited, and to the log: perhaps nobody did."""
        del self._building[group]
        if not done.cancelled() and (fault := done.exception()) is not None:
            log.error("no snapshot was built: %s", type(fault).__name__)

    async def _anew(self, is_sealed: bool, members: tuple[str, ...]) -> _Built:
        """One at a time: they are built at one place of the disk."""
        async with self._lock:
            before = self._built.get((is_sealed, members))
            if before is not None and not await self._is_old(before):
                return before  # built while this one was being asked for
            now_ms = self._services.clock.monotonic_ms()
            scopes, key = (*EVERYBODYS, *members), random_bytes(32) if is_sealed else b""
            previous = before.manifest.name if before else ""
            built = _Built(await self._build(scopes, key), key, now_ms, scopes, previous)
            self._built[is_sealed, members] = built
            self._sweep()
            return built

    async def _is_old(self, built: _Built) -> bool:
        if self.path(built.manifest.name) is None:
            return True
        now_ms = self._services.clock.monotonic_ms()
        return now_ms - built.at_ms >= REFRESH_MS and await self._moved(built)

    def age_s(self) -> float:
        """Of the newest snapshot of this process; -1 for none."""
        if not self._built:
            return -1.0
        newest = max(built.at_ms for built in self._built.values())
        return (self._services.clock.monotonic_ms() - newest) / 1000

    def forget(self) -> None:
        """Drop every file: somebody in them was erased."""
        self._built.clear()
        for path in self._folder.glob(f"*{SUFFIX}"):
            path.unlink(missing_ok=True)

    def path(self, name: str) -> Path | None:
        """The file of that name, if it is still here."""
        if not name.endswith(SUFFIX) or not name.removesuffix(SUFFIX).isalnum():
            return None
        path = self._folder / name
        return path if path.exists() else None

    async def _moved(self, built: _Built) -> bool:
        heads = await self._database.read(_heads)
        now = {scope: heads[scope] for scope in built.scopes if heads.get(scope)}
        return now != built.manifest.cursor

    async def _build(self, scopes: tuple[str, ...], key: bytes) -> SnapshotManifest:
        self._folder.mkdir(parents=True, exist_ok=True)
        spool = self._folder / "building.spool"
        cursor: dict[str, int] = {}
        as_of = self._services.server_time()
        with spool.open("wb") as file:
            for scope in scopes:
                head, rows = await self._database.read(
                    _reading(scope, self._services.keys.profiles)
                )
                if head:
                    cursor[scope] = head
                file.writelines(rows)
        epoch = self._services.epoch
        packed = await self._offload(lambda: _pack(self._folder, cursor, (epoch, as_of), key))
        spool.unlink()
        name = packed.sha256 + SUFFIX
        os.replace(self._folder / "building.zst", self._folder / name)
        return SnapshotManifest(
            name=name,
            schema=MIRROR_SCHEMA,
            epoch=epoch,
            cursor=cursor,
            size=packed.size,
            raw_size=packed.raw_size,
            sha256=packed.sha256,
            chunks=packed.chunks,
            rows=packed.rows,
            server_time=as_of,
        )

    def _sweep(self) -> None:
        """Of a process that ran before, the newest file stays: a till may be half through it."""
        served = {b.manifest.name for b in self._built.values()}
        before = {b.previous for b in self._built.values()} - {""}
        found = sorted(self._folder.glob(f"*{SUFFIX}"), key=lambda p: p.stat().st_mtime_ns)
        others = [path for path in found if path.name not in served | before]
        spare = 0 if before else 1
        for path in others[: max(0, len(others) - spare)]:
            path.unlink()


def _heads(connection: Connection) -> dict[str, int]:
    rows = connection.execute(sa.select(feed_head.c.scope, feed_head.c.seq))
    return {row.scope: row.seq for row in rows}


def _reading(scope: str, master: bytes) -> Callable[[Connection], tuple[int, list[bytes]]]:
    return lambda connection: _read_scope(connection, scope, master)


def _read_scope(connection: Connection, scope: str, master: bytes) -> tuple[int, list[bytes]]:
    """(head, living rows as lines of JSON) of one scope, of one moment."""
    head = connection.execute(
        sa.select(feed_head.c.seq).where(
            feed_head.c.bucket == scope_bucket(scope), feed_head.c.scope == scope
        )
    ).scalar_one_or_none()
    if not head:
        return 0, []
    # Of a million rows what is made for each is most of the cost: four columns, one line.
    row = feed_row.c
    rows = connection.execute(
        sa.select(row.ver, row.kind, row.id, row.body).where(
            row.bucket == scope_bucket(scope), row.scope == scope, row.deleted == 0
        )
    )
    encode = msgspec.json.Encoder().encode
    lines = []
    for ver, kind, row_id, text in rows:
        body = text.encode()
        if kind == MEMBER:
            body = opened(master, row_id, body)
        lines.append(encode((scope, ver, kind, row_id, Raw(body))) + b"\n")
    return head, lines


def _pack(folder: Path, cursor: dict[str, int], position: tuple[str, str], key: bytes) -> Packed:
    raw, packed = folder / "building.db", folder / "building.zst"
    raw.unlink(missing_ok=True)
    count = 0

    def rows() -> Iterator[FeedRow]:
        nonlocal count
        decoder = msgspec.json.Decoder(_Line)
        with (folder / "building.spool").open("rb") as file:
            for line in file:
                count += 1
                yield decoder.decode(line)

    make_room(raw)
    with closing(sqlite3.connect(raw, isolation_level=None)) as connection:
        create(connection, bulk=True)
        load_rows(connection, rows())
        finish(connection, cursor, *position)
        if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise RuntimeError("the snapshot that was built is not sound")
    with raw.open("rb") as source, packed.open("wb") as target:
        hashes = _compressed(source, target, key)
        target.flush()
        os.fsync(target.fileno())
    raw_size = raw.stat().st_size
    raw.unlink()
    return Packed(packed.stat().st_size, raw_size, hashes[0], tuple(hashes[1:]), count)


def _compressed(source: BinaryIO, target: BinaryIO, key: bytes) -> list[str]:
    """Write it packed, sealed if there is a key; SHA-256 of the whole and of each 4 MiB chunk."""
    with tempfile.TemporaryFile(dir=Path(target.name).parent) as packed:
        zstandard.ZstdCompressor(level=ZSTD_LEVEL).copy_stream(source, packed)
        packed.seek(0)
        whole, chunks = hashlib.sha256(), []
        for number, chunk in enumerate(iter(lambda: packed.read(_room(key)), b"")):
            sealed = AESGCM(key).encrypt(number.to_bytes(12, "big"), chunk, None) if key else chunk
            whole.update(sealed)
            chunks.append(hashlib.sha256(sealed).hexdigest())
            target.write(sealed)
    return [whole.hexdigest(), *chunks]


def _room(key: bytes) -> int:
    """Packed bytes in one chunk: a sealed one carries its tag."""
    return CHUNK_BYTES - (TAG_BYTES if key else 0)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """(first, last) of a single `bytes=` range that fits the size; None for anything else."""
    unit, _, span = header.partition("=")
    first_text, dash, last_text = span.partition("-")
    if unit.strip() != "bytes" or not dash or not first_text.isdigit():
        return None
    first = int(first_text)
    last = min(int(last_text), size - 1) if last_text.isdigit() else size - 1
    return (first, last) if first <= last and (last_text.isdigit() or not last_text) else None


def pieces(path: Path, first: int, last: int) -> Iterator[bytes]:
    """The bytes first..last of a file."""
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left and (piece := file.read(min(PIECE_BYTES, left))):
            left -= len(piece)
            yield piece

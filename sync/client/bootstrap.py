"""Fetches a whole mirror as one file and puts it in place. Never touches the one in use.

The till sells from the old generation until the new one is whole, checked and on the disk. What
is already here after a broken download is kept: chunks are hashed, a bad one is fetched alone.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pos_app.gear.secrets import KeyPair, SealBroken, open_sealed
from sync.client.connection import Connection
from sync.client.errors import Lost, Refused
from sync.client.ports import MirrorFiles
from sync.mirror.pages import PageSealer, has_room
from sync.wire.messages import PATHS, SnapshotManifest
from sync.wire.version import MIRROR_SCHEMA

T = TypeVar("T")
CHUNK_BYTES = 4 * 1024 * 1024
PIECE_BYTES = 1024 * 1024
ATTEMPTS_PER_CHUNK = 3
STEPS = 200
RAW_BYTES_MAX = 8 * 1024**3
RANGE_S = 300.0
NOT_FOUND = 404
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,200}")


class Offload(Protocol):
    """Runs a slow function off the loop; a simulation runs it in place."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]:
        """Its result."""


class NoSnapshot(Exception):
    """The server has none for this till: build the mirror from the feed."""


@dataclass(frozen=True, slots=True)
class Seals:
    """What a till opens a snapshot with, and what it seals the pages with that it installs.

    `page_key` answers None where the till's files are left plain.
    """

    box: KeyPair
    page_key: Callable[[], bytes | None]


class Bootstrap:
    """From manifest to the flip. `on_progress` hears (bytes here, bytes of the whole)."""

    def __init__(
        self,
        connection: Connection,
        files: MirrorFiles,
        *,
        seals: Seals | None = None,
        offload: Offload = asyncio.to_thread,
        on_progress: Callable[[int, int], None] = lambda _here, _whole: None,
    ) -> None:
        """`offload` keeps the courier answering while a gigabyte is hashed."""
        self._connection = connection
        self._files = files
        self._seals = seals
        self._offload = offload
        self._on_progress = on_progress
        self._whole = self._told = 0

    async def run(self) -> SnapshotManifest:
        """The manifest of the generation now in force. Raises Trouble or NoSnapshot."""
        manifest = await self._manifest()
        target = self._files.next_path()
        part = self._part(target.parent, manifest.name)
        await self._download(manifest, part)
        if not await self._offload(lambda: install(manifest, part, target, self._seals)):
            part.unlink(missing_ok=True)
            raise Lost("the snapshot is not what its manifest says")
        if not await self._offload(lambda: self._files.check(target)):
            part.unlink(missing_ok=True)
            target.unlink(missing_ok=True)
            raise Lost("the snapshot is not a mirror of our schema")
        self._files.flip(target)
        part.unlink(missing_ok=True)
        return manifest

    async def _manifest(self) -> SnapshotManifest:
        path = f"{PATHS['snapshot']}?schema={MIRROR_SCHEMA}"
        if self._seals is not None:
            path += f"&box={self._seals.box.public.hex()}"
        try:
            manifest = await self._connection.fetch(path, SnapshotManifest)
        except Refused as refusal:
            if refusal.status == NOT_FOUND:
                raise NoSnapshot(refusal.problem.detail) from refusal
            raise
        if manifest.schema != MIRROR_SCHEMA:
            raise NoSnapshot(f"schema {manifest.schema}")
        if not sane(manifest):
            raise Lost("a manifest that contradicts itself")
        return manifest

    def _part(self, folder: Path, name: str) -> Path:
        """Where this snapshot's bytes gather; those of other snapshots go."""
        digest = hashlib.sha256(name.encode()).hexdigest()[:24]
        part = folder / f"snapshot-{digest}.part"
        for other in folder.glob("snapshot-*.part"):
            if other != part:
                other.unlink(missing_ok=True)
        return part

    async def _download(self, manifest: SnapshotManifest, part: Path) -> None:
        part.touch()
        self._whole, self._told = manifest.size, 0
        with part.open("r+b") as file:
            for number in range(len(manifest.chunks)):
                await self._chunk(manifest, number, file)
                self._came(min((number + 1) * CHUNK_BYTES, manifest.size), at_once=True)
            file.truncate(manifest.size)
            file.flush()
            await self._offload(lambda: os.fsync(file.fileno()))

    def _came(self, here: int, *, at_once: bool = False) -> None:
        """Told as bytes come, a STEPS-th of the whole at least; what proves bad is taken back."""
        if at_once or here - self._told >= self._whole // STEPS:
            self._told = here
            self._on_progress(here, self._whole)

    async def _chunk(self, manifest: SnapshotManifest, number: int, file: BinaryIO) -> None:
        """Complete one chunk: what is here of it is kept unless its hash proves it bad."""
        start = number * CHUNK_BYTES
        length = min(CHUNK_BYTES, manifest.size - start)
        have = len(self._read(file, start, length))
        for _attempt in range(ATTEMPTS_PER_CHUNK):
            if have < length:
                span = (start + have, start + length - 1)
                await self._range(manifest.name, span, file)
            data = self._read(file, start, length)
            if hashlib.sha256(data).hexdigest() == manifest.chunks[number]:
                return
            have = len(data) % length
        raise Lost(f"chunk {number} stays bad")

    @staticmethod
    def _read(file: BinaryIO, start: int, length: int) -> bytes:
        file.seek(start)
        return file.read(length)

    async def _range(self, name: str, span: tuple[int, int], file: BinaryIO) -> None:
        """Write what comes where it belongs; a line that only drips is cut and resumed later."""
        path = f"{PATHS['snapshot']}/{name}"
        left = span[1] - span[0] + 1
        file.seek(span[0])
        try:
            async with (
                asyncio.timeout(RANGE_S),
                aclosing(self._connection.download(path, *span)) as pieces,
            ):
                async for piece in pieces:
                    file.write(piece[:left])
                    left -= min(left, len(piece))
                    self._came(span[1] + 1 - left)
                    if not left:
                        return
        except TimeoutError as error:
            raise Lost("a chunk took too long") from error
        finally:
            file.flush()


def sane(manifest: SnapshotManifest) -> bool:
    """Whether sizes and chunks fit each other and our limits."""
    chunks = -(-manifest.size // CHUNK_BYTES)
    return (
        manifest.size > 0
        and 0 < manifest.raw_size <= RAW_BYTES_MAX
        and chunks == len(manifest.chunks)
        and _NAME.fullmatch(manifest.name) is not None
    )


def install(
    manifest: SnapshotManifest, part: Path, target: Path, seals: Seals | None = None
) -> bool:
    """Check the whole, unpack within the promised size, seal the pages, bring all to the disk.

    False if the bytes are not the manifest's, or not for us; the target is gone then.
    """
    with part.open("rb") as packed:
        if hashlib.file_digest(packed, "sha256").hexdigest() != manifest.sha256:
            return False
        packed.seek(0)
        with target.open("wb") as raw:
            whole = _unpacked(manifest, packed, raw, seals)
            raw.flush()
            os.fsync(raw.fileno())
    if not whole:
        target.unlink(missing_ok=True)
        return False
    sync_folder(target.parent)
    return True


def _unpacked(
    manifest: SnapshotManifest, packed: BinaryIO, raw: BinaryIO, seals: Seals | None
) -> bool:
    """Whether exactly `raw_size` bytes came out; a bomb is cut at the first byte too many."""
    try:
        source = _opened(manifest, packed, seals)
        with zstandard.ZstdDecompressor().stream_reader(source, closefd=False) as stream:  # type: ignore[arg-type]  # it reads: more is not asked of it
            return _written(stream, raw, manifest.raw_size, seals)
    except (zstandard.ZstdError, SealBroken, InvalidTag, ValueError):
        return False


def _written(
    stream: zstandard.ZstdDecompressionReader, raw: BinaryIO, raw_size: int, seals: Seals | None
) -> bool:
    """Pages as they come; sealed if the till has a key and the snapshot has left room for it."""
    key = seals.page_key() if seals is not None else None
    sealer: PageSealer | None = None
    written = 0
    # What comes next is unpacked on the other core while this is sealed.
    with ThreadPoolExecutor(1) as ahead:
        waiting = ahead.submit(_read_full, stream)
        while piece := waiting.result():
            waiting = ahead.submit(_read_full, stream)
            if not written and key is not None and has_room(piece):
                sealer = PageSealer(key)
            written += len(piece)
            if written > raw_size:
                return False
            raw.write(piece if sealer is None else sealer.seal(piece))
    return written == raw_size


def _read_full(stream: zstandard.ZstdDecompressionReader) -> bytes:
    """The next mebibyte, less only at the end."""
    pieces, left = [], PIECE_BYTES
    while left and (piece := stream.read(left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


class _Chunks:
    """A sealed file read as what is in it, chunk by chunk."""

    def __init__(self, packed: BinaryIO, key: bytes) -> None:
        self._packed, self._cipher = packed, AESGCM(key)
        self._number, self._rest = 0, b""

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end. Raises InvalidTag."""
        if not self._rest and (chunk := self._packed.read(CHUNK_BYTES)):
            self._rest = self._cipher.decrypt(self._number.to_bytes(12, "big"), chunk, None)
            self._number += 1
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


def _opened(
    manifest: SnapshotManifest, packed: BinaryIO, seals: Seals | None
) -> "BinaryIO | _Chunks":
    if not manifest.key:
        return packed
    if seals is None:
        raise SealBroken("nobody has asked for a sealed snapshot")
    return _Chunks(packed, open_sealed(seals.box.private, bytes.fromhex(manifest.key)))


def sync_folder(folder: Path) -> None:
    """Make a new name durable; where folders cannot be opened (Windows) the file system does."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

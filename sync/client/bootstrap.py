"""Fetches a whole mirror as one file and puts it in place. Never touches the one in use.

The till sells from the old generation until the new one is whole, checked and on the disk. What
is already here after a broken download is kept: chunks are hashed, a bad one is fetched alone.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from sync.client.connection import Connection
from sync.client.errors import Busy, Lost, Refused
from sync.client.gathering import Gathering, Offload
from sync.client.installing import CHUNK_BYTES, Installing, Seals, install
from sync.client.ports import MirrorFiles
from sync.wire.messages import PATHS, SnapshotManifest
from sync.wire.version import MIRROR_SCHEMA

BUILDING = "building"
BUILT_S, PAUSE_S_MAX = 300.0, 30.0
RAW_BYTES_MAX = 8 * 1024**3
NOT_FOUND = 404
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,200}")


class NoSnapshot(Exception):
    """The server has none for this till: build the mirror from the feed."""


class Bootstrap:
    """From manifest to the flip. `on_progress` hears (bytes here, bytes of the whole).

    (0, 0) while the server prepares them.
    """

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

    async def run(self) -> SnapshotManifest:
        """The manifest of the generation now in force. Raises Trouble or NoSnapshot."""
        manifest = await self._manifest()
        target = self._files.next_path()
        part = self._part(target.parent, manifest.name)
        if not await self._made(manifest, part, target):
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
            manifest = await self._once_built(path)
        except Refused as refusal:
            if refusal.status == NOT_FOUND:
                raise NoSnapshot(refusal.problem.detail) from refusal
            raise
        if manifest.schema != MIRROR_SCHEMA:
            raise NoSnapshot(f"schema {manifest.schema}")
        if not sane(manifest):
            raise Lost("a manifest that contradicts itself")
        return manifest

    async def _once_built(self, path: str) -> SnapshotManifest:
        """Of a big chain the server builds the file when it is asked: for so long it is waited."""
        waited_s = 0.0
        while True:
            try:
                return await self._connection.fetch(path, SnapshotManifest)
            except Busy as busy:
                if busy.why != BUILDING or waited_s >= BUILT_S:
                    raise
                pause_s = min(max(busy.retry_after_s or 0.0, 1.0), PAUSE_S_MAX)
            self._on_progress(0, 0)
            await asyncio.sleep(pause_s)
            waited_s += pause_s

    def _part(self, folder: Path, name: str) -> Path:
        """Where this snapshot's bytes gather; those of other snapshots go."""
        digest = hashlib.sha256(name.encode()).hexdigest()[:24]
        part = folder / f"snapshot-{digest}.part"
        for other in folder.glob("snapshot-*.part"):
            if other != part:
                other.unlink(missing_ok=True)
        return part

    async def _made(self, manifest: SnapshotManifest, part: Path, target: Path) -> bool:
        """Installed while it comes; a broken download is first brought to its end.

        A line that cuts again and again would otherwise cost the disk the whole mirror each time.
        """
        if part.exists() and part.stat().st_size:
            await self._gather(manifest, part, lambda _chunk: None)
            return await self._offload(lambda: install(manifest, part, target, self._seals))
        making = await self._offload(lambda: Installing(manifest, target, self._seals))
        try:
            await self._gather(manifest, part, making.take)
        except BaseException:
            making.give_up()
            raise
        return await self._offload(making.finish)

    async def _gather(
        self, manifest: SnapshotManifest, part: Path, take: Callable[[bytes | bytearray], None]
    ) -> None:
        part.touch()
        with part.open("r+b") as file:
            gathering = Gathering(
                self._connection,
                manifest,
                file,
                take=take,
                offload=self._offload,
                on_progress=self._on_progress,
            )
            await gathering.run()


def sane(manifest: SnapshotManifest) -> bool:
    """Whether sizes and chunks fit each other and our limits."""
    chunks = -(-manifest.size // CHUNK_BYTES)
    return (
        manifest.size > 0
        and 0 < manifest.raw_size <= RAW_BYTES_MAX
        and chunks == len(manifest.chunks)
        and _NAME.fullmatch(manifest.name) is not None
    )

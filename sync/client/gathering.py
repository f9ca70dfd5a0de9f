"""The bytes of a snapshot come to the disk, and chunk after chunk is proven. Never fetches twice.

One request brings all that is missing; a chunk that proves bad ends it, is fetched alone, and the
rest is asked for anew. While a chunk is proven (and whatever else is done with it) the next one
comes: two chunks are held at a time.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import BinaryIO, Protocol, TypeVar

from sync.client.connection import Connection
from sync.client.errors import Lost
from sync.client.installing import CHUNK_BYTES
from sync.wire.messages import PATHS, SnapshotManifest

T = TypeVar("T")
ATTEMPTS_PER_CHUNK = 3
STEPS = 200
RANGE_S = 300.0
"""A chunk that takes longer comes over a line that only drips: cut, and resumed later."""


class Offload(Protocol):
    """Runs a slow function off the loop; a simulation runs it in place."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]:
        """Its result."""


class Gathering:
    """One file, from what is here of it to the whole. `take` gets each proven chunk, in order."""

    def __init__(
        self,
        connection: Connection,
        manifest: SnapshotManifest,
        file: BinaryIO,
        *,
        take: Callable[[bytes | bytearray], None],
        offload: Offload,
        on_progress: Callable[[int, int], None],
    ) -> None:
        """`file` is read and written; `take` and the hashing run by `offload`."""
        self._connection, self._manifest, self._file = connection, manifest, file
        self._take, self._offload, self._on_progress = take, offload, on_progress
        self._number = self._told = 0
        self._is_spoilt = False
        self._coming, self._chunk = 0, bytearray()
        self._proving: asyncio.Future[bool] | None = None

    async def run(self) -> None:
        """All chunks are on the disk and taken. Raises Lost, and what `take` raises."""
        attempts = 0
        try:
            while self._number < len(self._manifest.chunks):
                before = self._number
                await self._go_on()
                attempts = attempts + 1 if self._number == before else 0
                if attempts == ATTEMPTS_PER_CHUNK:
                    raise Lost(f"chunk {before} stays bad")
        finally:
            if self._proving is not None:  # it is not left alone with what it works on
                await asyncio.gather(self._proving, return_exceptions=True)
        self._file.truncate(self._manifest.size)
        self._file.flush()

    async def _go_on(self) -> None:
        """What is here of the chunk is proven, or completed: alone, if it was bad before."""
        start, end = self._span(self._number)
        self._file.seek(start)
        here = b"" if self._is_spoilt else self._file.read(end - start)
        if len(here) == end - start:
            self._prove(self._number, here)
        else:
            last = end if self._is_spoilt else self._manifest.size
            self._coming, self._chunk, self._is_spoilt = self._number, bytearray(here), False
            try:
                await self._fetch(start + len(here), last)
            finally:
                self._file.flush()
        await self._proven()
        self._came(self._span(self._number)[0], at_once=True)

    async def _fetch(self, first: int, end: int) -> None:
        """Write what comes where it belongs, until there is no more or a chunk of it is bad."""
        path = f"{PATHS['snapshot']}/{self._manifest.name}"
        left = end - first
        self._file.seek(first)
        try:
            async with (
                asyncio.timeout(RANGE_S) as patience,
                aclosing(self._connection.download(path, first, end - 1)) as pieces,
            ):
                async for piece in pieces:
                    await self._put(memoryview(piece)[:left], patience)
                    left -= min(left, len(piece))
                    if not left or self._is_spoilt:
                        return
        except TimeoutError as error:
            raise Lost("a chunk took too long") from error

    async def _put(self, piece: memoryview, patience: asyncio.Timeout) -> None:
        """Into the file, and into the chunk that it belongs to; a whole one is proven."""
        if self._proving is not None and self._proving.done():
            await self._proven()
        while piece and not self._is_spoilt:
            start, end = self._span(self._coming)
            fits = piece[: end - start - len(self._chunk)]
            self._file.write(fits)
            self._chunk += fits
            piece = piece[len(fits) :]
            self._came(start + len(self._chunk))
            if len(self._chunk) == end - start:
                await self._proven()
                patience.reschedule(asyncio.get_running_loop().time() + RANGE_S)
                if not self._is_spoilt:
                    self._prove(self._coming, self._chunk)
                    self._coming, self._chunk = self._coming + 1, bytearray()

    def _prove(self, number: int, chunk: bytes | bytearray) -> None:
        self._proving = asyncio.ensure_future(self._offload(lambda: self._examine(number, chunk)))

    def _examine(self, number: int, chunk: bytes | bytearray) -> bool:
        """Beside the loop."""
        is_good = hashlib.sha256(chunk).hexdigest() == self._manifest.chunks[number]
        if is_good:
            self._take(chunk)
        return is_good

    async def _proven(self) -> None:
        """The chunk in hand is behind us, or spoilt."""
        if self._proving is None:
            return
        proving, self._proving = self._proving, None
        if await proving:
            self._number += 1
        else:
            self._is_spoilt = True

    def _span(self, number: int) -> tuple[int, int]:
        """Where the chunk begins, and where the next one does."""
        start = min(number * CHUNK_BYTES, self._manifest.size)
        return start, min(start + CHUNK_BYTES, self._manifest.size)

    def _came(self, here: int, *, at_once: bool = False) -> None:
        """Told as bytes come, a STEPS-th of the whole at least; what proves bad is taken back."""
        whole = self._manifest.size
        if at_once or here - self._told >= whole // STEPS:
            self._told = here
            self._on_progress(here, whole)

"""A snapshot becomes a mirror file while it still comes: proven, opened, unpacked, sealed, written.

Chunks are taken in order, each once, one at a time and in any thread. What is unpacked is
enciphered by a thread of its own, signed and written by another, so that two cores always have
work. Held at a time: the chunk that is taken, and SPARE_PIECES of PIECE_BYTES plain and, where
pages are sealed, as many enciphered. The file counts for nothing until `finish` has said True.
"""

import hashlib
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pos_app.gear.folders import sync_folder
from pos_app.gear.secrets import KeyPair, SealBroken, open_sealed
from sync.mirror.pages import ROOM_BYTES, PageSealer, has_room
from sync.wire.messages import SnapshotManifest

CHUNK_BYTES = 4 * 1024 * 1024
PIECE_BYTES = 1024 * 1024
UNPACKED_AT_ONCE = 256 * 1024
SPARE_PIECES = 4
FLUSHED_BYTES = 64 * 1024 * 1024
NOT_OURS = (zstandard.ZstdError, SealBroken, InvalidTag, ValueError)


@dataclass(frozen=True, slots=True)
class Seals:
    """What a till opens a snapshot with, and what it seals the pages with that it installs.

    `page_key` answers None where the till's files are left plain.
    """

    box: KeyPair
    page_key: Callable[[], bytes | None]


class Installing:
    """One file in the making. Whoever opens it ends it, by `finish` or by `give_up`."""

    def __init__(self, manifest: SnapshotManifest, target: Path, seals: Seals | None) -> None:
        """Raises OSError. What the manifest lies about is told by `finish`."""
        self._manifest, self._target = manifest, target
        self._whole, self._number = hashlib.sha256(), 0
        self._cipher: AESGCM | None = None
        self._is_wrong = self._is_over = False
        self._at_work = threading.Lock()
        try:
            self._cipher = _opener(manifest, seals)
        except NOT_OURS:
            self._is_wrong = True
        self._pages = _Pages(target, manifest.raw_size, _sealer(seals))
        self._unpacking = zstandard.ZstdDecompressor().stream_writer(
            self._pages,  # type: ignore[arg-type]  # it writes: more is not asked of it
            write_size=UNPACKED_AT_ONCE,
            closefd=False,
        )

    def take(self, chunk: bytes | bytearray) -> None:
        """The next chunk, which the manifest's hash has proven. Raises OSError."""
        with self._at_work:
            self._whole.update(chunk)
            number, self._number = self._number, self._number + 1
            if self._is_wrong or self._is_over:
                return
            try:
                self._unpacking.write(self._opened(number, chunk))
            except NOT_OURS:
                self._is_wrong = True

    def _opened(self, number: int, chunk: bytes | bytearray) -> bytes | bytearray:
        if self._cipher is None:
            return chunk
        return self._cipher.decrypt(number.to_bytes(12, "big"), chunk, None)

    def finish(self) -> bool:
        """Whether the file is the manifest's, whole and on the disk; it is gone otherwise.

        Raises OSError.
        """
        try:
            with self._at_work:
                is_ours = not self._is_wrong and self._pages.finish()
        except NOT_OURS:
            is_ours = False
        except BaseException:
            self.give_up()
            raise
        if not is_ours or self._whole.hexdigest() != self._manifest.sha256:
            self.give_up()
            return False
        sync_folder(self._target.parent)
        return True

    def give_up(self) -> None:
        """No thread of ours is left, and no half of a file."""
        with self._at_work:
            self._is_over = True
            self._pages.close()
        with suppress(OSError):  # a disk that is gone; `MirrorFiles.next_path` looks again
            self._target.unlink(missing_ok=True)


_Pieces: TypeAlias = "queue.SimpleQueue[bytearray]"


def _pieces() -> _Pieces:
    made: _Pieces = queue.SimpleQueue()
    for _ in range(SPARE_PIECES):
        made.put(bytearray(PIECE_BYTES + ROOM_BYTES))
    return made


class _Pages:
    """What is unpacked, on its way to the disk in pieces of whole pages."""

    def __init__(self, target: Path, raw_size: int, sealer: PageSealer | None) -> None:
        self._raw_size, self._sealer = raw_size, sealer
        self._size = self._at = 0
        self._error: BaseException | None = None
        self._spare, self._sealed = _pieces(), _pieces() if sealer else queue.SimpleQueue()
        self._piece = self._spare.get()
        self._file: BinaryIO = target.open("wb")
        self._written = 0
        self._flushing: Future[None] | None = None
        self._cipher = ThreadPoolExecutor(1, "mirror-cipher")
        self._writer = ThreadPoolExecutor(1, "mirror-writer")
        self._flusher = ThreadPoolExecutor(1, "mirror-flusher")

    def write(self, unpacked: bytes) -> int:
        """As zstd gives it; ValueError at the first byte that was not promised: a bomb."""
        if self._size + len(unpacked) > self._raw_size:
            raise ValueError("more than was promised")
        rest = memoryview(unpacked)
        while rest:
            fits = min(len(rest), PIECE_BYTES - self._at)
            self._piece[self._at : self._at + fits] = rest[:fits]
            self._at += fits
            rest = rest[fits:]
            if self._at == PIECE_BYTES:
                self._pass_on()
        self._size += len(unpacked)
        return len(unpacked)

    def _pass_on(self) -> None:
        """The piece goes on to be enciphered and written; what went wrong there comes back."""
        size, self._at = self._at, 0
        if self._size < PIECE_BYTES and not has_room(self._piece):
            self._sealer = None
        full, self._piece = self._piece, self._spare.get()
        if self._sealer is not None:
            self._cipher.submit(self._encipher, self._sealer, full, size)
        else:
            self._writer.submit(self._store, full, size, self._spare)
        if self._error is not None:
            raise self._error

    def _encipher(self, sealer: PageSealer, piece: bytearray, size: int) -> None:
        """In the cipher's thread; the plain piece always comes back."""
        out = self._sealed.get()
        try:
            if self._error is None:
                sealer.encipher(memoryview(piece)[:size], out)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            self._error = error
        finally:
            self._spare.put(piece)
            self._writer.submit(self._store, out, size, self._sealed)

    def _store(self, piece: bytearray, size: int, home: _Pieces) -> None:
        """In the writer's thread; a piece always comes back, and nothing follows an error."""
        try:
            if self._error is None:
                if self._sealer is not None:
                    self._sealer.sign(piece, size)
                self._file.write(memoryview(piece)[:size])
                self._written += size
                if self._written % FLUSHED_BYTES == 0:
                    self._flush()
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            self._error = error
        finally:
            home.put(piece)

    def _flush(self) -> None:
        """What is written goes to the disk while more is unpacked: less is left for the end."""
        if self._flushing is not None:
            if not self._flushing.done():
                return
            self._flushing.result()  # an error of the disk is told to one `fsync` alone
        self._flushing = self._flusher.submit(os.fsync, self._file.fileno())

    def finish(self) -> bool:
        """All is on the disk; False if it is less than was promised. Raises OSError, ValueError."""
        if self._size != self._raw_size:
            return False
        if self._at:
            self._pass_on()
        self._cipher.shutdown()
        self._writer.shutdown()
        if self._error is not None:
            raise self._error
        if self._flushing is not None:
            self._flushing.result()
        self._flusher.shutdown()
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())
        return True

    def close(self) -> None:
        """Cipher and writer end after what they have been given."""
        self._error = self._error or ValueError("given up")
        self._cipher.shutdown()
        self._writer.shutdown()
        self._flusher.shutdown()
        with suppress(OSError):  # what could not be written is not wanted any more
            self._file.close()


def install(
    manifest: SnapshotManifest, part: Path, target: Path, seals: Seals | None = None
) -> bool:
    """The same from a packed file whose every chunk is proven or will be by the whole's hash.

    False if the bytes are not the manifest's, or not for us; the target is gone then.
    """
    making = Installing(manifest, target, seals)
    try:
        with part.open("rb") as packed:
            for chunk in iter(lambda: packed.read(CHUNK_BYTES), b""):
                making.take(chunk)
    except BaseException:
        making.give_up()
        raise
    return making.finish()


def _opener(manifest: SnapshotManifest, seals: Seals | None) -> AESGCM | None:
    """What opens the chunks of a sealed snapshot. Raises as NOT_OURS says."""
    if not manifest.key:
        return None
    if seals is None:
        raise SealBroken("nobody has asked for a sealed snapshot")
    return AESGCM(open_sealed(seals.box.private, bytes.fromhex(manifest.key)))


def _sealer(seals: Seals | None) -> PageSealer | None:
    key = seals.page_key() if seals is not None else None
    return PageSealer(key) if key is not None else None

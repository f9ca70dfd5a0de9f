"""A link to a printer that the system shows as a file (USB printer class, `/dev/usb/lp0`).

Never waits for the device without a limit, and never shares it. POSIX only.
"""

import os
import select
from contextlib import suppress
from pathlib import Path

from drivers.transport.links import READ_BYTES_MAX, WRITE_TIMEOUT_MS, LinkDownError
from drivers.transport.reasons import plain_reason

_BROKEN = select.POLLHUP | select.POLLERR | select.POLLNVAL if hasattr(select, "poll") else 0


class FileLink:
    """A character device opened for reading and writing, locked for this process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def open(self) -> None:
        import fcntl  # absent on Windows, where printers are no files

        if self._descriptor is not None:
            return
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as failed:
            raise LinkDownError(f"{self._path}: {plain_reason(failed)}") from failed
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as failed:
            os.close(descriptor)
            raise LinkDownError(
                f"{self._path}: {plain_reason(failed, str(self._path))}"
            ) from failed
        self._descriptor = descriptor

    def read(self, timeout_ms: int) -> bytes:
        descriptor = self._ready(select.POLLIN, timeout_ms)
        if descriptor is None:
            return b""
        try:
            return os.read(descriptor, READ_BYTES_MAX)
        except BlockingIOError:
            return b""
        except OSError as failed:
            raise LinkDownError(f"{self._path}: {plain_reason(failed)}") from failed

    def write(self, data: bytes) -> None:
        rest = data
        while rest:
            descriptor = self._ready(select.POLLOUT, WRITE_TIMEOUT_MS)
            if descriptor is None:
                raise LinkDownError(f"{self._path}: takes no more bytes")
            try:
                rest = rest[os.write(descriptor, rest) :]
            except BlockingIOError:
                continue
            except OSError as failed:
                raise LinkDownError(f"{self._path}: {plain_reason(failed)}") from failed

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                os.close(descriptor)

    def _ready(self, wanted: int, timeout_ms: int) -> int | None:
        """The descriptor when it is ready, None after the timeout; raises when it was unplugged."""
        if self._descriptor is None:
            raise LinkDownError(f"{self._path}: not open")
        poll = select.poll()
        poll.register(self._descriptor, wanted)
        found = poll.poll(timeout_ms)
        if not found:
            return None
        if found[0][1] & _BROKEN:
            raise LinkDownError(f"{self._path}: unplugged")
        return self._descriptor

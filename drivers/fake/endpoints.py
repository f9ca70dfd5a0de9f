"""Where a simulated device meets the driver: a loopback socket or a pseudo-terminal.

Never shortens the way: drivers open these with their real links.
"""

import os
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event as Signal
from threading import Lock, Thread
from typing import Protocol

READ_BYTES_MAX = 4096
SLICE_S = 0.05
REBIND_TRIES = 40
Feed = Callable[[bytes], bool]
LOOPBACK = "127.0.0.1"


class Endpoint(Protocol):
    """One side of a line. `feed` gets what the driver sent and returns False to hang up."""

    def start(self, feed: Feed, connected: Callable[[], None]) -> None:
        """Begins to listen; `connected` is called when a driver arrives."""
        ...

    def send(self, data: bytes) -> None:
        """To the driver; lost when there is none."""
        ...

    def config(self) -> dict[str, object]:
        """The keys by which a driver finds it."""
        ...

    def unplug(self) -> None:
        """The cable is pulled."""
        ...

    def replug(self) -> None:
        """The cable is back, under the same name."""
        ...

    def stop(self) -> None:
        """The end."""
        ...


class TcpEndpoint:
    """Listens on a free loopback port; one client at a time, as most printers do."""

    def __init__(self) -> None:
        self._server = self._listening(0)
        self.port: int = self._server.getsockname()[1]
        self._client: socket.socket | None = None
        self._lock = Lock()
        self._stopping = Signal()
        self._plugged = Signal()
        self._plugged.set()
        self._thread: Thread | None = None

    @staticmethod
    def _listening(port: int) -> socket.socket:
        server = socket.create_server((LOOPBACK, port))
        server.settimeout(SLICE_S)
        return server

    def config(self) -> dict[str, object]:
        return {"driver": "tcp", "host": LOOPBACK, "port": self.port}

    def start(self, feed: Feed, connected: Callable[[], None]) -> None:
        self._thread = Thread(
            target=self._run, args=(feed, connected), name=f"virtual-{self.port}", daemon=True
        )
        self._thread.start()

    def send(self, data: bytes) -> None:
        with self._lock:
            if self._client is not None:
                with suppress(OSError):
                    self._client.sendall(data)

    def unplug(self) -> None:
        self._plugged.clear()
        self._drop()
        self._server.close()

    def replug(self) -> None:
        for _ in range(REBIND_TRIES):  # whoever still waits in `accept` holds the old one
            with suppress(OSError):
                self._server = self._listening(self.port)
                break
            self._stopping.wait(SLICE_S)
        self._plugged.set()

    def stop(self) -> None:
        self._stopping.set()
        self._plugged.set()
        if self._thread is not None:
            self._thread.join(2)
        self._drop()
        self._server.close()

    def _run(self, feed: Feed, connected: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            self._plugged.wait()
            try:
                client, _address = self._server.accept()
            except OSError:  # nobody came, or the server was just closed
                self._stopping.wait(0.005)
                continue
            client.settimeout(SLICE_S)
            with self._lock:
                self._client = client
            connected()
            self._serve(client, feed)
            self._drop()

    def _serve(self, client: socket.socket, feed: Feed) -> None:
        while not self._stopping.is_set():
            try:
                data = client.recv(READ_BYTES_MAX)
            except TimeoutError:
                continue
            except OSError:
                return
            if not data or not feed(data):
                return

    def _drop(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None


class PtyEndpoint:
    """A pseudo-terminal behind a stable path, so that it can be unplugged and replugged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pair: tuple[int, int] | None = None
        self._lock = Lock()
        self._stopping = Signal()
        self._thread: Thread | None = None
        self.replug()

    def config(self) -> dict[str, object]:
        return {"driver": "serial", "port": str(self.path), "framing": "8N1"}

    def start(self, feed: Feed, connected: Callable[[], None]) -> None:
        connected()
        self._thread = Thread(
            target=self._run, args=(feed,), name=f"virtual-{self.path.name}", daemon=True
        )
        self._thread.start()

    def send(self, data: bytes) -> None:
        rest = data
        with self._lock, suppress(OSError):  # a full line with nobody reading loses the rest
            while rest and self._pair is not None:
                main = self._pair[0]
                if not select.select([], [main], [], 1)[1]:
                    return
                rest = rest[os.write(main, rest) :]

    def unplug(self) -> None:
        with self._lock:
            pair, self._pair = self._pair, None
            self.path.unlink(missing_ok=True)
            for descriptor in pair or ():
                os.close(descriptor)

    def replug(self) -> None:
        import tty  # absent on Windows, where nobody makes a pseudo-terminal

        with self._lock:
            main, other = os.openpty()
            tty.setraw(other)
            os.set_blocking(main, False)
            self._pair = (main, other)
            self.path.unlink(missing_ok=True)
            self.path.symlink_to(os.ttyname(other))

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(2)
        self.unplug()

    def _run(self, feed: Feed) -> None:
        while not self._stopping.is_set():
            data = self._read()
            if data and not feed(data):
                self.unplug()

    def _read(self) -> bytes:
        main = self._pair[0] if self._pair else None
        if main is None:
            self._stopping.wait(SLICE_S)
            return b""
        with suppress(OSError, ValueError):  # closed meanwhile: unplugged
            if not select.select([main], [], [], SLICE_S)[0]:
                return b""
        with self._lock:
            if self._pair is not None and self._pair[0] == main:
                with suppress(OSError):
                    return os.read(main, READ_BYTES_MAX)
        return b""

"""A line to the server that stops carrying after so many bytes, until it is let go."""

import contextlib
import re
import socket
import threading

RANGE = re.compile(rb"(?i)\r\nrange: bytes=(\d+)-")


class HeldLine:
    """`url` leads to the server of `target`; `asked_from`: first bytes of the parts asked for."""

    def __init__(self, target: str, after_bytes: int) -> None:
        host, port = target.removeprefix("http://").rsplit(":", 1)
        self._target, self._after = (host, int(port)), after_bytes
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._carried = 0
        self.asked_from: list[int] = []
        self.held, self._free = threading.Event(), threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def let_go(self) -> None:
        """From now on everything passes."""
        self._free.set()

    def close(self) -> None:
        self._free.set()
        self._door.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(self._target)
                for way in ((near, far, False), (far, near, True)):
                    threading.Thread(target=self._carry, args=way, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, is_down: bool) -> None:
        with contextlib.suppress(OSError), source, sink:
            while data := source.recv(4096):
                if not is_down:
                    self.asked_from += [int(one) for one in RANGE.findall(data)]
                if is_down and self._carried >= self._after and not self._free.is_set():
                    self.held.set()
                    self._free.wait()
                sink.sendall(data)
                self._carried += len(data) if is_down else 0
            sink.shutdown(socket.SHUT_RDWR)

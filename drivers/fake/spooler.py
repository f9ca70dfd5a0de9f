"""A simulated CUPS: a raw queue before a printer, by IPP over a loopback or local socket.

Never tells the client anything of the printer behind it, as a raw queue does not.
"""

import socketserver
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from drivers.fake.endpoints import LOOPBACK

_PRINT_JOB, _CANCEL_JOB, _JOB, _PRINTER = 0x0002, 0x0008, 0x0009, 0x000B
_OK, _NOT_FOUND, _REFUSED = 0x0000, 0x0406, 0x0506
_PENDING, _CANCELLED, _ABORTED, _COMPLETED = 3, 7, 8, 9
_IDLE, _STOPPED = 3, 5
_GROUP_TAG_MAX = 0x0F


class VirtualCups:
    """One queue. `take` gets the bytes of each job when the queue passes it on.

    Faults: `stopped` (the queue is), `holds` (it accepts and keeps), `aborts`, `hangs_up` (the
    connection ends without an answer after the job was taken).
    """

    def __init__(
        self, take: Callable[[bytes], object], queue: str = "receipts", path: Path | None = None
    ) -> None:
        self.queue = queue
        self.stopped = self.holds = self.aborts = self.hangs_up = False
        self.jobs: dict[int, int] = {}
        self.titles: list[str] = []
        self._take = take
        self._path = path
        self._lock = Lock()
        server = _Tcp if path is None else _local_server()
        address: Any = (LOOPBACK, 0) if path is None else str(path)
        self._server: socketserver.BaseServer = server(address, self._handler())
        self._thread = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def host(self) -> str:
        """What the client's key `host` must say."""
        if self._path is not None:
            return str(self._path)
        address: Any = self._server.server_address
        return f"{LOOPBACK}:{address[1]}"

    def config(self) -> dict[str, object]:
        """The keys by which a driver finds it."""
        return {"driver": "cups", "queue": self.queue, "host": self.host}

    def start(self) -> None:
        """Begins to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._server.shutdown()
        self._server.server_close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def release(self) -> None:
        """The queue passes on nothing it held: jobs that were not cancelled are complete."""
        self.holds = False
        for number, state in self.jobs.items():
            self.jobs[number] = _COMPLETED if state == _PENDING else state

    def obey(self, path: str, body: bytes) -> bytes | None:
        """One IPP request; None hangs up."""
        operation = int.from_bytes(body[2:4], "big")
        fields, data = _fields(body[8:])
        if path != f"/printers/{self.queue}":
            return _reply(_NOT_FOUND)
        with self._lock:
            if operation == _PRINTER:
                state = _STOPPED if self.stopped else _IDLE
                return _reply(_OK, {"printer-state": (0x23, state)})
            if operation == _PRINT_JOB:
                return self._print(fields, data)
            return self._job(operation, int.from_bytes(fields.get("job-id", b""), "big"))

    def _print(self, fields: dict[str, bytes], data: bytes) -> bytes | None:
        if fields.get("document-format") != b"application/vnd.cups-raw":
            return _reply(_REFUSED)
        number = len(self.jobs) + 1
        self.titles.append(fields.get("job-name", b"").decode())
        self.jobs[number] = _PENDING if self.holds else _ABORTED if self.aborts else _COMPLETED
        if self.jobs[number] == _COMPLETED:
            self._take(data)
        if self.hangs_up:
            return None
        return _reply(_OK, {"job-id": (0x21, number), "job-state": (0x23, self.jobs[number])})

    def _job(self, operation: int, number: int) -> bytes:
        if number not in self.jobs:
            return _reply(_NOT_FOUND)
        if operation == _CANCEL_JOB:
            self.jobs[number] = _CANCELLED
            return _reply(_OK)
        return _reply(_OK, {"job-state": (0x23, self.jobs[number])})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        obey = self.obey

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802  the name http.server calls
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = obey(self.path, body)
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """A simulator says nothing on the terminal."""

            def address_string(self) -> str:
                return "client"

        return Handler


class _Tcp(socketserver.ThreadingMixIn, HTTPServer):
    daemon_threads = True
    block_on_close = False


def _local_server() -> type[socketserver.BaseServer]:
    """Local sockets exist on POSIX only, so their server does too."""

    class Local(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True
        block_on_close = False

    return Local


def _fields(data: bytes) -> tuple[dict[str, bytes], bytes]:
    """The attributes by name, and the document behind them."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(data):
        tag = data[at]
        at += 1
        if tag == 0x03:
            return found, data[at:]
        if tag <= _GROUP_TAG_MAX:
            continue
        name_end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        value_at = name_end + 2
        at_next = value_at + int.from_bytes(data[name_end:value_at], "big")
        found[data[at + 2 : name_end].decode("utf-8", "replace")] = data[value_at:at_next]
        at = at_next
    return found, b""


def _reply(status: int, numbers: dict[str, tuple[int, int]] | None = None) -> bytes:
    out = bytearray(b"\x01\x01" + status.to_bytes(2, "big") + b"\x00\x00\x00\x01\x01")
    out += b"\x47\x00\x12attributes-charset\x00\x05utf-8"
    out += b"\x48\x00\x1battributes-natural-language\x00\x02en\x02"
    for name, (tag, value) in (numbers or {}).items():
        out += bytes((tag,)) + len(name).to_bytes(2, "big") + name.encode("ascii")
        out += b"\x00\x04" + value.to_bytes(4, "big")
    return bytes(out + b"\x03")

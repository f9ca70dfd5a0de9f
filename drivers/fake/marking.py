"""The marking system and the local module, simulated over real HTTP on the loopback.

Never part of a till: a till meets them only by their addresses.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Signal
from threading import Thread
from typing import Any

from drivers.fake.endpoints import LOOPBACK

ONLINE_PATH, LOCAL_PATH = "/api/v4/true-api/codes/check", "/api/v2/cis/outCheck"
STATUS_PATH = "/api/v2/status"
TOKEN, USER, PASSWORD = "token-of-the-shop", "admin", "secret"
GOOD: Mapping[str, Any] = {
    "found": True,
    "valid": True,
    "verified": True,
    "realizable": True,
    "utilised": True,
    "isBlocked": False,
    "sold": False,
    "errorCode": 0,
}
NOW_MS = 1_763_640_000_000


@dataclass
class VirtualMarking:
    """Both services at one port. `codes`: what differs from a good code, by its text.

    Faults: `online_away`, `local_away` (HTTP 503), `delay_ms` before an on-line answer,
    `nonsense` (an answer without codes).
    """

    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    online_away: bool = False
    local_away: bool = False
    delay_ms: int = 0
    nonsense: bool = False
    synced_ms: int = NOW_MS
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0
    _server: ThreadingHTTPServer | None = None

    def start(self) -> "VirtualMarking":
        """Listens."""
        self._server = _listening(self)
        self.port = int(self._server.server_address[1])
        Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def stop(self) -> None:
        """The end."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> "VirtualMarking":
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def config(self) -> dict[str, object]:
        """The keys by which a driver finds both."""
        url = f"http://{LOOPBACK}:{self.port}"
        return {
            "online_url": url,
            "online_key": TOKEN,
            "local_url": url,
            "local_user": USER,
            "local_password": PASSWORD,
        }

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        """One request."""
        said = json.loads(body)
        if path == ONLINE_PATH:
            return self._online(said["codes"], headers)
        if path == LOCAL_PATH:
            return self._local(said["cis_list"], headers)
        return 404, {}

    def _online(self, codes: list[str], headers: Mapping[str, str]) -> tuple[int, Any]:
        self.asked.append(("online", codes[0]))
        if self.delay_ms:
            Signal().wait(self.delay_ms / 1000)
        if self.online_away:
            return 503, {}
        if _of(headers, "X-API-KEY") != TOKEN:
            return 401, {"code": 401, "description": "no such token"}
        return 200, self._about(codes, {"reqId": f"req-{len(self.asked)}"})

    def _local(self, codes: list[str], headers: Mapping[str, str]) -> tuple[int, Any]:
        self.asked.append(("local", codes[0]))
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.local_away:
            return 503, {}
        if _of(headers, "Authorization") != f"Basic {pair}":
            return 401, {}
        more = {"reqId": f"local-{len(self.asked)}", "inst": "inst-1", "version": "7"}
        return 200, {"results": [self._about(codes, more)]}

    def _about(self, codes: list[str], more: Mapping[str, Any]) -> dict[str, Any]:
        rows = [{"cis": code, **GOOD, **self.codes.get(code, {})} for code in codes]
        said = {"code": 0, "description": "ok", "reqTimestamp": NOW_MS, **more}
        return said if self.nonsense else {**said, "codes": rows}


def _listening(marking: VirtualMarking) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            """Silent: a simulator has no log."""

        def do_GET(self) -> None:
            """Only the local module is asked how it is."""
            away = marking.local_away or self.path != STATUS_PATH
            self._said(503 if away else 200, {"status": "ready", "lastSync": marking.synced_ms})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._said(*marking.answer(self.path, dict(self.headers), body))

        def _said(self, status: int, said: Any) -> None:
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    return Server((LOOPBACK, 0), Handler)


def _of(headers: Mapping[str, str], name: str) -> str:
    """A header, however it is written."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")

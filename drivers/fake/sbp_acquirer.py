"""An acquirer of the fast payment system over real HTTP: codes, customers, refunds.

Never takes money without a customer who scanned; `paid` and `refunded` are its books.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import RLock, Thread
from typing import Any

from drivers.fake.endpoints import LOOPBACK


@dataclass(slots=True)
class SbpFaults:
    """What goes wrong. `customer`: pays, waits, refuses. `lose`: so many answers are lost after
    the request was carried out; `lose_at`: of these paths' beginnings only. `status`: so many are
    answered with this HTTP number instead. `garbage`: answers nonsense. `shift_minor`: takes
    another amount. `codeless`: no code to scan comes with an order."""

    customer: str = "pays"
    lose: int = 0
    lose_at: str = "/"
    status: int = 0
    status_times: int = 0
    garbage: bool = False
    shift_minor: int = 0
    polls_before_paid: int = 1
    codeless: bool = False


@dataclass(slots=True)
class _Code:
    amount: int
    status: str = "NEW"
    polls: int = 0


class SbpAcquirer:
    """Listens on a free loopback port. Thread-safe."""

    def __init__(self, token: str = "") -> None:
        self.faults = SbpFaults()
        self.codes: dict[str, _Code] = {}
        self.refunds: dict[str, int] = {}
        self.requests: list[str] = []
        self.on_change: Callable[[], None] = lambda: None
        self._token = token
        self._lock = RLock()
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}/v1"

    @property
    def net_minor(self) -> int:
        """What the customers have paid."""
        with self._lock:
            paid = sum(one.amount for one in self.codes.values() if one.status == "ACCEPTED")
            return paid - sum(self.refunds.values())

    def kept(self) -> dict[str, Any]:
        """Its books."""
        with self._lock:
            codes = {key: [one.amount, one.status] for key, one in self.codes.items()}
            return {"codes": codes, "refunds": dict(self.refunds)}

    def recall(self, kept: Mapping[str, Any]) -> None:
        """Before `start`: the books of the day before."""
        self.codes = {
            key: _Code(int(amount), str(status)) for key, (amount, status) in kept["codes"].items()
        }
        self.refunds = {key: int(amount) for key, amount in kept["refunds"].items()}

    def start(self) -> "SbpAcquirer":
        """Begins to listen."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> "SbpAcquirer":
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def customer_pays(self) -> None:
        """Whoever was waited for pays every open code."""
        with self._lock:
            for code in self.codes.values():
                if code.status == "NEW":
                    self._paid(code)

    def _paid(self, code: _Code) -> None:
        code.status = "ACCEPTED"
        code.amount += self.faults.shift_minor

    def answer(self, method: str, path: str, body: Any, token: str) -> tuple[int, Any] | None:
        """(HTTP number, body); None: the answer is lost."""
        with self._lock:
            self.requests.append(f"{method} {path}")
            if self._token and token != f"Bearer {self._token}":
                return 401, {}
            if self.faults.status_times > 0:
                self.faults.status_times -= 1
                return self.faults.status, {}
            said = self._carried_out(method, path.removeprefix("/v1"), body)
            self.on_change()
            if self.faults.lose > 0 and path.removeprefix("/v1").startswith(self.faults.lose_at):
                self.faults.lose -= 1
                return None
            return said

    def _carried_out(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        parts = path.strip("/").split("/")
        if method == "POST" and parts == ["qr"]:
            return self._create(body)
        if parts[0] == "qr" and len(parts) >= 2:
            code = self.codes.get(parts[1])
            if code is None:
                return 404, {}
            if len(parts) == 3 and code.status == "NEW":
                code.status = "CANCELLED"
            elif method == "GET":
                self._polled(code)
            return 200, self._told(parts[1], code)
        return self._refund(method, parts, body)

    def _create(self, body: Any) -> tuple[int, Any]:
        key = str(body["order_id"])
        known = self.codes.setdefault(key, _Code(int(body["amount"])))
        told = {**self._told(key, known), "qr_id": f"AS{key}"}
        if self.faults.codeless:
            del told["payload"]
        return 200, told

    def _polled(self, code: _Code) -> None:
        code.polls += 1
        if code.status != "NEW" or code.polls < self.faults.polls_before_paid:
            return
        if self.faults.customer == "pays":
            self._paid(code)
        elif self.faults.customer == "refuses":
            code.status = "REJECTED"

    def _told(self, key: str, code: _Code) -> dict[str, object]:
        told: dict[str, object] = {
            "status": code.status,
            "amount": code.amount,
            "payload": f"https://qr.nspk.ru/AS{key.replace('-', '').upper()}?type=02&sum="
            f"{code.amount}&cur=RUB",
        }
        if code.status == "ACCEPTED":
            told["transaction_id"] = f"trx-{key}"
        return told

    def _refund(self, method: str, parts: list[str], body: Any) -> tuple[int, Any]:
        if method == "POST" and parts == ["refunds"]:
            key, amount = str(body["refund_id"]), int(body["amount"])
            code = self.codes.get(str(body["transaction_id"]).removeprefix("trx-"))
            if key not in self.refunds:
                if code is None or code.status != "ACCEPTED" or amount > code.amount:
                    return 422, {}
                self.refunds[key] = amount
            return 200, {"status": "ACCEPTED", "amount": amount, "transaction_id": f"ref-{key}"}
        key = parts[-1]
        if parts[0] == "refunds" and key in self.refunds:
            amount = self.refunds[key]
            return 200, {"status": "ACCEPTED", "amount": amount, "transaction_id": f"ref-{key}"}
        return 404, {}


def _handler(acquirer: SbpAcquirer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802  the library's name
            self._serve("GET")

        def do_POST(self) -> None:  # noqa: N802  the library's name
            self._serve("POST")

        def _serve(self, method: str) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(size)
            body = json.loads(raw) if raw else {}
            token = self.headers.get("Authorization", "")
            said = acquirer.answer(method, self.path, body, token)
            self.close_connection = True
            if said is None:
                return
            status, told = said
            data = b"\x00<html" if acquirer.faults.garbage else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged of payments."""

    return Handler

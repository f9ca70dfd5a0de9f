"""A simulated registrar behind the vendor's web requests, over real HTTP on the loopback.

Like the real server it keeps its requests over a restart and works them off one by one; each uuid
is worked off once. Never part of a till: a till meets it only by its address.
"""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Event as Signal
from threading import Lock, Thread
from typing import Any

from drivers.fake.endpoints import LOOPBACK
from drivers.fake.fiscal_kept import kept_of, storage_of
from drivers.fake.fiscal_rules import Refused
from drivers.fake.fiscal_storage import INTERRUPTED, FiscalStorage

ROOT = "/api/v2/requests"
OK, CREATED, BAD, NOT_FOUND, CONFLICT = 200, 201, 400, 404, 409
Row = dict[str, Any]


class VirtualFiscal:
    """`start` listens at `port`; `storage` has the documents and the device's own faults.

    Faults of the server: `delay_ms` before a task is worked off, `lose_answers` and
    `lose_requests` count down the next POSTs whose answer (or which themselves) vanish,
    `hold` leaves tasks waiting ("documents": not the questions of its state), `blocked_by` names
    a uuid that blocks the queue.
    """

    def __init__(self, port: int = 0) -> None:
        self.storage = FiscalStorage()
        self.port = port
        self.delay_ms = 0
        self.lose_answers = 0
        self.lose_requests = 0
        self.blocked_by = ""
        self.seen: list[str] = []
        self.on_change: Callable[[], None] = lambda: None
        self._rows: dict[str, Row] = {}
        self._lock = Lock()
        self._states_go_by = False
        self._held = Signal()
        self._held.set()
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._server: ThreadingHTTPServer | None = None
        self._worker: Thread | None = None

    # --- life -----------------------------------------------------------------------------------

    def start(self) -> "VirtualFiscal":
        """Listens and works."""
        self._server = _listening(self, self.port)
        self.port = int(self._server.server_address[1])
        serving = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        serving.start()
        self._queue = SimpleQueue()
        for uuid, row in self._rows.items():
            if row["status"] == "wait":
                self._queue.put(uuid)
        self._worker = Thread(target=self._work, args=(self._queue,), daemon=True)
        self._worker.start()
        return self

    def stop(self) -> None:
        """The server is gone; a task under way is `interrupted` when it comes back."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        self._queue.put(None)
        self._held.set()
        if self._worker is not None:
            self._worker.join(5)

    unplug = stop
    replug = start

    def __enter__(self) -> "VirtualFiscal":
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def config(self) -> dict[str, object]:
        """The keys by which a driver finds it."""
        return {"driver": "atol", "host": LOOPBACK, "port": self.port}

    def set_fault(self, **faults: Any) -> None:
        """Fields of the server or of its storage, by name; `hold` is true, false or "documents"."""
        for name, value in faults.items():
            if name == "hold":
                self._states_go_by = value == "documents"
                (self._held.clear if value else self._held.set)()
            elif name in {"delay_ms", "lose_answers", "lose_requests", "blocked_by"}:
                setattr(self, name, value)
            elif hasattr(self.storage, name):
                setattr(self.storage, name, value)
            else:
                raise ValueError(f"no such fault: {name}")

    def status_of(self, uuid: str) -> str:
        """wait, inProgress, ready, error, interrupted, canceled; "" for one never seen."""
        with self._lock:
            row = self._rows.get(uuid)
            return str(row["status"]) if row else ""

    def kept(self) -> Row:
        """What outlives its power: the storage, and what became of each uuid."""
        done = {
            uuid: row["results"] for uuid, row in self._rows.items() if row["status"] == "ready"
        }
        return {"storage": kept_of(self.storage), "done": done}

    def recall(self, kept: Mapping[str, Any]) -> None:
        """Before `start`: it is the registrar of the day before."""
        self.storage = storage_of(kept["storage"])
        for uuid, results in kept["done"].items():
            self._rows[uuid] = {"tasks": [], "status": "ready", "results": results}

    # --- the interface ----------------------------------------------------------------------------

    def post(self, body: bytes) -> tuple[int, Row]:
        """A task under a uuid."""
        try:
            said = json.loads(body, parse_float=Decimal)
            uuid, tasks = str(said["uuid"]), list(said["request"])
        except (ValueError, KeyError, TypeError) as bad:
            return BAD, {"error": f"bad request: {bad}"}
        with self._lock:
            if uuid in self._rows:
                return CONFLICT, {"error": "uuid is not unique", "uuid": uuid}
            self._rows[uuid] = {"tasks": tasks, "status": "wait", "results": []}
            self.seen.append(uuid)
            number = len(self._rows)
        fiscal = any(not str(one.get("type")).startswith("get") for one in tasks)
        blocked = bool(self.blocked_by) and fiscal and not _is_state(tasks)
        if not blocked:
            self._queue.put(uuid)
        answer = {"number": number, "uuid": uuid, "isBlocked": blocked}
        return CREATED, {**answer, "blockedUUID": self.blocked_by if blocked else ""}

    def get(self, uuid: str) -> tuple[int, Row]:
        """The state of a uuid."""
        with self._lock:
            row = self._rows.get(uuid)
            if row is None:
                return NOT_FOUND, {"error": "no such uuid"}
            results = row["results"] or [{"status": row["status"], "error": _error(0, "")}]
            return OK, {"results": [self._finished(one) for one in results]}

    def delete(self, uuid: str) -> tuple[int, Row]:
        """Take a waiting task out."""
        with self._lock:
            row = self._rows.get(uuid)
            if row is None:
                return NOT_FOUND, {"error": "no such uuid"}
            if row["status"] != "wait":
                return CONFLICT, {"error": "it has begun"}
            row["status"] = "canceled"
            return OK, {}

    def _finished(self, one: Row) -> Row:
        """A document whose paper was finished later is ready after all."""
        number = one.get("unfinished")
        waits = self.storage.unfinished
        if number is None or (waits is not None and waits.number == number):
            return {key: value for key, value in one.items() if key != "unfinished"}
        paper = self.storage.papers[number - 1]
        return _ready({"fiscalParams": self.storage.params_of(paper)})

    # --- the queue --------------------------------------------------------------------------------

    def _work(self, queue: SimpleQueue[str | None]) -> None:
        while (uuid := queue.get()) is not None:
            with self._lock:
                row = self._rows[uuid]
                if row["status"] != "wait":
                    continue
                row["status"] = "inProgress"
            if not (self._states_go_by and _is_state(row["tasks"])):
                self._held.wait()
            if self.delay_ms:
                Signal().wait(self.delay_ms / 1000)
            if self._server is None:
                row["status"] = "interrupted"
                return
            results = [self._run(task, uuid) for task in row["tasks"]]
            with self._lock:
                row["results"] = results
                row["status"] = "ready"
                self.on_change()

    def _run(self, task: Mapping[str, Any], uuid: str) -> Row:
        try:
            return _ready(self.storage.run(task, uuid))
        except Refused as refused:
            said: Row = {"status": "error", "error": _error(refused.code, refused.message)}
            if refused.code == INTERRUPTED and self.storage.unfinished is not None:
                said["unfinished"] = self.storage.unfinished.number
            return said


def _is_state(tasks: list[Mapping[str, Any]]) -> bool:
    kinds = {str(one.get("type")) for one in tasks}
    return kinds <= {"ofdExchangeStatus", "continuePrint"} or "getDeviceStatus" in kinds


def _ready(result: Row) -> Row:
    return {"status": "ready", "error": _error(0, "Ошибок нет"), "result": result}


def _error(code: int, text: str) -> Row:
    return {"code": code, "description": text}


def _listening(fiscal: VirtualFiscal, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            """Silent: a simulator has no log."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if fiscal.lose_requests > 0:
                fiscal.lose_requests -= 1
                self.close_connection = True
                return
            said = fiscal.post(body)
            if fiscal.lose_answers > 0:
                fiscal.lose_answers -= 1
                self.close_connection = True
                return
            self._say(*said)

        def do_GET(self) -> None:
            self._say(*fiscal.get(self.path.removeprefix(f"{ROOT}/")))

        def do_DELETE(self) -> None:
            self._say(*fiscal.delete(self.path.removeprefix(f"{ROOT}/")))

        def _say(self, status: int, body: Row) -> None:
            data = json.dumps(body, ensure_ascii=False, default=str).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True

    return Server((LOOPBACK, port), Handler)

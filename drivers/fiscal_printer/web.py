"""The vendor's web server: one request at a time over HTTP. Never repeats, never interprets.

`POST /api/v2/requests` takes a task under a uuid, `GET /api/v2/requests/<uuid>` tells its state,
`DELETE` takes it out of the queue.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from drivers.transport import LinkDownError, plain_reason
from drivers.transport.tape import NotSentError
from drivers.transport.trace import Direction, Doing

Note = Callable[[Direction, bytes], None]
Exchange = Callable[[bytes], bytes]
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, NotSentError)
_BUYER = re.compile(rb'("emailOrPhone"\s*:\s*)"[^"]*"')
NOBODY = "00000000-0000-0000-0000-000000000000"
OK, CREATED, NOT_FOUND, CONFLICT = 200, 201, 404, 409


@dataclass(frozen=True, slots=True)
class Said:
    """An HTTP answer: its status and its JSON object (empty when it was none)."""

    status: int
    body: Mapping[str, Any]


class Unanswered(Exception):
    """The request may have arrived; nobody can tell. `sent` False: it surely did not."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class AtolWeb:
    """A Link for the device's worker: open while the server answers. One thread only."""

    def __init__(
        self, base: str, timeout_ms: int, note: Note, tape: Exchange | None = None
    ) -> None:
        """`tape`: a recording that answers in the server's place."""
        self._tape = tape
        self._base = base.rstrip("/")
        self._timeout_s = timeout_ms / 1000
        self._note = note
        self._client: httpx.Client | None = None

    def open(self) -> None:
        """Any HTTP answer is a living server. Raises LinkDownError."""
        if self._client is None:
            self._client = httpx.Client(timeout=self._timeout_s, trust_env=False)
        try:
            self.look(NOBODY)
        except Unanswered as silent:
            self.close()
            raise LinkDownError(f"{self._base}: {silent}") from silent

    def read(self, timeout_ms: int) -> bytes:
        """There are no loose bytes here."""
        return b""

    def write(self, data: bytes) -> None:
        """There are no loose bytes here."""

    def close(self) -> None:
        """Lets the connections go."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def put(self, uuid: str, tasks: Sequence[Mapping[str, Any]]) -> Said:
        """Queue tasks under a uuid."""
        body = json.dumps({"uuid": uuid, "request": list(tasks)}, ensure_ascii=False).encode()
        return self._ask("POST", "", body)

    def look(self, uuid: str) -> Said:
        """The state of a uuid."""
        return self._ask("GET", f"/{uuid}", b"")

    def take_out(self, uuid: str) -> Said:
        """Cancel a task that has not begun."""
        return self._ask("DELETE", f"/{uuid}", b"")

    def _ask(self, method: str, path: str, body: bytes) -> Said:
        if self._client is None:
            raise Unanswered("closed", sent=False)
        said = f"{method} /requests{path} ".encode() + hidden(body)
        self._note(Direction.SENT, said)
        try:
            heard = self._tape(said) if self._tape else self._heard(method, path, body)
        except (httpx.HTTPError, LinkDownError) as lost:
            sent = not isinstance(lost, _NOT_SENT)
            why = str(lost) or type(lost).__name__ if sent else _why(lost)
            doing = Doing.READING if sent else Doing.WRITING
            self._note(Direction.LOST, f"{doing.value} {why}".encode())
            raise Unanswered(why, sent=sent) from lost
        self._note(Direction.RECEIVED, heard)
        status, _, content = heard.partition(b" ")
        return Said(int(status), _object(content))

    def _heard(self, method: str, path: str, body: bytes) -> bytes:
        """The status and the body of the answer, as a trace has them."""
        assert self._client is not None
        headers = {"Content-Type": "application/json"} if body else {}
        answer = self._client.request(
            method, f"{self._base}/requests{path}", content=body, headers=headers
        )
        return f"{answer.status_code} ".encode() + hidden(answer.content)


def _why(refused: Exception) -> str:
    """The system's error lies two causes deep, httpx says it in the system's words."""
    cause: BaseException | None = refused
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    return plain_reason(cause or refused)


def hidden(body: bytes) -> bytes:
    """The bytes as a trace may keep them: without the buyer's address."""
    return _BUYER.sub(rb'\1"..."', body)


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}

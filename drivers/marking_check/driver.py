"""Asks the marking system within its deadline, then the local module beside the till.

Never blocks the caller; a code nobody could judge is said to be just that.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from drivers.contract import (
    DeviceKind,
    Listener,
    PowerState,
    Reply,
    ResultEvent,
    Standing,
    StatusUpdateEvent,
)
from drivers.contract.marking import VALID_UNTIL, MarkAnswer
from drivers.marking_check.verdict import (
    LOCAL,
    NOBODY,
    ONLINE,
    Unreadable,
    valid_until,
    verdict_of,
)
from drivers.transport import Link, LinkWorker, Task, monotonic_ms
from drivers.transport.trace import Direction

Note = Callable[[Direction, bytes], None]
QUEUE_WAIT_MS = 200
UNHEARD = MarkAnswer(False, NOBODY, "nobody")


@dataclass(frozen=True, slots=True)
class MarkPlaces:
    """Where to ask. `online_key` is the shop's token; "" for a place that is not used.

    `look_ms`: between looks at the local module, which is good for `valid_hours` after it has
    heard the marking system.
    """

    online_url: str = ""
    online_key: str = ""
    local_url: str = ""
    local_user: str = ""
    local_password: str = ""
    online_ms: int = 1_500
    local_ms: int = 1_500
    look_ms: int = 600_000
    valid_hours: int = 72


class _Connections:
    """The Link of the worker: ready at once, connections are made with the first code."""

    def __init__(self) -> None:
        self._client: httpx.Client | None = None

    def client(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(trust_env=False)
        return self._client

    def open(self) -> None:
        self.client()

    def read(self, timeout_ms: int) -> bytes:
        return b""

    def write(self, data: bytes) -> None:
        """There are no loose bytes here."""

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


class MarkingChecker(Standing):
    """MarkCheck of the contract."""

    kind = DeviceKind.MARKING

    def __init__(self, name: str, places: MarkPlaces, listener: Listener, note: Note) -> None:
        super().__init__(name)
        self._places = places
        self._listener = listener
        self._note = note
        self._connections = _Connections()
        self._look_at_ms = 0
        self._until = ""
        self._worker = LinkWorker(name, self._connections, self, QUEUE_WAIT_MS)

    def open(self) -> None:
        """Starts."""
        self._worker.start()

    def close(self) -> None:
        """Ends; a code that waits is answered as judged by nobody."""
        self._worker.stop()

    def check(self, raw: bytes, reply: Reply) -> None:
        """See MarkCheck."""

        def run(_link: Link) -> None:
            reply(ResultEvent(self.name, self._judged(raw).to_json()))

        def refuse(_reason: str) -> None:
            reply(ResultEvent(self.name, UNHEARD.to_json()))

        self._worker.post(Task(run, refuse))

    def request_status(self, reply: Reply) -> None:
        """As the last check found it: nobody is asked without a code."""
        reply(self._status())

    def idle(self, _link: Link) -> None:
        """Between codes the local module is asked how old its lists are (LinkUser)."""
        if self._places.local_url and monotonic_ms() >= self._look_at_ms:
            self._look_at_ms = monotonic_ms() + self._places.look_ms
            self._look()

    def power_changed(self, power: PowerState, reason: str | None) -> None:
        """The worker's own opening says nothing of the services (LinkUser)."""

    # --- on the device's thread -----------------------------------------------------------------

    def _judged(self, raw: bytes) -> MarkAnswer:
        for ask in (self._online, self._local):
            answer = self._tried(ask, raw)
            if answer is not None:
                self.good_count += 1
                self._told(PowerState.ONLINE)
                return answer
        self._told(PowerState.OFF_OFFLINE)
        return UNHEARD

    def _tried(self, ask: Callable[[bytes], MarkAnswer | None], raw: bytes) -> MarkAnswer | None:
        try:
            return ask(raw)
        except (httpx.HTTPError, Unreadable, ValueError, TypeError) as silent:
            self.went_wrong(str(silent) or type(silent).__name__)
            return None

    def _online(self, raw: bytes) -> MarkAnswer | None:
        places = self._places
        if not places.online_url:
            return None
        url = f"{places.online_url.rstrip('/')}/api/v4/true-api/codes/check"
        headers = {"X-API-KEY": places.online_key}
        body = {"codes": [_text(raw)]}
        return verdict_of(self._post(url, body, headers, places.online_ms), ONLINE)

    def _local(self, raw: bytes) -> MarkAnswer | None:
        places = self._places
        if not places.local_url:
            return None
        url = f"{places.local_url.rstrip('/')}/api/v2/cis/outCheck"
        body = {"cis_list": [_text(raw)]}
        answer = self._post(url, body, self._pair(), places.local_ms)
        results = answer.get("results")
        inner = results[0] if isinstance(results, list) and results else answer
        return verdict_of(inner, LOCAL)

    def _look(self) -> None:
        """A module that does not say so tells nothing; what it said last still holds."""
        url = f"{self._places.local_url.rstrip('/')}/api/v2/status"
        self._note(Direction.SENT, f"GET {url}".encode())
        limit_s = self._places.local_ms / 1000
        try:
            answer = self._connections.client().get(url, headers=self._pair(), timeout=limit_s)
            self._note(Direction.RECEIVED, f"{answer.status_code} ".encode() + answer.content)
            answer.raise_for_status()
            until = valid_until(answer.json(), self._places.valid_hours)
        except (httpx.HTTPError, ValueError, TypeError, OverflowError) as silent:
            self.went_wrong(str(silent) or type(silent).__name__)
            return
        if until != self._until:
            self._until = until
            self._listener(self._status())

    def _pair(self) -> dict[str, str]:
        pair = f"{self._places.local_user}:{self._places.local_password}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    def _post(
        self, url: str, body: Mapping[str, Any], headers: Mapping[str, str], limit_ms: int
    ) -> Mapping[str, Any]:
        self._note(Direction.SENT, f"POST {url}".encode())
        answer = self._connections.client().post(
            url, json=body, headers=dict(headers), timeout=limit_ms / 1000
        )
        self._note(Direction.RECEIVED, f"{answer.status_code} ".encode() + answer.content)
        answer.raise_for_status()
        said = answer.json()
        if not isinstance(said, Mapping):
            raise Unreadable("not an object")
        return said

    def _status(self) -> StatusUpdateEvent:
        state = {VALID_UNTIL: self._until} if self._until else None
        return StatusUpdateEvent(self.name, self.power_state, state=state)

    def _told(self, power: PowerState) -> None:
        if self.stands(power):
            self._listener(self._status())


def _text(raw: bytes) -> str:
    """The code as the service wants it in JSON: its separators are characters of it."""
    return raw.decode("latin-1")

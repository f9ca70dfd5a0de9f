"""The courier as the tasks see it, over a pipe. Never starts a process.

A pipe is given by the front end: QProcess beside a window, a plain child process in the console.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pos_app.domain.sentence import say
from pos_app.workstation.ports import LinkStatus, Reply


class Pipe(Protocol):
    """Lines to a child that is restarted when it dies."""

    restarts: int

    def send_line(self, line: str) -> None:
        """One line to the child."""

    def close(self) -> None:
        """End of its input."""


@dataclass
class _Waiting:
    reply: Reply
    limit_ms: int
    since_ms: int | None = None


class CourierLink:
    """Satisfies `ports.Courier` over a pipe."""

    def __init__(self, pipe: Pipe, on_change: Callable[[bool], None]) -> None:
        self._pipe = pipe
        self._on_change = on_change
        self._status = LinkStatus()
        self._waiting: dict[int, _Waiting] = {}
        self._last_id = 0
        self._restarts = 0

    def status(self) -> LinkStatus:
        """As last told."""
        return self._status

    def request(
        self, kind: str, fields: Mapping[str, Any], on_reply: Reply, deadline_ms: int = 3000
    ) -> None:
        """See the port."""
        self._last_id += 1
        self._waiting[self._last_id] = _Waiting(on_reply, deadline_ms)
        self._pipe.send_line(json.dumps({"id": self._last_id, "do": kind, **fields}))

    def is_quiet(self) -> bool:
        """No request waits for its reply."""
        return not self._waiting

    def nudge(self) -> None:
        """See the port."""
        self._pipe.send_line('{"do":"nudge"}')

    def on_line(self, line: str) -> None:
        """One line of the courier."""
        try:
            said = json.loads(line)
        except ValueError:
            return
        if not isinstance(said, dict):
            return
        if said.get("event") == "status":
            self._told(said)
        waiting = self._waiting.pop(said.get("id") or 0, None)
        if waiting is not None:
            waiting.reply(said)

    def tick(self, now_ms: int) -> None:
        """Deadlines; and a courier that died is a link that is down."""
        if self._pipe.restarts != self._restarts:
            self._restarts = self._pipe.restarts
            self._status = LinkStatus(False, self._status.since, self._status.mirror_as_of)
            self._on_change(False)
        for number, waiting in list(self._waiting.items()):
            if waiting.since_ms is None:
                waiting.since_ms = now_ms
            elif now_ms - waiting.since_ms >= waiting.limit_ms:
                del self._waiting[number]
                waiting.reply({"error": "timeout"})

    def _told(self, said: Mapping[str, Any]) -> None:
        trouble = said.get("trouble")
        self._status = LinkStatus(
            online=bool(said.get("online")),
            since=_instant(said.get("since")),
            mirror_as_of=_instant(said.get("mirror_as_of")),
            trouble=say(f"link.{trouble}") if trouble else None,
            peers=int(said.get("peers") or 0),
        )
        self._on_change(bool(said.get("pulled")))


def _instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) and text else None
    except ValueError:
        return None

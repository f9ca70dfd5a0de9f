"""A clock, a courier and devices that do what a test says and remember what they were asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from drivers.contract import PrintJob
from pos_app.workstation.ports import DeviceState, LinkStatus
from tests.workstation.small_shop import NOON


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def now_utc(self) -> datetime:
        return self.now

    def monotonic_ms(self) -> int:
        return int(self.now.timestamp() * 1000)

    def boot_id(self) -> str:
        return "boot"

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Asked:
    """One request to the courier that waits for its answer."""

    kind: str
    fields: Mapping[str, Any]
    reply: Any


@dataclass
class RecordedCourier:
    """The sync process as a till sees it: a status and requests that a test answers."""

    online: bool = False
    since: datetime | None = None
    asked: list[Asked] = field(default_factory=list)
    nudges: int = 0
    peers: int = 0

    def status(self) -> LinkStatus:
        return LinkStatus(self.online, self.since, peers=self.peers)

    def request(self, kind: str, fields: Any, on_reply: Any, deadline_ms: int = 3000) -> None:
        self.asked.append(Asked(kind, dict(fields), on_reply))

    def nudge(self) -> None:
        self.nudges += 1

    def answers(self, kind: str, **reply: Any) -> Asked:
        """Answer the oldest open request of that kind."""
        found = next(one for one in self.asked if one.kind == kind)
        self.asked.remove(found)
        found.reply(reply)
        return found


@dataclass
class RecordedDevices:
    """The device host as a till sees it."""

    jobs: list[PrintJob] = field(default_factory=list)
    drawer: int = 0
    rows: list[tuple[str, str]] = field(default_factory=list)
    ready: int = 0
    what: tuple[DeviceState, ...] = (DeviceState("printer", "printer", "ok"),)

    def states(self) -> tuple[DeviceState, ...]:
        return self.what

    def print_job(self, job: PrintJob) -> None:
        self.jobs.append(job)

    def open_drawer(self) -> None:
        self.drawer += 1

    def display(self, rows: tuple[str, str]) -> None:
        self.rows.append(rows)

    def ready_for_scan(self) -> None:
        self.ready += 1

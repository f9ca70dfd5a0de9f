"""The one thread of one device: opens and reopens its link, runs its tasks in turn.

Never repeats a task by itself.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event as Signal
from threading import Thread
from typing import Protocol

from drivers.contract import PowerState
from drivers.transport.links import Link, LinkDownError, monotonic_ms

_LOG = logging.getLogger(__name__)

BACKOFF_MS = (250, 500, 1000, 2000)
JOIN_TIMEOUT_MS = 6000


@dataclass(frozen=True, slots=True)
class Task:
    """One request, carried out on the device's thread. Exactly one of the two is called, once.

    `run` does it and answers; it raises LinkDownError afterwards if the link broke on the way.
    `refuse` answers, with the reason given, that it was surely not begun.
    """

    run: Callable[[Link], None]
    refuse: Callable[[str], None]


class LinkUser(Protocol):
    """What a driver does with its link between tasks."""

    def idle(self, link: Link) -> None:
        """Called again and again while nothing is asked; reads or polls. Raises LinkDownError."""
        ...

    def power_changed(self, power: PowerState, reason: str | None) -> None:
        """ONLINE when the link opened, OFF_OFFLINE when it is gone."""
        ...


class LinkWorker:
    """Runs until `stop`. `wait_ms` is how long it waits for a task before each `idle`."""

    def __init__(self, name: str, link: Link, user: LinkUser, wait_ms: int = 0) -> None:
        self._link = link
        self._user = user
        self._wait_ms = wait_ms
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._stopping = Signal()
        self._thread = Thread(target=self._run, name=f"device-{name}", daemon=True)
        self._failures = 0
        self._is_open = False
        self._retry_at_ms = 0

    def start(self) -> None:
        """Begins; the first attempt to open follows at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and refuses what still waits. A running task is allowed to finish."""
        self._stopping.set()
        self._tasks.put(None)
        if self._thread.is_alive():
            self._thread.join(JOIN_TIMEOUT_MS / 1000)
        self._refuse_waiting("the device was closed")

    def post(self, task: Task) -> None:
        """Queues a task; refused when the worker has stopped."""
        self._tasks.put(task)
        if self._stopping.is_set():
            self._refuse_waiting("the device is closed")

    def _refuse_waiting(self, reason: str) -> None:
        while True:
            try:
                task = self._tasks.get_nowait()
            except Empty:
                return
            if task is not None:
                task.refuse(reason)

    def _run(self) -> None:
        while not self._stopping.is_set():
            task = self._take()
            if self._stopping.is_set():
                if task is not None:
                    task.refuse("the device was closed")
                break
            if self._ensure_open(asked=task is not None):
                self._use(task)
            elif task is not None:
                task.refuse("the device does not answer")
        self._link.close()

    def _take(self) -> Task | None:
        wait_ms = self._wait_ms
        if not self._is_open:
            wait_ms = max(0, self._retry_at_ms - monotonic_ms())
        try:
            if wait_ms <= 0:
                return self._tasks.get_nowait()
            return self._tasks.get(timeout=wait_ms / 1000)
        except Empty:
            return None

    def _ensure_open(self, *, asked: bool) -> bool:
        """Opens if closed; a task does not wait for the back-off."""
        if self._is_open:
            return True
        if not asked and monotonic_ms() < self._retry_at_ms:
            return False
        try:
            self._link.open()
        except LinkDownError as down:
            self._lost(str(down))
            return False
        self._is_open = True
        self._user.power_changed(PowerState.ONLINE, None)
        return True

    def _use(self, task: Task | None) -> None:
        try:
            if task is None:
                self._user.idle(self._link)
            else:
                task.run(self._link)
        except LinkDownError as down:
            self._drop(str(down))
        except Exception:  # noqa: BLE001  a defect in one task must not end the device's thread
            _LOG.exception("task of %s failed", self._thread.name)
            self._drop("internal error")
        else:
            self._failures = 0

    def _drop(self, reason: str) -> None:
        self._link.close()
        self._is_open = False
        self._lost(reason)

    def _lost(self, reason: str) -> None:
        pause_ms = BACKOFF_MS[min(self._failures, len(BACKOFF_MS) - 1)]
        self._failures += 1
        self._retry_at_ms = monotonic_ms() + pause_ms
        self._user.power_changed(PowerState.OFF_OFFLINE, reason)

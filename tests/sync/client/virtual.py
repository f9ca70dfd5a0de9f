"""A loop whose time moves only when everybody waits: years a minute, and no sleeping."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class _Selector(selectors.DefaultSelector):
    """Poll, epoll or kqueue: a plain select() knows no descriptor above 1023."""

    loop: "VirtualLoop"

    def select(self, timeout=None):
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise AssertionError("deadlock: everybody waits for nobody")
        self.loop.now_s += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        selector = _Selector()
        self.now_s = 0.0
        super().__init__(selector)
        selector.loop = self

    def time(self) -> float:
        return self.now_s


class VirtualClock:
    """The Clock port on that loop; `ahead` sets the wall clock wrong."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self.ahead = timedelta()
        self.boots = 0

    def now_utc(self) -> datetime:
        return START + timedelta(seconds=self._loop.now_s) + self.ahead

    def monotonic_ms(self) -> int:
        return round(self._loop.now_s * 1000)

    def boot_id(self) -> str:
        return f"boot{self.boots or ''}"

    def reboot(self) -> None:
        """The machine was off: another boot, another count for whoever compares the two."""
        self.boots += 1

    def forget(self) -> None:
        """The battery is empty: it is 1970."""
        self.ahead = BEGINNING - START - timedelta(seconds=self._loop.now_s)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


def clock() -> VirtualClock:
    """The clock of the loop that runs."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return VirtualClock(loop)


def now_s() -> float:
    """Virtual seconds since the loop began."""
    return asyncio.get_running_loop().time()

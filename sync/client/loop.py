"""One piece of work that never runs twice at a time. Never knows what the work is.

Two loops that submit the same queue are the classic double sale of this field; here a nudge
during a pass means one more pass after it, however many nudges there were.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

from sync.client.backoff import Backoff
from sync.client.errors import Trouble

T = TypeVar("T")
Sleep = Callable[[float], Coroutine[Any, Any, object]]


class Loop(Generic[T]):
    """`work` is done when asked or nudged, and after `idle` returns; failures back off."""

    def __init__(
        self,
        work: Callable[[], Awaitable[T]],
        *,
        idle: Callable[[], Coroutine[Any, Any, bool]],
        backoff: Backoff,
        sleep: Sleep,
    ) -> None:
        """`idle` waits until there may be work (True) or did what came (False).

        It is cancelled by a nudge and may raise Trouble.
        """
        self._work = work
        self._idle = idle
        self._backoff = backoff
        self._sleep = sleep
        self._nudged = asyncio.Event()
        self._asked = asyncio.Event()
        self._waiting: list[asyncio.Future[T]] = []

    def nudge(self) -> None:
        """There may be work. A back-off in progress is waited out."""
        self._nudged.set()

    def hurry(self) -> None:
        """There may be work, and the reason for waiting is gone."""
        self._asked.set()
        self._nudged.set()

    async def ask(self) -> T:
        """The result of a pass that begins after this moment; raises its Trouble."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self.hurry()
        return await future

    async def run(self) -> None:
        """For ever; ends only by cancellation or by a bug, and then nobody is left waiting."""
        try:
            while True:
                await self._round()
        finally:
            for future in _unanswered(self._waiting):
                future.cancel()

    async def _round(self) -> None:
        self._nudged.clear()
        self._asked.clear()
        try:
            await self._pass()
            await self._rest()
        except Trouble as trouble:
            delay_s = self._backoff.next_s(trouble.retry_after_s)
            await self._unless(self._sleep(delay_s), self._asked)

    async def _rest(self) -> None:
        while not self._nudged.is_set():
            if await self._unless(self._idle(), self._nudged):
                return
            self._backoff.reset()

    async def _pass(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            result = await self._work()
        except BaseException as error:
            for future in _unanswered(waiting):
                if isinstance(error, Trouble):
                    future.set_exception(error)
                else:
                    future.cancel()
            raise
        self._backoff.reset()
        for future in _unanswered(waiting):
            future.set_result(result)

    @staticmethod
    async def _unless(waiting: Coroutine[Any, Any, object], event: asyncio.Event) -> bool:
        """Wait for the coroutine, or for the event if that comes first; True if there is work."""
        rest = asyncio.ensure_future(waiting)
        bell = asyncio.ensure_future(event.wait())
        try:
            await asyncio.wait({rest, bell}, return_when=asyncio.FIRST_COMPLETED)
            return bool(rest.result()) if rest.done() else True
        finally:
            for task in (rest, bell):
                task.cancel()
            await asyncio.gather(rest, bell, return_exceptions=True)


def _unanswered(waiting: list[asyncio.Future[T]]) -> list[asyncio.Future[T]]:
    return [future for future in waiting if not future.done()]

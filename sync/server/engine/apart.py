"""A PostgreSQL pool with a thread and an event loop of its own. Never the pool of the requests.

What is posted is computed in long breaths; beside the requests, in their loop, every statement of
somebody at a counter would wait for one. Apart, it waits for the interpreter's turn at most.
"""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from sync.server.engine.database import Duty, PostgresDatabase, Work

T = TypeVar("T")


class ApartDatabase:
    """A Database that may be used from one loop and works in another."""

    def __init__(self, inner: PostgresDatabase) -> None:
        """`inner` belongs to this from now on."""
        self._inner = inner
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="apart", daemon=True)
        self._thread.start()

    async def write(self, work: Work[T]) -> T:
        """See the Protocol."""
        return await self._there(self._inner.write(work))

    async def read(self, work: Work[T]) -> T:
        """See the Protocol."""
        return await self._there(self._inner.read(work))

    async def alone(self, work: Work[T]) -> T:
        """See the Protocol."""
        return await self._there(self._inner.alone(work))

    async def let_go(self, tables: Sequence[str]) -> None:
        """See `PostgresDatabase`."""
        await self._there(self._inner.let_go(tables))

    def duty(self, number: int) -> Duty:
        """See the Protocol."""
        return _ApartDuty(self, self._inner.duty(number))

    async def close(self) -> None:
        """See the Protocol; the thread ends."""
        await self._there(self._inner.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    async def _there(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))


class _ApartDuty:
    def __init__(self, place: ApartDatabase, inner: Duty) -> None:
        self._place, self._inner = place, inner
        self.shared = inner.shared

    async def held(self) -> bool:
        """See the Protocol."""
        return await self._place._there(self._inner.held())

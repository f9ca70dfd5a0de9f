"""Posting gives way to tills that catch up. Never for long, and never to a single receipt.

A till waits for the acknowledgement of a batch and for nothing else; what is posted a moment later
is posted in larger transactions. On SQLite a batch would wait for the poster's transaction to end,
and on both engines for its turn of the interpreter.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

LULL_S = 0.05
"""So long after a batch the next one of the same till is on its way."""
PATIENCE_S = 0.5
"""So long posting waits before each of its steps, however many tills catch up."""


class Way:
    """Of one process, in the loop of its requests."""

    def __init__(self) -> None:
        self._taking = 0
        self._ended_at = float("-inf")

    @contextmanager
    def taken(self) -> Iterator[None]:
        """While a batch of a till that catches up is taken in, or waits for it."""
        self._taking += 1
        try:
            yield
        finally:
            self._taking -= 1
            self._ended_at = asyncio.get_running_loop().time()

    async def clear(self) -> None:
        """Wait until nobody catches up; `PATIENCE_S` at most."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_S
        while (left_s := min(self._busy_s(loop.time()), until - loop.time())) > 0:
            await asyncio.sleep(left_s)

    def _busy_s(self, now: float) -> float:
        """Seconds after which to look again; 0: the way is clear."""
        return LULL_S if self._taking else max(0.0, self._ended_at + LULL_S - now)

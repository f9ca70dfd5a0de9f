"""Identifiers from the system clock and the system's randomness. Never reads a stored one."""

import secrets
import time
from threading import Lock

from pos_app.domain.ids import EntityId, MonotonicUuid7


class Uuid7Source:
    """IdSource of one process; each process (front end, courier) has its own."""

    def __init__(self) -> None:
        self._one_at_a_time = Lock()
        self._source = MonotonicUuid7(lambda: time.time_ns() // 1_000_000, secrets.randbits)

    def new_id(self) -> EntityId:
        """See the Protocol."""
        with self._one_at_a_time:
            return self._source.next()

"""Identifiers of facts: UUIDv7 from numbers given. Never reads a clock or draws a number."""

import hashlib
from collections.abc import Callable
from typing import NewType
from uuid import UUID

EntityId = NewType("EntityId", str)
"""36 lower-case characters; sorts as text in the order of birth."""

_RAND_A_BITS = 12
_RAND_B_BITS = 62
_RANDOM_BITS = _RAND_A_BITS + _RAND_B_BITS
_UNIX_MS_BITS = 48


def uuid7(unix_ms: int, rand_a: int, rand_b: int) -> UUID:
    """The UUIDv7 of 48 bits of Unix milliseconds, 12 and 62 further bits (RFC 9562, 5.7).

    Raises ValueError when a number does not fit its field.
    """
    for value, bits in ((unix_ms, _UNIX_MS_BITS), (rand_a, _RAND_A_BITS), (rand_b, _RAND_B_BITS)):
        if not 0 <= value < 1 << bits:
            raise ValueError(f"{value} does not fit {bits} bits")
    return UUID(int=unix_ms << 80 | 7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)


def unix_ms_of(identifier: UUID) -> int:
    """The milliseconds a UUIDv7 was born at; ValueError for another version."""
    if identifier.version != 7:
        raise ValueError("only version 7 carries its time")
    return identifier.int >> 80


def entity_id(text: str) -> EntityId:
    """The canonical form of an identifier from outside; ValueError if it is not a UUIDv7."""
    identifier = UUID(text)
    unix_ms_of(identifier)
    return EntityId(str(identifier))


def derived_id(text: str) -> str:
    """The same UUID (version 8, RFC 9562) for the same text: made twice, it is one fact."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
    number &= ~(0xF000 << 64) & ~(0xC000 << 48)
    return str(UUID(int=number | 0x8000 << 64 | 0x8000 << 48))


class MonotonicUuid7:
    """Identifiers that only grow, though the clock stands still or is set back.

    RFC 9562, 6.2 method 2: inside one millisecond (and while the clock is behind the last
    identifier) the random field is counted up; when it is full the millisecond is. Two threads
    need two sources.
    """

    def __init__(self, unix_ms: Callable[[], int], random_bits: Callable[[int], int]) -> None:
        """`random_bits(n)` gives 0 <= x < 2**n, unpredictably."""
        self._unix_ms = unix_ms
        self._random_bits = random_bits
        self._last_ms = -1
        self._last_random = 0

    def next(self) -> EntityId:
        """A new identifier, greater than every one before."""
        now = self._unix_ms()
        if now > self._last_ms:
            # The top bit stays free: room to count up in a busy millisecond.
            self._last_ms, self._last_random = now, self._random_bits(_RANDOM_BITS - 1)
        else:
            self._last_random += 1 + self._random_bits(32)
            if self._last_random >> _RANDOM_BITS:
                self._last_ms, self._last_random = self._last_ms + 1, 0
        rand_a, rand_b = divmod(self._last_random, 1 << _RAND_B_BITS)
        return EntityId(str(uuid7(self._last_ms, rand_a, rand_b)))

"""Seven bits with parity, read through a port of eight bits. Never lets a damaged byte pass.

The line looks the same (7E1 is 8N1 whose eighth bit is the parity), but a port that is set to 7E1
hands damaged bytes on without a word: pyserial leaves the system's check off, and a
pseudo-terminal refuses the setting. So the parity is made and checked here.
"""

from drivers.transport.links import Link

DAMAGED = 0xFF
_SEVEN = 0x7F


class ParityLink:
    """A link whose bytes carry even (or odd) parity; a damaged one is read as FFh."""

    def __init__(self, link: Link, *, odd: bool = False) -> None:
        self._link = link
        self._odd = odd

    def open(self) -> None:
        self._link.open()

    def read(self, timeout_ms: int) -> bytes:
        return bytes(
            one & _SEVEN if one.bit_count() % 2 == self._odd else DAMAGED
            for one in self._link.read(timeout_ms)
        )

    def write(self, data: bytes) -> None:
        self._link.write(with_parity(data, odd=self._odd))

    def close(self) -> None:
        self._link.close()


def with_parity(data: bytes, *, odd: bool = False) -> bytes:
    """Seven-bit bytes with their parity in the eighth."""
    return bytes(
        (one & _SEVEN) | (0x80 if (one & _SEVEN).bit_count() % 2 != odd else 0) for one in data
    )

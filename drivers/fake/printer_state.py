"""What is wrong with a simulated printer, and the bytes in which it says so.

Never says more than its sensors know.
"""

from dataclasses import dataclass
from enum import StrEnum


class PaperState(StrEnum):
    """The simulated sensor."""

    OK = "ok"
    NEAR_END = "near_end"
    END = "end"


@dataclass(slots=True)
class PrinterFaults:
    """What is wrong with the printer now; changed through `VirtualPrinter.set_fault`."""

    paper: PaperState = PaperState.OK
    cover_open: bool = False
    cutter_jammed: bool = False
    silent: bool = False
    mute_barrier: bool = False
    hang_up_after_bytes: int | None = None
    paper_ends_after_lines: int | None = None

    @property
    def stopped(self) -> bool:
        """Paper, cover or knife keep it from printing."""
        return self.paper is PaperState.END or self.cover_open or self.cutter_jammed


_SENSOR = {PaperState.OK: 0, PaperState.NEAR_END: 0x0C, PaperState.END: 0x6C}
_AUTOMATIC_SENSOR = {PaperState.OK: 0, PaperState.NEAR_END: 0x03, PaperState.END: 0x0F}
_BARRIER = {PaperState.OK: 0, PaperState.NEAR_END: 0x03, PaperState.END: 0x0F}


def status_byte(request: int, faults: PrinterFaults, *, drawer_high: bool) -> int:
    """The answer to DLE EOT n."""
    out = faults.paper is PaperState.END
    bits = {
        1: 0x08 * faults.stopped + 0x04 * drawer_high,
        2: 0x04 * faults.cover_open + 0x20 * out + 0x40 * faults.cutter_jammed,
        3: 0x40 * faults.cover_open + 0x08 * faults.cutter_jammed,
        4: _SENSOR[faults.paper],
    }
    return 0x12 | bits.get(request, 0)


def automatic_block(faults: PrinterFaults, *, drawer_high: bool) -> bytes:
    """The four bytes that it sends by itself when asked to (GS a)."""
    first = 0x10 | 0x04 * drawer_high | 0x08 * faults.stopped | 0x20 * faults.cover_open
    second = 0x40 * faults.cover_open | 0x08 * faults.cutter_jammed
    return bytes((first, second, _AUTOMATIC_SENSOR[faults.paper], 0x0F))


def barrier_byte(faults: PrinterFaults) -> int:
    """The answer to GS r 1."""
    return _BARRIER[faults.paper]

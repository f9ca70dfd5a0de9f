"""A simulated two-line display: bytes in, two lines of text out. Knows three command sets.

Never shows what the chosen command set would not.
"""

from threading import Lock

COLUMNS = 20
ROWS = 2
_ESC, _US, _CLR, _CAN, _CR, _EOT, _ETB = 0x1B, 0x1F, 0x0C, 0x18, 0x0D, 0x04, 0x17
_ESC_LENGTHS = {0x40: 2, 0x3D: 3, 0x74: 3, 0x5F: 3, 0x6C: 4}
_US_LENGTHS = {0x24: 4, 0x43: 3, 0x40: 2}
_DSP_ORIGIN = 0x31


class ScreenModel:
    """Understands Epson DM-D / Aures, CD5220 and DSP800, which share no conflicting command."""

    def __init__(self, pages: dict[int, str] | None = None) -> None:
        self._pages = (
            {17: "cp866", 15: "cp1251", 11: "cp866", 12: "cp1251"} if pages is None else pages
        )
        self._page = "cp866"
        self._cells = bytearray(b" " * COLUMNS * ROWS)
        self._at = 0
        self._buffer = b""
        self._lock = Lock()
        self.history: list[tuple[str, str]] = []

    @property
    def lines(self) -> tuple[str, str]:
        """What the customer sees."""
        with self._lock:
            return self._lines()

    def feed(self, data: bytes) -> bool:
        """Takes bytes in any chunks; always True (a display never hangs up)."""
        with self._lock:
            self._buffer += data
            while self._buffer:
                length = self._length()
                if length == 0 or len(self._buffer) < length:
                    break
                block, self._buffer = self._buffer[:length], self._buffer[length:]
                self._obey(block)
            if not self.history or self.history[-1] != self._lines():
                self.history.append(self._lines())
        return True

    def _lines(self) -> tuple[str, str]:
        text = self._cells.decode(self._page, "replace")
        return text[:COLUMNS], text[COLUMNS:]

    def _length(self) -> int:
        """Of the first block; 0 when more bytes are needed to tell."""
        head = self._buffer[0]
        if head == _EOT:
            return self._buffer.find(_ETB) + 1
        if head not in (_ESC, _US):
            return 1
        if len(self._buffer) < 2:
            return 0
        second = self._buffer[1]
        if head == _US:
            return _US_LENGTHS.get(second, 2)
        if second == ord("Q"):
            return self._buffer.find(_CR) + 1
        return _ESC_LENGTHS.get(second, 2)

    def _obey(self, block: bytes) -> None:
        head = block[0]
        if len(block) == 1:
            self._single(head)
        elif head == _EOT:
            self._dsp800(block[2:-1])
        elif block[:2] == b"\x1b@":
            self._clear()
        elif block[:2] == b"\x1bt":
            self._page = self._pages.get(block[2], self._page)
        elif block[:2] in (b"\x1bl", b"\x1f$"):
            self._go(block[2] - 1, block[3] - 1)
        elif block[:2] == b"\x1bQ":
            self._go(0, block[2] - ord("A"))
            self._write(block[3:-1][:COLUMNS].ljust(COLUMNS))

    def _single(self, byte: int) -> None:
        if byte == _CLR:
            self._clear()
        elif byte >= 0x20:
            self._write(bytes((byte,)))

    def _dsp800(self, command: bytes) -> None:
        places = [one - _DSP_ORIGIN for one in command[1:3]]
        if any(not 0 <= one < len(self._cells) for one in places):
            return
        if command[:1] == b"P" and places:
            self._at = places[0]
        elif command[:1] == b"C" and len(places) > 1:
            first, last = places
            self._cells[first : last + 1] = b" " * len(self._cells[first : last + 1])
        elif command[:1] == b"%":
            self._clear()

    def _clear(self) -> None:
        self._cells[:] = b" " * len(self._cells)
        self._at = 0

    def _go(self, column: int, row: int) -> None:
        self._at = (row * COLUMNS + column) % len(self._cells)

    def _write(self, data: bytes) -> None:
        for byte in data:
            self._cells[self._at] = byte
            self._at = (self._at + 1) % len(self._cells)

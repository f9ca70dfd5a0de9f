"""A simulated ESC/POS receipt printer: bytes in, paper and answers out, with the real faults.

Never answers optimistically: a printer without paper stops, keeps the rest and says so.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock, Timer

from PIL.Image import Image as Dots
from PIL.Image import new as new_dots

from drivers.fake.codes import BARCODES, barcode_picture, qr_picture
from drivers.fake.escpos_tokens import Token, Tokenizer
from drivers.fake.glyphs import Cell, Glyphs
from drivers.fake.memory import PictureMemory, columns_of_bits, picture_of_bits
from drivers.fake.paper import PaperCode, PaperRoll, PrintedPaper
from drivers.fake.printer_state import (
    PaperState,
    PrinterFaults,
    automatic_block,
    barrier_byte,
    status_byte,
)

DOTS_80_MM = 576
LINE_DOTS = 30
Send = Callable[[bytes], None]
_CLEAR_BUFFER = b"\x08\x01\x03\x14\x01\x06\x02\x08"
_STRIP_COMMANDS = frozenset({"ESC *", "LF", "ESC 3"})


@dataclass(slots=True)
class _Modes:
    """What ESC @ resets."""

    page: str = "cp437"
    align: int = 0
    bold: bool = False
    underline: bool = False
    wide: int = 1
    high: int = 1
    base: tuple[int, int] = (12, 24)
    bar_height: int = 72
    bar_width: int = 2
    hri: int = 0
    qr_module: int = 3
    qr_level: int = 0x30
    qr_data: bytes = b""
    spacing: int = LINE_DOTS
    line: list[Cell] = field(default_factory=list)
    strips: list[Dots] = field(default_factory=list)


class VirtualPrinter:
    """One printer. `feed` takes what the line brings; papers are kept. Safe between threads."""

    def __init__(
        self,
        *,
        font: bytes | None = None,
        dots: int = DOTS_80_MM,
        pages: dict[int, str] | None = None,
        drawer_open_high: bool = True,
    ) -> None:
        self.faults = PrinterFaults()
        self.papers: list[PrintedPaper] = []
        self.kicks: list[int] = []
        self.drawer_opened = False
        self.drawer_shuts_ms = 0
        self.unknown: list[bytes] = []
        self._dots = dots
        self._pages = {0: "cp437", 17: "cp866", 46: "cp1251"} if pages is None else pages
        self._drawer_open_high = drawer_open_high
        self._glyphs = Glyphs(font)
        self._roll = PaperRoll(dots, self._glyphs)
        self._tokens = Tokenizer()
        self._waiting: deque[Token] = deque()
        self._modes = _Modes()
        self.memory = PictureMemory()
        self._automatic = False
        self._told = b""
        self._send: Send = _nowhere
        self._lock = RLock()
        self._actions = self._table()

    # --- the line -------------------------------------------------------------------------------

    def connected(self, send: Send) -> None:
        """A client is there; answers go to `send`."""
        with self._lock:
            self._send = send
            self._tokens.reset()

    def feed(self, data: bytes) -> bool:
        """Takes bytes; False when the line must be cut now (fault)."""
        with self._lock:
            room = self.faults.hang_up_after_bytes
            if room is not None:
                self.faults.hang_up_after_bytes = max(0, room - len(data))
                data = data[:room]
            for token in self._tokens.feed(data):
                if token.name.startswith("DLE"):
                    self._realtime(token)
                else:
                    self._waiting.append(token)
            self._work()
            return room is None or room > len(data)

    # --- the control side -----------------------------------------------------------------------

    def set_fault(self, **changes: object) -> None:
        """Changes fields of `faults`; a printer that can go on goes on at once."""
        with self._lock:
            for name, value in changes.items():
                if name not in PrinterFaults.__slots__:
                    raise ValueError(f"unknown fault {name}")
                setattr(self.faults, name, PaperState(str(value)) if name == "paper" else value)
            self._tell_by_itself()
            self._work()

    def close_drawer(self) -> None:
        """A person pushes the drawer shut."""
        with self._lock:
            self.drawer_opened = False
            self._tell_by_itself()

    def power_cycle(self) -> None:
        """Off and on: what it had not printed is forgotten; the paper stays where it is."""
        with self._lock:
            self._forget()
            self._automatic = False
            self._reset()

    def tear_off(self) -> str:
        """The text on the paper that is not cut yet."""
        with self._lock:
            return self._roll.text

    # --- the inside -----------------------------------------------------------------------------

    def _forget(self) -> None:
        self._waiting.clear()
        self._tokens.reset()
        self._modes.line, self._modes.strips = [], []

    def _work(self) -> None:
        while self._waiting and not self.faults.stopped:
            token = self._waiting.popleft()
            if self._modes.strips and token.name not in _STRIP_COMMANDS:
                self._end_of_strips()
            action = self._actions.get(token.name)
            if action is None:
                self.unknown.append(token.name.encode() + token.data)
            else:
                action(token.data)

    def _answer(self, data: bytes) -> None:
        if not self.faults.silent:
            self._send(data)

    def _tell_by_itself(self) -> None:
        """Automatic status, when it was asked for and something changed."""
        block = automatic_block(self.faults, drawer_high=self._drawer_high)
        if self._automatic and block != self._told:
            self._told = block
            self._answer(block)

    def _realtime(self, token: Token) -> None:
        if token.name == "DLE EOT":
            request = token.data[0]
            byte = status_byte(request, self.faults, drawer_high=self._drawer_high)
            self._answer(bytes((byte,)))
        elif token.data[:1] == b"\x01" and token.name == "DLE DC4":
            self._kick(token.data[1:])
        elif token.name == "DLE DC4" and token.data == _CLEAR_BUFFER:
            self._forget()
            self._answer(b"\x37\x25\x00")

    @property
    def _drawer_high(self) -> bool:
        return self.drawer_opened == self._drawer_open_high

    def _table(self) -> dict[str, Callable[[bytes], None]]:
        set_mode = self._set
        return {
            "Text": self._text,
            "LF": lambda _: self._line_feed(),
            "CR": _nothing,
            "ESC @": lambda _: self._reset(),
            "ESC t": lambda d: set_mode(page=self._pages.get(d[0], "cp437")),
            "ESC a": lambda d: set_mode(align=d[0] % 48),
            "ESC E": lambda d: set_mode(bold=bool(d[0] & 1)),
            "ESC -": lambda d: set_mode(underline=bool(d[0] % 48)),
            "ESC M": lambda d: set_mode(base=(9, 24) if d[0] % 48 else (12, 24)),
            "ESC !": self._print_mode,
            "GS !": lambda d: set_mode(wide=1 + (d[0] >> 4 & 7), high=1 + (d[0] & 7)),
            "ESC d": self._feed_lines,
            "ESC J": self._feed_dots,
            "ESC *": self._strip,
            "ESC 2": lambda _: set_mode(spacing=LINE_DOTS),
            "ESC 3": lambda d: set_mode(spacing=d[0]),
            "ESC p": self._kick,
            "GS L": lambda d: self._area(margin=int.from_bytes(d, "little")),
            "GS W": lambda d: self._area(area=int.from_bytes(d, "little")),
            "FS .": _nothing,
            "GS h": lambda d: set_mode(bar_height=d[0]),
            "GS w": lambda d: set_mode(bar_width=d[0]),
            "GS H": lambda d: set_mode(hri=d[0] % 48),
            "GS f": _nothing,
            "GS k": self._barcode,
            "GS (": self._parenthesis,
            "GS v": self._raster,
            "GS V": self._cut,
            "GS r": self._barrier,
            "GS I": _nothing,
            "GS 8": lambda d: self._graphics(d[5:]),
            "GS a": self._report,
        }

    def _set(self, **changes: object) -> None:
        for name, value in changes.items():
            setattr(self._modes, name, value)

    def _reset(self) -> None:
        self._modes = _Modes()
        self._area(margin=0, area=self._dots)

    def _area(self, margin: int | None = None, area: int | None = None) -> None:
        if margin is not None:
            self._roll.margin = min(margin, self._dots)
        room = self._dots - self._roll.margin
        self._roll.area = min(room, self._roll.area if area is None else area)

    def _print_mode(self, data: bytes) -> None:
        self._set(
            base=(9, 24) if data[0] & 1 else (12, 24),
            bold=bool(data[0] & 8),
            high=2 if data[0] & 0x10 else 1,
            wide=2 if data[0] & 0x20 else 1,
            underline=bool(data[0] & 0x80),
        )

    def _text(self, data: bytes) -> None:
        modes = self._modes
        for character in data.decode(modes.page, "replace"):
            cell = Cell(character, modes.base, modes.wide, modes.high, modes.bold, modes.underline)
            if sum(one.size[0] for one in modes.line) + cell.size[0] > self._roll.area:
                self._line_feed()
            modes.line.append(cell)

    def _line_feed(self) -> None:
        if self._modes.strips:
            return
        self._roll.add_line(self._modes.line, self._modes.align, self._modes.spacing)
        self._modes.line = []
        left = self.faults.paper_ends_after_lines
        if left is not None:
            self.faults.paper_ends_after_lines = left - 1 if left > 1 else None
            if left <= 1:
                self.faults.paper = PaperState.END

    def _flush(self) -> None:
        if self._modes.line:
            self._line_feed()

    def _feed_lines(self, data: bytes) -> None:
        self._flush()
        self._roll.feed(data[0], LINE_DOTS)

    def _feed_dots(self, data: bytes) -> None:
        self._flush()
        self._roll.feed_dots(data[0])

    def _strip(self, data: bytes) -> None:
        """Dots in a line: a character of our own font is one, all else is a strip of a picture."""
        picture = columns_of_bits(data[3:], 24 if data[0] in (32, 33) else 8)
        base = self._modes.base
        known = self._glyphs.character(picture, base)
        if known is None:
            self._modes.strips.append(picture)
        else:
            self._modes.line.append(Cell(known[0], base, bold=known[1]))

    def _end_of_strips(self) -> None:
        """Strips one under the other are one picture."""
        strips, self._modes.strips = self._modes.strips, []
        size = max(one.width for one in strips), sum(one.height for one in strips)
        whole, top = new_dots("L", size, 255), 0
        for one in strips:
            whole.paste(one, (0, top))
            top += one.height
        self._place(whole)

    def _kick(self, data: bytes) -> None:
        self.kicks.append(data[0] % 48)
        self.drawer_opened = True
        self._tell_by_itself()
        if self.drawer_shuts_ms:
            hand = Timer(self.drawer_shuts_ms / 1000, self._pushed_shut, (len(self.kicks),))
            hand.daemon = True
            hand.start()

    def _pushed_shut(self, kick: int) -> None:
        """The cashier's hand, after the change; not if the drawer was opened again meanwhile."""
        with self._lock:
            if kick == len(self.kicks):
                self.close_drawer()

    def _report(self, data: bytes) -> None:
        self._automatic, self._told = bool(data[0]), b""
        self._tell_by_itself()

    def _barcode(self, data: bytes) -> None:
        self._flush()
        symbology = BARCODES.get(data[0])
        body = data[2:] if data[0] > 6 else data[1:-1]
        modes = self._modes
        drawn = symbology and barcode_picture(symbology, body, modes.bar_width, modes.bar_height)
        if not symbology or not drawn:
            self.unknown.append(b"GS k" + data)
            return
        text, picture = drawn
        self._roll.add_code(PaperCode(symbology, text), picture, modes.align)
        if modes.hri & 2:
            self._roll.add_line([Cell(character) for character in text], modes.align, LINE_DOTS)

    def _parenthesis(self, data: bytes) -> None:
        family, body = data[:1], data[3:]
        if family == b"k" and body[:1] == b"1":
            self._qr(body[1], body[2:])
        elif family == b"L":
            self._graphics(body)
        elif family == b"H" and body[:2] == b"00" and not self.faults.mute_barrier:
            self._answer(b"\x37\x22" + body[2:6] + b"\x00")

    def _graphics(self, body: bytes) -> None:
        picture = self.memory.obey(body)
        if picture is not None:
            self._flush()
            self._place(picture)

    def _qr(self, function: int, data: bytes) -> None:
        modes = self._modes
        if function == 67:
            modes.qr_module = data[0]
        elif function == 69:
            modes.qr_level = data[0]
        elif function == 80:
            modes.qr_data = data[1:]
        elif function == 81:
            self._flush()
            picture = qr_picture(modes.qr_data, modes.qr_module, modes.qr_level)
            code = PaperCode("QR", modes.qr_data.decode("utf-8", "replace"))
            self._roll.add_code(code, picture, modes.align)

    def _raster(self, data: bytes) -> None:
        self._flush()
        row_bytes = int.from_bytes(data[2:4], "little")
        rows = int.from_bytes(data[4:6], "little")
        if row_bytes and rows:
            self._place(picture_of_bits(row_bytes, rows, data[6:]))

    def _place(self, picture: Dots) -> None:
        text = self._glyphs.read(picture)
        said = [f"[picture {picture.width}x{picture.height}]"] if text is None else [text]
        self._roll.add_picture(picture, self._modes.align, said)

    def _cut(self, _data: bytes) -> None:
        self._flush()
        paper = self._roll.cut()
        if paper is not None:
            self.papers.append(paper)

    def _barrier(self, data: bytes) -> None:
        if self.faults.mute_barrier:
            return
        if data[0] % 48 == 2:
            self._answer(bytes((int(self._drawer_high),)))
        else:
            self._answer(bytes((barrier_byte(self.faults),)))


def _nowhere(_data: bytes) -> None:
    """Answers with nobody there are lost, as on a real line."""


def _nothing(_data: bytes) -> None:
    """Commands that change nothing on this paper."""

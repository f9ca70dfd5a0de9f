"""Pictures a simulated printer keeps: its logo memory and what waits to be printed (GS ( L).

Never keeps what the command did not carry whole.
"""

from PIL import Image

_SIZE_AT = 6
_DOTS_AT = 11
_BUFFER_DOTS_AT = 10


def picture_of_bits(row_bytes: int, rows: int, bits: bytes) -> Image.Image:
    """Rows of bits, 1 is ink."""
    inverted = bytes(~byte & 0xFF for byte in bits[: row_bytes * rows])
    return Image.frombytes("1", (row_bytes * 8, rows), inverted).convert("L")


def columns_of_bits(data: bytes, high: int) -> Image.Image:
    """Columns of bits (ESC *), `high` dots each, the first bit on top."""
    per_column = high // 8
    width = len(data) // per_column
    picture = Image.new("L", (max(1, width), high), 255)
    for index in range(width * per_column):
        x, band = divmod(index, per_column)
        for bit in range(8):
            if data[index] & (0x80 >> bit):
                picture.putpixel((x, band * 8 + bit), 0)
    return picture


class PictureMemory:
    """What GS ( L put there."""

    def __init__(self) -> None:
        self._stored: dict[bytes, Image.Image] = {}
        self._waiting: Image.Image | None = None

    def obey(self, body: bytes) -> Image.Image | None:
        """Functions 67 and 112 store; 69 and 50 give what was stored, to print; None if nothing."""
        function = body[1:2]
        if function == b"C":
            self._store(body)
        elif function == b"p":
            self._waiting = _sized(body, _BUFFER_DOTS_AT)
        elif function in b"2\x02" and function:
            picture, self._waiting = self._waiting, None
            return picture
        return self._stored.get(body[2:4]) if function == b"E" else None

    def keys(self) -> tuple[str, ...]:
        """The keys under which pictures lie."""
        return tuple(key.decode("latin-1") for key in self._stored)

    def _store(self, body: bytes) -> None:
        picture = _sized(body, _DOTS_AT)
        if picture is not None:
            self._stored[body[3:5]] = picture


def _sized(body: bytes, dots_at: int) -> Image.Image | None:
    """The picture of a command that tells its size in dots; None when it is not whole."""
    width = int.from_bytes(body[_SIZE_AT : _SIZE_AT + 2], "little")
    rows = int.from_bytes(body[_SIZE_AT + 2 : _SIZE_AT + 4], "little")
    row_bytes = (width + 7) // 8
    dots = body[dots_at : dots_at + row_bytes * rows]
    if not row_bytes * rows or len(dots) != row_bytes * rows:
        return None
    return picture_of_bits(row_bytes, rows, dots)

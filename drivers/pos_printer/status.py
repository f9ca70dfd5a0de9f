"""Reads what an ESC/POS printer sends back. Pure; never takes silence or noise for an answer.

Answers are told apart by their fixed bits (Epson ESC/POS Command Reference).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from drivers.contract import Paper, PrinterStatus

REQUESTS = (1, 2, 3, 4)
PROCESS_ID_BYTES = 4
_PROCESS_HEAD = 0x37
_PROCESS_TYPE = 0x22
_PROCESS_BLOCK = 7
_CLEARED = b"\x37\x25\x00"
_ASB_BLOCK = 4


class ReplyKind(Enum):
    """What a run of bytes answers."""

    STATUS = "DLE EOT"
    BARRIER = "GS r"
    PROCESS_ID = "GS ( H"
    CLEARED = "DLE DC4"
    AUTOMATIC = "GS a"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class PrinterReply:
    """One answer; `data` is one byte for STATUS and BARRIER, the name for PROCESS_ID."""

    kind: ReplyKind
    data: bytes


class ReplyReader:
    """Cuts the printer's bytes into answers; keeps a part of one for the next read."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[PrinterReply]:
        """Whole answers, in order."""
        self._buffer += data
        replies = []
        while self._buffer:
            kind, length = _kind_of(self._buffer)
            if len(self._buffer) < length:
                break
            block, self._buffer = self._buffer[:length], self._buffer[length:]
            if kind is ReplyKind.PROCESS_ID:
                block = block[2 : 2 + PROCESS_ID_BYTES]
            replies.append(PrinterReply(kind, block))
        return replies

    def reset(self) -> None:
        """The link was lost: half an answer is none."""
        self._buffer = b""


def _kind_of(data: bytes) -> tuple[ReplyKind, int]:
    """What begins here and its length; a block whose later bytes do not fit is noise at once."""
    first = data[0]
    if first == _PROCESS_HEAD:
        return _named_reply(data)
    if first & 0x93 == 0x12:
        return ReplyKind.STATUS, 1
    if first & 0x93 == 0x10:
        rest = data[1:_ASB_BLOCK]
        fits = all(byte & 0x90 == 0 for byte in rest)
        return (ReplyKind.AUTOMATIC, _ASB_BLOCK) if fits else (ReplyKind.NOISE, 1)
    if first & 0xF0 == 0x00:
        return ReplyKind.BARRIER, 1
    return ReplyKind.NOISE, 1


def _named_reply(data: bytes) -> tuple[ReplyKind, int]:
    if _CLEARED.startswith(data[:3]) and len(data) > 1:
        return ReplyKind.CLEARED, 3
    name, end = data[2 : 2 + PROCESS_ID_BYTES], data[_PROCESS_BLOCK - 1 : _PROCESS_BLOCK]
    fits = data[1:2] in (b"", bytes((_PROCESS_TYPE,))) and end in (b"", b"\x00")
    if fits and all(0x20 <= byte < 0x7F for byte in name):
        return ReplyKind.PROCESS_ID, _PROCESS_BLOCK
    return ReplyKind.NOISE, 1


def decode_status(replies: Mapping[int, int]) -> PrinterStatus:
    """The answers to DLE EOT n (`replies[n]` is one byte); what was not answered stays unknown."""
    general, cause = replies.get(1), replies.get(2)
    return PrinterStatus(
        paper=paper_of(replies.get(4)),
        cover_open=None if cause is None else bool(cause & 0x04),
        online=None if general is None else not general & 0x08,
        drawer_high=None if general is None else bool(general & 0x04),
        error=_error(replies.get(3)),
    )


def decode_automatic(block: bytes) -> PrinterStatus:
    """The four bytes of automatic status (GS a 15)."""
    first, second, third = block[0], block[1], block[2]
    paper = Paper.NEAR_END if third & 0x03 else Paper.OK
    return PrinterStatus(
        paper=Paper.END if third & 0x0C else paper,
        cover_open=bool(first & 0x20),
        online=not first & 0x08,
        drawer_high=bool(first & 0x04),
        error=_error(second),
    )


def paper_of(reply: int | None) -> Paper:
    """The answer to DLE EOT 4; each sensor has two bits, and one alone is no answer of a sensor."""
    if reply is None or reply & 0x60 in (0x20, 0x40) or reply & 0x0C in (0x04, 0x08):
        return Paper.UNKNOWN
    if reply & 0x60:
        return Paper.END
    return Paper.NEAR_END if reply & 0x0C else Paper.OK


def _error(reply: int | None) -> str | None:
    """The same bits in the answer to DLE EOT 3 and in automatic status."""
    if reply is None:
        return None
    if reply & 0x20:
        return "unrecoverable error"
    if reply & 0x08:
        return "cutter error"
    if reply & 0x40:
        return "head too hot or cover open"
    return "recoverable error" if reply & 0x04 else None

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
_ASB_BLOCK = 4


class ReplyKind(Enum):
    """What a run of bytes answers."""

    STATUS = "DLE EOT"
    BARRIER = "GS r"
    PROCESS_ID = "GS ( H"
    AUTOMATIC = "GS a"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class PrinterReply:
    """One answer; `data` is one byte for STATUS and BARRIER, four for the others."""

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
    first = data[0]
    if first == _PROCESS_HEAD and (len(data) == 1 or data[1] == _PROCESS_TYPE):
        return ReplyKind.PROCESS_ID, _PROCESS_BLOCK
    if first & 0x93 == 0x12:
        return ReplyKind.STATUS, 1
    if first & 0x93 == 0x10:
        return ReplyKind.AUTOMATIC, _ASB_BLOCK
    if first & 0x90 == 0x00:
        return ReplyKind.BARRIER, 1
    return ReplyKind.NOISE, 1


def decode_status(replies: Mapping[int, int]) -> PrinterStatus:
    """The answers to DLE EOT n (`replies[n]` is one byte); what was not answered stays unknown."""
    general, cause = replies.get(1), replies.get(2)
    return PrinterStatus(
        paper=_paper(replies.get(4)),
        cover_open=None if cause is None else bool(cause & 0x04),
        online=None if general is None else not general & 0x08,
        drawer_high=None if general is None else bool(general & 0x04),
        error=_error(replies.get(3)),
    )


def _paper(reply: int | None) -> Paper:
    if reply is None:
        return Paper.UNKNOWN
    if reply & 0x60:
        return Paper.END
    return Paper.NEAR_END if reply & 0x0C else Paper.OK


def _error(reply: int | None) -> str | None:
    if reply is None:
        return None
    if reply & 0x20:
        return "unrecoverable error"
    if reply & 0x08:
        return "cutter error"
    if reply & 0x40:
        return "head too hot or cover open"
    return "recoverable error" if reply & 0x04 else None

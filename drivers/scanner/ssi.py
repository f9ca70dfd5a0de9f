"""Zebra scanners in SSI: every label is acknowledged, a damaged one is asked for again.

Never delivers a label twice because an acknowledgement got lost.
"""

from drivers.contract import Listener, split_aim
from drivers.contract.ssi import (
    ACK,
    CONTINUED,
    DECODE_DATA,
    HEAD_BYTES,
    NAK,
    RETRANSMITTED,
    SUM_BYTES,
    SsiPacket,
    decode_packet,
)
from drivers.scanner.base import LinkScanner, told
from drivers.scanner.framing import FRAME_BYTES_MAX, Frame, Framing, Torn
from drivers.transport import Link

SILENCE_MS = 80
CONTINUATION_MS = 2000

AIM_OF_CODE_TYPE = {
    0x01: "]A0", 0x02: "]F0", 0x03: "]C0", 0x06: "]I0", 0x07: "]G0", 0x08: "]E0", 0x09: "]E0",
    0x0A: "]E4", 0x0B: "]E0", 0x0C: "]H0", 0x0E: "]M0", 0x0F: "]C1", 0x11: "]L0", 0x1B: "]d1",
    0x1C: "]Q1", 0x25: "]U0", 0x2D: "]z0", 0x30: "]e0", 0x31: "]e0", 0x32: "]e0", 0x48: "]E3",
    0x4B: "]E3", 0x88: "]E3", 0x8B: "]E3", 0xC1: "]d2", 0xC2: "]Q3",
}  # fmt: skip
"""The code types of the programmer's guide, from memory: 0B and 0F were seen in public code."""
_UPC_A = frozenset({0x08, 0x48, 0x88})
_UPC_E = 0x09
_UPC_A_DIGITS, _UPC_E_DIGITS = 12, 8


class SsiFramer:
    """Takes reads as they come; gives whole labels as frames, and the answers that are due."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._buffer = bytearray()
        self._last_ms = 0
        self._parts = bytearray()
        self._parts_ms: int | None = None
        self._last: SsiPacket | None = None
        self._refused_bytes = 0
        self._answers: list[bytes] = []

    def answers(self) -> list[bytes]:
        """What must be sent now, in order; each is given once."""
        due, self._answers = self._answers, []
        return due

    def feed(self, t_ms: int, chunk: bytes) -> list[Frame | Torn]:
        """What one read returned at `t_ms` (any monotonic zero)."""
        found = self.idle(t_ms)
        if chunk:
            self._last_ms = t_ms
            self._buffer += chunk
        self._cut(t_ms, found)
        return found

    def idle(self, t_ms: int) -> list[Frame | Torn]:
        """Nothing has arrived until `t_ms`: a packet not whole by now is asked for again."""
        found: list[Frame | Torn] = []
        if self._buffer and t_ms - self._last_ms >= SILENCE_MS:
            self._refuse(found, "a packet was cut short")
        if self._parts_ms is not None and t_ms - self._parts_ms >= CONTINUATION_MS:
            self._drop_parts(found, "its continuation did not come")
        return found

    def reset(self) -> Torn | None:
        """The port was lost: what was half read is dropped."""
        lost = len(self._buffer) + len(self._parts)
        self._clear()
        return Torn(lost, "the port was lost") if lost else None

    def _cut(self, t_ms: int, found: list[Frame | Torn]) -> None:
        while self._buffer:
            if self._buffer[0] < HEAD_BYTES:
                del self._buffer[0]  # a wake-up byte or noise between packets
                continue
            length = self._buffer[0] + SUM_BYTES
            if len(self._buffer) < length:
                return
            packet = decode_packet(bytes(self._buffer[:length]))
            if packet is None:
                self._refuse(found, "a packet was damaged")
                return
            del self._buffer[:length]
            self._take(t_ms, packet, found)

    def _refuse(self, found: list[Frame | Torn], reason: str) -> None:
        """Where packets begin is unknown now: nothing that was read can be trusted."""
        found.append(Torn(len(self._buffer), reason))
        self._refused_bytes += len(self._buffer)
        self._buffer.clear()
        self._answers.append(NAK)

    def _take(self, t_ms: int, packet: SsiPacket, found: list[Frame | Torn]) -> None:
        if packet.opcode != DECODE_DATA:
            return  # an acknowledgement of ours, or an event that is no label
        self._answers.append(ACK)
        again = self._is_again(packet)
        self._last, self._refused_bytes = packet, 0
        if again or not packet.data:
            return
        self._parts += packet.data[1:] if self._parts else packet.data
        if len(self._parts) > FRAME_BYTES_MAX:
            self._drop_parts(found, "longer than any label")
        elif packet.status & CONTINUED:
            self._parts_ms = t_ms
        else:
            self._deliver(found)

    def _is_again(self, packet: SsiPacket) -> bool:
        """True for a label that was told already. After noise that was no whole packet it is that
        too: a label read once more is better than one sold twice."""
        if self._last is None or packet.data != self._last.data:
            return False
        whole = len(packet.data) + HEAD_BYTES + SUM_BYTES
        return bool(packet.status & RETRANSMITTED) and self._refused_bytes < whole - 1

    def _deliver(self, found: list[Frame | Torn]) -> None:
        code_type, data = self._parts[0], bytes(self._parts[1:])
        self._parts.clear()
        self._parts_ms = None
        data = data.rstrip(b"\r\n")
        if data:
            found.append(Frame(_named(code_type, data)))

    def _drop_parts(self, found: list[Frame | Torn], reason: str) -> None:
        found.append(Torn(len(self._parts), reason))
        self._parts.clear()
        self._parts_ms = None


def _named(code_type: int, data: bytes) -> bytes:
    """The label with its AIM identifier, as the scanner itself would send it if told to."""
    aim = AIM_OF_CODE_TYPE.get(code_type)
    if aim is None or split_aim(data)[0] is not None:
        return data
    if code_type in _UPC_A and len(data) >= _UPC_A_DIGITS:
        data = b"0" + data
    elif code_type == _UPC_E:
        return aim.encode() + expanded_upc_e(data) if len(data) == _UPC_E_DIGITS else data
    return aim.encode() + data


def expanded_upc_e(data: bytes) -> bytes:
    """The thirteen digits of eight: number system, six, check digit."""
    system, body, check = data[:1], data[1:7], data[7:]
    last = body[5:6]
    if last in (b"0", b"1", b"2"):
        middle = body[:2] + last + b"0000" + body[2:5]
    elif last == b"3":
        middle = body[:3] + b"00000" + body[3:5]
    elif last == b"4":
        middle = body[:4] + b"00000" + body[4:5]
    else:
        middle = body[:5] + b"0000" + last
    return b"0" + system + middle + check


class SsiScanner(LinkScanner):
    """A serial or USB-COM scanner that speaks SSI."""

    def __init__(
        self, name: str, link: Link, listener: Listener, framing: Framing | None = None
    ) -> None:
        self._framing = framing or Framing()
        self._packets = SsiFramer()
        super().__init__(name, link, listener)

    def idle(self, link: Link) -> None:
        data = self.listen(link)
        now_ms = self.listened_ms
        self.tell_found(
            self._packets.feed(now_ms, data) if data else self._packets.idle(now_ms), self._framing
        )
        for answer in self._packets.answers():
            link.write(answer)

    def forget(self) -> str | None:
        torn = self._packets.reset()
        return None if torn is None else told(torn)

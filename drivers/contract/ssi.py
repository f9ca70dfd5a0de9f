"""Packets of Zebra's Simple Serial Interface: `[length][opcode][source][status][data][sum16]`.

Never delivers a packet whose check sum is wrong. The length leaves the check sum out; the sum is
the negated sum (two's complement) of all bytes before it, high byte first.
"""

from dataclasses import dataclass

HEAD_BYTES, SUM_BYTES = 4, 2
DECODER, HOST = 0x00, 0x04
CMD_ACK, CMD_NAK, DECODE_DATA = 0xD0, 0xD1, 0xF3
SCAN_ENABLE, SCAN_DISABLE, START_DECODE = 0xE9, 0xEA, 0xE4
NAK_RESEND = b"\x01"
RETRANSMITTED, CONTINUED = 0x01, 0x02


@dataclass(frozen=True, slots=True)
class SsiPacket:
    """One packet without length and check sum."""

    opcode: int
    data: bytes = b""
    source: int = HOST
    status: int = 0

    def encode(self) -> bytes:
        """The bytes on the line; ValueError when `data` is too long for one packet."""
        head = bytes((HEAD_BYTES + len(self.data), self.opcode, self.source, self.status))
        return with_sum(head + self.data)


def with_sum(packet: bytes) -> bytes:
    """The packet followed by its check sum."""
    return packet + (-sum(packet) & 0xFFFF).to_bytes(SUM_BYTES, "big")


def decode_packet(data: bytes) -> SsiPacket | None:
    """Reads exactly one whole packet; None when its length or check sum is wrong."""
    if len(data) < HEAD_BYTES + SUM_BYTES or data[0] != len(data) - SUM_BYTES:
        return None
    if with_sum(data[:-SUM_BYTES]) != data:
        return None
    return SsiPacket(data[1], data[HEAD_BYTES:-SUM_BYTES], data[2], data[3])


ACK = SsiPacket(CMD_ACK).encode()
NAK = SsiPacket(CMD_NAK, NAK_RESEND).encode()

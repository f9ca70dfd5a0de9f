"""A simulated HID POS scanner: descriptors of several makers' shape, labels as their reports.

Never opens a device: its reports go over whatever carries them.
"""

from dataclasses import dataclass
from enum import StrEnum


class FlagAt(StrEnum):
    """Where the model keeps `decoded data continued`; standards leave it free."""

    LAST_BIT_FIELD = "last"
    BEFORE_DATA = "first"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class VirtualHidScanner:
    """One model: report id (0 is none), bytes of data a report, maker's bytes, place of the flag.

    `counted`: it has a byte count; without one data is padded with zeros.
    """

    report_id: int = 2
    data_bytes: int = 56
    vendor_bytes: int = 2
    flag: FlagAt = FlagAt.LAST_BIT_FIELD
    counted: bool = True

    @property
    def descriptor(self) -> bytes:
        """Its report descriptor."""
        flag = bytes.fromhex("058c 2501 7501 9501 09ff 8102 7507 9501 8101")
        body = bytes.fromhex("058c 0902 a101")
        body += bytes((0x85, self.report_id)) if self.report_id else b""
        body += bytes.fromhex("0912 a102 1500")
        if self.flag is FlagAt.BEFORE_DATA:
            body += flag
        body += bytes.fromhex("26ff00 7508")
        if self.counted:
            body += bytes.fromhex("9501 0501 093b 8102")
        body += bytes.fromhex("9503 058c 19fb 29fd 8102")
        body += bytes((0x95, self.data_bytes)) + bytes.fromhex("09fe 820201")
        if self.vendor_bytes:
            body += bytes((0x95, self.vendor_bytes)) + bytes.fromhex("0600ff 0901 8102")
        if self.flag is FlagAt.LAST_BIT_FIELD:
            body += flag
        return body + bytes.fromhex("c0c0")

    def reports(self, data: bytes, aim: bytes = b"\x00\x00\x00") -> list[bytes]:
        """One label, split as the scanner splits it."""
        room = self.data_bytes
        parts = [data[at : at + room] for at in range(0, len(data), room)] or [b""]
        if self.flag is FlagAt.NONE:
            parts = parts[:1]
        return [
            self._report(part, aim, more=place < len(parts) - 1) for place, part in enumerate(parts)
        ]

    def _report(self, part: bytes, aim: bytes, *, more: bool) -> bytes:
        out = bytes((self.report_id,)) if self.report_id else b""
        out += bytes((more,)) if self.flag is FlagAt.BEFORE_DATA else b""
        out += bytes((len(part),)) if self.counted else b""
        out += aim + part.ljust(self.data_bytes, b"\x00") + bytes(self.vendor_bytes)
        return out + (bytes((more,)) if self.flag is FlagAt.LAST_BIT_FIELD else b"")

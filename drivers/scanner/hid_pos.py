"""Joins the 64-byte reports of a HID POS scanner (USB-IF HID POS 1.02, page 0x8C) into scans.

Never delivers a scan whose continuation did not come.
"""

from dataclasses import dataclass

REPORT_ID = 2
_AIM_AT = 2
_DATA_AT = 5
_DATA_BYTES = 56
_FLAGS_AT = 63
_MORE = 0x01
_SCAN_BYTES_MAX = 4096


@dataclass(frozen=True, slots=True)
class HidScan:
    """`frame` begins with the AIM identifier if the scanner gave one."""

    frame: bytes


class HidPosAssembler:
    """Takes input reports in order. Layout: id, length, AIM 3, data 56, vendor 2, flags."""

    def __init__(self) -> None:
        self._aim = b""
        self._data = bytearray()

    def feed(self, report: bytes) -> HidScan | None:
        """One input report; the scan when its last report is this one."""
        if len(report) <= _DATA_AT or report[0] != REPORT_ID:
            return None
        length = min(report[1], _DATA_BYTES)
        if not self._data:
            self._aim = bytes(report[_AIM_AT:_DATA_AT]).strip(b"\x00")
        self._data += report[_DATA_AT : _DATA_AT + length]
        more = len(report) > _FLAGS_AT and bool(report[_FLAGS_AT] & _MORE)
        if more and len(self._data) <= _SCAN_BYTES_MAX:
            return None
        frame = self._aim + bytes(self._data)
        overlong = more
        self.reset()
        return None if overlong or not frame else HidScan(frame)

    def reset(self) -> None:
        """The scanner was unplugged: half a scan is dropped."""
        self._aim = b""
        self._data.clear()

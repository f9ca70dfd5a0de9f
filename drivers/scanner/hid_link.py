"""A HID device through hidapi, which is an extra and loaded only when used.

Never shared with another till on this machine, never told from others by its place on the bus.
"""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from threading import Lock
from typing import Any

from drivers.contract import DeviceError, ErrorCode
from drivers.scanner.hid_pos import SCANNER_USAGES, USAGE_PAGE
from drivers.scanner.report_descriptor import DescriptorError, input_reports
from drivers.scanner.wanted import Wanted
from drivers.transport import LinkDownError, plain_reason

REPORT_BYTES_MAX = 4096
_HIDAPI = Lock()  # its enumeration is not safe in two threads


def hidapi() -> Any:
    """The hidapi module of this system; DeviceError when it is not installed."""
    try:
        if sys.platform == "linux":
            import hidraw  # libusb would take the device from the kernel, and cannot see Bluetooth

            return hidraw
        import hid
    except ImportError as missing:
        raise DeviceError(
            ErrorCode.E_NOSERVICE, "HID scanners need the extra 'hid': pip install kopilka[hid]"
        ) from missing
    return hid


class HidLink:
    """Opens the wanted HID POS scanner wherever it is plugged in now; a read is one whole report.

    `feature` is a feature report (its id first) that the scanner wants before it speaks HID POS.
    """

    def __init__(self, wanted: Wanted, feature: bytes = b"") -> None:
        self._wanted = wanted
        self._feature = feature
        self._device: Any = None
        self._descriptor = b""
        self._length = REPORT_BYTES_MAX
        self._claim: int | None = None

    def open(self) -> None:
        if self._device is not None:
            return
        try:
            api = hidapi()
        except DeviceError as missing:
            raise LinkDownError(missing.message) from missing
        with _HIDAPI:
            path = self._found(api.enumerate())
            device = api.device()
            try:
                self._claim = _claimed(path)
                device.open_path(path)
                self._descriptor = bytes(device.get_report_descriptor())
            except (OSError, ValueError) as failed:
                device.close()
                self._release()
                raise LinkDownError(f"{self._wanted}: {plain_reason(failed)}") from failed
        self._device = device
        self._length = _longest(self._descriptor)
        if self._feature:
            self._say(device)

    def descriptor(self) -> bytes:
        """The device's own report descriptor; b"" before it was open."""
        return self._descriptor

    def read(self, timeout_ms: int) -> bytes:
        try:
            return bytes(self._opened().read(self._length, max(timeout_ms, 1)))
        except (OSError, ValueError) as failed:
            raise LinkDownError(f"{self._wanted}: unplugged") from failed

    def write(self, data: bytes) -> None:
        try:
            taken = self._opened().write(data)
        except (OSError, ValueError) as failed:
            raise LinkDownError(f"{self._wanted}: {plain_reason(failed)}") from failed
        if taken < 0:
            raise LinkDownError(f"{self._wanted}: takes no report")

    def close(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            device.close()
        self._release()

    def _opened(self) -> Any:
        if self._device is None:
            raise LinkDownError(f"{self._wanted}: not open")
        return self._device

    def _say(self, device: Any) -> None:
        """A scanner that refuses the report speaks HID POS already, or never will: both show."""
        with suppress(OSError, ValueError):
            device.send_feature_report(self._feature)

    def _found(self, rows: Iterable[dict[str, Any]]) -> bytes:
        for row in rows:
            usage = row["usage_page"] << 16 | row["usage"]
            is_scanner = row["usage_page"] == USAGE_PAGE and usage in SCANNER_USAGES
            if self._wanted.path is not None:
                if os.fsdecode(row["path"]) == os.path.realpath(self._wanted.path):
                    return bytes(row["path"])
            elif is_scanner and self._wanted.is_met_by(
                row["vendor_id"], row["product_id"], row["serial_number"] or None
            ):
                return bytes(row["path"])
        raise LinkDownError(f"{self._wanted}: not plugged in")

    def _release(self) -> None:
        claim, self._claim = self._claim, None
        if claim is not None:
            os.close(claim)


def _longest(descriptor: bytes) -> int:
    """Bytes of the longest input report."""
    try:
        return max((one.length for one in input_reports(descriptor).values()), default=1)
    except DescriptorError:  # the driver will say so
        return REPORT_BYTES_MAX


def _claimed(path: bytes) -> int | None:
    """A lock on the device's node (Linux): two readers would both sell the same scan."""
    if not path.startswith(b"/dev/"):
        return None
    import fcntl  # absent on Windows

    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        os.close(descriptor)
        raise OSError(f"in use: {taken}") from taken
    return descriptor

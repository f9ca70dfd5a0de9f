"""A scanner that types, taken from the desktop by EVIOCGRAB (Linux). python-evdev is an extra.

Never shared: while it is open no window hears its keys.
"""

import errno
import os
import select
from contextlib import suppress
from typing import Any

from drivers.contract import DeviceError, ErrorCode
from drivers.contract.keys import ENTER
from drivers.scanner.key_stream import EVENT
from drivers.scanner.wanted import Wanted
from drivers.transport import LinkDownError, plain_reason

EVENTS_MAX = 64
_EV_KEY = 1
_DIGIT_KEYS = frozenset(range(2, 12))


def evdev_module() -> Any:
    """python-evdev; DeviceError when it is not installed or this is not Linux."""
    try:
        import evdev
    except ImportError as missing:
        raise DeviceError(
            ErrorCode.E_NOSERVICE,
            "grabbing a scanner needs Linux and the extra 'evdev': pip install kopilka[evdev]",
        ) from missing
    return evdev


class EvdevLink:
    """Finds, opens and grabs the wanted keyboard; `read` gives the kernel's events as bytes.

    `Wanted()` is refused: grabbing any keyboard could take the cashier's.
    """

    def __init__(self, wanted: Wanted) -> None:
        if wanted == Wanted():
            raise ValueError("which keyboard is the scanner must be said")
        self._wanted = wanted
        self._device: Any = None

    def open(self) -> None:
        if self._device is not None:
            return
        try:
            evdev = evdev_module()
        except DeviceError as missing:
            raise LinkDownError(missing.message) from missing
        device = self._found(evdev)
        try:
            device.grab()
        except OSError as failed:
            device.close()
            why = (
                "grabbed by another program"
                if failed.errno == errno.EBUSY
                else plain_reason(failed)
            )
            raise LinkDownError(f"{self._wanted}: {why}") from failed
        self._device = device

    def read(self, timeout_ms: int) -> bytes:
        if self._device is None:
            raise LinkDownError(f"{self._wanted}: not open")
        poll = select.poll()
        poll.register(self._device.fd, select.POLLIN)
        try:
            if not poll.poll(timeout_ms):
                return b""
            data = os.read(self._device.fd, EVENT.size * EVENTS_MAX)  # a hang-up raises here
        except BlockingIOError:
            return b""
        except OSError as failed:  # ENODEV from a real device, EIO from a sleeping Bluetooth one
            raise LinkDownError(f"{self._wanted}: unplugged") from failed
        if not data:
            raise LinkDownError(f"{self._wanted}: unplugged")
        return data

    def write(self, data: bytes) -> None:
        raise LinkDownError(f"{self._wanted}: nothing is sent to a keyboard ({len(data)} bytes)")

    def close(self) -> None:
        device, self._device = self._device, None
        if device is None:
            return
        with suppress(OSError):  # an unplugged device cannot be let go
            device.ungrab()
        with suppress(OSError):
            device.close()

    def _found(self, evdev: Any) -> Any:
        if self._wanted.path is not None:
            return self._opened(evdev, self._wanted.path)
        for path in sorted(evdev.list_devices()):
            device = None
            with suppress(LinkDownError):
                device = self._opened(evdev, path)
            if device is not None and self._is_meant(device):
                return device
            if device is not None:
                device.close()
        raise LinkDownError(f"{self._wanted}: not plugged in, or not readable by this user")

    def _opened(self, evdev: Any, path: str) -> Any:
        try:
            return evdev.InputDevice(path)
        except OSError as failed:
            raise LinkDownError(f"{path}: {plain_reason(failed, str(path))}") from failed

    def _is_meant(self, device: Any) -> bool:
        """One scanner may show several nodes: the one that has digits and Enter types."""
        if not self._wanted.is_met_by(device.info.vendor, device.info.product, device.uniq or None):
            return False
        keys = set(device.capabilities().get(_EV_KEY, ()))
        return ENTER in keys and keys >= _DIGIT_KEYS

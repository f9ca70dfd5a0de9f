"""Byte links over TCP and serial ports. Never answers with silence: a lost link raises."""

import socket
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import serial
from serial.tools import list_ports

from drivers.transport.reasons import plain_reason

try:
    from termios import error as _TermiosError  # noqa: N812  the module's own name is lower case
except ImportError:  # Windows has no termios, and there its error cannot occur

    class _TermiosError(Exception):  # type: ignore[no-redef]  # stands in for the absent one
        """Never raised."""


READ_BYTES_MAX = 4096
USB_PREFIX = "usb:"
SERIAL_SLICE_MS = 20
WRITE_TIMEOUT_MS = 3000


def monotonic_ms() -> int:
    """A clock for pauses and deadlines only; its zero means nothing."""
    return time.monotonic_ns() // 1_000_000


class LinkDownError(Exception):
    """The link cannot be opened or broke; the message says how."""


class Link(Protocol):
    """One connection; used by one thread."""

    def open(self) -> None:
        """Raises LinkDownError. An open link stays open."""
        ...

    def read(self, timeout_ms: int) -> bytes:
        """What has arrived, b"" after `timeout_ms` of silence; raises LinkDownError."""
        ...

    def write(self, data: bytes) -> None:
        """Hands all bytes over; that they left says nothing of the device. Raises LinkDownError."""
        ...

    def close(self) -> None:
        """Never raises."""
        ...


class TcpLink:
    """A socket, for network printers (port 9100) and for device servers."""

    def __init__(self, host: str, port: int, connect_timeout_ms: int = 2000) -> None:
        self._address = (host, port)
        self._connect_timeout_ms = connect_timeout_ms
        self._socket: socket.socket | None = None

    def open(self) -> None:
        if self._socket is not None:
            return
        try:
            link = socket.create_connection(self._address, self._connect_timeout_ms / 1000)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except OSError as failed:
            raise LinkDownError(f"{self._name}: {plain_reason(failed)}") from failed
        self._socket = link

    def read(self, timeout_ms: int) -> bytes:
        link = self._opened()
        try:
            link.settimeout(max(timeout_ms, 1) / 1000)
            data = link.recv(READ_BYTES_MAX)
        except TimeoutError:
            return b""
        except OSError as failed:
            raise LinkDownError(f"{self._name}: {plain_reason(failed)}") from failed
        if not data:
            raise LinkDownError(f"{self._name}: closed by the device")
        return data

    def write(self, data: bytes) -> None:
        link = self._opened()
        try:
            link.settimeout(WRITE_TIMEOUT_MS / 1000)
            link.sendall(data)
        except OSError as failed:
            raise LinkDownError(f"{self._name}: {plain_reason(failed)}") from failed

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @property
    def _name(self) -> str:
        return f"{self._address[0]}:{self._address[1]}"

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise LinkDownError(f"{self._name}: not open")
        return self._socket


class SerialFraming(StrEnum):
    """Bits on the wire. A pseudo-terminal knows 8N1 only (measured), so tests override it."""

    EIGHT_NONE_ONE = "8N1"
    EIGHT_EVEN_ONE = "8E1"
    SEVEN_EVEN_ONE = "7E1"
    SEVEN_ODD_ONE = "7O1"


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """How to open a port.

    `port` is a path or name, or `usb:VVVV:PPPP` or `usb:VVVV:PPPP:serial` in hexadecimal: the
    number in a name like ttyACM0 changes on replug, the identity of the device does not.
    """

    port: str
    baud: int = 9600
    framing: SerialFraming = SerialFraming.EIGHT_NONE_ONE
    rtscts: bool = False
    dsrdtr: bool = False
    xonxoff: bool = False


def _gone(failed: BaseException) -> str:
    """An open port that fails: pyserial's own words are its signature of an unplugged one."""
    if isinstance(failed, serial.SerialTimeoutException):
        return "takes no more bytes"
    pyserial = isinstance(failed, serial.SerialException) and failed.errno is None
    return "unplugged" if pyserial else plain_reason(failed)


def _resolved(port: str) -> str:
    """The present name of a port given by USB identity; raises LinkDownError while it is absent."""
    if not port.startswith(USB_PREFIX):
        return port
    vendor, product, *serial_number = port.removeprefix(USB_PREFIX).split(":")
    for found in list_ports.comports():
        same = (found.vid, found.pid) == (int(vendor, 16), int(product, 16))
        if same and serial_number in ([], [found.serial_number]):
            return str(found.device)
    raise LinkDownError(f"{port}: not plugged in")


class SerialLink:
    """A serial port or USB-COM device, opened exclusively: two readers steal each other's bytes."""

    def __init__(self, settings: SerialSettings) -> None:
        self._settings = settings
        self._port: serial.Serial | None = None

    def open(self) -> None:
        if self._port is not None:
            return
        settings = self._settings
        try:
            self._port = serial.Serial(
                port=_resolved(settings.port),
                baudrate=settings.baud,
                bytesize=int(settings.framing[0]),
                parity=settings.framing[1],
                stopbits=int(settings.framing[2]),
                rtscts=settings.rtscts,
                dsrdtr=settings.dsrdtr,
                xonxoff=settings.xonxoff,
                timeout=SERIAL_SLICE_MS / 1000,
                write_timeout=WRITE_TIMEOUT_MS / 1000,
                exclusive=True,
            )
        except (OSError, ValueError, _TermiosError) as failed:
            raise LinkDownError(
                f"{settings.port}: {plain_reason(failed, settings.port)}"
            ) from failed

    def read(self, timeout_ms: int) -> bytes:
        port = self._opened()
        end_ms = monotonic_ms() + timeout_ms
        try:
            while True:
                first = bytes(port.read(1))
                if first:
                    return first + bytes(port.read(min(port.in_waiting, READ_BYTES_MAX)))
                if monotonic_ms() >= end_ms:
                    return b""
        except (OSError, _TermiosError) as failed:  # an unplugged port raises from read
            raise LinkDownError(f"{self._settings.port}: {_gone(failed)}") from failed

    def write(self, data: bytes) -> None:
        port = self._opened()
        try:
            port.write(data)  # no flush(): draining has no timeout when the device holds us off
        except (OSError, _TermiosError) as failed:
            raise LinkDownError(f"{self._settings.port}: {_gone(failed)}") from failed

    def close(self) -> None:
        port, self._port = self._port, None
        if port is None:
            return
        try:
            port.close()
        except (OSError, _TermiosError):  # the port is gone already, which is what we want
            return

    def _opened(self) -> serial.Serial:
        if self._port is None:
            raise LinkDownError(f"{self._settings.port}: not open")
        return self._port

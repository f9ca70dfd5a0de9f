"""A raw queue of CUPS, by IPP (RFC 8010, 8011) over its socket. Never lets CUPS change a byte.

Operations: Print-Job, Get-Job-Attributes, Cancel-Job, Get-Printer-Attributes.
"""

import http.client
import socket
from collections.abc import Iterator
from urllib.parse import quote

from drivers.pos_printer.spool import SpoolError, SpoolState

CUPS_PORT = 631
TIMEOUT_S = 5
REPLY_BYTES_MAX = 1 << 20
_VERSION = b"\x01\x01"
_PRINT_JOB, _CANCEL_JOB, _JOB, _PRINTER = 0x0002, 0x0008, 0x0009, 0x000B
_OPERATION_GROUP, _END = b"\x01", b"\x03"
_INTEGERS = (0x21, 0x23)
_BOOLEAN = 0x22
_CHARSET, _LANGUAGE, _URI, _NAME, _MIME, _INTEGER = 0x47, 0x48, 0x45, 0x42, 0x49, 0x21
_PRINTER_STOPPED = 5
_JOB_STATES = {
    3: SpoolState.WAITING,
    4: SpoolState.WAITING,
    5: SpoolState.SENDING,
    6: SpoolState.WAITING,
    9: SpoolState.HANDED_OVER,
}
_GROUP_TAG_MAX = 0x0F
_OK_MAX = 0x00FF


class CupsSpooler:
    """The queue `queue` at `host`, a name with or without a port, or the path of a local socket."""

    def __init__(self, queue: str, host: str = "localhost") -> None:
        self._queue = queue
        self._host = host

    def check(self) -> None:
        told = self._ask(_PRINTER, b"")
        if told.get("printer-state") == _PRINTER_STOPPED:
            raise SpoolError(f"the queue {self._queue} is stopped")
        if told.get("printer-is-accepting-jobs") == 0:
            raise SpoolError(f"the queue {self._queue} takes no jobs")

    def submit(self, data: bytes, title: str) -> int:
        fields = _field(_NAME, "job-name", title)
        fields += _field(_MIME, "document-format", "application/vnd.cups-raw")
        number = self._ask(_PRINT_JOB, fields, data).get("job-id")
        if number is None:
            raise SpoolError("CUPS did not name the job", accepted=True)
        return number

    def state(self, number: int) -> SpoolState:
        told = self._ask(_JOB, _number("job-id", number))
        return _JOB_STATES.get(told.get("job-state", 0), SpoolState.LOST)

    def withdraw(self, number: int) -> bool:
        waited = self.state(number) is SpoolState.WAITING
        self._ask(_CANCEL_JOB, _number("job-id", number))
        told = self._ask(_JOB, _number("job-id", number))
        return waited and not told.get("time-at-processing")

    def _ask(self, operation: int, fields: bytes, data: bytes = b"") -> dict[str, int]:
        body = _VERSION + operation.to_bytes(2, "big") + (1).to_bytes(4, "big") + _OPERATION_GROUP
        body += _field(_CHARSET, "attributes-charset", "utf-8")
        body += _field(_LANGUAGE, "attributes-natural-language", "en")
        path = f"/printers/{quote(self._queue)}"
        body += _field(_URI, "printer-uri", f"ipp://localhost{path}")
        body += _field(_NAME, "requesting-user-name", "kopilka")
        reply = self._post(path, body + fields + _END + data)
        if len(reply) < 8:
            raise SpoolError("CUPS answered no IPP", accepted=True)
        status = int.from_bytes(reply[2:4], "big")
        if status > _OK_MAX:
            raise SpoolError(f"CUPS refused: status {status:#06x}")
        return dict(_numbers(reply[8:]))

    def _post(self, path: str, body: bytes) -> bytes:
        connection = _connection(self._host)
        sent = False
        try:
            connection.connect()
            sent = True  # from here on a lost connection may have left a job behind
            connection.request("POST", path, body, {"Content-Type": "application/ipp"})
            answer = connection.getresponse()
            reply = answer.read(REPLY_BYTES_MAX)
        except (OSError, http.client.HTTPException) as failed:
            raise SpoolError(f"CUPS at {self._host}: {failed}", accepted=sent) from failed
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise SpoolError(f"CUPS at {self._host}: HTTP {answer.status}")
        return reply


class _LocalConnection(http.client.HTTPConnection):
    """HTTP over a socket in the file system."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        if not hasattr(socket, "AF_UNIX"):
            raise OSError("this system has no local sockets")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_S)
        self.sock.connect(self._path)


def _connection(host: str) -> http.client.HTTPConnection:
    if host.startswith("/"):
        return _LocalConnection(host)
    name, _, port = host.partition(":")
    return http.client.HTTPConnection(name, int(port or CUPS_PORT), timeout=TIMEOUT_S)


def _field(tag: int, name: str, value: str) -> bytes:
    return _raw_field(tag, name, value.encode("utf-8"))


def _number(name: str, value: int) -> bytes:
    return _raw_field(_INTEGER, name, value.to_bytes(4, "big", signed=True))


def _raw_field(tag: int, name: str, value: bytes) -> bytes:
    named = len(name).to_bytes(2, "big") + name.encode("ascii")
    return bytes((tag,)) + named + len(value).to_bytes(2, "big") + value


def _numbers(data: bytes) -> Iterator[tuple[str, int]]:
    """The attributes that are numbers or truths; what is cut short ends the list."""
    at = 0
    while at < len(data):
        tag = data[at]
        at += 1
        if tag <= _GROUP_TAG_MAX:
            continue
        name_end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        name = data[at + 2 : name_end].decode("utf-8", "replace")
        at = name_end + 2 + int.from_bytes(data[name_end : name_end + 2], "big")
        value = data[name_end + 2 : at]
        if at > len(data):
            return
        if (tag in _INTEGERS or tag == _BOOLEAN) and name:
            yield name, int.from_bytes(value, "big", signed=tag != _BOOLEAN)

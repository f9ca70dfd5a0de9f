"""A raw queue of the Windows spooler. Never opens a dialogue, never lets a driver draw.

The order of calls is in `WindowsSpooler` and needs no Windows; `load_winspool` gives it the
system's functions, and only there.
"""

import ctypes
import sys
from collections.abc import Callable
from typing import Any, Protocol

from drivers.contract import DeviceError, ErrorCode
from drivers.pos_printer.spool import SpoolError, SpoolState

_PRINTING = 0x10
_PRINTED = 0x80 | 0x1000  # JOB_STATUS_PRINTED, JOB_STATUS_COMPLETE
_GIVEN_UP = 0x02 | 0x04 | 0x100  # ERROR, DELETING, DELETED
_QUEUE_HOLDS = 0x01 | 0x08 | 0x10 | 0x80  # PAUSED, PAPER_JAM, PAPER_OUT, OFFLINE
_CONTROL_DELETE = 5
_NO_SUCH_JOB = 87  # ERROR_INVALID_PARAMETER


class Winspool(Protocol):
    """The functions of winspool.drv that a raw job needs; each raises OSError as Windows says."""

    def open(self, queue: str) -> int:
        """OpenPrinterW: a handle."""
        ...

    def close(self, handle: int) -> None:
        """ClosePrinter."""
        ...

    def start_document(self, handle: int, title: str) -> int:
        """StartDocPrinterW with the data type RAW: the number of the job."""
        ...

    def write(self, handle: int, data: bytes) -> int:
        """WritePrinter: how many bytes it took."""
        ...

    def end_document(self, handle: int) -> None:
        """EndDocPrinter: from here on the job may print."""
        ...

    def abort(self, handle: int) -> None:
        """AbortPrinter: the job that was started is dropped."""
        ...

    def queue_status(self, handle: int) -> int:
        """GetPrinterW level 6: PRINTER_STATUS bits."""
        ...

    def job_status(self, handle: int, number: int) -> int | None:
        """GetJobW level 1: JOB_STATUS bits; None when the queue has no such job any more."""
        ...

    def delete_job(self, handle: int, number: int) -> None:
        """SetJobW with JOB_CONTROL_DELETE."""
        ...


class WindowsSpooler:
    """The queue of this name."""

    def __init__(self, queue: str, winspool: Winspool) -> None:
        self._queue = queue
        self._winspool = winspool

    def check(self) -> None:
        with _Handle(self._winspool, self._queue) as handle:
            status = handle.call(self._winspool.queue_status)
        if status & _QUEUE_HOLDS:
            raise SpoolError(f"the queue {self._queue} would hold a job (status {status:#x})")

    def submit(self, data: bytes, title: str) -> int:
        winspool = self._winspool
        with _Handle(winspool, self._queue) as handle:
            number = int(handle.call(winspool.start_document, title))
            rest = data
            while rest:
                taken = int(handle.call(winspool.write, rest))
                if taken <= 0:
                    handle.call(winspool.abort)
                    raise SpoolError(f"the queue {self._queue} takes no more bytes")
                rest = rest[taken:]
            handle.accepted = True
            handle.call(winspool.end_document)
        return number

    def state(self, number: int) -> SpoolState:
        with _Handle(self._winspool, self._queue) as handle:
            status = handle.call(self._winspool.job_status, number)
        if status is None or status & _PRINTED:
            return SpoolState.HANDED_OVER
        if status & _GIVEN_UP:
            return SpoolState.LOST
        return SpoolState.SENDING if status & _PRINTING else SpoolState.WAITING

    def withdraw(self, number: int) -> bool:
        waited = self.state(number) is SpoolState.WAITING
        with _Handle(self._winspool, self._queue) as handle:
            handle.call(self._winspool.delete_job, number)
        return waited


class _Handle:
    """An open queue; every call's OSError becomes a SpoolError."""

    def __init__(self, winspool: Winspool, queue: str) -> None:
        self._winspool = winspool
        self._queue = queue
        self._handle = 0
        self.accepted = False

    def __enter__(self) -> "_Handle":
        try:
            self._handle = self._winspool.open(self._queue)
        except OSError as failed:
            raise SpoolError(f"{self._queue}: {failed}") from failed
        return self

    def __exit__(self, *_exc: object) -> None:
        self._winspool.close(self._handle)

    def call(self, function: Any, *arguments: object) -> Any:
        try:
            return function(self._handle, *arguments)
        except OSError as failed:
            raise SpoolError(f"{self._queue}: {failed}", accepted=self.accepted) from failed


def load_winspool() -> Winspool:
    """The system's functions; DeviceError where there is no Windows spooler."""
    if sys.platform != "win32":
        raise DeviceError(ErrorCode.E_NOSERVICE, "the Windows spooler exists on Windows only")
    loader: Any = ctypes
    dll = loader.WinDLL("winspool.drv", use_last_error=True)
    return SystemWinspool(dll, loader.get_last_error, loader.WinError)


class _DocInfo(ctypes.Structure):
    """DOC_INFO_1W."""

    _fields_ = (
        ("pDocName", ctypes.c_wchar_p),
        ("pOutputFile", ctypes.c_wchar_p),
        ("pDatatype", ctypes.c_wchar_p),
    )


class SystemWinspool:
    """winspool.drv by ctypes. Tried by us with a stand-in for the library, never on Windows."""

    _STATUS_OFFSET_POINTERS = 6  # JOB_INFO_1W: id, six pointers before the status

    def __init__(
        self, dll: Any, last_error: Callable[[], int], error: Callable[[int], OSError]
    ) -> None:
        self._dll = dll
        self._last_error = last_error
        self._error = error

    def _must(self, result: int) -> int:
        if not result:
            raise self._error(self._last_error())
        return int(result)

    def open(self, queue: str) -> int:
        handle = ctypes.c_void_p()
        self._must(self._dll.OpenPrinterW(queue, ctypes.byref(handle), None))
        return int(handle.value or 0)

    def close(self, handle: int) -> None:
        self._dll.ClosePrinter(ctypes.c_void_p(handle))

    def start_document(self, handle: int, title: str) -> int:
        info = _DocInfo(title, None, "RAW")
        number = self._dll.StartDocPrinterW(ctypes.c_void_p(handle), 1, ctypes.byref(info))
        return self._must(number)

    def write(self, handle: int, data: bytes) -> int:
        taken = ctypes.c_ulong()
        done = self._dll.WritePrinter(ctypes.c_void_p(handle), data, len(data), ctypes.byref(taken))
        self._must(done)
        return int(taken.value)

    def end_document(self, handle: int) -> None:
        self._must(self._dll.EndDocPrinter(ctypes.c_void_p(handle)))

    def abort(self, handle: int) -> None:
        self._must(self._dll.AbortPrinter(ctypes.c_void_p(handle)))

    def queue_status(self, handle: int) -> int:
        status, needed = ctypes.c_ulong(), ctypes.c_ulong()
        self._must(
            self._dll.GetPrinterW(
                ctypes.c_void_p(handle), 6, ctypes.byref(status), 4, ctypes.byref(needed)
            )
        )
        return int(status.value)

    def job_status(self, handle: int, number: int) -> int | None:
        needed = ctypes.c_ulong()
        queue = ctypes.c_void_p(handle)
        self._dll.GetJobW(queue, number, 1, None, 0, ctypes.byref(needed))
        room = ctypes.create_string_buffer(max(1, needed.value))
        if not self._dll.GetJobW(queue, number, 1, room, needed, ctypes.byref(needed)):
            if self._last_error() == _NO_SUCH_JOB:
                return None
            raise self._error(self._last_error())
        pointer = ctypes.sizeof(ctypes.c_void_p)
        at = pointer * (1 + self._STATUS_OFFSET_POINTERS)
        return int.from_bytes(room.raw[at : at + 4], sys.byteorder)

    def delete_job(self, handle: int, number: int) -> None:
        queue = ctypes.c_void_p(handle)
        self._must(self._dll.SetJobW(queue, number, 0, None, _CONTROL_DELETE))

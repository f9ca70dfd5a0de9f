"""Windows' print queue: the order of calls and what they say, with its functions given."""

import contextlib
import ctypes
import sys

import pytest
from device_bench import FONT
from test_print_queues import job, printed

from drivers.contract import (
    DeviceError,
    ErrorEvent,
    Outcome,
    OutputCompleteEvent,
)
from drivers.fake.printer import VirtualPrinter
from drivers.pos_printer import (
    PROFILES,
    EscPosEncoder,
    SpooledPrinter,
    SpoolTimings,
    WindowsSpooler,
    load_winspool,
)
from drivers.pos_printer.winspool import SystemWinspool
from drivers.registry import ConfigError, build_devices


@pytest.fixture
def printer():
    return VirtualPrinter(font=FONT.read_bytes())


class Spoolsv:
    """What winspool.drv would do: keeps documents, says what a test wants."""

    def __init__(self) -> None:
        self.documents: dict[int, bytearray] = {}
        self.open_handles: list[int] = []
        self.ended: list[int] = []
        self.deleted: list[int] = []
        self.status: int | None = 0x80
        self.queue = 0
        self.takes = 4
        self.broken = ""

    def _check(self, name: str) -> None:
        if self.broken == name:
            raise OSError(5, f"{name} refused")

    def open(self, queue: str) -> int:
        self._check("open")
        self.open_handles.append(7)
        return 7

    def close(self, handle: int) -> None:
        self.open_handles.remove(handle)

    def start_document(self, handle: int, title: str) -> int:
        self._check("start")
        self.documents[len(self.documents) + 1] = bytearray()
        return len(self.documents)

    def write(self, handle: int, data: bytes) -> int:
        self._check("write")
        self.documents[len(self.documents)] += data[: self.takes]
        return min(self.takes, len(data))

    def end_document(self, handle: int) -> None:
        self._check("end")
        self.ended.append(len(self.documents))

    def abort(self, handle: int) -> None:
        self.documents.popitem()

    def queue_status(self, handle: int) -> int:
        return self.queue

    def job_status(self, handle: int, number: int) -> int | None:
        self._check("job")
        return self.status

    def delete_job(self, handle: int, number: int) -> None:
        self.deleted.append(number)


@pytest.fixture
def spoolsv():
    return Spoolsv()


@contextlib.contextmanager
def windows_printer(spoolsv, believe=True, confirm_ms=200):
    encoder = EscPosEncoder(PROFILES["epson"])
    timings = SpoolTimings(confirm_ms=confirm_ms)
    spooler = WindowsSpooler("Receipts", spoolsv)
    device = SpooledPrinter("printer", spooler, encoder, believe=believe, timings=timings)
    device.open()
    yield device
    device.close()


def test_windows_gets_the_whole_document_in_pieces_and_every_handle_is_closed(spoolsv) -> None:
    with windows_printer(spoolsv) as device:
        assert printed(device, job()) == OutputCompleteEvent("printer", "j1")
        assert bytes(spoolsv.documents[1]) == EscPosEncoder(PROFILES["epson"]).encode(job())
        assert spoolsv.ended == [1]
    assert spoolsv.open_handles == []


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(0x02, Outcome.UNKNOWN), (0x10, Outcome.UNKNOWN), (0x08, Outcome.NOT_DONE)],
    ids=["error", "printing for ever", "spooling for ever"],
)
def test_windows_jobs_that_do_not_come_out(spoolsv, status, outcome) -> None:
    spoolsv.status = status
    with windows_printer(spoolsv) as device:
        assert printed(device, job()).outcome is outcome
        assert spoolsv.deleted == ([] if status == 0x02 else [1]), "nothing comes out later"


def test_a_job_that_left_the_windows_queue_is_not_printed_unless_the_shop_says_so(spoolsv) -> None:
    spoolsv.status = None
    with windows_printer(spoolsv, believe=False) as device:
        assert printed(device, job()).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("broken", "outcome"),
    [
        ("open", Outcome.NOT_DONE),
        ("start", Outcome.NOT_DONE),
        ("write", Outcome.NOT_DONE),
        ("end", Outcome.UNKNOWN),
        ("job", Outcome.UNKNOWN),
    ],
)
def test_windows_errors_say_whether_the_job_may_have_left(spoolsv, broken, outcome) -> None:
    with windows_printer(spoolsv) as device:
        spoolsv.broken = broken
        assert printed(device, job()).outcome is outcome


def test_a_windows_queue_that_takes_no_bytes_drops_the_document(spoolsv) -> None:
    spoolsv.takes = 0
    with windows_printer(spoolsv) as device:
        assert printed(device, job()).outcome is Outcome.NOT_DONE
        assert spoolsv.documents == {}


def test_a_windows_queue_that_would_hold_the_job_gets_none(spoolsv) -> None:
    spoolsv.queue = 0x80
    with windows_printer(spoolsv) as device:
        answer = printed(device, job())
        assert isinstance(answer, ErrorEvent)
        assert answer.outcome is Outcome.NOT_DONE
        assert spoolsv.documents == {}


@pytest.mark.skipif(sys.platform == "win32", reason="there the spooler is real")
def test_off_windows_the_windows_spooler_is_refused_in_words(ear) -> None:
    with pytest.raises(DeviceError, match="on Windows only"):
        load_winspool()
    table = {"kind": "printer", "name": "p", "driver": "windows", "queue": "q"}
    with pytest.raises(ConfigError, match="on Windows only"):
        build_devices({"device": [table]}, ear)


class Library:
    """winspool.drv as its documentation says; `fails` names a function that returns 0."""

    def __init__(self) -> None:
        self.fails = ""
        self.code = 5
        self.calls: list[str] = []
        self.document = b""
        self.job = 0x80

    def __getattr__(self, name):
        told = getattr(type(self), f"_{name}", None)

        def call(*arguments):
            self.calls.append(name)
            if name == self.fails:
                return 0
            return told(self, *arguments) if told else 1

        return call

    def _OpenPrinterW(self, queue, handle, _defaults):
        handle._obj.value = 7
        return 1

    def _StartDocPrinterW(self, handle, level, info):
        assert (handle.value, level, info._obj.pDatatype) == (7, 1, "RAW")
        return 42

    def _WritePrinter(self, handle, data, length, taken):
        self.document += data[:length]
        taken._obj.value = length
        return 1

    def _GetPrinterW(self, handle, level, status, room, needed):
        status._obj.value = 0x80
        return 1

    def _GetJobW(self, handle, number, level, room, length, needed):
        pointer = ctypes.sizeof(ctypes.c_void_p)
        needed._obj.value = 8 * pointer
        if room is None:
            return 0
        ctypes.memset(room, 0, 8 * pointer)
        room[7 * pointer] = self.job
        return 1


def system(library):
    return SystemWinspool(library, lambda: library.code, lambda code: OSError(code, "refused"))


def test_the_library_gets_a_raw_document_and_tells_the_state_of_its_job() -> None:
    library = Library()
    winspool = system(library)
    handle = winspool.open("Receipts")
    assert winspool.start_document(handle, "receipt") == 42
    assert winspool.write(handle, b"\x1b@") == 2
    winspool.end_document(handle)
    assert winspool.job_status(handle, 42) == 0x80
    assert winspool.queue_status(handle) == 0x80
    winspool.delete_job(handle, 42)
    winspool.abort(handle)
    winspool.close(handle)
    assert library.document == b"\x1b@"
    assert library.calls[-3:] == ["SetJobW", "AbortPrinter", "ClosePrinter"]


def test_a_job_that_is_gone_is_told_from_an_error_of_the_library() -> None:
    library = Library()
    library.fails = "GetJobW"
    with pytest.raises(OSError, match="refused"):
        system(library).job_status(7, 42)
    library.code = 87
    assert system(library).job_status(7, 42) is None
    library.fails = "OpenPrinterW"
    with pytest.raises(OSError, match="refused"):
        system(library).open("Receipts")

"""Printers behind a queue of the system: nothing is believed that nobody said."""

import contextlib
import ctypes
import sys

import pytest
from device_bench import FONT, Ear, until

from drivers.contract import (
    Cut,
    DeviceError,
    ErrorCode,
    ErrorEvent,
    Image,
    Outcome,
    OutputCompleteEvent,
    PowerState,
    PrinterStatus,
    PrintJob,
    StatusUpdateEvent,
    Text,
)
from drivers.fake.printer import VirtualPrinter
from drivers.fake.spooler import VirtualCups
from drivers.pos_printer import (
    PROFILES,
    CupsSpooler,
    EscPosEncoder,
    SpooledPrinter,
    SpoolError,
    SpoolState,
    SpoolTimings,
    WindowsSpooler,
    load_winspool,
)
from drivers.pos_printer.winspool import SystemWinspool
from drivers.registry import ConfigError, build_devices


def job(job_id="j1", text="Спасибо за покупку"):
    return PrintJob(job_id, (Text(text), Cut()), 42)


@pytest.fixture
def printer():
    return VirtualPrinter(font=FONT.read_bytes())


@pytest.fixture(params=["loopback", "local socket"])
def cups(request, printer, tmp_path):
    path = tmp_path / "cups.sock" if request.param == "local socket" else None
    queue = VirtualCups(printer.feed, path=path)
    queue.start()
    yield queue
    queue.stop()


@contextlib.contextmanager
def devices(ear, spooler, **keys):
    table = {"kind": "printer", "name": "printer", "model": "epson", "font": str(FONT)}
    found = build_devices({"device": [table | spooler.config() | keys]}, ear)
    found.open_all()
    yield found.printers["printer"]
    found.close_all()


def printed(device, what):
    reply = Ear()
    device.print_job(what, reply)
    return reply.wait(lambda _event: True)


def test_a_raw_queue_prints_every_byte_and_a_person_is_asked(cups, printer, ear) -> None:
    with devices(ear, cups) as device:
        answer = printed(device, job(text="Итого 89,90 ₽"))
        assert (answer.code, answer.outcome) == (ErrorCode.E_TIMEOUT, Outcome.UNKNOWN)
        assert [paper.text for paper in printer.papers] == ["Итого 89,90 ₽"]
        assert printed(device, job(text="Итого 89,90 ₽")) == answer, "never printed again"
        assert len(printer.papers) == 1
        assert cups.titles == ["kopilka j1"]
        reply = Ear()
        device.request_status(reply)
        assert reply.wait(StatusUpdateEvent) == StatusUpdateEvent(
            "printer", PowerState.UNKNOWN, PrinterStatus()
        )


def test_a_shop_may_take_the_spoolers_word_for_it(cups, ear) -> None:
    with devices(ear, cups, believe_spooler=True) as device:
        assert printed(device, job()) == OutputCompleteEvent("printer", "j1")
        assert printed(device, job()) == OutputCompleteEvent("printer", "j1")
        assert len(cups.jobs) == 1
        assert (device.health().good_count, device.health().error_count) == (1, 0)


def test_a_job_that_the_queue_holds_is_withdrawn_and_never_comes_out_later(
    cups, printer, ear
) -> None:
    cups.holds = True
    with devices(ear, cups, confirm_ms=300, believe_spooler=True) as device:
        answer = printed(device, job())
        assert (answer.code, answer.outcome) == (ErrorCode.E_TIMEOUT, Outcome.NOT_DONE)
        cups.release()
        assert printer.papers == []
        assert printed(device, job()) == OutputCompleteEvent("printer", "j1")


def test_a_stopped_queue_gets_nothing(cups, printer, ear) -> None:
    cups.stopped = True
    with devices(ear, cups) as device:
        answer = printed(device, job())
        assert (answer.code, answer.outcome) == (ErrorCode.E_OFFLINE, Outcome.NOT_DONE)
        assert cups.jobs == {}
        until(lambda: device.power_state is PowerState.OFF_OFFLINE)
        cups.stopped = False
        until(lambda: device.power_state is PowerState.UNKNOWN)
        assert printed(device, job("j2")).outcome is Outcome.UNKNOWN


def test_an_aborted_job_is_unknown_even_where_the_spooler_is_believed(cups, ear) -> None:
    cups.aborts = True
    with devices(ear, cups, believe_spooler=True) as device:
        assert printed(device, job()).outcome is Outcome.UNKNOWN


def test_a_connection_lost_after_the_job_left_is_unknown(cups, printer, ear) -> None:
    cups.hangs_up = True
    with devices(ear, cups, believe_spooler=True) as device:
        assert printed(device, job()).outcome is Outcome.UNKNOWN
        assert len(printer.papers) == 1


def test_a_queue_of_another_name_is_refused(cups, ear) -> None:
    with devices(ear, cups, queue="other") as device:
        answer = printed(device, job())
        assert (answer.code, answer.outcome) == (ErrorCode.E_OFFLINE, Outcome.NOT_DONE)


def test_a_job_that_cannot_be_encoded_never_reaches_the_queue(cups, ear) -> None:
    with devices(ear, cups) as device:
        answer = printed(device, PrintJob("j", (Image(b"junk"),), 42))
        assert (answer.code, answer.outcome) == (ErrorCode.E_ILLEGAL, Outcome.NOT_DONE)
        assert cups.jobs == {}


def test_a_drawer_opens_through_a_queue_and_the_strip_is_printed(cups, printer, ear) -> None:
    with devices(ear, cups, believe_spooler=True) as device:
        reply = Ear()
        device.kick(1, 100, reply)
        assert reply.wait(OutputCompleteEvent).job_id == ""
        device.print_code_page_strip("strip", reply)
        assert reply.wait(OutputCompleteEvent, 2).job_id == "strip"
        assert printer.kicks == [1]
        assert "17 cp866" in printer.papers[0].text


def test_no_cups_at_all_is_said_at_once_and_looked_for_again(printer, ear) -> None:
    gone = VirtualCups(printer.feed)
    gone._server.server_close()
    with devices(ear, gone) as device:
        answer = printed(device, job())
        assert (answer.code, answer.outcome) == (ErrorCode.E_OFFLINE, Outcome.NOT_DONE)
        assert device.health().last_error


@pytest.mark.parametrize(
    ("reply", "accepted"), [(b"", True), (b"\x01\x01\x04\x06\x00\x00\x00\x01\x03", False)]
)
def test_answers_that_are_no_ipp_are_no_success(monkeypatch, reply, accepted) -> None:
    spooler = CupsSpooler("q")
    monkeypatch.setattr(spooler, "_post", lambda _path, _body: reply)
    with pytest.raises(SpoolError) as failed:
        spooler.submit(b"x", "t")
    assert failed.value.accepted is accepted


def test_a_job_without_a_number_and_a_queue_that_takes_none_are_errors(monkeypatch) -> None:
    spooler = CupsSpooler("q")
    empty = b"\x01\x01\x00\x00\x00\x00\x00\x01\x02\x03"
    monkeypatch.setattr(spooler, "_post", lambda _path, _body: empty)
    with pytest.raises(SpoolError) as failed:
        spooler.submit(b"x", "t")
    assert failed.value.accepted
    assert spooler.state(1) is SpoolState.LOST
    name = b"printer-is-accepting-jobs"
    closed = empty[:-1] + b"\x22" + len(name).to_bytes(2, "big") + name + b"\x00\x01\x00\x03"
    monkeypatch.setattr(spooler, "_post", lambda _path, _body: closed)
    with pytest.raises(SpoolError, match="takes no jobs"):
        spooler.check()
    cut = closed[:20]
    monkeypatch.setattr(spooler, "_post", lambda _path, _body: cut)
    spooler.check()


# --- Windows: the order of calls, with the system's functions given ---------------------------


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

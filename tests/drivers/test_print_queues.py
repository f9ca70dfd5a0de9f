"""Printers behind a queue of the system: nothing is believed that nobody said."""

import contextlib

import pytest
from device_bench import FONT, Ear, until

from drivers.contract import (
    Cut,
    ErrorCode,
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
    CupsSpooler,
    SpoolError,
    SpoolState,
)
from drivers.registry import build_devices


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

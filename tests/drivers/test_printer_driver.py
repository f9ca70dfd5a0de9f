"""The printer driver over a real socket and a real pseudo-terminal, with real faults."""

import socket
import threading

import pytest
from device_bench import FONT, Ear, until

from drivers.contract import (
    Cut,
    ErrorCode,
    ErrorEvent,
    Image,
    Outcome,
    OutputCompleteEvent,
    Paper,
    PowerState,
    PrinterError,
    PrinterStatus,
    PrintJob,
    StatusUpdateEvent,
    Text,
)
from drivers.fake import VirtualRig
from drivers.pos_printer import PROFILES, EscPosEncoder, EscPosPrinter, PrinterTimings
from drivers.pos_printer.status import ReplyKind, ReplyReader, decode_status
from drivers.registry import build_devices
from drivers.transport import LinkDownError, TcpLink

ENCODER = EscPosEncoder(PROFILES["epson"])


def job(job_id: str = "j1", text: str = "Спасибо за покупку") -> PrintJob:
    return PrintJob(job_id, (Text(text), Cut()), 48)


def printed(devices, what: PrintJob):
    reply = Ear()
    devices.printers["printer"].print_job(what, reply)
    return reply.wait(lambda _event: True)


def test_a_job_is_complete_when_the_printer_says_so(devices, rig) -> None:
    assert printed(devices, job()) == OutputCompleteEvent("printer", "j1")
    assert [paper.text for paper in rig.printer.papers] == ["Спасибо за покупку"]


@pytest.mark.parametrize("on_pty", [False, True], ids=["tcp", "serial"])
@pytest.mark.parametrize("process_id", [False, True], ids=["GS r", "GS ( H"])
def test_both_ways_and_both_confirmations_work(ear, on_pty, process_id) -> None:
    with VirtualRig(font_path=FONT, printer_on_pty=on_pty) as rig:
        config = rig.config()
        config["device"][1]["process_id"] = process_id
        found = build_devices(config, ear)
        found.open_all()
        for number in range(3):
            assert printed(found, job(f"j{number}", f"чек {number} ₽")) == OutputCompleteEvent(
                "printer", f"j{number}"
            )
        found.close_all()
        assert [paper.text for paper in rig.printer.papers] == [f"чек {n} ₽" for n in range(3)]


def test_without_paper_nothing_is_sent_and_the_outcome_is_certain(devices, rig) -> None:
    rig.printer.set_fault(paper="end")
    answer = printed(devices, job())
    assert isinstance(answer, ErrorEvent)
    assert (answer.code, answer.extended) == (ErrorCode.E_EXTENDED, PrinterError.PAPER_END)
    assert (answer.outcome, answer.job_id) == (Outcome.NOT_DONE, "j1")
    rig.printer.set_fault(paper="ok")
    assert isinstance(printed(devices, job()), OutputCompleteEvent), (
        "the same job may be asked again"
    )
    assert len(rig.printer.papers) == 1


def test_with_the_cover_open_nothing_is_sent(devices, rig) -> None:
    rig.printer.set_fault(cover_open=True)
    answer = printed(devices, job())
    assert (answer.extended, answer.outcome) == (PrinterError.COVER_OPEN, Outcome.NOT_DONE)


def test_a_silent_printer_gets_nothing(hasty_devices, rig, ear) -> None:
    ear.wait(lambda e: isinstance(e, StatusUpdateEvent) and e.device == "printer")
    rig.printer.set_fault(silent=True)
    answer = printed(hasty_devices, job())
    assert (answer.code, answer.outcome) == (ErrorCode.E_TIMEOUT, Outcome.NOT_DONE)
    assert hasty_devices.printers["printer"].power_state is PowerState.OFF_OFFLINE
    assert hasty_devices.printers["printer"].status == PrinterStatus(), (
        "silence is not adequate paper"
    )
    assert rig.printer.tear_off() == ""
    assert rig.printer.papers == []


def test_paper_that_ends_within_a_job_leaves_its_outcome_unknown(hasty_devices, rig) -> None:
    rig.printer.set_fault(paper_ends_after_lines=1)
    answer = printed(hasty_devices, PrintJob("j1", (Text("один"), Text("два"), Cut()), 48))
    assert isinstance(answer, ErrorEvent)
    assert (answer.outcome, answer.extended) == (Outcome.UNKNOWN, PrinterError.PAPER_END)
    assert printed(hasty_devices, PrintJob("j1", (Text("один"),), 48)) == answer, (
        "never printed again"
    )


def test_a_confirmation_that_comes_late_is_told_and_remembered(hasty_devices, rig, ear) -> None:
    rig.printer.set_fault(paper_ends_after_lines=1)
    what = PrintJob("j1", (Text("один"), Text("два"), Cut()), 48)
    assert printed(hasty_devices, what).outcome is Outcome.UNKNOWN
    rig.printer.set_fault(paper="ok")
    assert ear.wait(OutputCompleteEvent) == OutputCompleteEvent("printer", "j1")
    assert printed(hasty_devices, what) == OutputCompleteEvent("printer", "j1")
    assert [paper.text for paper in rig.printer.papers] == ["один\nдва"]


def test_an_old_nameless_barrier_never_confirms_a_new_job(hasty_config, rig, ear) -> None:
    hasty_config["device"][1] |= {"process_id": False, "poll_ms": 60_000}
    devices = build_devices(hasty_config, ear)
    devices.open_all()
    rig.printer.set_fault(mute_barrier=True)
    assert printed(devices, job("old")).outcome is Outcome.UNKNOWN
    assert printed(devices, job("older")).outcome is Outcome.UNKNOWN
    rig.printer.set_fault(mute_barrier=False)
    assert printed(devices, job("new")) == OutputCompleteEvent("printer", "new")
    rig.printer.set_fault(mute_barrier=True)
    assert printed(devices, job("newest")).outcome is Outcome.UNKNOWN
    devices.close_all()


def test_a_line_that_breaks_within_a_job_leaves_its_outcome_unknown(
    hasty_devices, rig, ear
) -> None:
    rig.printer.set_fault(hang_up_after_bytes=20)
    answer = printed(hasty_devices, job())
    assert isinstance(answer, ErrorEvent)
    rig.printer.set_fault(hang_up_after_bytes=None)
    assert isinstance(printed(hasty_devices, job("j2")), OutputCompleteEvent), "the line is back"


def test_a_job_broken_in_its_middle_is_unknown_and_not_reprinted(hasty_devices, rig, ear) -> None:
    ear.wait(lambda e: isinstance(e, StatusUpdateEvent) and e.power is PowerState.ONLINE)
    long = PrintJob("j1", tuple(Text(f"строка {n}") for n in range(200)) + (Cut(),), 48)
    rig.printer.set_fault(hang_up_after_bytes=1000)
    answer = printed(hasty_devices, long)
    assert (answer.outcome, answer.job_id) == (Outcome.UNKNOWN, "j1")
    rig.printer.set_fault(hang_up_after_bytes=None)
    assert printed(hasty_devices, long) == answer
    assert isinstance(printed(hasty_devices, job("j2")), OutputCompleteEvent)
    assert sum(paper.text.count("строка 0\n") for paper in rig.printer.papers) == 1


def test_a_stale_connection_is_renewed_before_anything_is_sent(config, rig, ear) -> None:
    config["device"][1]["poll_ms"] = 60_000
    devices = build_devices(config, ear)
    devices.open_all()
    assert isinstance(printed(devices, job("j1")), OutputCompleteEvent)
    rig.control({"do": "unplug", "device": "printer"})
    rig.control({"do": "replug", "device": "printer"})
    assert isinstance(printed(devices, job("j2")), OutputCompleteEvent)
    devices.close_all()
    assert len(rig.printer.papers) == 2


def test_an_unplugged_printer_is_told_and_found_again(devices, rig, ear) -> None:
    rig.control({"do": "unplug", "device": "printer"})
    ear.wait(
        lambda e: (
            isinstance(e, StatusUpdateEvent)
            and (e.device, e.power) == ("printer", PowerState.OFF_OFFLINE)
        )
    )
    refused = printed(devices, job("j1"))
    assert (refused.code, refused.outcome) == (ErrorCode.E_OFFLINE, Outcome.NOT_DONE)
    rig.control({"do": "replug", "device": "printer"})
    until(lambda: devices.printers["printer"].power_state is PowerState.ONLINE)
    assert isinstance(printed(devices, job("j1")), OutputCompleteEvent)


def test_status_changes_are_told(devices, rig, ear) -> None:
    rig.printer.set_fault(paper="near_end")
    event = ear.wait(
        lambda e: (
            isinstance(e, StatusUpdateEvent)
            and e.printer is not None
            and e.printer.paper is Paper.NEAR_END
        )
    )
    assert event.power is PowerState.ONLINE
    rig.printer.set_fault(paper="end")
    event = ear.wait(lambda e: isinstance(e, StatusUpdateEvent) and e.power is PowerState.OFFLINE)
    assert event.printer.online is False


def test_a_status_can_be_asked_for(devices, rig) -> None:
    reply = Ear()
    devices.printers["printer"].request_status(reply)
    assert reply.wait(StatusUpdateEvent).printer == PrinterStatus(
        Paper.OK, cover_open=False, online=True, drawer_high=False
    )


def test_a_job_that_cannot_be_encoded_is_refused_whole(devices, rig) -> None:
    answer = printed(devices, PrintJob("j1", (Text("x"), Image(b"junk")), 48))
    assert (answer.code, answer.outcome) == (ErrorCode.E_ILLEGAL, Outcome.NOT_DONE)
    assert rig.printer.tear_off() == ""


def test_an_unknown_printer_shows_which_code_page_it_can_read(devices, rig) -> None:
    reply = Ear()
    devices.printers["printer"].print_code_page_strip("strip", reply)
    assert reply.wait(lambda _event: True) == OutputCompleteEvent("printer", "strip")
    lines = rig.printer.papers[0].text.split("\n")
    readable = [line.split(":")[0] for line in lines if "Съешь ещё булок №1" in line]
    assert readable == ["17 cp866", "46 cp1251"]
    assert len(lines) > len(readable)


def test_closing_answers_the_job_that_waits_and_refuses_the_next(rig, ear) -> None:
    link = TcpLink("127.0.0.1", rig.config()["device"][1]["port"])
    printer = EscPosPrinter("p", link, ENCODER, timings=PrinterTimings(confirm_ms=60_000))
    printer.open()
    rig.printer.set_fault(mute_barrier=True)
    printer.print_job(job("j1"), ear)
    until(lambda: rig.printer.papers)
    printer.close()
    assert ear.wait(ErrorEvent).outcome is Outcome.UNKNOWN
    printer.print_job(job("j2"), ear)
    assert ear.wait(ErrorEvent, 2).outcome is Outcome.NOT_DONE
    reply = Ear()
    printer.request_status(reply)
    assert reply.wait(StatusUpdateEvent).device == "p"


def test_a_status_asked_of_a_line_that_just_broke_is_unknown(rig) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    accepted = threading.Event()

    def drop_everyone() -> None:
        try:
            while True:
                client, _ = server.accept()
                client.recv(3)
                client.close()
                accepted.set()
        except OSError:
            return

    thread = threading.Thread(target=drop_everyone, daemon=True)
    thread.start()
    printer = EscPosPrinter("p", TcpLink("127.0.0.1", server.getsockname()[1]), ENCODER)
    printer.open()
    accepted.wait(10)
    reply = Ear()
    printer.request_status(reply)
    event = reply.wait(StatusUpdateEvent)
    assert event.power is PowerState.OFF_OFFLINE
    assert event.printer == PrinterStatus()
    job_reply = Ear()
    printer.print_job(job(), job_reply)
    answer = job_reply.wait(ErrorEvent)
    assert (answer.code, answer.outcome) == (ErrorCode.E_OFFLINE, Outcome.NOT_DONE)
    printer.close()
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


class Line:
    """A line that breaks at the `break_at`-th write; a printer's answers before that are given."""

    def __init__(self, break_at: int, answers: list[bytes]) -> None:
        self._left = break_at
        self._answers = answers

    def open(self) -> None: ...

    def close(self) -> None: ...

    def read(self, timeout_ms: int) -> bytes:
        return b"" if timeout_ms == 1 or not self._answers else self._answers.pop(0)

    def write(self, data: bytes) -> None:
        self._left -= 1
        if self._left == 0:
            raise LinkDownError("broken")


OFFLINE = [b"\x1a", b"\x12", b"\x12", b"\x12"]


def test_a_line_that_breaks_at_the_very_send_leaves_the_outcome_unknown() -> None:
    reply = Ear()
    with pytest.raises(LinkDownError):
        EscPosPrinter("p", Line(0, []), ENCODER)._send(Line(1, []), b"data", "j1", reply)
    with pytest.raises(LinkDownError):
        EscPosPrinter("p", Line(0, []), ENCODER)._kick(Line(5, list(OFFLINE)), 0, 100, reply)
    assert [event.outcome for event in reply.heard] == [Outcome.UNKNOWN] * 2


def test_an_offline_printer_with_paper_gets_nothing() -> None:
    reply = Ear()
    printer = EscPosPrinter("p", Line(0, []), ENCODER)
    printer._print(Line(0, list(OFFLINE)), "j2", lambda: b"data", reply)
    (refused,) = reply.heard
    assert (refused.code, refused.outcome) == (ErrorCode.E_OFFLINE, Outcome.NOT_DONE)
    assert refused.message == "the printer is offline"


def test_only_the_last_jobs_are_remembered(devices, monkeypatch) -> None:
    monkeypatch.setattr("drivers.pos_printer.driver.JOBS_REMEMBERED", 2)
    for number in range(4):
        printed(devices, job(f"j{number}"))
    assert list(devices.printers["printer"]._begun) == ["j2", "j3"]


def test_answers_are_told_apart_by_their_fixed_bits() -> None:
    reader = ReplyReader()
    stream = b"\x12\x00\x37\x220042\x00\x10\x00\x00\x00\x8a\x0c\x37\x22"
    kinds = [reply.kind for byte in stream for reply in reader.feed(bytes((byte,)))]
    assert kinds == [
        ReplyKind.STATUS,
        ReplyKind.BARRIER,
        ReplyKind.PROCESS_ID,
        ReplyKind.AUTOMATIC,
        ReplyKind.NOISE,
        ReplyKind.BARRIER,
    ]
    reader.reset()
    assert [reply.kind for reply in reader.feed(b"\x12")] == [ReplyKind.STATUS]


def test_status_answers_mean_what_is_documented() -> None:
    from device_bench import vectors

    for row in vectors("escpos.json")["status_replies"]:
        reply = bytes.fromhex(row["reply_hex"])
        said = row["decoded"]
        replies = ReplyReader().feed(reply)
        told = [r.data[0] for r in replies if r.kind is ReplyKind.STATUS]
        status = decode_status({row["request"]: told[0]} if told else {})
        if "online" in said:
            assert status.online is said["online"]
            assert status.drawer_high is (said["drawer_pin3"] == "high")
        if "paper" in said:
            assert status.paper == said["paper"]
        if "cover_open" in said:
            assert status.cover_open is said["cover_open"]
        if row["request"] == 3:
            assert (status.error is None) == (said.get("error", 1) is None)
        if not reply or reply == b"\x00":
            assert status == PrinterStatus()
    assert decode_status({3: 0x16}).error == "recoverable error"

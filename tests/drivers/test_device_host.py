"""The real device-host process against simulated devices, by JSON lines and through `remote`."""

import contextlib
import io
import json
import queue
import subprocess
import sys
import threading

import pytest
from device_bench import HOUSE, PATIENCE_S, Ear, until

from drivers.config_file import write_config
from drivers.contract import (
    Align,
    Columns,
    Cut,
    DataEvent,
    DeviceKind,
    DoneEvent,
    ErrorCode,
    ErrorEvent,
    Outcome,
    OutputCompleteEvent,
    PowerState,
    PrintJob,
    QRCode,
    StatusUpdateEvent,
    Style,
    Text,
    TraceEvent,
)
from drivers.host import Host, main
from drivers.remote import RemoteHost

RECEIPT = PrintJob(
    "0193-receipt",
    (
        Text("ООО «РОМАШКА»", Style(bold=True, align=Align.CENTER)),
        Columns("Молоко 3,2% 1л", "89,90 ₽"),
        QRCode("https://loy.example/c/abc"),
        Cut(),
    ),
    42,
)


class HostProcess:
    """`python -m drivers.host` with its pipes; LinePipe of the contract."""

    def __init__(self, config_path, *options) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "drivers.host", "--config", str(config_path), *options],
            cwd=HOUSE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(line)

    def send_line(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self) -> str:
        self.process.stdin.close()
        self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        complaint = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return complaint

    def pump(self, remote: RemoteHost, true) -> None:
        """Feeds the till's side until something is true."""

        def fed() -> bool:
            while not self.lines.empty():
                remote.on_line(self.lines.get())
            return bool(true())

        until(fed)


@pytest.fixture
def host(tmp_path, config):
    path = tmp_path / "devices.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    process = HostProcess(path)
    yield process
    if process.process.poll() is None:
        process.process.kill()
        process.end()


def test_a_till_sells_through_the_device_host_process(host, rig) -> None:
    told, answers = Ear(), Ear()
    remote = RemoteHost(host, told)
    printer, drawer = remote.printer("printer"), remote.drawer("drawer")
    display = remote.display("display")
    host.pump(remote, lambda: printer.power_state is PowerState.ONLINE)
    host.pump(remote, lambda: remote.scanner("scanner").power_state is PowerState.ONLINE)

    remote.enable_data(answers)
    rig.scanner.scan(b"]E04006381333931")
    host.pump(remote, lambda: any(isinstance(e, DataEvent) for e in told.heard))
    scan = told.wait(DataEvent).payload
    assert (scan.text, scan.symbology, scan.aim) == ("4006381333931", "EAN13", "]E0")

    printer.print_job(RECEIPT, answers)
    drawer.open_drawer(answers)
    display.display_lines(("ИТОГО", "89,90"), answers)
    host.pump(remote, lambda: len(answers.heard) == 4)
    assert OutputCompleteEvent("printer", RECEIPT.job_id) in answers.heard
    assert OutputCompleteEvent("drawer") in answers.heard
    assert DoneEvent("display") in answers.heard
    lines = rig.printer.papers[0].text.split("\n")
    assert lines[0].strip() == "ООО «РОМАШКА»"
    assert lines[1].split() == ["Молоко", "3,2%", "1л", "89,90", "₽"]
    until(lambda: rig.screen.lines[0].strip() == "ИТОГО")
    host.pump(remote, lambda: drawer.drawer_opened is True)
    assert printer.status.online is True
    remote.request_trace("scanner", answers)
    host.pump(remote, lambda: len(answers.heard) == 5)
    rows = answers.wait(TraceEvent).entries
    assert (rows[-1][1], bytes.fromhex(rows[-1][2])[-1:]) == ("rx", b"\r")
    assert host.end() == ""
    assert host.process.returncode == 0


def test_scans_come_one_by_one_and_only_when_the_till_is_ready(host, rig) -> None:
    told = Ear()
    remote = RemoteHost(host, told)
    host.pump(remote, lambda: remote.last_status("scanner").power is PowerState.ONLINE)
    for label in (b"first", b"second", b"third"):
        rig.scanner.scan(label)
    seen = Ear()

    def scans() -> list[str]:
        return [e.payload.text for e in told.heard if isinstance(e, DataEvent)]

    remote.request_health(seen)
    host.pump(remote, lambda: seen.heard)
    assert scans() == []
    for count in (1, 2, 3):
        remote.enable_data()
        host.pump(remote, lambda wanted=count: len(scans()) == wanted)
    assert scans() == ["first", "second", "third"]
    remote.disable_data(seen)
    remote.clear_input(seen)
    host.pump(remote, lambda: len(seen.heard) == 3)


def test_a_host_that_dies_leaves_no_request_unanswered(host, rig) -> None:
    told, answers = Ear(), Ear()
    remote = RemoteHost(host, told)
    host.pump(remote, lambda: remote.printer("printer").power_state is PowerState.ONLINE)
    rig.printer.set_fault(mute_barrier=True)
    remote.printer("printer").print_job(RECEIPT, answers)
    until(lambda: rig.printer.papers)
    host.process.kill()
    host.process.wait(PATIENCE_S)
    remote.request_health(answers)
    remote.on_host_lost()
    unknown = answers.wait(lambda e: isinstance(e, ErrorEvent) and e.job_id is not None)
    assert (unknown.outcome, unknown.job_id) == (Outcome.UNKNOWN, RECEIPT.job_id)
    assert len(answers.heard) == 2
    assert remote.printer("printer").power_state is PowerState.UNKNOWN
    host._reader.join(PATIENCE_S)
    for stream in (host.process.stdout, host.process.stderr):
        stream.close()
    with contextlib.suppress(OSError):
        host.process.stdin.close()


def test_the_host_ends_when_its_input_ends_even_within_a_job(host, rig) -> None:
    rig.printer.set_fault(mute_barrier=True)
    remote = RemoteHost(host, Ear())
    remote.print_job("printer", RECEIPT, Ear())
    until(lambda: rig.printer.papers)
    assert host.end() == ""
    assert host.process.returncode == 0


def test_a_slip_in_the_configuration_costs_only_its_own_device(tmp_path, config) -> None:
    path = tmp_path / "devices.toml"
    toaster = {"kind": "toaster", "name": "bread"}
    misspelt = {**config["device"][0], "name": "second", "bawd": 9600}
    write_config(path, {"device": [toaster, misspelt, *config["device"]]})
    host = HostProcess(path)
    told, answers = Ear(), Ear()
    remote = RemoteHost(host, told)
    host.pump(remote, lambda: remote.printer("printer").power_state is PowerState.ONLINE)
    host.pump(remote, lambda: remote.last_status("second").state is not None)
    assert "unknown key bawd" in remote.last_status("second").state["misfit"]
    remote.request_health(answers)
    host.pump(remote, lambda: answers.heard)
    rows = {row.name: row for row in answers.heard[0].health}
    assert rows["bread"].kind is DeviceKind.UNKNOWN
    assert "toaster" in rows["bread"].last_error
    assert rows["second"].power is PowerState.UNKNOWN
    remote.request("status", answers, device="second")
    remote.request("print", answers, device="bread", fields={"job": {}})
    host.pump(remote, lambda: len(answers.heard) == 3)
    assert [one.code for one in answers.heard[1:]] == [ErrorCode.E_ILLEGAL] * 2
    assert host.end() == ""


def test_the_entry_point_reads_toml_and_serves_until_input_ends(tmp_path, monkeypatch, capsys):
    def said_by(text: str | None) -> list[dict]:
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text)
        monkeypatch.setattr(sys, "stdin", io.StringIO('\n{"id": 1, "do": "health"}\n'))
        assert main(["--config", str(path)]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    path = tmp_path / "devices.toml"
    said = said_by('[[device]]\nkind="scanner"\ndriver="serial"\nport="/no/such/port"\n')
    assert next(one for one in said if one["event"] == "done")["id"] == 1
    assert said_by(None)[0]["health"] == []
    assert "list of tables" in said_by("device = 5")[0]["message"]
    assert "devices.toml cannot be read" in said_by("[[device")[0]["message"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert main(["--config", str(path)]) == 0


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        '{"id": "x"}',
        '{"id": 1}',
        '{"id": 1, "do": "dance"}',
        '{"id": 1, "do": "print", "device": "nobody"}',
        '{"id": 1, "do": "print", "job": {}}',
        '{"id": 1, "do": "display", "device": "display", "lines": "one"}',
        '{"id": 1, "do": "calibrate_drawer"}',
        '{"id": 1, "do": "status"}',
        '{"id": 1, "do": "trace"}',
        '{"id": 1, "do": "code_page_strip"}',
    ],
)
def test_a_request_that_makes_no_sense_is_answered_not_fatal(rig, line) -> None:
    out = io.StringIO()
    host = Host(rig.config(), out)
    host.take(line)
    (said,) = [json.loads(one) for one in out.getvalue().splitlines()]
    assert (said["event"], said["code"]) == ("error", int(ErrorCode.E_ILLEGAL))
    assert said.get("id", 1) == 1


def test_every_request_is_answered_with_its_number(rig, config) -> None:
    class Pipe(io.StringIO):
        def answers(self) -> dict[int, dict]:
            said = [json.loads(line) for line in self.getvalue().splitlines()]
            return {one["id"]: one for one in said if "id" in one}

    out = Pipe()
    host = Host(config, out)
    host.devices.open_all()
    requests = [
        {"do": "enable_data"},
        {"do": "disable_data"},
        {"do": "clear_input"},
        {"do": "status", "device": "printer"},
        {"do": "status", "device": "scanner"},
        {"do": "display", "lines": ["a", "b"]},
        {"do": "clear_display"},
        {"do": "open_drawer"},
        {"do": "calibrate_drawer", "is_open": True},
        {"do": "trace", "device": "printer"},
        {"do": "code_page_strip", "job_id": "strip"},
        {"do": "health"},
    ]
    for number, request in enumerate(requests, 1):
        host.take(json.dumps({"id": number, **request}))
    until(lambda: len(out.answers()) == len(requests))
    assert all(one["event"] != "error" for one in out.answers().values())
    host.devices.close_all()


def test_a_till_that_stopped_reading_does_not_stop_the_devices(rig) -> None:
    class Broken(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    host = Host(rig.config(), Broken())
    host.take('{"id": 1, "do": "health"}')
    host.take('{"id": 2, "do": "health"}')


class Lines:
    """A pipe whose far end the test plays."""

    def __init__(self) -> None:
        self.sent: list[dict] = []
        self.broken = False

    def send_line(self, line: str) -> None:
        if self.broken:
            raise BrokenPipeError("the pipe is closed")
        self.sent.append(json.loads(line))


@pytest.fixture
def pipe():
    return Lines()


def test_the_last_paper_of_a_backlog_is_not_given_up_before_its_turn(pipe, ear) -> None:
    remote = RemoteHost(pipe, ear)
    answers = [Ear(), Ear()]
    for number, answer in enumerate(answers):
        remote.printer("p").print_job(PrintJob(f"j{number}", (Text("x"),)), answer)
    remote.tick(0)
    remote.tick(60_000)
    assert [len(one.heard) for one in answers] == [1, 0]
    remote.tick(120_000)
    assert [one.heard[0].outcome for one in answers] == [Outcome.UNKNOWN] * 2


def test_a_job_without_answer_is_unknown_after_its_deadline(pipe, ear) -> None:
    remote = RemoteHost(pipe, ear)
    reply = Ear()
    remote.printer("printer").print_job(RECEIPT, reply)
    assert pipe.sent[0]["job"]["job_id"] == RECEIPT.job_id
    remote.tick(1_000)
    remote.tick(60_999)
    assert reply.heard == []
    remote.tick(61_000)
    (answer,) = reply.heard
    assert (answer.code, answer.outcome) == (ErrorCode.E_TIMEOUT, Outcome.UNKNOWN)
    late = {"id": 1, "event": "output_complete", "device": "printer", "job_id": RECEIPT.job_id}
    remote.on_line(json.dumps(late))
    assert ear.heard == [OutputCompleteEvent("printer", RECEIPT.job_id)], "the truth came late"
    assert len(reply.heard) == 1


def test_other_requests_without_answer_are_simply_not_done(pipe, ear) -> None:
    remote = RemoteHost(pipe, ear)
    reply = Ear()
    remote.display("display").clear_text(reply)
    remote.drawer("drawer").calibrate(True, reply)
    remote.scanner("scanner").request_status(reply)
    remote.tick(0)
    remote.tick(10_000)
    assert [event.outcome for event in reply.heard] == [Outcome.NOT_DONE] * 3
    remote.on_line('{"id": 1, "event": "done", "device": "display", "health": []}')
    assert ear.heard == []


def test_a_broken_pipe_answers_at_once(pipe, ear) -> None:
    pipe.broken = True
    reply = Ear()
    RemoteHost(pipe, ear).printer("printer").print_job(RECEIPT, reply)
    (answer,) = reply.heard
    assert (answer.code, answer.outcome) == (ErrorCode.E_OFFLINE, Outcome.NOT_DONE)


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"event": "party"}', "\x00"])
def test_nonsense_from_the_host_is_told_never_fatal(pipe, ear, line) -> None:
    RemoteHost(pipe, ear).on_line(line)
    (error,) = ear.heard
    assert error.code is ErrorCode.E_FAILURE


def test_remote_devices_know_what_was_last_told(pipe, ear) -> None:
    remote = RemoteHost(pipe, ear)
    printer = remote.printer("printer")
    assert printer.power_state is PowerState.UNKNOWN
    assert remote.drawer("drawer").drawer_opened is None
    remote.on_line('{"event": "status", "device": "printer", "power": 2001}')
    assert printer.power_state is PowerState.ONLINE
    assert printer.health().power is PowerState.ONLINE
    assert ear.wait(StatusUpdateEvent).device == "printer"
    printer.open()
    printer.close()
    assert pipe.sent == []

"""Another configuration while the till sells: nothing that was asked is lost, the rest stays."""

import json

import pytest
from device_bench import Ear, until
from test_device_host import HostProcess

from drivers.config_file import read_config, write_config
from drivers.contract import (
    Cut,
    DataEvent,
    DoneEvent,
    ErrorCode,
    ErrorEvent,
    OutputCompleteEvent,
    PowerState,
    PrintJob,
    ResultEvent,
    StatusUpdateEvent,
    Text,
)
from drivers.host import Host
from drivers.host.changeover import difference
from drivers.remote import RemoteHost

JOB = PrintJob("job-1", (Text("чек"), Cut()), 42)


@pytest.fixture
def path(tmp_path, config):
    path = tmp_path / "devices.toml"
    config["device"][1]["confirm_ms"] = 2000
    config["lan"] = {"listen": "127.0.0.1:1"}
    write_config(path, config)
    return path


@pytest.fixture
def host(path):
    process = HostProcess(path)
    yield process
    if process.process.poll() is None:
        process.process.kill()
        process.end()


def _configure(host, remote, tables):
    answers = Ear()
    remote.request("configure", answers, fields={"tables": tables})
    host.pump(remote, lambda: answers.heard)
    return answers.heard[0]


def test_a_scanner_moves_to_another_port_while_the_printer_prints(host, rig, path, config) -> None:
    told, answers = Ear(), Ear()
    remote = RemoteHost(host, told)
    host.pump(remote, lambda: remote.printer("printer").power_state is PowerState.ONLINE)
    rig.printer.set_fault(mute_barrier=True)
    remote.print_job("printer", JOB, answers)
    until(lambda: rig.printer.papers)
    tables = config["device"]
    slower = {**tables[0], "name": "gun"}
    answer = _configure(host, remote, [slower, *tables[1:]])
    assert answer == ResultEvent("", {"changed": ["gun", "scanner"]})
    host.pump(remote, lambda: remote.last_status("gun").power is PowerState.ONLINE)
    host.pump(remote, lambda: remote.last_status("scanner").power is PowerState.UNKNOWN)
    assert answers.heard == [], "the job is still where it was"
    rig.printer.set_fault(mute_barrier=False)
    remote.enable_data()
    rig.scanner.scan(b"4006381333931")
    host.pump(remote, lambda: any(isinstance(one, DataEvent) for one in told.heard))
    host.pump(remote, lambda: answers.heard)
    assert read_config(path)["device"][0]["name"] == "gun"
    assert read_config(path)["lan"] == config["lan"], "what is not of devices stays"
    assert len(rig.printer.papers) == 1


def test_a_printer_is_changed_only_after_its_job_and_later_jobs_wait(host, rig, config) -> None:
    answers = Ear()
    remote = RemoteHost(host, Ear())
    host.pump(remote, lambda: remote.drawer("drawer").power_state is PowerState.ONLINE)
    rig.printer.set_fault(paper="end")
    host.pump(remote, lambda: remote.printer("printer").status.paper.value == "end")
    rig.printer.set_fault(paper="ok")
    remote.print_job("printer", JOB, answers)
    tables = config["device"]
    changed = [tables[0], {**tables[1], "poll_ms": 77}, *tables[2:]]
    answer = _configure(host, remote, changed)
    assert answer.payload["changed"] == ["drawer", "printer"], "a drawer hangs on its printer"
    remote.print_job("printer", PrintJob("job-2", (Text("второй"), Cut()), 42), answers)
    remote.drawer("drawer").open_drawer(answers)
    host.pump(remote, lambda: len(answers.heard) == 3)
    assert {type(one) for one in answers.heard} == {OutputCompleteEvent}
    assert [paper.text for paper in rig.printer.papers] == ["чек", "второй"]
    host.pump(remote, lambda: remote.drawer("drawer").drawer_opened is not None)


def test_a_wrong_table_is_refused_whole_and_nothing_is_written(host, rig, path, config) -> None:
    remote = RemoteHost(host, Ear())
    before = path.read_bytes()
    tables = config["device"]
    for wrong, why in (
        ([{**tables[0], "bawd": 1}, *tables[1:]], "unknown key bawd"),
        ([*tables, tables[0]], "taken"),
        (None, "list of tables"),
    ):
        answer = _configure(host, remote, wrong)
        assert (answer.code, why in answer.message) == (ErrorCode.E_ILLEGAL, True), answer
    assert path.read_bytes() == before
    assert _configure(host, remote, tables) == ResultEvent("", {"changed": []})


def test_a_removed_device_is_gone_and_a_new_one_comes(host, rig, config) -> None:
    told, answers = Ear(), Ear()
    remote = RemoteHost(host, told)
    host.pump(remote, lambda: remote.last_status("display").power is PowerState.ONLINE)
    tables = config["device"]
    _configure(host, remote, tables[:3])
    host.pump(remote, lambda: remote.last_status("display").power is PowerState.UNKNOWN)
    remote.request("config", answers)
    remote.request("device_fields", answers, fields={"table": tables[3]})
    remote.display("display").clear_text(answers)
    host.pump(remote, lambda: len(answers.heard) == 3)
    assert len(answers.heard[0].payload["device"]) == 3
    assert answers.heard[1].payload["fault"] is None
    assert answers.heard[2].code is ErrorCode.E_ILLEGAL
    _configure(host, remote, tables)
    host.pump(remote, lambda: remote.last_status("display").power is PowerState.ONLINE)


def test_live_tests_of_every_kind(host, rig) -> None:
    told, answers = Ear(), Ear()
    remote = RemoteHost(host, told)
    for name in ("printer", "scanner", "display", "drawer"):
        host.pump(remote, lambda n=name: remote.last_status(n).power is PowerState.ONLINE)

    def check(name, level="interactive", act=lambda: None):
        before, taken = len(answers.heard), Ear()
        remote.request("check", answers, device=name, fields={"level": level})
        remote.request("config", taken)  # requests are taken in turn: after this one it waits
        host.pump(remote, lambda: taken.heard)
        act()
        host.pump(remote, lambda: len(answers.heard) > before)
        return answers.heard[-1]

    remote.enable_data()
    tasted = check("scanner", act=lambda: rig.scanner.scan(b"]E04006381333931"))
    assert tasted.payload["text"] == "4006381333931"
    assert bytes.fromhex(tasted.payload["raw"]) == b"4006381333931"
    assert not [one for one in told.heard if isinstance(one, DataEvent)], "no sale got it"
    assert isinstance(check("printer"), OutputCompleteEvent)
    assert "Копилка" in rig.printer.papers[0].text
    assert {code.data for code in rig.printer.papers[0].codes} >= {"2000000000008"}
    assert isinstance(check("drawer"), OutputCompleteEvent)
    assert rig.printer.kicks == [0]
    assert isinstance(check("display"), DoneEvent)
    until(lambda: "АБВГ" in rig.screen.lines[1])
    assert isinstance(check("printer", "external"), StatusUpdateEvent)
    (row,) = check("scanner", "internal").health
    assert (row.name, row.good_count, row.reconnect_count) == ("scanner", 1, 0)
    assert row.silent_ms is not None
    assert check("scanner", "surgical").code is ErrorCode.E_ILLEGAL
    assert check("nobody").code is ErrorCode.E_ILLEGAL


def test_a_live_scan_may_be_given_up_and_the_next_scan_is_a_sale_s_again(host, rig) -> None:
    told, answers = Ear(), Ear()
    remote = RemoteHost(host, told)
    host.pump(remote, lambda: remote.last_status("scanner").power is PowerState.ONLINE)
    level = {"level": "interactive"}
    first = remote.request("check", answers, device="scanner", fields=level)
    second = remote.request("check", answers, device="scanner", fields=level)
    host.pump(remote, lambda: len(answers.heard) == 1)
    remote.cancel(first)
    remote.cancel(second)
    host.pump(remote, lambda: len(answers.heard) == 2)
    assert {one.code for one in answers.heard if isinstance(one, ErrorEvent)} == {
        ErrorCode.E_TIMEOUT
    }
    remote.enable_data()
    rig.scanner.scan(b"sale")
    host.pump(remote, lambda: any(isinstance(one, DataEvent) for one in told.heard))


def test_reconnects_are_counted(host, rig) -> None:
    remote, answers = RemoteHost(host, Ear()), Ear()
    scanner = remote.scanner("scanner")
    host.pump(remote, lambda: scanner.power_state is PowerState.ONLINE)
    rig.scanner.endpoint.unplug()
    host.pump(remote, lambda: scanner.power_state is PowerState.OFF_OFFLINE)
    rig.scanner.endpoint.replug()
    host.pump(remote, lambda: scanner.power_state is PowerState.ONLINE)
    remote.request_health(answers)
    host.pump(remote, lambda: answers.heard)
    rows = {row.name: row for row in answers.heard[0].health}
    assert rows["scanner"].reconnect_count == 1
    assert rows["printer"].reconnect_count == 0


def test_what_changes_is_named_with_what_hangs_on_it() -> None:
    printer = {"kind": "printer", "name": "p", "driver": "tcp"}
    drawer = {"kind": "drawer", "printer": "p"}
    scanner = {"kind": "scanner"}
    assert difference([printer, drawer, scanner], [scanner, drawer, printer]) == set()
    assert difference([printer, drawer], [{**printer, "host": "h"}, drawer]) == {"p", "drawer"}
    assert difference([scanner], [printer]) == {"scanner", "p"}
    assert json.dumps(sorted(difference([drawer], [drawer, printer]))) == '["drawer", "p"]'


class Lines:
    """Where a host in this process writes; answers by their number."""

    def __init__(self) -> None:
        self.said: list[dict] = []

    def write(self, text: str) -> int:
        self.said.append(json.loads(text))
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""

    def answer(self, number: int) -> dict | None:
        return next((one for one in self.said if one.get("id") == number), None)


def test_requests_for_a_device_that_is_changing_wait_for_the_new_one(rig, tmp_path, config) -> None:
    out, path = Lines(), tmp_path / "devices.toml"
    host = Host(config, out, path=path)
    host.open_all()
    until(lambda: host.devices.find("display").power_state is PowerState.ONLINE)
    host.take('{"id": 1, "do": "check", "device": "scanner", "level": "interactive"}')
    tables = config["device"]
    changed = [{**tables[0], "idle_ms": 90}, *tables[1:3], {**tables[3], "model": "cd5220"}]
    host.take(json.dumps({"id": 2, "do": "configure", "tables": changed}))
    assert out.answer(2)["payload"]["changed"] == ["display", "scanner"]
    host.take('{"id": 3, "do": "display", "device": "display", "lines": ["a"]}')
    host.take('{"id": 4, "do": "health", "device": "printer"}')
    assert len(out.answer(4)["health"]) == 1, "the others are asked at once"
    assert out.answer(3) is None, "the scanner still owes its label"
    host.take('{"id": 5, "do": "cancel", "request": 1}')
    until(lambda: out.answer(3) is not None)
    assert out.answer(3)["event"] == "done"
    assert out.answer(1)["event"] == "error"
    assert read_config(path)["device"] == changed
    host.take(json.dumps({"id": 6, "do": "configure", "tables": changed[:1]}))
    until(lambda: [one.name for one in host.devices.all()] == ["scanner"])
    blocked = tmp_path / "file"
    blocked.touch()
    host._changeover._path = blocked / "devices.toml"
    host.take(json.dumps({"id": 7, "do": "configure", "tables": []}))
    assert "cannot be written" in out.answer(7)["message"]
    host.close_all()

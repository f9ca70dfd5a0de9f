"""Configuration to devices: what is misspelt is refused by name, what is missing is looked for."""

from types import SimpleNamespace

import pytest
from device_bench import FONT, Ear, until

from drivers.contract import (
    Cut,
    DataEvent,
    Device,
    OutputCompleteEvent,
    PowerState,
    PrintJob,
    Text,
)
from drivers.fake import PtyEndpoint, VirtualPrinter, VirtualPrinterDevice, VirtualScanner
from drivers.registry import ConfigError, build_devices
from drivers.scanner.framing import Framer, Framing
from drivers.transport import FileLink, LinkDownError

PRINTER = {"kind": "printer", "name": "p", "driver": "tcp", "host": "127.0.0.1", "port": 9}


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ("scanner", "list of tables"),
        (["scanner"], "list of tables"),
        ([{}], "kind"),
        ([{"kind": "toaster"}], "toaster"),
        ([{"kind": "scanner"}], "driver is missing"),
        ([{"kind": "scanner", "driver": "telepathy"}], "telepathy"),
        ([{"kind": "scanner", "driver": "serial"}], "port is missing"),
        ([{"kind": "scanner", "driver": "serial", "port": 5}], "port must be text"),
        ([{"kind": "scanner", "driver": "serial", "port": "x", "baud": True}], "baud"),
        ([{"kind": "scanner", "driver": "serial", "port": "x", "framing": "9X9"}], "9X9"),
        ([{"kind": "scanner", "driver": "serial", "port": "x", "prefix_hex": "zz"}], "hexadec"),
        ([{"kind": "scanner", "driver": "serial", "port": "usb:zebra"}], "usb:VVVV:PPPP"),
        ([{"kind": "printer", "driver": "file"}], "path is missing"),
        ([{"kind": "scanner", "driver": "serial", "port": "x", "bawd": 9600}], "bawd"),
        ([PRINTER, PRINTER], "taken"),
        ([{**PRINTER, "model": "gutenberg"}], "gutenberg"),
        ([{**PRINTER, "font": "/no/such/font"}], "font"),
        ([{"kind": "drawer", "printer": "p"}], "no such printer"),
        ([PRINTER, {"kind": "drawer", "printer": "p", "driver": "magic"}], "driver"),
        ([PRINTER, {"kind": "drawer", "printer": "p", "pin": 5}], "pin"),
        ([{"kind": "display", "driver": "tcp", "host": "h", "model": "x"}], "model"),
    ],
)
def test_a_wrong_configuration_is_refused_with_the_reason(tables, why) -> None:
    with pytest.raises(ConfigError, match=why):
        build_devices({"device": tables}, Ear())


def test_no_devices_are_a_configuration_too() -> None:
    assert build_devices({}, Ear()).all() == ()


def test_a_drawer_may_stand_before_its_printer_in_the_file() -> None:
    devices = build_devices({"device": [{"kind": "drawer", "printer": "p"}, PRINTER]}, Ear())
    assert devices.find("drawer") is devices.drawers["drawer"]
    assert devices.find("nobody") is None


def test_every_scanner_key_is_understood() -> None:
    table = {
        "kind": "scanner",
        "driver": "serial",
        "port": "COM1",
        "baud": 115200,
        "framing": "8E1",
        "rtscts": True,
        "dsrdtr": True,
        "suffixes_hex": ["03"],
        "prefix_hex": "02",
        "idle_ms": 100,
        "label_ids": "upos",
        "encoding": "cp1251",
    }
    devices = build_devices({"device": [table]}, Ear())
    assert list(devices.scanners) == ["scanner"]


def test_a_printer_with_a_font_and_another_paper_width() -> None:
    table = {**PRINTER, "model": "zjiang", "dots": 576, "font": str(FONT), "process_id": True}
    assert list(build_devices({"device": [table]}, Ear()).printers) == ["p"]


def test_a_device_that_is_not_there_yet_is_found_when_it_comes(tmp_path) -> None:
    ear = Ear()
    path = tmp_path / "late"
    table = {"kind": "scanner", "driver": "serial", "port": str(path)}
    devices = build_devices({"device": [table]}, ear)
    devices.open_all()
    until(lambda: devices.health()[0].power is PowerState.OFF_OFFLINE)
    gun = VirtualScanner(PtyEndpoint(path))
    gun.start()
    until(lambda: devices.health()[0].power is PowerState.ONLINE)
    gun.scan(b"]Q1hello")
    assert ear.wait(DataEvent).payload.text == "hello"
    devices.close_all()
    gun.stop()


def test_a_scanner_is_found_by_its_usb_identity_whatever_its_number(tmp_path, monkeypatch) -> None:
    gun = VirtualScanner(PtyEndpoint(tmp_path / "ttyACM7"))
    gun.start()
    plugged = [
        SimpleNamespace(vid=0x1234, pid=0x0001, serial_number="A", device="/dev/other"),
        SimpleNamespace(vid=0x0C2E, pid=0x0B8F, serial_number="B", device="/dev/twin"),
        SimpleNamespace(vid=0x0C2E, pid=0x0B8F, serial_number="C", device=str(gun.endpoint.path)),
    ]
    seen: list = []
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: list(seen))
    ear = Ear()
    table = {"kind": "scanner", "driver": "serial", "port": "usb:0c2e:0b8f:C"}
    devices = build_devices({"device": [table]}, ear)
    devices.open_all()
    until(lambda: devices.health()[0].last_error == "usb:0c2e:0b8f:C: not plugged in")
    seen += plugged
    until(lambda: devices.health()[0].power is PowerState.ONLINE)
    gun.scan(b"found")
    assert ear.wait(DataEvent).payload.text == "found"
    devices.close_all()
    gun.stop()


def test_a_usb_printer_shown_as_a_file_prints_and_confirms(tmp_path) -> None:
    printer = VirtualPrinter()
    device = VirtualPrinterDevice(printer, PtyEndpoint(tmp_path / "lp0"))
    device.start()
    table = {"kind": "printer", "driver": "file", "path": str(tmp_path / "lp0"), "poll_ms": 50}
    ear, reply = Ear(), Ear()
    devices = build_devices({"device": [table]}, ear)
    devices.open_all()
    devices.printers["printer"].print_job(PrintJob("j", (Text("чек"), Cut()), 48), reply)
    assert reply.wait(lambda _event: True) == OutputCompleteEvent("printer", "j")
    assert [paper.text for paper in printer.papers] == ["чек"]
    second = FileLink(tmp_path / "lp0")
    with pytest.raises(LinkDownError, match="in use"):
        second.open()
    device.endpoint.unplug()
    until(lambda: devices.health()[0].power is PowerState.OFF_OFFLINE)
    device.endpoint.replug()
    until(lambda: devices.health()[0].power is PowerState.ONLINE)
    devices.close_all()
    device.stop()


def test_a_file_link_says_when_it_is_lost(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("drivers.transport.file_link.WRITE_TIMEOUT_MS", 50)
    link = FileLink(tmp_path / "lp0")
    with pytest.raises(LinkDownError):
        link.open()
    with pytest.raises(LinkDownError):
        link.read(1)
    end = PtyEndpoint(tmp_path / "lp0")
    link.open()
    link.open()
    assert link.read(1) == b""
    with pytest.raises(LinkDownError, match="no more bytes"):
        link.write(bytes(1_000_000))
    end.unplug()
    with pytest.raises(LinkDownError):
        link.read(10)
    link.close()


def test_the_trace_of_raw_bytes_can_be_replayed_as_a_test(rig, devices, ear) -> None:
    until(lambda: devices.scanners["scanner"].power_state is PowerState.ONLINE)
    rig.scanner.scan(b"]E04006381333931")
    event = ear.wait(DataEvent)
    rows = devices.traces["scanner"].rows()
    framer = Framer(Framing())
    frames = [
        frame
        for t_ms, way, digits in rows
        if way == "rx"
        for frame in framer.feed(t_ms, bytes.fromhex(digits))
    ]
    assert [frame.data for frame in frames] == [b"]E0" + event.payload.raw]


def test_every_device_has_what_the_contract_asks(devices) -> None:
    def is_device(device: Device) -> bool:
        words = ("name", "kind", "power_state", "open", "close", "request_status", "health")
        return all(hasattr(device, word) for word in words)

    assert all(is_device(device) for device in devices.all())
    assert [row.name for row in devices.health()] == ["scanner", "printer", "drawer", "display"]

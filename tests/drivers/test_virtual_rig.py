"""The simulated counter in its own process, driven over its control line."""

import base64
import io
import json
import socket
import subprocess
import sys

import pytest
import zxingcpp
from device_bench import FONT, HOUSE, PATIENCE_S, Ear, until
from PIL import Image

from drivers.contract import Cut, DataEvent, OutputCompleteEvent, PrintJob, QRCode, Text
from drivers.fake.command import main
from drivers.registry import build_devices


class Control:
    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self._lines = self._socket.makefile("rw", encoding="utf-8")

    def raw(self, line: str) -> dict:
        self._lines.write(line + "\n")
        self._lines.flush()
        return json.loads(self._lines.readline())

    def __call__(self, do: str, **order) -> dict:
        return self.raw(json.dumps({"do": do, **order}))

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


@pytest.fixture
def counter():
    process = subprocess.Popen(
        [sys.executable, "-m", "drivers.fake.command", "--font", str(FONT), "--display", "cd5220"],
        cwd=HOUSE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    said = json.loads(process.stdout.readline())
    control = Control(said["control_port"])
    yield said["config"], control
    control.close()
    process.stdin.close()
    assert process.wait(PATIENCE_S) == 0
    process.stdout.close()


def test_a_counter_in_another_process_is_driven_by_its_control_line(counter) -> None:
    config, control = counter
    ear, reply = Ear(), Ear()
    devices = build_devices(config, ear)
    devices.open_all()
    until(lambda: devices.scanners["scanner"].power_state == 2001)
    assert control("scan", hex=b"]Q1token".hex()) == {"ok": True}
    assert control("scan", text="4006381333931") == {"ok": True}
    assert control("replay", chunks=[[0, "3936"], [3, "3338353037340d"]]) == {"ok": True}
    ear.wait(DataEvent, 3)
    texts = [event.payload.text for event in ear.heard if isinstance(event, DataEvent)]
    assert texts == ["token", "4006381333931", "96385074"]

    job = PrintJob("j", (Text("Сдача 5 ₽"), QRCode("https://loy.example"), Cut()), 48)
    devices.printers["printer"].print_job(job, reply)
    reply.wait(OutputCompleteEvent)
    (paper,) = control("papers", png=True)["papers"]
    assert paper["text"].startswith("Сдача 5 ₽")
    assert paper["codes"] == [["QR", "https://loy.example"]]
    picture = Image.open(io.BytesIO(base64.b64decode(paper["png"])))
    assert zxingcpp.read_barcodes(picture)[0].text == "https://loy.example"
    assert control("papers", since=1) == {"ok": True, "papers": []}

    devices.drawers["drawer"].open_drawer(reply)
    reply.wait(lambda e: e.device == "drawer")
    assert control("drawer") == {"ok": True, "opened": True, "kicks": [0]}
    assert control("drawer", close=True)["opened"] is False
    devices.displays["display"].display_lines(("Привет",), reply)
    until(lambda: control("display")["lines"][0].strip() == "Привет")
    assert control("unplug", device="scanner") == {"ok": True}
    until(lambda: devices.scanners["scanner"].power_state == 2004)
    assert control("replug", device="scanner") == {"ok": True}
    until(lambda: devices.scanners["scanner"].power_state == 2001)
    assert control("tear_off") == {"ok": True, "text": ""}
    assert control("fault", paper="end") == {"ok": True}
    assert control("config")["config"] == config
    devices.close_all()


def test_every_order_works_in_the_same_process_too(rig) -> None:
    orders = [
        {"do": "scan", "text": "x"},
        {"do": "replay", "chunks": [[0, "31"], [1, "0d"]], "keep_timing": False},
        {"do": "papers", "png": True},
        {"do": "fault", "paper": "near_end"},
        {"do": "drawer", "close": True},
        {"do": "display"},
        {"do": "tear_off"},
        {"do": "unplug", "device": "display"},
        {"do": "replug", "device": "display"},
        {"do": "config"},
    ]
    assert all(rig.control(order)["ok"] for order in orders)
    rig.printer.feed(b"hi\n\x1dV\x00")
    (paper,) = rig.control({"do": "papers"})["papers"]
    assert paper == {"text": "hi", "codes": []}
    assert "png" in rig.control({"do": "papers", "png": True})["papers"][0]


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        '{"do": "scan", "hex": "zz"}',
        '{"do": "scan"}',
        '{"do": "fault", "fire": true}',
        '{"do": "unplug", "device": "till"}',
        '{"do": "replay", "chunks": 5}',
    ],
)
def test_a_wrong_order_is_answered_with_the_reason(rig, line) -> None:
    control = Control(rig.control_port)
    answer = control.raw(line)
    assert answer["ok"] is False
    assert answer["error"]
    control.close()


def test_where_there_are_no_pseudo_terminals_sockets_do(monkeypatch, capsys) -> None:
    monkeypatch.delattr("os.openpty")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert main([]) == 0
    config = json.loads(capsys.readouterr().out)["config"]
    assert {table["driver"] for table in config["device"]} == {"tcp", "printer"}

"""`kopilka devices strip`: a real printer's strip, a person's answer, the device file."""

import json
import subprocess
import sys

import pytest
from device_bench import FONT

from drivers.config_file import read_config
from drivers.fake import VirtualRig
from drivers.host.service import Service
from pos_app.wiring.devices_cli import main
from pos_app.wiring.printer_strip import run_strip


@pytest.fixture
def rig():
    with VirtualRig(font_path=FONT) as counter:
        counter.printer._pages = {59: "cp866", 73: "cp1251"}
        yield counter


@pytest.fixture
def path(rig, tmp_path):
    table = next(one for one in rig.config()["device"] if one["kind"] == "printer")
    file = tmp_path / "devices.json"
    file.write_text(json.dumps({"lan": {}, "device": [table | {"poll_ms": 100}]}))
    return file


def test_a_person_reads_the_strip_and_the_file_has_the_answer(rig, path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pos_app", "devices", "strip", "printer", "--devices", str(path)],
        input="59 cp866, 73 cp1251\n",
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert "code_pages = 59 cp866, 73 cp1251" in run.stdout
    lines = rig.printer.papers[0].text.split("\n")
    assert [line.split(":")[0] for line in lines if "Съешь ещё" in line] == [
        "59 cp866",
        "73 cp1251",
    ]
    config = read_config(path)
    assert config["device"][0]["code_pages"] == ["59 cp866", "73 cp1251"]
    assert config["lan"] == {}


def test_answers_can_be_given_beforehand_and_wrong_ones_store_nothing(rig, path, capsys) -> None:
    before = path.read_text()
    wrong = ["strip", "printer", "--devices", str(path), "--readable", "60 cp866"]
    assert main(wrong, path.parent) == 2
    assert "is no line of the strip" in capsys.readouterr().err
    assert path.read_text() == before
    assert main([*wrong[:-1], "none"], path.parent) == 0
    assert read_config(path)["device"][0]["code_pages"] == ["none"]
    assert main([*wrong[:-1], "73 cp1251, 59  cp866"], path.parent) == 0
    assert read_config(path)["device"][0]["code_pages"] == ["73 cp1251", "59 cp866"]
    assert rig.printer.papers == [], "nothing is printed for a known answer"


def test_without_an_answer_or_without_a_printer_nothing_is_stored(rig, path) -> None:
    told: list[str] = []

    def nobody(_question: str) -> str:
        raise EOFError

    with Service(read_config(path)) as service:
        service.health(5)
        assert run_strip(service, "printer", (), told.append, nobody) is None
        assert run_strip(service, "printer", (), told.append, lambda _q: "  ") is None
        rig.control({"do": "unplug", "device": "printer"})
        assert run_strip(service, "printer", (), told.append, nobody) is None
    assert told[-1].startswith("printer: ")

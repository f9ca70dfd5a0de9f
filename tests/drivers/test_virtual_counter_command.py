"""`kopilka virtual-counter` as a person uses it: a file to save, orders in words, a clean end."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from device_bench import FONT, HOUSE, PATIENCE_S, until

from drivers.config_file import read_config
from drivers.contract import DataEvent
from drivers.fake import VirtualRig
from drivers.fake.command import main, told
from drivers.fake.orders import HELP, order_of
from drivers.registry import build_devices


def counter(*words: str, **channels) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "pos_app", "virtual-counter", *words],
        cwd=HOUSE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **channels,
    )


def folder_of(config) -> Path:
    (port,) = (one["port"] for one in config["device"] if one["kind"] == "scanner")
    return Path(port).parent


def test_it_writes_the_file_a_till_is_started_with_and_is_ordered_in_words(tmp_path, ear) -> None:
    path = tmp_path / "devices.toml"
    child = counter("--devices", str(path), "--say", "toml", stdin=subprocess.PIPE)
    assert f"written to {path}: scanner, printer, drawer, display" in child.stdout.readline()
    assert f"kopilka till --devices {path}" in child.stdout.readline()
    assert "control port" in child.stdout.readline()
    config = read_config(path)
    devices = build_devices(config, ear)
    devices.open_all()
    until(lambda: devices.scanners["scanner"].power_state == 2001)
    child.stdin.write("scan 4006381333931\nquit\n")
    child.stdin.flush()
    assert ear.wait(DataEvent).payload.text == "4006381333931"
    devices.close_all()
    said, noted = child.communicate(timeout=PATIENCE_S)
    assert (child.returncode, said, noted) == (0, "ok\nok\n", "")
    assert not folder_of(config).exists()


def test_a_file_that_exists_is_replaced_only_when_asked(tmp_path, capsys) -> None:
    path = tmp_path / "devices.toml"
    path.write_text("# the shop's own\n")
    assert main(["--devices", str(path)]) == 2
    assert f"{path} exists: --replace overwrites it" in capsys.readouterr().err
    assert path.read_text() == "# the shop's own\n"
    assert list(tmp_path.iterdir()) == [path]
    child = counter("--devices", str(path), "--replace", stdin=subprocess.DEVNULL)
    _said, noted = child.communicate(timeout=PATIENCE_S)
    assert f"written to {path}: scanner, printer, drawer, display; the former one is" in noted
    assert path.with_name("devices.toml.before").read_text() == "# the shop's own\n"
    assert len(read_config(path)["device"]) == 4


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path, capsys) -> None:
    assert main(["--devices", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert main(["--devices", str(tmp_path / "file" / "devices.toml")]) == 2
    assert "file" in capsys.readouterr().err


def test_what_it_prints_can_be_pasted_as_a_file_and_its_end_is_told(tmp_path) -> None:
    child = counter("--say", "toml", stdin=subprocess.DEVNULL)
    said, noted = child.communicate(timeout=PATIENCE_S)
    (tmp_path / "devices.toml").write_text(said)
    kinds = [one["kind"] for one in read_config(tmp_path / "devices.toml")["device"]]
    assert kinds == ["scanner", "printer", "drawer", "display"]
    assert "its input ended, and so does it (--stay keeps it" in noted


def test_a_program_that_lets_go_of_it_is_told_nothing() -> None:
    child = counter(stdin=subprocess.PIPE)
    said, noted = child.communicate("scan 1\n", timeout=PATIENCE_S)
    assert [json.loads(line).get("ok") for line in said.splitlines()] == [None, True]
    assert (noted, child.returncode) == ("", 0)


def test_a_signal_ends_it_and_nothing_of_it_is_left() -> None:
    child = counter("--stay", stdin=subprocess.DEVNULL)
    folder = folder_of(json.loads(child.stdout.readline())["config"])
    assert "it stays until Ctrl+C or SIGTERM" in child.stderr.readline()
    assert folder.is_dir()
    os.kill(child.pid, signal.SIGTERM)
    assert child.communicate(timeout=PATIENCE_S) == ("", "virtual-counter: ended\n")
    assert child.returncode == 0
    assert not folder.exists()


def test_every_order_of_the_help_is_understood_and_carried_out(rig) -> None:
    said = {
        "help": "help",
        "scan": "scan 4006381333931",
        "unplug": "unplug scanner",
        "plug": "plug scanner",
        "put": "put 1250",
        "pan": "pan load_g=5 moving=2 fault=silent",
        "paper": "paper near_end",
        "cover": "cover closed",
        "fault": "fault cutter_jammed=false",
        "papers": "papers",
        "tear_off": "tear_off",
        "drawer": "drawer close",
        "display": "display",
        "replay": 'replay [[0, "31"], [1, "0d"]]',
        "config": "config",
        "quit": "quit",
        "card": "card yes",
        "extra": "extra card customer=waits",
    }
    assert set(said) == {usage.split()[0] for usage in HELP}
    for verb, line in said.items():
        answer = rig.obey(line)
        assert answer["ok"] is (verb not in {"card", "extra"}), answer  # this counter has no card
    assert rig.obey("help")["orders"][0].startswith("help ")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("dance", "unknown order 'dance': try help"),
        ("scan", "it is said like this: scan TEXT"),
        ("put much", "it is said like this: put GRAMS"),
        ("paper wet", "it is said like this: paper ok|near_end|end"),
        ("cover ajar", "it is said like this: cover open|closed"),
        ("drawer open", "it is said like this: drawer [close|MS]"),
        ("unplug", "it is said like this: unplug DEVICE"),
        ("pan heavy", "it is said like this: pan KEY=VALUE ..."),
        ("replay now", "it is said like this: replay CHUNKS"),
        ("unplug till", "there is no 'till' to plug: printer, scanner, display, scale"),
        ("[1]", "an order is an object"),
    ],
)
def test_an_order_that_is_not_understood_is_answered_with_how_it_is_said(rig, line, why) -> None:
    answer = rig.obey(line)
    assert not answer["ok"]
    assert why in answer["error"]
    assert told(answer) == [answer["error"]]


def test_a_fault_of_a_scale_is_ended_by_its_name_none() -> None:
    with VirtualRig(font_path=FONT, scale_dialect="cas6") as counter:
        assert counter.obey("pan fault=silent")["ok"]
        assert counter.obey("pan fault=none")["ok"]
        assert counter.obey("put 1250")["readings"] is not None
        assert counter.obey("pan fault=loud")["error"] == (
            "a scale's faults are silent, garbage, torn, flipped, broken, and none ends them"
        )
    assert any("none" in usage_says for usage_says in HELP.values())


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("fault smoke=true", "unknown fault smoke"),
        ("extra card customer=waits", "there is no 'card' on this counter: --with card adds it"),
        ('{"do": "scan"}', "'text' is missing"),
    ],
)
def test_what_cannot_be_done_is_said_without_the_name_of_an_error(rig, line, why) -> None:
    assert rig.obey(line) == {"ok": False, "error": why}


def test_answers_are_lines_for_a_person(rig) -> None:
    rig.printer.feed(b"hi\n\x1dV\x00")
    assert told(rig.obey("papers"))[:2] == ["hi", "-" * 20]
    assert told(rig.obey("plug scanner")) == ["ok"]
    assert told(rig.obey("drawer")) == ["opened: False", "kicks: []"]
    assert told(rig.obey("config"))[0].startswith("[[device]]")
    assert order_of("pan load_g=-3 moving=true fault=silent") == {
        "do": "pan",
        "load_g": -3,
        "moving": True,
        "fault": "silent",
    }


def test_the_help_of_the_command_lists_the_orders(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert said.startswith("usage: kopilka virtual-counter ")
    assert "unplug DEVICE" in said

"""`kopilka devices test`: what cannot work says so before anybody is asked to do anything."""

import os
import pty
import subprocess
import sys

import pytest
from device_bench import HOUSE, until

from drivers.config_file import write_config
from drivers.contract import PowerState
from drivers.host import claim as claim_module
from drivers.host.service import Service
from drivers.transport import SerialLink, SerialSettings
from pos_app.wiring import devices_cli

GUN = {"kind": "scanner", "name": "gun", "driver": "serial", "port": "/dev/gone"}
PAN = {"kind": "scale", "name": "pan", "model": "cas6", "driver": "serial", "port": "/dev/gone"}
WEDGE = {"kind": "scanner", "name": "gun", "driver": "wedge"}


@pytest.fixture
def tried(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(devices_cli, "TEST_S", 0.0)  # who would wait for a person answers nothing

    def of(name, *tables):
        write_config(tmp_path / "devices.toml", {"device": list(tables)})
        code = devices_cli.main(["test", name], tmp_path)
        told = capsys.readouterr()
        return code, told.out + told.err

    return of


@pytest.mark.parametrize(
    ("name", "table", "why"),
    [
        ("gun", GUN, "gun: lost /dev/gone: there is no such port: not plugged in, or another name"),
        ("pan", PAN, "pan: lost /dev/gone: there is no such port: not plugged in, or another name"),
        ("gun", {**GUN, "framin": "8N1"}, "device 'gun': unknown key framin"),
        ("pan", {**PAN, "readngs": 2}, "device 'pan': unknown key readngs"),
        ("gun", WEDGE, "gun: it is a keyboard: only the till's window reads it"),
        ("p", {"kind": "printer", "name": "p", "driver": "air"}, "device 'p': driver 'air' is no"),
    ],
)
def test_what_cannot_work_is_said_at_once_and_nobody_is_asked_to_scan(
    tried, name, table, why
) -> None:
    code, said = tried(name, table)
    assert code == 1
    assert said.startswith(why)
    assert said.count("\n") == 1


def test_a_port_that_another_program_holds_is_said_before_anybody_scans(tried) -> None:
    main, other = pty.openpty()
    held = SerialLink(SerialSettings(os.ttyname(other)))
    held.open()
    try:
        code, said = tried("gun", {**GUN, "port": os.ttyname(other)})
    finally:
        held.close()
        os.close(main)
        os.close(other)
    assert code == 1
    assert "gun: lost" in said
    assert "in use by" in said
    assert "now" not in said


def test_a_test_opens_no_other_device(tmp_path, rig, config, capsys) -> None:
    write_config(tmp_path / "devices.toml", config)
    ports = {one["name"]: one.get("port") for one in config["device"]}
    held = SerialLink(SerialSettings(ports["display"]))
    held.open()
    try:
        with Service(config, None, ("drawer", "printer")) as service:
            rows = {row.name: row.power for row in service.health(20)}
            other = SerialLink(SerialSettings(ports["scanner"]))
            other.open()  # a port that is open is locked
            other.close()
        assert rows == {"drawer": PowerState.ONLINE, "printer": PowerState.ONLINE}
        assert devices_cli.main(["test", "drawer"], tmp_path) == 0
    finally:
        held.close()
    assert capsys.readouterr().out.startswith("drawer: done")


def test_a_name_that_is_none_is_said_with_those_that_are(tried) -> None:
    assert tried("gin", GUN) == (
        2,
        "kopilka devices: there is no device 'gin'; there are gun\n",
    )
    assert "the file names none" in tried("gin")[1]


def test_a_recording_is_written_over_only_when_asked(tmp_path, rig, config, capsys) -> None:
    write_config(tmp_path / "devices.toml", config)
    kept = tmp_path / "yesterday.jsonl"
    kept.write_text("the fault of yesterday")
    trace = ["trace", "printer", "--seconds", "0.2", "--out"]
    assert devices_cli.main([*trace, str(kept)], tmp_path) == 2
    assert f"{kept} exists: --replace overwrites it" in capsys.readouterr().err
    assert kept.read_text() == "the fault of yesterday"
    assert devices_cli.main([*trace, str(kept), "--replace"], tmp_path) == 0
    assert '"table"' in kept.read_text()


def test_a_recording_that_cannot_be_written_is_a_sentence(tmp_path, config, capsys) -> None:
    write_config(tmp_path / "devices.toml", config)
    trace = ["trace", "printer", "--seconds", "0.2", "--out"]
    assert devices_cli.main([*trace, str(tmp_path / "no" / "x")], tmp_path) == 2
    assert f"{tmp_path / 'no'}: there is no such folder" in capsys.readouterr().err
    assert devices_cli.main([*trace, str(tmp_path), "--replace"], tmp_path) == 2
    assert f"{tmp_path} cannot be written: Is a directory" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_ends_the_list_quietly(tmp_path) -> None:
    write_config(tmp_path / "devices.toml", {"device": [GUN]})
    words = [sys.executable, "-m", "pos_app", "devices", "list", "--data", str(tmp_path)]
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(
            words, cwd=HOUSE, stdout=gone, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_device_process_takes_the_file_by_either_name(tmp_path) -> None:
    path = tmp_path / "devices.toml"
    write_config(path, {"device": [GUN]})
    for option in ("--config", "--devices"):
        words = [sys.executable, "-m", "pos_app", "devices-host", option, str(path)]
        trace = ["--trace", str(tmp_path / option)]
        done = subprocess.run(
            [*words, *trace], cwd=HOUSE, input="", capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert (tmp_path / option / "gun.jsonl").exists()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (None, "no.jsonl cannot be read: No such file or directory"),
        (b"\xff\xfe\n", "no.jsonl is no trace: it is no text"),
        (b'{"masked": true}\n', "no.jsonl, line 1, is no trace: 'table' is missing"),
    ],
)
def test_what_cannot_be_replayed_is_said_without_the_name_of_an_error(
    tmp_path, capsys, data, why
) -> None:
    path = tmp_path / "no.jsonl"
    if data is not None:
        path.write_bytes(data)
    assert devices_cli.main(["replay", str(path)], tmp_path) == 2
    said = capsys.readouterr().err
    assert why in said
    assert "Errno" not in said


def test_a_command_leaves_nothing_beside_the_file(tmp_path) -> None:
    write_config(tmp_path / "devices.toml", {"device": [GUN]})
    devices_cli.main(["list"], tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["devices.toml"]


def test_a_lock_that_was_removed_while_it_was_taken_is_taken_anew(tmp_path, monkeypatch) -> None:
    path, lock = tmp_path / "devices.toml", tmp_path / "devices.toml.lock"
    locked = claim_module._locked

    def removed(file) -> bool:
        monkeypatch.setattr(claim_module, "_locked", locked)
        lock.unlink()
        return locked(file)

    monkeypatch.setattr(claim_module, "AGAIN_S", 0.01)
    monkeypatch.setattr(claim_module, "_locked", removed)
    claim = claim_module.Claim(path, "the till")
    until(lambda: lock.exists() and claim_module.holder_of(path).startswith("the till"))
    claim.release()
    assert not lock.exists()

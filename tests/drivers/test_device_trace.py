"""Bytes of a device: kept in bounded files, without what they say of people, and played again."""

import json

import pytest
from device_bench import CALM, Ear
from hypothesis import given
from hypothesis import strategies as st
from test_device_host import HostProcess

from drivers.config_file import ConfigError, write_config
from drivers.contract import DataEvent, DeviceKind, PowerState, event_from_json
from drivers.host import tracer as tracer_module
from drivers.host.replay import Replay
from drivers.host.tracer import Tracer, safe_name
from drivers.registry.replay import read_recording
from drivers.remote import RemoteHost
from drivers.transport import Direction, Trace
from drivers.transport.masking import Mask
from pos_app.wiring import devices_cli

CARD = b"]E02990000000019\r"
TOKEN = "]Q1https://loy.example/Мария/79161234567\r".encode()


class Named:
    def __init__(self, name, kind=DeviceKind.SCANNER) -> None:
        self.name, self.kind = name, kind


def traced(folder, kind=DeviceKind.SCANNER, *, full=False):
    tracer, trace = Tracer(folder, full=full), Trace()
    tracer.follow(Named("the gun", kind), [{"kind": kind.value, "name": "the gun"}], trace)
    return tracer, trace


def test_a_trace_hides_people_but_keeps_the_frames(tmp_path) -> None:
    tracer, trace = traced(tmp_path)
    for byte in (CARD + TOKEN)[:40]:  # however small the pieces
        trace.add(Direction.RECEIVED, bytes([byte]))
    trace.add(Direction.RECEIVED, (CARD + TOKEN)[40:])
    tracer.close()
    trace.add(Direction.RECEIVED, b"after the end")
    recording = read_recording(tmp_path / "the_gun.jsonl")
    said = recording.bytes_of(Direction.RECEIVED)
    assert recording.masked
    assert len(said) == len(CARD + TOKEN)
    assert said.startswith(b"]E00000000000000\r]Q1xxxxx://")
    for secret in (b"2990", b"7916", "Мария".encode(), b"loy"):
        assert secret not in said


def test_who_asks_for_everything_gets_everything_and_a_weight_is_no_secret(tmp_path) -> None:
    for folder, kind, full in (("a", DeviceKind.SCANNER, True), ("b", DeviceKind.SCALE, False)):
        tracer, trace = traced(tmp_path / folder, kind, full=full)
        trace.add(Direction.RECEIVED, CARD)
        tracer.close()
        recording = read_recording(tmp_path / folder / "the_gun.jsonl")
        assert not recording.masked
        assert recording.bytes_of(Direction.RECEIVED) == CARD


@CALM
@given(st.lists(st.binary(max_size=20)), st.sampled_from([Direction.SENT, Direction.RECEIVED]))
def test_masking_keeps_lengths_and_hides_every_digit_after_the_third(chunks, way) -> None:
    mask = Mask()
    said = b"".join(mask.masked(way, one) for one in chunks)
    plain = b"".join(chunks)
    assert len(said) == len(plain)
    kept = 3
    for before, after in zip(plain, said, strict=True):
        command = before in b"\x02\x04\x05\x10\x1b\x1c\x1d\x1f"
        if command or (before in b"\r\n\t\x03" and way is Direction.RECEIVED):
            kept = 3
        elif kept:
            kept -= 1
        else:
            assert after not in b"123456789"
            assert not chr(before).isalpha() or after in b"x\x80"


def test_files_are_bounded_and_the_plain_name_has_the_newest_bytes(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tracer_module, "FILE_BYTES_MAX", 400)
    tracer, trace = traced(tmp_path, full=True)
    for number in range(60):
        trace.add(Direction.RECEIVED, b"%04d" % number)
    tracer.close()
    files = sorted(one.name for one in tmp_path.iterdir())
    assert files == ["the_gun.1.jsonl", "the_gun.2.jsonl", "the_gun.3.jsonl", "the_gun.jsonl"]
    assert all(one.stat().st_size < 600 for one in tmp_path.iterdir())
    newest = read_recording(tmp_path / "the_gun.1.jsonl").bytes_of(Direction.RECEIVED)
    last = read_recording(tmp_path / "the_gun.jsonl").bytes_of(Direction.RECEIVED)
    assert b"0059" in newest + last
    assert read_recording(tmp_path / "the_gun.3.jsonl").table == {
        "kind": "scanner",
        "name": "the gun",
    }


def test_a_folder_that_takes_no_file_costs_no_device(tmp_path) -> None:
    (tmp_path / "the_gun.jsonl").mkdir()
    (tmp_path / "the_gun.1.jsonl").mkdir()
    (tmp_path / "the_gun.1.jsonl" / "full").touch()
    tracer, trace = traced(tmp_path)
    trace.add(Direction.RECEIVED, CARD)
    tracer.close()
    assert trace.rows()[0][2] == CARD.hex()
    assert safe_name("../касса 1") == "___касса_1"


def test_a_recorded_afternoon_is_played_through_the_real_driver(tmp_path, rig, config) -> None:
    path = tmp_path / "devices.toml"
    write_config(path, config)
    host = HostProcess(path, "--trace", str(tmp_path / "bytes"), "--trace-full")
    told = Ear()
    remote = RemoteHost(host, told)
    host.pump(remote, lambda: remote.scanner("scanner").power_state is PowerState.ONLINE)
    remote.enable_data()
    rig.scanner.scan(b"]E04006381333931")
    host.pump(remote, lambda: any(isinstance(one, DataEvent) for one in told.heard))
    assert host.end() == ""
    recording = read_recording(tmp_path / "bytes" / "scanner.jsonl")
    said: list[dict] = []
    Replay(recording, said.append).run()
    again = next(event_from_json(one) for one in said if one["event"] == "data")
    assert again.payload == next(e for e in told.heard if isinstance(e, DataEvent)).payload
    assert (tmp_path / "bytes" / "printer.jsonl").exists()


def test_a_torn_label_is_torn_again(tmp_path, capsys) -> None:
    path = tmp_path / "scanner.jsonl"
    table = {"kind": "scanner", "name": "gun", "driver": "serial", "port": "/dev/gone"}
    lines = [{"device": "gun", "masked": False, "table": table}]
    lines += [
        {"t_ms": 1000, "way": "rx", "hex": b"46063".hex()},
        {"t_ms": 1900, "way": "rx", "hex": b"4006381333931\r".hex()},
        {"t_ms": 1901, "way": "tx", "hex": "06"},
    ]
    path.write_text("".join(json.dumps(one) + "\n" for one in lines) + '{"t_ms": 19')
    assert devices_cli.main(["replay", str(path)], tmp_path) == 0
    out = capsys.readouterr().out.splitlines()
    said = [json.loads(line) for line in out if line.startswith("{")]
    assert out[-1].split() == ["scanner", "gun", "ok"]
    assert [one["event"] for one in said if one["event"] in {"error", "data"}] == ["error", "data"]
    assert next(one for one in said if one["event"] == "data")["text"] == "4006381333931"


def test_the_paper_of_a_recorded_printer_is_shown(tmp_path, capsys) -> None:
    path = tmp_path / "printer.jsonl"
    table = {"kind": "printer", "name": "p", "driver": "tcp", "host": "127.0.0.1"}
    sent = "\x1b@\x1bt\x11ЧЕК 42\n".encode("cp866") + b"\x1dV\x00"
    lines = [{"device": "p", "masked": False, "table": table}]
    lines += [{"t_ms": 1, "way": "tx", "hex": sent.hex()}]
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    assert devices_cli.main(["replay", "--at-once", str(path)], tmp_path) == 0
    assert "ЧЕК 42" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be read"),
        ("", "no first line"),
        ("[]\n", "line 1, is no trace"),
        ('{"table": {"kind": "scanner"}, "masked": true}\n{"t_ms": 1}\n', "line 2"),
        ('{"table": {"kind": "toaster"}, "masked": true}\n', "toaster"),
    ],
)
def test_what_is_no_trace_is_said_in_one_sentence(tmp_path, capsys, text, why) -> None:
    path = tmp_path / "x.jsonl"
    if text is not None:
        path.write_text(text)
    assert devices_cli.main(["replay", str(path)], tmp_path) == 2
    assert why in capsys.readouterr().err


def test_the_service_commands_list_and_try_what_stands_on_the_counter(
    tmp_path, rig, config, capsys
) -> None:
    broken = {"kind": "display", "name": "second", "driver": "telepathy"}
    write_config(tmp_path / "devices.toml", {"device": [*config["device"], broken]})
    assert devices_cli.main(["list"], tmp_path) == 1
    said = capsys.readouterr().out
    rows = {line.split()[1]: line.split()[2] for line in said.splitlines() if line[:4] != "port"}
    assert rows == {
        "scanner": "ok",
        "printer": "ok",
        "drawer": "ok",
        "display": "ok",
        "second": "unknown",
    }
    assert "telepathy" in said
    assert devices_cli.main(["test", "printer"], tmp_path) == 0
    assert "printer: done" in capsys.readouterr().out
    assert "Копилка" in rig.printer.papers[0].text
    assert devices_cli.main(["test", "second"], tmp_path) == 1
    assert devices_cli.main(["test", "nobody"], tmp_path) == 2
    assert devices_cli.main(["list", "--devices", str(tmp_path / "printer")], tmp_path) == 2
    rig.printer.set_fault(paper="end")
    assert devices_cli.main(["test", "printer"], tmp_path) == 1


def test_the_bytes_of_a_running_device_are_shown_masked(tmp_path, rig, config, capsys) -> None:
    write_config(tmp_path / "devices.toml", config)
    assert devices_cli.main(["trace", "printer", "--seconds", "1.5"], tmp_path) == 0
    head, *rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert head["table"]["name"] == "printer"
    assert any(one.get("hex", "").startswith("1004") for one in rows), "how is the printer?"
    assert all(len(one["text"]) * 2 == len(one["hex"]) for one in rows if "hex" in one)
    write_config(tmp_path / "devices.toml", {"device": [{"kind": "scanner", "driver": "wedge"}]})
    assert devices_cli.main(["trace", "scanner", "--seconds", "1"], tmp_path) == 2
    assert "no line of its own" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["scanner", "printer", "drawer", "display"])
def test_what_trace_writes_replay_reads(tmp_path, rig, config, capsys, name) -> None:
    write_config(tmp_path / "devices.toml", config)
    said = tmp_path / "said.jsonl"
    assert devices_cli.main(["trace", name, "--seconds", "1"], tmp_path) == 0
    said.write_text(capsys.readouterr().out)
    kept = tmp_path / "kept.jsonl"
    word = ["--out", str(kept)]
    assert devices_cli.main(["trace", name, "--seconds", "1", "--full", *word], tmp_path) == 0
    assert f"noting {name} in {kept}" in capsys.readouterr().out
    for path in (said, kept):
        assert devices_cli.main(["replay", "--at-once", str(path)], tmp_path) == 0
        out = capsys.readouterr()
        assert out.err == ""
        rows = [line.split()[1:] for line in out.out.splitlines() if line.startswith(name)]
        assert rows[-1] == [name, "ok"]


def test_a_device_file_that_cannot_be_read_is_one_sentence(tmp_path, capsys) -> None:
    (tmp_path / "devices.toml").write_text("device = 5")
    assert devices_cli.main(["list"], tmp_path) == 2
    assert (
        "kopilka devices: devices.toml, line 1: device must be a list of tables"
        in capsys.readouterr().err
    )
    with pytest.raises(ConfigError):
        read_recording(tmp_path)


def test_nothing_answers_is_said_too(tmp_path, rig, config, capsys, monkeypatch) -> None:
    write_config(tmp_path / "devices.toml", config)
    monkeypatch.setattr(devices_cli, "TEST_S", 0.2)
    assert devices_cli.main(["test", "scanner"], tmp_path) == 1
    assert "no answer within" in capsys.readouterr().out

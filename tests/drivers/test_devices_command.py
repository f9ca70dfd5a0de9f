"""`kopilka devices` in the hands of somebody who knows only its help and the page about devices."""

import os
import pty
import threading

import pytest
from device_bench import until
from test_device_host import HostProcess

from drivers.config_file import names_and_kinds, read_config, write_config
from drivers.contract import PowerState
from drivers.host import claim as claim_module
from drivers.host.claim import SERVICE, Claim, holder_of
from drivers.registry import build_tolerantly
from drivers.remote import RemoteHost
from drivers.transport import SerialLink, SerialSettings, plain_reason
from pos_app.wiring import devices_cli

PAPER = {"kind": "printer", "name": "paper", "driver": "tcp", "host": "127.0.0.1"}
MONEY = {"kind": "drawer", "name": "money", "printer": "paper"}
GUN = '[[device]]\nkind = "scanner"\nname = "gun"\ndriver = "serial"\nport = "/dev/gone"\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('\n[[devices]]\nkind = "scanner"\n', "line 2: unknown key 'devices'; did you mean [[dev"),
        ("[Lan]\nlisten = 1\n", "line 1: unknown key 'Lan'; did you mean [lan]?"),
        ("colour = 1\n", "line 1: unknown key 'colour'; it may have [[device]] and [lan]"),
        ('[device]\nkind = "scanner"\n', "line 1: device must be a list of tables: [[device]]"),
    ],
)
def test_a_misspelt_table_is_named_with_its_line(tmp_path, capsys, text, why) -> None:
    (tmp_path / "devices.toml").write_text(text)
    assert devices_cli.main(["list"], tmp_path) == 2
    assert why in capsys.readouterr().err


def test_a_till_keeps_the_devices_that_are_spelt_right_and_shows_the_key_that_is_not(
    tmp_path,
) -> None:
    path = tmp_path / "devices.toml"
    path.write_text(f'{GUN}[[devices]]\nkind = "printer"\n')
    config = read_config(path)
    rows = {row.name: row for row in build_tolerantly(config, lambda _event: None, path).health()}
    assert names_and_kinds(config) == {"gun": "scanner", "devices": "unknown"}
    assert set(rows) == {"gun", "devices"}
    assert rows["devices"].last_error.startswith("devices.toml, line 6: unknown key 'devices'")
    lost = build_tolerantly(config, lambda _event: None, tmp_path / "absent.toml").health()[1]
    assert lost.last_error.startswith("absent.toml: unknown key")
    bare = build_tolerantly(config, lambda _event: None).health()[1]
    assert bare.last_error.startswith("unknown key")


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n", '[lan]\nlisten = "0.0.0.0:1"\n'])
def test_a_file_without_devices_is_said_to_have_none(tmp_path, capsys, text) -> None:
    if text is not None:
        (tmp_path / "devices.toml").write_text(text)
    assert devices_cli.main(["list"], tmp_path) == 0
    assert "devices.toml: no devices yet" in capsys.readouterr().out


def test_every_device_that_is_lost_says_why_in_plain_words(tmp_path, capsys) -> None:
    (tmp_path / "here").touch()
    tables = [
        {"kind": "scanner", "name": "gun", "driver": "serial", "port": "/dev/gone"},
        {"kind": "display", "name": "lines", "driver": "serial", "port": str(tmp_path / "here")},
        {"kind": "printer", "name": "paper", "driver": "tcp", "host": "127.0.0.1", "port": 1},
        {"kind": "drawer", "name": "money", "driver": "printer", "printer": "paper"},
        {"kind": "payment", "name": "eft", "driver": "zvt", "host": "127.0.0.1", "port": 1},
        {"kind": "payment", "name": "bank", "driver": "program", "program": "/no/such/program"},
        {"kind": "fiscal", "name": "kkt", "host": "127.0.0.1", "port": 1},
    ]
    write_config(tmp_path / "devices.toml", {"device": tables})
    assert devices_cli.main(["list"], tmp_path) == 1
    said = capsys.readouterr().out
    rows = {line.split()[1]: line.split(maxsplit=2)[2] for line in said.splitlines()}
    refused = "nobody answers there: switched off, or another port number"
    assert (
        rows["gun"] == "lost     /dev/gone: there is no such port: not plugged in, or another name"
    )
    assert rows["lines"] == f"lost     {tmp_path / 'here'}: this is no serial port"
    assert rows["paper"] == f"lost     127.0.0.1:1: {refused}"
    assert rows["money"] == f"lost     its printer paper: 127.0.0.1:1: {refused}"
    assert rows["eft"] == f"lost     127.0.0.1:1: {refused}"
    assert rows["bank"] == "lost     /no/such/program: there is no such program"
    assert rows["kkt"] == f"lost     http://127.0.0.1:1/api/v2: {refused}"
    assert "Errno" not in said


def test_a_printer_without_paper_says_so_and_its_drawer_still_stands(
    tmp_path, rig, config, capsys
) -> None:
    rig.printer.set_fault(paper="end")
    write_config(tmp_path / "devices.toml", config)
    assert devices_cli.main(["list"], tmp_path) == 1
    rows = {line.split()[1]: line.split(maxsplit=2)[2] for line in said_of(capsys)}
    assert rows["printer"] == "lost     the paper is out"
    assert rows["drawer"] == "ok"
    assert devices_cli.main(["test", "drawer"], tmp_path) == 0


def said_of(capsys) -> list[str]:
    return [line for line in capsys.readouterr().out.splitlines() if not line.startswith("port ")]


@pytest.mark.parametrize(
    ("tables", "faults"),
    [
        (
            [{**PAPER, "hots": "x"}, MONEY],
            {
                "paper": "device 'paper': unknown key hots; did you mean host?",
                "money": "device 'money': its printer 'paper' is written wrongly: mend that one",
            },
        ),
        (
            [PAPER, {**MONEY, "printer": "papper"}],
            {
                "money": "device 'money': printer = 'papper': there is no such printer;"
                " did you mean paper?"
            },
        ),
        (
            [{"name": "gun", "driver": "serial", "port": "/dev/x"}],
            {"gun": "device 'gun': kind is missing"},
        ),
        (
            [{"kind": "scaner", "name": "gun"}],
            {"gun": "device 'gun': kind 'scaner' is none of "},
        ),
        (
            [{"kind": "scanner", "name": "gun", "driver": "serial", "prot": "/dev/x"}],
            {"gun": "device 'gun': port is missing; is it meant by prot?"},
        ),
    ],
)
def test_a_slip_is_said_where_it_was_made_and_what_was_meant(tables, faults) -> None:
    rows = build_tolerantly({"device": tables}, lambda _event: None).health()
    said = {row.name: row.last_error for row in rows if row.last_error}
    assert set(said) == set(faults)
    for name, why in faults.items():
        assert said[name].startswith(why)
    if tables[0].get("kind") == "scaner":
        assert said["gun"].endswith("; did you mean scanner?")


def test_a_port_that_another_program_has_is_said_with_its_process() -> None:
    main, other = pty.openpty()
    child = os.fork()
    if child == 0:  # another program, which only holds the port
        link = SerialLink(SerialSettings(os.ttyname(other)))
        link.open()
        os.write(main, b"held")
        os.read(main, 1)
        os._exit(0)
    try:
        os.read(other, 4)
        with pytest.raises(Exception, match=f"in use by process ({os.getpid()}|{child})"):
            SerialLink(SerialSettings(os.ttyname(other))).open()
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(main)
        os.close(other)


@pytest.mark.parametrize(
    ("failed", "why"),
    [
        (OSError("odd\n  and long"), "odd and long"),
        (OSError(), "OSError"),
        (TimeoutError(), "no answer from the address"),
        (ValueError("Could not configure port: (22, 'Invalid argument')"), "take these settings"),
        (BlockingIOError(11, "x"), "in use by another program"),
    ],
)
def test_a_reason_is_a_sentence_whatever_the_system_said(failed, why) -> None:
    assert why in plain_reason(failed)


def test_beside_a_running_till_nothing_is_opened_and_the_till_is_named(
    tmp_path, rig, config, capsys
) -> None:
    path = tmp_path / "devices.toml"
    write_config(path, config)
    host = HostProcess(path)
    remote = RemoteHost(host, lambda _event: None)
    host.pump(remote, lambda: remote.scanner("scanner").power_state is PowerState.ONLINE)
    holder = holder_of(path)
    assert holder.startswith("the till, process ")
    assert devices_cli.main(["list"], tmp_path) == 1
    said = capsys.readouterr().out
    assert f"taken    in use by {holder}" in said
    assert "lost" not in said
    assert devices_cli.main(["test", "printer"], tmp_path) == 2
    assert f"the devices are in use by {holder}" in capsys.readouterr().err
    assert host.end() == ""
    assert holder_of(path) == ""
    assert devices_cli.main(["list"], tmp_path) == 0


def test_a_host_waits_for_the_one_before_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(claim_module, "AGAIN_S", 0.01)
    path = tmp_path / "devices.toml"
    first, second = Claim(path, SERVICE), Claim(path, "the till")
    assert holder_of(path) == f"kopilka devices, process {os.getpid()}"
    first.release()
    until(lambda: holder_of(path).startswith("the till"))
    second.release()
    nowhere = Claim(tmp_path / "absent" / "devices.toml", SERVICE)
    assert holder_of(tmp_path / "absent" / "devices.toml") == ""
    nowhere.release()


def test_a_live_test_of_a_scanner_says_that_it_waits_for_a_scan(
    tmp_path, rig, config, capsys
) -> None:
    write_config(tmp_path / "devices.toml", config)
    said: list[str] = []

    def scan() -> None:
        until(lambda: said.append(capsys.readouterr().out) or "scan anything now" in "".join(said))
        rig.scanner.scan(b"4006381333931")

    person = threading.Thread(target=scan)
    person.start()
    assert devices_cli.main(["test", "scanner"], tmp_path) == 0
    person.join()
    assert "4006381333931" in "".join([*said, capsys.readouterr().out])

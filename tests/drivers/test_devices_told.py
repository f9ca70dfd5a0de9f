"""What `kopilka devices` says of a device that is not there: never that it was done."""

import pytest

from pos_app.wiring.devices_cli import main

DEAD = """
[[device]]
name = "kkt"
kind = "fiscal"
driver = "atol"
host = "127.0.0.1"
port = 1

[[device]]
name = "card"
kind = "payment"
driver = "zvt"
host = "127.0.0.1"
port = 1
"""


@pytest.mark.parametrize("name", ["kkt", "card"])
def test_a_registrar_or_terminal_that_is_away_passes_no_test(tmp_path, capsys, name):
    file = tmp_path / "devices.toml"
    file.write_text(DEAD)
    assert main(["test", name, "--devices", str(file)], tmp_path) == 1
    said = capsys.readouterr().out
    assert "done" not in said
    assert "nobody answers there" in said


def test_a_file_that_is_not_there_is_said(tmp_path, capsys):
    assert main(["list", "--devices", str(tmp_path / "missing.toml")], tmp_path) == 2
    assert "no such file" in capsys.readouterr().err

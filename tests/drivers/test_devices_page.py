"""What `docs/devices.md` shows is true: its file is understood, its commands exist."""

import re
import tomllib
from pathlib import Path

import pytest
from device_bench import HOUSE, Ear

from drivers.registry import build_devices
from pos_app.wiring import devices_cli

PAGE = (Path(HOUSE) / "docs" / "devices.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", blocks("toml"))
def test_every_example_of_a_file_is_understood(text, tmp_path) -> None:
    (tmp_path / "here").write_text("a secret\n")
    text = re.sub(r'(\w+_file) = ".*?"', rf'\1 = "{tmp_path / "here"}"', text)
    config = tomllib.loads(text)
    if "device" in config:
        build_devices(config, Ear())


def test_every_command_of_the_page_is_one() -> None:
    commands = re.findall(r"^kopilka devices (.*?)(?:  +#.*)?$", PAGE, re.MULTILINE)
    assert {one.split()[0] for one in commands} == {"list", "test", "strip", "trace", "replay"}
    parser = devices_cli._parser(Path("data"))
    for command in commands:
        parser.parse_args(command.partition(" > ")[0].split())
    for option in ("--full", "--seconds", "--at-once", "--out", "--replace", "--readable"):
        assert option in PAGE

"""How this program starts its own children, from source and from a frozen build alike."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from drivers.config_file import ConfigError, read_config, write_config

DEVICES_FILE = "devices.toml"


def command(*arguments: str) -> list[str]:
    """The command line of a further `kopilka ...`."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-m", "pos_app", *arguments]


def courier_command(data: Path, server: str, lan: Sequence[str] = ()) -> list[str]:
    """The courier of a data folder; `lan`: its arguments for the tills beside it."""
    return command("courier", "--data", str(data), "--server", server, *lan)


def devices_command(path: Path, given: Mapping[str, Any], trace: Path | None = None) -> list[str]:
    """The device host on its file, which is written first when devices are `given`."""
    if given and given != _present(path):
        write_config(path, given)
    traced = ["--trace", str(trace)] if trace is not None else []
    return command("devices-host", "--config", str(path), *traced)


def _present(path: Path) -> Mapping[str, Any]:
    try:
        return read_config(path)
    except ConfigError:
        return {}

"""How this program starts its own children, from source and from a frozen build alike."""

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def command(*arguments: str) -> list[str]:
    """The command line of a further `kopilka ...`."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-m", "pos_app", *arguments]


def courier_command(data: Path, server: str, lan: Sequence[str] = ()) -> list[str]:
    """The courier of a data folder; `lan`: its arguments for the tills beside it."""
    return command("courier", "--data", str(data), "--server", server, *lan)


def devices_command(data: Path, devices: Mapping[str, Any]) -> list[str]:
    """The device host; its configuration is kept beside the data."""
    path = data / "devices.json"
    descriptor, name = tempfile.mkstemp(dir=data, prefix="devices-", suffix=".tmp")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(dict(devices), file, ensure_ascii=False)
    Path(name).replace(path)
    return command("devices-host", "--config", str(path))

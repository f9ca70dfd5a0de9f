"""Where a till lives, said before anything of it is loaded. Never opens a file but the devices'.

Light on purpose: the window is painted when only this is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.config_file import ConfigError, device_tables, names_and_kinds, read_config
from pos_app.wiring.commands import DEVICES_FILE


class NotEnrolled(Exception):
    """The data folder is not a terminal yet; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a till lives: data folder, server, devices (registry configuration).

    `devices` given are written to the device file when the till starts; else that file, by
    default `devices.toml` beside the data, says what they are. `trace`: where the host notes bytes.
    `lan`: the courier's arguments for the other tills of the store.
    """

    data: Path
    server: str
    devices: Mapping[str, Any] = field(default_factory=dict)
    language: str = "ru"
    training: bool = False
    lan: tuple[str, ...] = ()
    devices_file: Path | None = None
    trace: Path | None = None

    def device_path(self) -> Path:
        """The one file of the devices."""
        return self.devices_file or self.data / DEVICES_FILE

    def device_tables(self) -> list[dict[str, Any]]:
        """One table a device; none while the file cannot be read."""
        try:
            return device_tables(read_config(self.device_path()))
        except ConfigError:
            return []

    def device_names(self) -> dict[str, str]:
        """Device name -> kind; none while the file cannot be read, which the host says."""
        try:
            return names_and_kinds(read_config(self.device_path()))
        except ConfigError:
            return {}

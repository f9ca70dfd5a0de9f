"""From one configuration to a set of devices. Never guesses a port, never opens one.

Configuration, one table per device (TOML `[[device]]`): name, kind, driver, and the keys that the
kind's own file names. The links that any kind may use:
  driver = "serial" (port = path or usb:VVVV:PPPP[:serial], baud, framing, rtscts, dsrdtr)
         | "tcp" (host, port) | "file" (path, a USB printer such as /dev/usb/lp0)
"""

from collections.abc import Mapping
from typing import Any

from drivers.contract import DeviceKind, Listener
from drivers.registry.device_set import DeviceSet
from drivers.registry.display import build_display
from drivers.registry.drawer import build_drawer
from drivers.registry.keys import ConfigError, Keys
from drivers.registry.printer import build_printer
from drivers.registry.scale import build_scale
from drivers.registry.scanner import build_scanner
from drivers.registry.workshop import Builder, Workshop

BUILDERS: dict[DeviceKind, Builder] = {
    DeviceKind.SCANNER: build_scanner,
    DeviceKind.PRINTER: build_printer,
    DeviceKind.DRAWER: build_drawer,  # it hangs on a printer, so it is made after all of those
    DeviceKind.DISPLAY: build_display,
    DeviceKind.SCALE: build_scale,
}
"""One line a kind; devices are made in this order of kinds, whatever the order in the file."""


def build_devices(config: Mapping[str, Any], listener: Listener) -> DeviceSet:
    """Makes the devices of `config["device"]`; raises ConfigError. Nothing is opened yet.

    `listener` hears every device, from the devices' threads.
    """
    tables = config.get("device", [])
    if not isinstance(tables, list) or not all(isinstance(one, Mapping) for one in tables):
        raise ConfigError("device must be a list of tables")
    workshop = Workshop(DeviceSet(), listener)
    order = [kind.value for kind in BUILDERS]
    known = {kind.value: kind for kind in BUILDERS}
    found = [(Keys(table), table.get("kind")) for table in tables]
    for keys, _kind in found:
        keys.one_of("kind", known, "?")
    for keys, kind in sorted(found, key=lambda one: order.index(str(one[1]))):
        _add(keys, known[str(kind)], workshop)
    return workshop.devices


def _add(keys: Keys, kind: DeviceKind, workshop: Workshop) -> None:
    name = keys.take("name", str, kind.value)
    if workshop.devices.find(name) is not None:
        raise ConfigError(f"device {name!r}: the name is taken")
    device = BUILDERS[kind](keys, name, workshop)
    keys.finish()
    workshop.devices.add(device)

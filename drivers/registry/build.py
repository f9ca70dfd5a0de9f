"""From one configuration to a set of devices. Never guesses a port, never opens one.

Configuration, one table per device (TOML `[[device]]`): name, kind, driver, and the keys that the
kind's own file names. The links that any kind may use:
  driver = "serial" (port = path or usb:VVVV:PPPP[:serial], baud, framing, rtscts, dsrdtr)
         | "tcp" (host, port) | "file" (path, a USB printer such as /dev/usb/lp0)
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drivers.config_file import ConfigError, device_tables, strays
from drivers.contract import Device, DeviceKind, Listener
from drivers.registry.device_set import DeviceSet
from drivers.registry.display import build_display
from drivers.registry.drawer import build_drawer
from drivers.registry.fiscal import build_fiscal
from drivers.registry.keys import Keys
from drivers.registry.marking import build_marking
from drivers.registry.misfit import Misfit
from drivers.registry.payment import build_payment
from drivers.registry.printer import build_printer
from drivers.registry.scale import build_scale
from drivers.registry.scanner import build_scanner
from drivers.registry.workshop import Builder, Workshop
from drivers.transport.tape import Tape

BUILDERS: dict[DeviceKind, Builder] = {
    DeviceKind.SCANNER: build_scanner,
    DeviceKind.PRINTER: build_printer,
    DeviceKind.DRAWER: build_drawer,  # it hangs on a printer, so it is made after all of those
    DeviceKind.DISPLAY: build_display,
    DeviceKind.SCALE: build_scale,
    DeviceKind.FISCAL: build_fiscal,
    DeviceKind.MARKING: build_marking,
    DeviceKind.PAYMENT: build_payment,
}
"""One line a kind; devices are made in this order of kinds, whatever the order in the file."""


KNOWN = {kind.value: kind for kind in BUILDERS}


def build_devices(config: Mapping[str, Any], listener: Listener) -> DeviceSet:
    """Makes the devices of `config["device"]`; raises ConfigError. Nothing is opened yet.

    `listener` hears every device, from the devices' threads.
    """
    workshop = Workshop(DeviceSet(), listener)
    for keys in _in_order(device_tables(config)):
        _add(keys, workshop)
    return workshop.devices


def build_tolerantly(
    config: Mapping[str, Any],
    listener: Listener,
    path: Path | None = None,
    tape: Tape | None = None,
) -> DeviceSet:
    """The same, but what cannot be built becomes a Misfit: one slip must not cost the others.

    `path`: the file it stands in; beside it a device may keep what it must remember.
    `tape`: a recording in place of every line.
    """
    devices = DeviceSet()
    devices.folder, devices.tape = path.parent if path else None, tape
    add_tolerantly(devices, device_tables(config), listener)
    for key, why in strays(config, path).items():
        devices.add(Misfit(_free(devices, key), DeviceKind.UNKNOWN, why, listener))
    return devices


def add_tolerantly(
    devices: DeviceSet, tables: list[dict[str, Any]], listener: Listener
) -> list[Device]:
    """Adds devices to those that are there; returns the new ones, in the order to open them."""
    workshop, made = Workshop(devices, listener), list[Device]()
    for keys in _in_order(tables):
        try:
            made.append(_add(keys, workshop))
        except ConfigError as bad:
            kind = KNOWN.get(keys.kind, DeviceKind.UNKNOWN)
            misfit = Misfit(_free(devices, keys.name), kind, str(bad), listener)
            devices.add(misfit)
            made.append(misfit)
    return made


def _free(devices: DeviceSet, name: str) -> str:
    return name if devices.find(name) is None else _free(devices, f"{name} *")


def _in_order(tables: list[dict[str, Any]]) -> list[Keys]:
    order = [kind.value for kind in BUILDERS]
    found = [Keys(table) for table in tables]
    return sorted(found, key=lambda one: order.index(one.kind) if one.kind in order else -1)


def _add(keys: Keys, workshop: Workshop) -> Device:
    kind = keys.one_of("kind", KNOWN)
    name = keys.take("name", str, kind.value)
    if workshop.devices.find(name) is not None:
        raise keys.wrong("the name is taken", "name_taken")
    device = BUILDERS[kind](keys, name, workshop)
    keys.finish()
    workshop.devices.add(device)
    return device

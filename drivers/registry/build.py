"""From one configuration to a set of devices, their health and their bytes. Never guesses a port.

Configuration, one table per device (TOML `[[device]]`):
  name, kind = "scanner" | "printer" | "drawer" | "display"
  driver = "serial" (port = path or usb:VVVV:PPPP[:serial], baud, framing, rtscts, dsrdtr)
         | "tcp" (host, port) | "file" (path, a USB printer such as /dev/usb/lp0)
         | for a drawer "printer" (printer = name of a printer, pin, open_high)
  scanner: suffixes_hex, prefix_hex, idle_ms, label_ids, encoding
  printer: model, dots, font (path), confirm_ms, status_ms, poll_ms
  display: model
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from drivers.cash_drawer import Polarity, PrinterDrawer
from drivers.contract import Device, DeviceKind, Health, Listener
from drivers.line_display import DIALECTS, TwoLineDisplay
from drivers.pos_printer import PROFILES, EscPosEncoder, EscPosPrinter, PrinterTimings, RasterFont
from drivers.scanner import Framing, LabelIds, SerialScanner
from drivers.transport import (
    FileLink,
    Link,
    SerialFraming,
    SerialLink,
    SerialSettings,
    TcpLink,
    Trace,
    TracedLink,
)
from drivers.transport.links import USB_PREFIX

_T = TypeVar("_T")
TCP_PRINTER_PORT = 9100
_USB_PORT = re.compile(r"usb:[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}(:.+)?")
_DRIVERS = {"file", "serial", "tcp"}


class ConfigError(ValueError):
    """A configuration that cannot be used; the message names the device and the key."""


class _Keys:
    """One device's table; notes which keys were understood."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._table = table
        self._used: set[str] = set()
        self.name = str(table.get("name") or table.get("kind") or "?")

    def take(self, key: str, kind: type[_T], default: _T | None = None) -> _T:
        """The value, `default` when absent; ConfigError when wrong or missing without default."""
        self._used.add(key)
        value = self._table.get(key, default)
        if value is None:
            raise ConfigError(f"device {self.name!r}: {key} is missing")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ConfigError(f"device {self.name!r}: {key} must be {kind.__name__}")
        return value

    def has(self, key: str) -> bool:
        return key in self._table

    def one_of(self, key: str, known: Mapping[str, _T], default: str) -> _T:
        """The named member of a table of choices."""
        word = self.take(key, str, default)
        if word not in known:
            raise ConfigError(f"device {self.name!r}: {key} {word!r} is none of {sorted(known)}")
        return known[word]

    def hex(self, key: str, default: str = "") -> bytes:
        return self._bytes(key, self.take(key, str, default))

    def hexes(self, key: str, default: tuple[bytes, ...]) -> tuple[bytes, ...]:
        if not self.has(key):
            return default
        return tuple(self._bytes(key, str(item)) for item in self.take(key, list))

    def _bytes(self, key: str, digits: str) -> bytes:
        try:
            return bytes.fromhex(digits)
        except ValueError as bad:
            raise ConfigError(f"device {self.name!r}: {key} is not hexadecimal") from bad

    def finish(self) -> None:
        """A misspelt key must not be ignored in silence."""
        unknown = sorted(set(self._table) - self._used)
        if unknown:
            raise ConfigError(f"device {self.name!r}: unknown key {', '.join(unknown)}")


@dataclass(frozen=True, slots=True)
class DeviceSet:
    """The devices of one till by name, in the order of the configuration."""

    scanners: dict[str, SerialScanner]
    printers: dict[str, EscPosPrinter]
    drawers: dict[str, PrinterDrawer]
    displays: dict[str, TwoLineDisplay]
    traces: dict[str, Trace]

    def all(self) -> tuple[Device, ...]:
        """Every device."""
        return (
            *self.scanners.values(),
            *self.printers.values(),
            *self.drawers.values(),
            *self.displays.values(),
        )

    def find(self, name: str) -> Device | None:
        """The device of this name."""
        return next((device for device in self.all() if device.name == name), None)

    def open_all(self) -> None:
        """Starts every device; a missing one is looked for with back-off, never fatal."""
        for device in self.all():
            device.open()

    def close_all(self) -> None:
        """Lets every device go."""
        for device in self.all():
            device.close()

    def health(self) -> tuple[Health, ...]:
        """The health panel's rows."""
        return tuple(device.health() for device in self.all())


def build_devices(config: Mapping[str, Any], listener: Listener) -> DeviceSet:
    """Makes the devices of `config["device"]`; raises ConfigError. Nothing is opened yet.

    `listener` hears every device, from the devices' threads.
    """
    tables = config.get("device", [])
    if not isinstance(tables, list) or not all(isinstance(one, Mapping) for one in tables):
        raise ConfigError("device must be a list of tables")
    devices = DeviceSet({}, {}, {}, {}, {})
    # a drawer hangs on a printer, so printers are made first whatever the order in the file
    for table in sorted(tables, key=lambda one: one.get("kind") == "drawer"):
        _add(_Keys(table), devices, listener)
    return devices


def _add(keys: _Keys, devices: DeviceSet, listener: Listener) -> None:
    kind = keys.one_of("kind", {one.value: one for one in DeviceKind}, "?")
    name = keys.take("name", str, kind.value)
    if devices.find(name) is not None:
        raise ConfigError(f"device {name!r}: the name is taken")
    make: Callable[[_Keys, str, DeviceSet, Listener], None] = {
        DeviceKind.SCANNER: _add_scanner,
        DeviceKind.PRINTER: _add_printer,
        DeviceKind.DRAWER: _add_drawer,
        DeviceKind.DISPLAY: _add_display,
    }[kind]
    make(keys, name, devices, listener)
    keys.finish()


def _link(keys: _Keys, name: str, devices: DeviceSet) -> Link:
    trace = devices.traces.setdefault(name, Trace())
    driver = keys.take("driver", str)
    if driver == "tcp":
        host, port = keys.take("host", str), keys.take("port", int, TCP_PRINTER_PORT)
        return TracedLink(TcpLink(host, port), trace.add)
    if driver == "file":
        return TracedLink(FileLink(Path(keys.take("path", str))), trace.add)
    if driver != "serial":
        raise ConfigError(f"device {name!r}: driver {driver!r} is none of {sorted(_DRIVERS)}")
    settings = SerialSettings(
        port=_port(keys),
        baud=keys.take("baud", int, 9600),
        framing=keys.one_of("framing", {one.value: one for one in SerialFraming}, "8N1"),
        rtscts=keys.take("rtscts", bool, default=False),
        dsrdtr=keys.take("dsrdtr", bool, default=False),
    )
    return TracedLink(SerialLink(settings), trace.add)


def _port(keys: _Keys) -> str:
    port = keys.take("port", str)
    if port.startswith(USB_PREFIX) and not _USB_PORT.fullmatch(port):
        raise ConfigError(f"device {keys.name!r}: port {port!r} is not usb:VVVV:PPPP[:serial]")
    return port


def _add_scanner(keys: _Keys, name: str, devices: DeviceSet, listener: Listener) -> None:
    usual = Framing()
    framing = Framing(
        suffixes=keys.hexes("suffixes_hex", usual.suffixes),
        prefix=keys.hex("prefix_hex"),
        idle_ms=keys.take("idle_ms", int, usual.idle_ms),
        label_ids=keys.one_of("label_ids", {one.value: one for one in LabelIds}, "none"),
        encoding=keys.take("encoding", str, usual.encoding),
    )
    devices.scanners[name] = SerialScanner(name, _link(keys, name, devices), listener, framing)


def _add_printer(keys: _Keys, name: str, devices: DeviceSet, listener: Listener) -> None:
    profile = keys.one_of("model", PROFILES, "epson")
    profile = profile.with_dots(keys.take("dots", int, profile.dots))
    usual = PrinterTimings()
    timings = PrinterTimings(
        status_ms=keys.take("status_ms", int, usual.status_ms),
        confirm_ms=keys.take("confirm_ms", int, usual.confirm_ms),
        poll_ms=keys.take("poll_ms", int, usual.poll_ms),
    )
    printer = EscPosPrinter(
        name,
        _link(keys, name, devices),
        EscPosEncoder(profile, _font(keys)),
        process_id=keys.take("process_id", bool, profile.process_id),
        timings=timings,
    )
    printer.listen(listener)
    devices.printers[name] = printer


def _font(keys: _Keys) -> RasterFont | None:
    path = keys.take("font", str, "")
    if not path:
        return None
    try:
        font = RasterFont(Path(path).read_bytes())
        font.fitted((12, 24))
    except OSError as bad:
        raise ConfigError(f"device {keys.name!r}: the font cannot be read: {bad}") from bad
    return font


def _add_drawer(keys: _Keys, name: str, devices: DeviceSet, listener: Listener) -> None:
    if keys.take("driver", str, "printer") != "printer":
        raise ConfigError(f"device {name!r}: a drawer's driver is 'printer'")
    printer = devices.printers.get(keys.take("printer", str))
    if printer is None:
        raise ConfigError(f"device {name!r}: there is no such printer")
    pin = keys.take("pin", int, 0)
    if pin not in (0, 1):
        raise ConfigError(f"device {name!r}: pin must be 0 or 1")
    polarity = Polarity.known(keys.take("open_high", bool) if keys.has("open_high") else None)
    devices.drawers[name] = PrinterDrawer(name, printer, listener, pin=pin, polarity=polarity)


def _add_display(keys: _Keys, name: str, devices: DeviceSet, listener: Listener) -> None:
    dialect = keys.one_of("model", DIALECTS, "epson")
    link = _link(keys, name, devices)
    devices.displays[name] = TwoLineDisplay(name, link, listener, dialect)

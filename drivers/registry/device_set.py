"""The devices of one till, by name. Never knows how one is made."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from drivers.contract import (
    CashDrawer,
    Device,
    DeviceKind,
    Health,
    LineDisplay,
    POSPrinter,
    Scanner,
)
from drivers.contract.fiscal import FiscalPrinter
from drivers.contract.marking import MarkCheck
from drivers.contract.scale import Scale
from drivers.registry.misfit import Misfit
from drivers.transport import Trace
from drivers.transport.tape import Tape


class DeviceSet:
    """Devices in the order in which they are built; `traces` has the bytes of each link."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}
        self.traces: dict[str, Trace] = {}
        self.folder: Path | None = None
        """Where what a device must remember may be kept; None: nowhere."""
        self.tape: Tape | None = None
        """A recording that takes the place of every line."""

    # One property a kind: its devices by name, with what their contract offers.

    @property
    def scanners(self) -> dict[str, Scanner]:
        """The scanners by name."""
        return dict[str, Scanner](self.of_kind(DeviceKind.SCANNER))

    @property
    def printers(self) -> dict[str, POSPrinter]:
        """The printers by name."""
        return cast(dict[str, POSPrinter], self.of_kind(DeviceKind.PRINTER))

    @property
    def drawers(self) -> dict[str, CashDrawer]:
        """The drawers by name."""
        return cast(dict[str, CashDrawer], self.of_kind(DeviceKind.DRAWER))

    @property
    def displays(self) -> dict[str, LineDisplay]:
        """The displays by name."""
        return cast(dict[str, LineDisplay], self.of_kind(DeviceKind.DISPLAY))

    @property
    def scales(self) -> dict[str, Scale]:
        """The scales by name."""
        return cast(dict[str, Scale], self.of_kind(DeviceKind.SCALE))

    @property
    def fiscals(self) -> dict[str, FiscalPrinter]:
        """The fiscal registrars by name."""
        return cast(dict[str, FiscalPrinter], self.of_kind(DeviceKind.FISCAL))

    @property
    def markings(self) -> dict[str, MarkCheck]:
        """The permission checks of marking codes by name."""
        return cast(dict[str, MarkCheck], self.of_kind(DeviceKind.MARKING))

    def of_kind(self, kind: DeviceKind) -> dict[str, Device]:
        """The devices of a kind by name."""
        fit = {name: one for name, one in self._devices.items() if not isinstance(one, Misfit)}
        return {name: one for name, one in fit.items() if one.kind is kind}

    def add(self, device: Device) -> None:
        """Takes a device in; its name must be free."""
        self._devices[device.name] = device

    def remove(self, name: str) -> None:
        """Forgets a device, which was closed before, and its bytes."""
        self._devices.pop(name, None)
        self.traces.pop(name, None)

    def all(self) -> tuple[Device, ...]:
        """Every device."""
        return tuple(self._devices.values())

    def __iter__(self) -> Iterator[Device]:
        return iter(self.all())

    def find(self, name: str) -> Device | None:
        """The device of this name."""
        return self._devices.get(name)

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

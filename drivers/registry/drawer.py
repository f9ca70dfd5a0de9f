"""Builds a cash drawer on a printer that was built before. Never opens it.

Keys: driver = "printer", printer (name), pin, open_high (written by a calibration), warn_open_ms
(0: never).
"""

from typing import cast

from drivers.cash_drawer import WARN_OPEN_MS, Polarity, PrinterDrawer
from drivers.contract import Device, DrawerPort
from drivers.registry.keys import Keys, did_you_mean
from drivers.registry.misfit import Misfit
from drivers.registry.workshop import Workshop


def build_drawer(keys: Keys, name: str, workshop: Workshop) -> Device:
    """A drawer kicked through a printer."""
    if keys.take("driver", str, "printer") != "printer":
        raise keys.wrong("a drawer's driver is 'printer'", "drawer_driver")
    keys.offer("printer", workshop.devices.printers)
    wanted = keys.take("printer", str)
    printer = workshop.devices.printers.get(wanted)
    if isinstance(workshop.devices.find(wanted), Misfit):
        what = f"its printer {wanted!r} is written wrongly: mend that one"
        raise keys.wrong(what, "printer_misfit", value=wanted)
    if printer is None:
        meant = did_you_mean(wanted, workshop.devices.printers)
        what = f"printer = {wanted!r}: there is no such printer{meant}"
        raise keys.wrong(what, "no_printer", key="printer", value=wanted)
    pin = keys.take("pin", int, 0)
    if pin not in (0, 1):
        raise keys.wrong("pin must be 0 or 1", "no_pin")
    polarity = Polarity.known(keys.take("open_high", bool) if keys.has("open_high") else None)
    warn_open_ms = keys.take("warn_open_ms", int, WARN_OPEN_MS)
    port = cast(DrawerPort, printer)  # every printer we build has the socket
    return PrinterDrawer(
        name, port, workshop.listener, pin=pin, polarity=polarity, warn_open_ms=warn_open_ms
    )

"""What the till may ask of a cash drawer. Never opens it unasked."""

from drivers.host.request import Handler, Request
from drivers.registry import DeviceSet


def _open(devices: DeviceSet, request: Request) -> None:
    request.named(devices.drawers).open_drawer(request.reply)


def _calibrate(devices: DeviceSet, request: Request) -> None:
    request.named(devices.drawers).calibrate(request.flag("is_open"), request.reply)


def check(devices: DeviceSet, request: Request) -> None:
    """It opens."""
    _open(devices, request)


def _wait_closed(devices: DeviceSet, request: Request) -> None:
    drawer, timeout_ms = request.named(devices.drawers), request.number("timeout_ms")
    drawer.wait_closed(timeout_ms, request.call())


REQUESTS: dict[str, Handler] = {
    "open_drawer": _open,
    "calibrate_drawer": _calibrate,
    "wait_drawer_closed": _wait_closed,
}

"""What the till may ask of a scale. Never weighs unasked."""

from drivers.host.request import Handler, Request
from drivers.registry import DeviceSet

CHECK_MS = 5_000


def _weigh(devices: DeviceSet, request: Request) -> None:
    scale, timeout_ms = request.named(devices.scales), request.number("timeout_ms")
    scale.read_weight(timeout_ms, request.call())


def _tare(devices: DeviceSet, request: Request) -> None:
    grams = None if request.get("grams") is None else request.number("grams")
    request.named(devices.scales).set_tare(grams, request.reply)


def _zero(devices: DeviceSet, request: Request) -> None:
    request.named(devices.scales).set_zero(request.reply)


def check(devices: DeviceSet, request: Request) -> None:
    """What lies on it."""
    request.named(devices.scales).read_weight(CHECK_MS, request.call())


REQUESTS: dict[str, Handler] = {"weigh": _weigh, "tare": _tare, "zero_scale": _zero}

"""What the till may ask of a line display. Never shows anything of its own."""

from drivers.host.request import Handler, Request
from drivers.registry import DeviceSet

TEST_LINES = ("Kopilka 0123456789.,", "АБВГДЕЁЖ абвгдеёж №")


def _display(devices: DeviceSet, request: Request) -> None:
    lines = request.texts("lines")
    request.named(devices.displays).display_lines(lines, request.reply)


def _clear(devices: DeviceSet, request: Request) -> None:
    request.named(devices.displays).clear_text(request.reply)


def check(devices: DeviceSet, request: Request) -> None:
    """Letters of both scripts and figures, or the `lines` that the till gives."""
    lines = request.texts("lines") if request.get("lines") else TEST_LINES
    request.named(devices.displays).display_lines(lines, request.reply)


REQUESTS: dict[str, Handler] = {"display": _display, "clear_display": _clear}

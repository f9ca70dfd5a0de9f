"""What the till may ask of any device. Never touches a link itself."""

from drivers.contract import TraceEvent
from drivers.host.request import Handler, Request
from drivers.registry import DeviceSet


def _status(devices: DeviceSet, request: Request) -> None:
    everyone = {device.name: device for device in devices.all()}
    request.named(everyone).request_status(request.reply)


def _trace(devices: DeviceSet, request: Request) -> None:
    rows = request.named(devices.traces).rows()
    request.reply(TraceEvent(str(request.get("device")), rows))


REQUESTS: dict[str, Handler] = {"status": _status, "trace": _trace}

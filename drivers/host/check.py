"""UPOS CheckHealth: from memory, by asking the device, or by what a person sees it do.

Never tries a device by itself.
"""

from drivers.contract import DeviceKind, HealthLevel
from drivers.host.kinds import CHECKS
from drivers.host.request import Handler, Request, RequestError
from drivers.host.scanner import ScanGate
from drivers.registry import DeviceSet


def check_handler(gate: ScanGate, health: Handler) -> Handler:
    """The request `check` {device, level}: internal answers a health row, external the state."""

    def check(devices: DeviceSet, request: Request) -> None:
        device = request.named({one.name: one for one in devices.all()})
        level = _level(request)
        if level is HealthLevel.INTERNAL:
            health(devices, request)
        elif level is HealthLevel.EXTERNAL:
            device.request_status(request.reply)
        elif device.kind is DeviceKind.SCANNER:
            gate.taste(request.call())
        elif device.kind in CHECKS:
            CHECKS[device.kind](devices, request)
        else:
            device.request_status(request.reply)

    return check


def _level(request: Request) -> HealthLevel:
    try:
        return HealthLevel(request.text("level"))
    except ValueError as bad:
        raise RequestError(f"level is none of {', '.join(HealthLevel)}") from bad

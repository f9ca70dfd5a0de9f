"""What the till may ask of a fiscal registrar. Never repeats a document by itself."""

from drivers.contract.fiscal import fiscal_job_from_json
from drivers.host.request import Handler, Request
from drivers.registry import DeviceSet


def _register(devices: DeviceSet, request: Request) -> None:
    job = fiscal_job_from_json(request.get("job"))
    request.named(devices.fiscals).register(job, request.reply)


def _recover(devices: DeviceSet, request: Request) -> None:
    request.named(devices.fiscals).recover(request.text("key"), request.reply)


REQUESTS: dict[str, Handler] = {"fiscal": _register, "fiscal_recover": _recover}

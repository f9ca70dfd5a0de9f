"""What the till may ask of a fiscal registrar. Never repeats a document by itself."""

from uuid import uuid4

from drivers.contract.fiscal import FiscalJob, FiscalTask, fiscal_job_from_json
from drivers.host.request import Handler, Request
from drivers.registry import DeviceSet

TESTER = "Kopilka"
"""Who makes a report that nobody asked a cashier for."""


def _register(devices: DeviceSet, request: Request) -> None:
    job = fiscal_job_from_json(request.get("job"))
    request.named(devices.fiscals).register(job, request.reply)


def _recover(devices: DeviceSet, request: Request) -> None:
    request.named(devices.fiscals).recover(request.text("key"), request.reply)


def check(devices: DeviceSet, request: Request) -> None:
    """An X report: on paper, and nothing is registered by it."""
    job = FiscalJob(str(uuid4()), FiscalTask.X_REPORT, operator=TESTER)
    request.named(devices.fiscals).register(job, request.reply)


REQUESTS: dict[str, Handler] = {"fiscal": _register, "fiscal_recover": _recover}

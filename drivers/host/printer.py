"""What the till may ask of a printer. Never prints by itself."""

from drivers.contract import job_from_json
from drivers.host.request import Handler, Request
from drivers.registry import DeviceSet


def _print(devices: DeviceSet, request: Request) -> None:
    printer = request.named(devices.printers)
    printer.print_job(job_from_json(request.get("job")), request.reply)


def _code_page_strip(devices: DeviceSet, request: Request) -> None:
    job_id = request.text("job_id")
    request.named(devices.printers).print_code_page_strip(job_id, request.reply)


REQUESTS: dict[str, Handler] = {"print": _print, "code_page_strip": _code_page_strip}

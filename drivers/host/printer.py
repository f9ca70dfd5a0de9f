"""What the till may ask of a printer. Never prints by itself."""

from drivers.contract import (
    Align,
    Barcode,
    Cut,
    PrintJob,
    QRCode,
    Rule,
    Style,
    Symbology,
    Text,
    job_from_json,
)
from drivers.host.request import Handler, Request
from drivers.registry import DeviceSet
from drivers.transport import monotonic_ms


def _print(devices: DeviceSet, request: Request) -> None:
    printer = request.named(devices.printers)
    printer.print_job(job_from_json(request.get("job")), request.reply)


def _code_page_strip(devices: DeviceSet, request: Request) -> None:
    job_id = request.text("job_id")
    request.named(devices.printers).print_code_page_strip(job_id, request.reply)


def check(devices: DeviceSet, request: Request) -> None:
    """A page with every script, both codes and a cut; or the job that the till laid out."""
    job = request.get("job")
    page = test_page(f"check-{request.id}-{monotonic_ms()}") if job is None else job_from_json(job)
    request.named(devices.printers).print_job(page, request.reply)


def test_page(job_id: str) -> PrintJob:
    """Shows at a glance whether letters, codes and the knife are right. Nothing to translate."""
    centre = Style(align=Align.CENTER)
    return PrintJob(
        job_id,
        (
            Text("Kopilka / Копилка", Style(bold=True, align=Align.CENTER)),
            Rule(),
            Text("АБВГДЕЁЖЗ абвгдеёжз"),
            Text("ABCDEFGHI abcdefghi"),
            Text("0123456789 № ₽ « » — ×"),
            Rule(),
            Barcode(Symbology.EAN13, "2000000000008"),
            QRCode("https://example.org/kopilka"),
            Text("|" + "-" * 40 + "|", centre),
            Cut(),
        ),
    )


REQUESTS: dict[str, Handler] = {"print": _print, "code_page_strip": _code_page_strip}

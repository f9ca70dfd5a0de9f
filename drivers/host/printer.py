"""What the till may ask of a printer. Never prints by itself."""

import base64

from drivers.contract import (
    Align,
    Barcode,
    Cut,
    Logo,
    PrintJob,
    QRCode,
    ResultEvent,
    Rule,
    Style,
    Symbology,
    Text,
    job_from_json,
)
from drivers.host.request import Handler, Request, RequestError
from drivers.pos_printer import NOTHING_READABLE, EscPosPrinter, strip_choices
from drivers.registry import DeviceSet
from drivers.transport import monotonic_ms


def _print(devices: DeviceSet, request: Request) -> None:
    printer = request.named(devices.printers)
    printer.print_job(job_from_json(request.get("job")), request.reply)


def _code_page_strip(devices: DeviceSet, request: Request) -> None:
    job_id = request.text("job_id")
    request.named(devices.printers).print_code_page_strip(job_id, request.reply)


def _strip_choices(_devices: DeviceSet, request: Request) -> None:
    """What a person may answer to the strip; the answer is the printer's key `code_pages`."""
    choices = [*strip_choices(), NOTHING_READABLE]
    request.reply(ResultEvent(str(request.get("device") or ""), {"choices": choices}))


def _store_logo(devices: DeviceSet, request: Request) -> None:
    """A picture into the printer's memory; afterwards its key belongs to the key `logos`."""
    printer = request.named(devices.printers)
    if not isinstance(printer, EscPosPrinter):
        raise RequestError("a queue of the system has no memory for pictures")
    logo = Logo(request.text("key"), _bytes_of(request.text("png")))
    PrintJob("logo", (logo,))  # checks the key
    printer.store_logo(request.text("job_id"), logo.key, logo.png, request.reply)


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as bad:
        raise RequestError(f"png: {bad}") from bad


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


REQUESTS: dict[str, Handler] = {
    "print": _print,
    "code_page_strip": _code_page_strip,
    "strip_choices": _strip_choices,
    "store_logo": _store_logo,
}

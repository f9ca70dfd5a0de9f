"""Builds a POS printer. Never opens it.

Keys: driver (a link's), model, dots, font (path), confirm_ms, status_ms, poll_ms, process_id.
"""

from pathlib import Path

from drivers.contract import Device
from drivers.pos_printer import PROFILES, EscPosEncoder, EscPosPrinter, PrinterTimings, RasterFont
from drivers.registry.keys import Keys
from drivers.registry.workshop import Workshop


def build_printer(keys: Keys, name: str, workshop: Workshop) -> Device:
    """An ESC/POS printer."""
    profile = keys.one_of("model", PROFILES, "epson")
    profile = profile.with_dots(keys.take("dots", int, profile.dots))
    usual = PrinterTimings()
    timings = PrinterTimings(
        status_ms=keys.take("status_ms", int, usual.status_ms),
        confirm_ms=keys.take("confirm_ms", int, usual.confirm_ms),
        poll_ms=keys.take("poll_ms", int, usual.poll_ms),
    )
    printer = EscPosPrinter(
        name,
        workshop.link(keys, name),
        EscPosEncoder(profile, _font(keys)),
        process_id=keys.take("process_id", bool, profile.process_id),
        timings=timings,
    )
    printer.listen(workshop.listener)
    return printer


def _font(keys: Keys) -> RasterFont | None:
    path = keys.take("font", str, "")
    if not path:
        return None
    try:
        font = RasterFont(Path(path).read_bytes())
        font.fitted((12, 24))
    except OSError as bad:
        raise keys.wrong(f"the font cannot be read: {bad}") from bad
    return font

"""Builds a POS printer. Never opens it.

Keys: driver (a link's, or "cups" with queue and host, or "windows" with queue), model, dots,
code_pages (lines of the test strip that can be read, best first; ["none"] draws every line), logos
(keys of pictures in the printer's memory), font (path), process_id, confirm_ms, status_ms, poll_ms,
look_ms; for a queue believe_spooler: the shop takes "all bytes left" for "printed".
"""

from pathlib import Path

from drivers.contract import Device, DeviceError
from drivers.pos_printer import (
    NOTHING_READABLE,
    PROFILES,
    CupsSpooler,
    EscPosEncoder,
    EscPosPrinter,
    PrinterTimings,
    Profile,
    RasterFont,
    SpooledPrinter,
    Spooler,
    SpoolTimings,
    WindowsSpooler,
    Winspool,
    load_winspool,
    pages_of,
    strip_choices,
)
from drivers.registry.keys import Keys
from drivers.registry.workshop import Workshop

LINKS = ("tcp", "serial", "file")
QUEUES = ("cups", "windows")


def build_printer(keys: Keys, name: str, workshop: Workshop) -> Device:
    """An ESC/POS printer on a link or behind a queue of the system."""
    profile = _profile(keys)
    encoder = EscPosEncoder(profile, _font(keys))
    keys.offer("driver", (*LINKS, *QUEUES))
    if keys.has("driver") and keys.take("driver", str) in QUEUES:
        return _spooled(keys, name, workshop, encoder)
    usual = PrinterTimings()
    timings = PrinterTimings(
        status_ms=keys.take("status_ms", int, usual.status_ms),
        confirm_ms=keys.take("confirm_ms", int, usual.confirm_ms),
        poll_ms=keys.take("poll_ms", int, usual.poll_ms),
        look_ms=keys.take("look_ms", int, usual.look_ms),
    )
    printer = EscPosPrinter(
        name,
        workshop.link(keys, name),
        encoder,
        process_id=keys.take("process_id", bool, profile.process_id),
        timings=timings,
    )
    printer.listen(workshop.listener)
    return printer


def _spooled(keys: Keys, name: str, workshop: Workshop, encoder: EscPosEncoder) -> Device:
    queue = keys.take("queue", str)
    spooler: Spooler
    if keys.take("driver", str) == "cups":
        spooler = CupsSpooler(queue, keys.take("host", str, "localhost"))
    else:
        spooler = WindowsSpooler(queue, _winspool(keys))
    timings = SpoolTimings(confirm_ms=keys.take("confirm_ms", int, SpoolTimings().confirm_ms))
    believe = keys.take("believe_spooler", bool, default=False)
    printer = SpooledPrinter(name, spooler, encoder, believe=believe, timings=timings)
    printer.listen(workshop.listener)
    return printer


def _winspool(keys: Keys) -> Winspool:
    try:
        return load_winspool()
    except DeviceError as absent:
        raise keys.wrong(absent.message) from absent


def _profile(keys: Keys) -> Profile:
    profile = keys.one_of("model", PROFILES, "epson")
    profile = profile.with_dots(keys.take("dots", int, profile.dots))
    keys.offer("code_pages", (*strip_choices(), NOTHING_READABLE))
    if keys.has("code_pages"):
        lines = keys.take("code_pages", list)
        try:
            profile = profile.with_pages(pages_of(lines))
        except ValueError as bad:
            raise keys.wrong(f"code_pages: {bad}", "code_pages", why=str(bad)) from bad
    return profile.with_logos(str(key) for key in keys.take("logos", list, []))


def _font(keys: Keys) -> RasterFont | None:
    path = keys.take("font", str, "")
    if not path:
        return None
    try:
        font = RasterFont(Path(path).read_bytes())
        font.fitted((12, 24))
    except OSError as bad:
        raise keys.wrong(f"the font cannot be read: {bad}", "no_font", value=path) from bad
    return font

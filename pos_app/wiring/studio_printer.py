"""The receipt printer for cards and labels, without a till. Never prints twice, never by guess.

A mistake in another device's table does not stop it: it needs the printer alone.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from importlib.resources import as_file, files
from pathlib import Path
from threading import Event as Signal
from typing import Any

from drivers.config_file import device_tables, read_config, strays
from drivers.contract import (
    DeviceKind,
    ErrorCode,
    ErrorEvent,
    Event,
    Outcome,
    POSPrinter,
    PrintJob,
)
from drivers.host.claim import Claim, holder_of, taken_sentence
from drivers.registry import build_tolerantly
from drivers.registry.misfit import Misfit
from pos_app.gear.studio import StudioError

PRINT_S = 120.0
WHO = "kopilka cards or labels"
FONT = ("fonts", "JetBrainsMono-Regular.ttf")
PLACES = ("host", "port", "path", "queue")
"""Keys of a printer's table that say where it is."""


def studio_printer(file: Path, warn: Callable[[str], None]) -> "StudioPrinter":
    """The first printer of the file that can be built; StudioError, ConfigError when none can.

    A printer without the key `font` gets the program's own: a label is drawn.
    """
    if not file.exists():
        raise StudioError(f"nothing was printed: there is no file {file}")
    _free(file)
    config, found = read_config(file), ExitStack()
    tables, unread = device_tables(config, file), list(strays(config, file).values())
    for why in unread:
        warn(why)
    own = found.enter_context(as_file(files("resources").joinpath(*FONT)))
    drawn = [_with_font(table, str(own)) for table in tables]
    devices = build_tolerantly({"device": drawn}, lambda _event: None)
    misfits = [one for one in devices if isinstance(one, Misfit)]
    for one in misfits:
        warn(f"{file}: {one.health().last_error}")
    printer = next(iter(devices.printers.values()), None)
    if printer is not None:
        table = next((one for one in tables if _name(one) == printer.name), {})
        return StudioPrinter(printer, file, table, found)
    found.close()
    if any(one.kind is DeviceKind.PRINTER for one in misfits):
        raise StudioError(f"nothing was printed: mend the printer's table in {file}")
    raise StudioError(f"nothing was printed: {'; '.join(unread) or f'{file} names no printer'}")


def _free(file: Path) -> None:
    """Beside a running till nothing is opened; StudioError says who has the devices."""
    if holder := holder_of(file):
        raise StudioError(f"nothing was printed: {taken_sentence(holder)}")


def _with_font(table: Mapping[str, Any], font: str) -> dict[str, Any]:
    lacks = table.get("kind") == "printer" and not table.get("font")
    return {**table, "font": font} if lacks else dict(table)


def _name(table: Mapping[str, Any]) -> str:
    return str(table.get("name") or table.get("kind"))


class StudioPrinter:
    """One printer for one job. Needs the port to itself: no open till."""

    def __init__(
        self, printer: POSPrinter, file: Path, table: Mapping[str, Any], held: ExitStack
    ) -> None:
        self.name = printer.name
        self._printer, self._file, self._table, self._held = printer, file, table, held

    def print(self, job: PrintJob) -> None:
        """Waits for the printer's own word. StudioError: what is on paper, why, what to do."""
        heard: list[Event] = []
        ended = Signal()

        def answer(event: Event) -> None:
            heard.append(event)
            ended.set()

        _free(self._file)
        claim = Claim(self._file, WHO)
        self._printer.open()
        try:
            self._printer.print_job(job, answer)
            ended.wait(PRINT_S)
        finally:
            self._printer.close()
            self._held.close()
            claim.release()
        event = heard[0] if heard else None
        if event is None:
            raise StudioError(f"{self.name}: it does not answer; look whether it printed")
        if isinstance(event, ErrorEvent):
            raise StudioError(self._sentence(event))

    def _sentence(self, event: ErrorEvent) -> str:
        if event.outcome is Outcome.UNKNOWN:
            return f"{self.name}: {event.message}; look whether it printed before you try again"
        return f"nothing was printed: {self.name}: {event.message}; {self._advice(event)}"

    def _advice(self, event: ErrorEvent) -> str:
        if event.code is ErrorCode.E_EXTENDED:
            return "put that right and try again"
        if event.code is ErrorCode.E_ILLEGAL:
            return f"the printer's table is in {self._file}"
        where = ", ".join(f"{key} = {self._table[key]!r}" for key in PLACES if key in self._table)
        return (
            "see that it is switched on and connected and that no till is open on it;"
            f" where it is says {self._file}: {where or 'its table'}"
        )

"""The till in a window: Qt's own processes as pipes. Never a thread."""

import gc
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from drivers.config_file import ConfigError, device_tables, read_config
from drivers.contract.wedge import WedgeSettings
from drivers.contract.wedge_setup import settings_of_tables
from pos_app.ui.app import application, run_window
from pos_app.ui.background import LineProcess
from pos_app.ui.curtain import Curtain
from pos_app.wiring.appearance import Appearance, remember, remembered
from pos_app.wiring.commands import courier_command, devices_command
from pos_app.wiring.first_place import wants_assistant
from pos_app.wiring.place import NotEnrolled, Place
from pos_app.wiring.till import Till, build_till


class QtPipes:
    """Children of the window, as QProcesses; they start when they are told to."""

    def __init__(self, place: Place) -> None:
        self._commands = {
            "courier": courier_command(place.data, place.server, place.lan),
            "devices": devices_command(place.device_path(), place.devices, place.trace),
        }
        self._made: list[tuple[LineProcess, list[str]]] = []

    def __call__(self, name: str, on_line: Callable[[str], None]) -> LineProcess:
        """The pipe of one child; lines sent before it runs wait for it."""
        process = LineProcess(on_line, lambda line: _child_said(name, line))
        self._made.append((process, self._commands[name]))
        return process

    def start(self) -> None:
        """After the first paint: the children would take its processors."""
        for process, (program, *arguments) in self._made:
            process.start(program, arguments)


def _child_said(name: str, line: str) -> None:
    sys.stderr.write(f"{name}: {line}\n")


class WedgeTables:
    """The wedge scanners of the device file, read again when the file has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[int, int] | None = None

    def __call__(self) -> WedgeSettings | None:
        """Settings, or None while nothing has changed or the file cannot be read."""
        try:
            stamp = self._path.stat()
            now = (stamp.st_mtime_ns, stamp.st_size)
            if now == self._read:
                return None
            self._read = now
            return settings_of_tables(device_tables(read_config(self._path)))
        except (OSError, ConfigError):
            return None


def build_window_till(place: Place) -> Till:
    """A till whose children are QProcesses, running."""
    application()
    place.data.mkdir(parents=True, exist_ok=True)
    pipes = QtPipes(place)
    till = build_till(place, pipes)
    pipes.start()
    return till


def run(
    place: Place,
    look: Appearance,
    on_started: Callable[[Till], None] | None = None,
    curtain: Curtain | None = None,
) -> int:
    """Open the window and run it to its end; a till that is none yet is set up first.

    `curtain` is what is on the screen already; it goes when the till's own window is painted.
    """
    application()
    place.data.mkdir(parents=True, exist_ok=True)
    if wants_assistant(place.data):
        return _after_assistant(place, look, on_started, curtain)
    pipes = QtPipes(place)
    try:
        till = build_till(place, pipes)
    except NotEnrolled:  # a folder that was begun and left
        return _after_assistant(place, look, on_started, curtain)

    def started() -> None:
        if curtain is not None:
            curtain.draw_back()
        pipes.start()
        till.terminal.start()
        if on_started is not None:
            on_started(till)

    return run_window(
        till.terminal,
        settings=remembered(place.data, place.language, look),
        remember=partial(remember, place.data),
        fullscreen=look.fullscreen,
        wedge_settings=WedgeTables(place.device_path()),
        on_started=started,
    )


def _after_assistant(
    place: Place,
    look: Appearance,
    on_started: Callable[[Till], None] | None,
    curtain: Curtain | None,
) -> int:
    """The till once it is one; 0 when its first start goes on another day."""
    from pos_app.wiring.first_window import assisted  # a till that is one does not pay for it

    gc.enable()  # a person takes minutes here
    found = assisted(place, look, curtain)
    return 0 if found is None else run(found, look, on_started, curtain)

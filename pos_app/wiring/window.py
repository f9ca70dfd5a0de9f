"""The till in a window: Qt's own processes as pipes. Never a thread."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from pos_app.ui.app import application, run_window
from pos_app.ui.background import LineProcess
from pos_app.wiring.commands import courier_command, devices_command
from pos_app.wiring.till import Place, Till, build_till


@dataclass(frozen=True, slots=True)
class Appearance:
    """How the window looks when it opens."""

    theme: str = "light"
    scale: float = 1.0
    fullscreen: bool = False


def qt_pipes(place: Place) -> Callable[[str, Callable[[str], None]], LineProcess]:
    """Children of the window; they start when `start_children` says so."""
    commands = {
        "courier": courier_command(place.data, place.server),
        "devices": devices_command(place.data, place.devices),
    }

    def pipe(name: str, on_line: Callable[[str], None]) -> LineProcess:
        process = LineProcess(on_line, lambda line: _child_said(name, line))
        program, *arguments = commands[name]
        process.start(program, arguments)
        return process

    return pipe


def _child_said(name: str, line: str) -> None:
    sys.stderr.write(f"{name}: {line}\n")


def build_window_till(place: Place) -> Till:
    """A till whose children are QProcesses."""
    application()
    return build_till(place, qt_pipes(place))


def run(place: Place, look: Appearance, on_started: Callable[[Till], None] | None = None) -> int:
    """Open the window and run it to its end."""
    till = build_window_till(place)

    def started() -> None:
        till.terminal.start()
        if on_started is not None:
            on_started(till)

    return run_window(
        till.terminal,
        language=place.language,
        theme=look.theme,
        scale=look.scale,
        fullscreen=look.fullscreen,
        on_started=started,
    )

"""Opens the assistant of the first start and runs it to its end. Never builds a till."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from pos_app.ui.app import FIRST_SIZE, application
from pos_app.ui.background import LineProcess, Ticker
from pos_app.ui.curtain import Curtain
from pos_app.ui.first_run_window import FirstRunWindow
from pos_app.wiring.appearance import Appearance, remembered
from pos_app.wiring.commands import command, devices_command
from pos_app.wiring.first_hands import DEVICES, HELPER, FirstHands, known_of
from pos_app.wiring.first_place import first_place
from pos_app.wiring.place import Place
from pos_app.workstation.first_run import Setup


class FirstPipes:
    """The helper and the device host as QProcesses, running from the start."""

    def __init__(self, place: Place) -> None:
        path = place.device_path()
        self._commands = {
            HELPER: command("first-run", "--data", str(place.data)),
            DEVICES: devices_command(path, place.devices, place.trace),
        }
        self.made: dict[str, LineProcess] = {}

    def __call__(self, name: str, on_line: Callable[[str], None]) -> LineProcess:
        """The pipe of one child."""
        process = LineProcess(on_line, lambda line: _child_said(name, line))
        program, *arguments = self._commands[name]
        process.start(program, arguments)
        self.made[name] = process
        return process


def _child_said(name: str, line: str) -> None:
    sys.stderr.write(f"{name}: {line}\n")


@dataclass
class Assistant:
    """The assistant with its window and its hands; `close` ends its children."""

    setup: Setup
    window: FirstRunWindow
    hands: FirstHands
    pipes: FirstPipes
    ticker: Ticker

    def close(self) -> None:
        """The window goes first, so that nothing is clicked while the children end."""
        self.ticker.stop()
        self.window.close()
        self.hands.close()
        self.window.deleteLater()


def open_assistant(place: Place, look: Appearance, px_per_mm: float | None = None) -> Assistant:
    """Built and ticking; not shown yet."""
    pipes = FirstPipes(place)
    known = known_of(place)
    hands = FirstHands(place, pipes)
    setup = Setup(hands, known)
    hands.on_event = setup.heard
    settings = remembered(place.data, place.language, look)
    window = FirstRunWindow(setup, settings, px_per_mm=px_per_mm)

    def tick() -> None:
        hands.tick()
        setup.tick(hands.now_ms())

    ticker = Ticker(tick, parent=window)
    ticker.start()
    return Assistant(setup, window, hands, pipes, ticker)


def assisted(place: Place, look: Appearance, curtain: Curtain | None) -> Place | None:
    """Run it; the place with the server that was found, or None when it goes on another day."""
    app = application()
    ended: list[bool] = []
    assistant = open_assistant(place, look)
    window = assistant.window
    window.on_left = app.quit

    def done() -> None:
        ended.append(True)
        app.quit()

    assistant.setup.on_done = done
    if look.fullscreen:
        window.resize(app.primaryScreen().size())
        window.start()
        window.showFullScreen()
    else:
        window.resize(*FIRST_SIZE)
        window.start()
        window.show()
    window.activateWindow()
    if curtain is not None:
        curtain.hide()
    app.exec()
    if curtain is not None and ended:
        curtain.show_again()
    assistant.close()
    if not ended:
        return None
    return replace(place, server=first_place(place.data).server or place.server)

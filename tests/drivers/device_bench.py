"""The bench on which devices are tested: patience without sleeping, a listener's memory."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import settings

from drivers.contract import Event

HOUSE = Path(__file__).parents[2]
FONT = HOUSE / "resources" / "fonts" / "JetBrainsMono-Regular.ttf"
VECTORS = HOUSE / "tests" / "data" / "vectors"
PATIENCE_S = 20
CALM = settings(deadline=None)  # the machine is shared: a slow example is no defect


def vectors(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


class Ear:
    """Remembers events from any thread and waits for one with a deadline."""

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.heard.append(event)
            self._changed.notify_all()

    def wait(self, fits: Callable[[Event], bool] | type, count: int = 1) -> Any:
        """The `count`-th event that fits (a predicate or an event class)."""
        wanted = (lambda event: isinstance(event, fits)) if isinstance(fits, type) else fits

        def found() -> list[Event]:
            return [event for event in self.heard if wanted(event)]

        with self._changed:
            arrived = self._changed.wait_for(lambda: len(found()) >= count, PATIENCE_S)
            assert arrived, f"waited in vain; heard {self.heard}"
            return found()[count - 1]


def until(true: Callable[[], object]) -> None:
    """Polls a state of another thread or process."""
    end = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not true():
        assert time.monotonic() < end, "waited in vain"
        pause.wait(0.005)

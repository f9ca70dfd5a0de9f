"""What the assistant of the first start does with its hands: a helper, the device host, two files.

Never a thread: both are processes on pipes. Never a rule.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any

from pos_app.gear.clock import SystemClock
from pos_app.gear.ids import Uuid7Source
from pos_app.wiring.appearance import FILE as SCREEN_FILE
from pos_app.wiring.appearance import Appearance, remember, remembered
from pos_app.wiring.children import Pipe
from pos_app.wiring.device_link import DeviceLink
from pos_app.wiring.first_place import FirstPlace, first_place, keep
from pos_app.wiring.memory import open_memory, operators_here
from pos_app.wiring.place import Place
from pos_app.wiring.protection import TILL_FILE
from pos_app.workstation.first_pages import Known
from pos_app.workstation.ports import Reply

FONT = ("fonts", "JetBrainsMono-Regular.ttf")
HELPER, DEVICES = "first-run", "devices"
Pipes = Callable[[str, Callable[[str], None]], Pipe]


def known_of(place: Place) -> Known:
    """What is done in this data folder. Raises what `open_memory` raises."""
    left = first_place(place.data)
    chosen = (place.data / SCREEN_FILE).exists()
    settings = remembered(place.data, place.language, Appearance())
    language = settings.language if chosen else None
    server = left.server or place.server
    if not (place.data / TILL_FILE).exists():
        return Known(language, server)
    memory = open_memory(place.data)
    try:
        identity = memory.outbox.identity()
    finally:
        memory.close()
    if identity is None:
        return Known(language, server)
    names = (identity.store_name, identity.terminal_name)
    return Known(language, server, *names, is_loaded=operators_here(place.data) > 0)


class FirstHands:
    """Satisfies `SetupHands`. The pipe of the device host is made with its first request."""

    def __init__(self, place: Place, pipes: Pipes) -> None:
        self._place, self._pipes = place, pipes
        self._waiting: dict[int, Reply] = {}
        self._asked = 0
        self._helper = pipes(HELPER, self._told)
        self._devices: DeviceLink | None = None
        self._device_pipe: Pipe | None = None
        self._clock = SystemClock()
        self.on_event: Callable[[Mapping[str, Any]], None] = lambda event: None

    def restarts(self) -> int:
        """See the port."""
        return self._helper.restarts

    def ask(self, do: str, fields: Mapping[str, Any], on_reply: Reply) -> None:
        """See the port."""
        self._asked += 1
        self._waiting = {self._asked: on_reply}
        self._helper.send_line(json.dumps({"id": self._asked, "do": do, **fields}))

    def device(
        self, do: str, fields: Mapping[str, Any], on_reply: Reply, deadline_ms: int = 10_000
    ) -> None:
        """See the port."""
        if self._devices is None:
            self._device_pipe = self._pipes(DEVICES, self._device_line)
            self._devices = DeviceLink(self._device_pipe, self._place.device_names())
        self._devices.request(do, fields, on_reply, deadline_ms)

    def new_id(self) -> str:
        """See the port."""
        return Uuid7Source().new_id()

    def font_path(self) -> str:
        """See the port."""
        return str(files("resources").joinpath(*FONT))

    def remember(self, **what: Any) -> None:
        """See the port."""
        folder = self._place.data
        if "language" in what:
            settings = remembered(folder, what["language"], Appearance())
            folder.mkdir(parents=True, exist_ok=True)
            remember(folder, replace(settings, language=what["language"]))
        if "server" in what or "is_finished" in what:
            left = first_place(folder)
            server = what.get("server", left.server)
            keep(folder, FirstPlace(server, what.get("is_finished", left.is_finished)))

    def now_ms(self) -> int:
        """For the assistant's tick."""
        return self._clock.monotonic_ms()

    def tick(self) -> None:
        """Deadlines of the devices."""
        if self._devices is not None:
            self._devices.tick(self.now_ms())

    def close(self) -> None:
        """The helper and the device host end."""
        self._helper.close()
        if self._device_pipe is not None:
            self._device_pipe.close()

    def _told(self, line: str) -> None:
        said = json.loads(line)
        if "event" in said:
            self.on_event(said)
            return
        waiting = self._waiting.pop(int(said.get("id") or 0), None)
        if waiting is not None:
            waiting(said)

    def _device_line(self, line: str) -> None:
        if self._devices is not None:
            self._devices.on_line(line)

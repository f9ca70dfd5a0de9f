"""Scales on their bench: every model, on a pseudo-terminal or a socket, through the real driver."""

from contextlib import contextmanager

from device_bench import Ear, until

from drivers.contract import ErrorEvent, PowerState, ResultEvent
from drivers.contract.scale import Weight
from drivers.fake import PtyEndpoint, TcpEndpoint, VirtualScale
from drivers.registry import build_devices
from drivers.transport import LiveCall

MODELS = {
    "massa100": "massa100",
    "cas6": "cas6",
    "cas6_wide": "cas6",
    "shtrih_pos2": "shtrih_pos2",
    "toledo8217": "toledo8217",
}
"""Dialect of the simulator -> model of the configuration."""


class Weighing:
    """One `read_weight` and what came of it."""

    def __init__(self, scale, timeout_ms: int = 15_000) -> None:
        self.progress: list[Weight] = []
        self.answers = Ear()
        self.call = LiveCall(scale.name, self._heard)
        scale.read_weight(timeout_ms, self.call)

    def _heard(self, event) -> None:
        if hasattr(event, "payload") and not isinstance(event, ResultEvent):
            self.progress.append(Weight.from_json(event.payload))
        else:
            self.answers(event)

    def weight(self) -> Weight:
        return Weight.from_json(self.answers.wait(ResultEvent).payload)

    def error(self) -> ErrorEvent:
        return self.answers.wait(ErrorEvent)


@contextmanager
def bench(tmp_path, dialect: str, *, tcp: bool = False, parity: bool = False, **keys):
    """(simulator, driver, ear) with the driver open and the scale heard."""
    end = TcpEndpoint() if tcp else PtyEndpoint(tmp_path / "scale")
    virtual = VirtualScale(end, dialect, parity=parity)
    virtual.start()
    table = {"kind": "scale", "name": "scale", "model": MODELS[dialect], **end.config()}
    table |= {"answer_ms": 2_000, "pause_ms": 5, "poll_ms": 20, **keys}
    ear = Ear()
    devices = build_devices({"device": [table]}, ear)
    devices.open_all()
    scale = devices.scales["scale"]
    try:
        until(lambda: scale.power_state is PowerState.ONLINE)
        yield virtual, scale, ear
    finally:
        devices.close_all()
        virtual.stop()

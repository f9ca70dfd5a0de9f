"""The scale behind the device host as the weighing task sees it. Never keeps a weight."""

from collections.abc import Callable, Mapping

from drivers.contract import DeviceKind, ErrorCode, ErrorEvent, Event, ResultEvent
from drivers.contract.scale import ScaleError, Weight, WeightState
from pos_app.wiring.device_link import DeviceLink
from pos_app.workstation.scale_port import Pan, Weighed

WEIGH_MS = 20_000
"""How long the scale is asked before it is asked anew; the cashier sees no difference."""
_SHOWN = {
    WeightState.GOOD: "resting",
    WeightState.UNSTABLE: "moving",
    WeightState.ZERO: "empty",
    WeightState.OVER: "over",
    WeightState.UNDER: "under",
}
_TROUBLE: Mapping[int, str] = {
    ScaleError.OVERWEIGHT: "over",
    ScaleError.UNDER_ZERO: "under",
    ScaleError.UNSTABLE: "moving",
    ScaleError.EMPTY: "empty",
    ScaleError.UNREADABLE: "unreadable",
    ScaleError.CANCELLED: "cancelled",
    ScaleError.SAME_WEIGHT: "empty",
}
_BY_CODE = {
    ErrorCode.E_OFFLINE: "lost",
    ErrorCode.E_TIMEOUT: "lost",
    ErrorCode.E_BUSY: "busy",
}


class ScaleLink:
    """Satisfies `scale_port.ScalePort` by the first scale of the configuration."""

    def __init__(self, devices: DeviceLink) -> None:
        self._devices = devices
        self._number: int | None = None

    def state(self) -> str:
        """See ScalePort."""
        kind = DeviceKind.SCALE.value
        found = (one.state for one in self._devices.states() if one.kind == kind)
        return next(found, "none")

    def weigh(self, on_pan: Callable[[Pan], None], on_answer: Callable[[Weighed], None]) -> None:
        """See ScalePort."""
        name = self._devices.first(DeviceKind.SCALE)
        if name is None:
            on_answer(Weighed(trouble="lost"))
            return
        self._number = self._devices.host.scale(name).read_weight(
            WEIGH_MS,
            lambda event: on_answer(_weighed(event)),
            lambda payload: _shown(payload, on_pan),
        )

    def cancel(self) -> None:
        """See ScalePort."""
        if self._number is not None:
            self._devices.host.cancel(self._number)

    def tare(self, grams: int | None, on_answer: Callable[[bool], None]) -> None:
        """See ScalePort."""
        name = self._devices.first(DeviceKind.SCALE)
        if name is None:
            on_answer(False)
            return
        scale = self._devices.host.scale(name)
        scale.set_tare(grams, lambda event: on_answer(not isinstance(event, ErrorEvent)))


def _shown(payload: Mapping[str, object], on_pan: Callable[[Pan], None]) -> None:
    weight = _read(payload)
    if weight is not None:
        on_pan(Pan(_SHOWN[weight.state], weight.grams))


def _weighed(event: Event) -> Weighed:
    """Only a good weight is one: whatever else the host may say is a trouble."""
    if isinstance(event, ResultEvent):
        weight = _read(event.payload)
        if weight is not None and weight.state is WeightState.GOOD and weight.grams is not None:
            return Weighed(weight.grams)
        return Weighed(trouble="unreadable")
    if not isinstance(event, ErrorEvent):
        return Weighed(trouble="unreadable")
    known = _TROUBLE.get(event.extended) or _BY_CODE.get(event.code)
    return Weighed(trouble=known or "refused")


def _read(payload: Mapping[str, object]) -> Weight | None:
    try:
        return Weight.from_json(payload)
    except ValueError:
        return None

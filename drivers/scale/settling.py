"""When a weight may be sold: equal, stable, positive readings in a row. Never takes an average."""

from drivers.contract.scale import ScaleError, Weight, WeightState

READINGS_LEAST = 2
_WHY = {
    WeightState.UNSTABLE: ScaleError.UNSTABLE,
    WeightState.ZERO: ScaleError.EMPTY,
    WeightState.OVER: ScaleError.OVERWEIGHT,
    WeightState.UNDER: ScaleError.UNDER_ZERO,
}


class Settling:
    """Takes readings in turn. `readings`: how many in a row must agree, two at least."""

    def __init__(self, readings: int = READINGS_LEAST) -> None:
        self._wanted = max(readings, READINGS_LEAST)
        self._last: Weight | None = None
        self._equal = 0
        self.trouble = ScaleError.UNREADABLE

    def take(self, weight: Weight) -> bool:
        """True when this reading may be sold by."""
        state = weight.state
        if state is not WeightState.GOOD:
            self.trouble = _WHY[state]
            self._forget()
            return False
        same = self._last == weight
        self._equal = self._equal + 1 if same else 1
        self._last = weight
        self.trouble = ScaleError.UNSTABLE
        return self._equal >= self._wanted

    def spoilt(self) -> None:
        """A reading that could not be read: nothing before it counts."""
        self.trouble = ScaleError.UNREADABLE
        self._forget()

    def _forget(self) -> None:
        self._last, self._equal = None, 0

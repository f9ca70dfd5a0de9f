"""How long to wait before the next attempt. Never waits itself, never owns randomness."""

from collections.abc import Callable
from dataclasses import dataclass

LONGEST_RETRY_AFTER_S = 3600.0


@dataclass(slots=True)
class Backoff:
    """Exponential with equal jitter: attempt n waits between half and all of base * 2**n.

    Half is kept so that a storm never becomes a busy loop; the other half is random so that the
    tills of a chain do not come back in one wave. `random` gives [0, 1).
    """

    random: Callable[[], float]
    base_s: float = 1.0
    cap_s: float = 60.0
    failures: int = 0

    def next_s(self, retry_after_s: float | None = None) -> float:
        """Seconds to wait after one more failure; never less than the server asked for."""
        full = min(self.cap_s, self.base_s * 2.0 ** min(self.failures, 32))
        self.failures += 1
        jittered = full / 2 + full / 2 * self.random()
        if retry_after_s is None:
            return jittered
        asked = min(max(retry_after_s, 0.0), LONGEST_RETRY_AFTER_S)
        # The chain was told the same number of seconds: spread it too.
        return max(jittered, asked + self.base_s * self.random())

    def reset(self) -> None:
        """Something worked."""
        self.failures = 0

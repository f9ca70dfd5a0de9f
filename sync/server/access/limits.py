"""How often a terminal may ask. Never a promise: memory of one process."""

from collections import OrderedDict

REMEMBERED = 10_000


class MissLimit:
    """So many misses per terminal in a window, on the monotonic clock."""

    def __init__(self, misses: int = 30, window_ms: int = 600_000) -> None:
        self._misses = misses
        self._window_ms = window_ms
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def wait_s(self, who: str, now_ms: int) -> int:
        """Seconds until asking is allowed again; 0: now."""
        began, count = self._seen.get(who, (now_ms, 0))
        over = began + self._window_ms - now_ms
        return max(1, over // 1000) if count >= self._misses and over > 0 else 0

    def missed(self, who: str, now_ms: int) -> None:
        """One more."""
        began, count = self._seen.get(who, (now_ms, 0))
        if now_ms - began >= self._window_ms:
            began, count = now_ms, 0
        self._seen[who] = (began, count + 1)
        self._seen.move_to_end(who)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)


class PushLimit:
    """So many batches of a terminal at once and a second; a loop gone wild is slowed down.

    Only what was accepted counts: nobody can spend another's share.
    """

    def __init__(self, burst: int = 300, a_second: int = 100) -> None:
        self._burst = burst
        self._a_second = a_second
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def wait_s(self, who: str, now_ms: int) -> int:
        """Seconds until the next batch is welcome; 0: now."""
        return 0 if self._left(who, now_ms) > 0 else 1

    def accepted(self, who: str, now_ms: int) -> None:
        """One more."""
        self._seen[who] = (now_ms, max(0, self._left(who, now_ms) - 1))
        self._seen.move_to_end(who)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def _left(self, who: str, now_ms: int) -> int:
        at_ms, left = self._seen.get(who, (now_ms, self._burst))
        return min(self._burst, left + (now_ms - at_ms) * self._a_second // 1000)

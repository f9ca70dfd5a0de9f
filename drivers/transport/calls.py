"""A long request between threads: the till may cancel it while the device's thread carries it out.

Never lets two answers out.
"""

from collections.abc import Callable, Mapping
from threading import Lock

from drivers.contract import Event, ProgressEvent, Reply


class LiveCall:
    """Call of the contract. `tell` gets the progress and then the one answer, from any thread."""

    def __init__(self, device: str, tell: Reply, ended: Callable[[], None] = lambda: None) -> None:
        self._device = device
        self._tell = tell
        self._ended = ended
        self._lock = Lock()
        self._answered = False
        self._cancelled = False
        self._acts: list[Callable[[], None]] = []

    @property
    def device(self) -> str:
        """Whom the till asked."""
        return self._device

    @property
    def cancelled(self) -> bool:
        """The till no longer wants it."""
        return self._cancelled

    def cancel(self) -> None:
        """The till's wish; what the device makes of it is told by the answer."""
        with self._lock:
            if self._cancelled or self._answered:
                return
            self._cancelled = True
            acts, self._acts = self._acts, []
        for act in acts:
            act()

    def on_cancel(self, act: Callable[[], None]) -> None:
        """See the contract."""
        with self._lock:
            if not self._cancelled:
                self._acts.append(act)
                return
        act()

    def progress(self, payload: Mapping[str, object]) -> None:
        """See the contract; nothing after the answer."""
        if not self._answered:
            self._tell(ProgressEvent(self._device, payload))

    def answer(self, event: Event) -> None:
        """See the contract."""
        with self._lock:
            if self._answered:
                return
            self._answered = True
        self._ended()
        self._tell(event)

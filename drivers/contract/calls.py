"""A long request as the driver sees it: one answer, progress on the way, a wish to be cancelled.

Never ends by itself: whoever carries it out must answer.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from drivers.contract.events import Event


class Call(Protocol):
    """One request that may take minutes (a payment, a fiscal document, a weight)."""

    @property
    def cancelled(self) -> bool:
        """The till no longer wants it; what was begun must still be told as it stands."""
        ...

    def on_cancel(self, act: Callable[[], None]) -> None:
        """Calls `act` when the till cancels, at once if it has; from another thread, briefly."""
        ...

    def progress(self, payload: Mapping[str, object]) -> None:
        """Tells the till how far it is; the till's deadline begins anew."""
        ...

    def answer(self, event: Event) -> None:
        """The end: Result, Done, OutputComplete or ErrorEvent. Only the first one counts."""
        ...

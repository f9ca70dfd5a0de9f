"""Whether the server can be reached, since when, and what is wrong. Never asks it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pos_app.domain.ports import Clock
from sync.client.errors import Fenced, Trouble

SKEW_SHOWN_MS = 120_000
CLOCK = "clock"


@dataclass(slots=True)
class Link:
    """`since` changes only when `online` does. `troubles`: loop -> code of its trouble.

    `fenced_by`: the incarnation that the server has put in the place of ours; 0 for none.
    """

    clock: Clock
    on_change: Callable[[], None] = lambda: None
    online: bool = False
    since: datetime = field(init=False)
    troubles: dict[str, str] = field(default_factory=dict)
    server_at: datetime | None = None
    heard_ms: int = 0
    skew_ms: int = 0
    fenced_by: int = 0

    def __post_init__(self) -> None:
        self.since = self.clock.now_utc()

    def contact(self, reached: bool) -> None:
        """A request was answered by the server, or not."""
        if reached != self.online:
            self.online = reached
            self.since = self.clock.now_utc()
            self.on_change()

    def told_time(self, server_time: str) -> None:
        """The server's clock in a reply: skew is shown and never trusted."""
        try:
            at = datetime.fromisoformat(server_time)
            self.skew_ms = round((self.clock.now_utc() - at).total_seconds() * 1000)
        except (ValueError, TypeError):
            return
        self.server_at = at
        self.heard_ms = self.clock.monotonic_ms()

    def anchor_ms(self) -> int:
        """Milliseconds since the server last told the time; 0 if it never did."""
        return 0 if self.server_at is None else self.clock.monotonic_ms() - self.heard_ms

    def failed(self, loop: str, trouble: Trouble) -> None:
        """A pass of that loop did not succeed. Being offline is a state, not a trouble."""
        if trouble.reached:
            self.troubles[loop] = trouble.code
        if isinstance(trouble, Fenced):
            self.fenced_by = trouble.problem.incarnation
        self.on_change()

    def worked(self, loop: str) -> None:
        """A pass of that loop succeeded."""
        self.troubles.pop(loop, None)
        self.on_change()

    def trouble(self) -> str | None:
        """The code to show: that of the push before any other, since it holds sales.

        With nothing else wrong, a clock that is far from the server's (leases do not trust it).
        """
        wrong = CLOCK if abs(self.skew_ms) > SKEW_SHOWN_MS else None
        return next((self.troubles[name] for name in sorted(self.troubles, reverse=True)), wrong)

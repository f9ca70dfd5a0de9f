"""What the till's file keeps of the end of a day while it goes on. Plain data, never a decision.

A record is begun before the drawer is counted, is closed together with the day itself, and lives
until the server's totals were held against it and somebody has seen what came of it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from pos_app.domain.events import ControlTotals
from pos_app.workstation.report import Drawer


class TerminalDay(Enum):
    """The end of the day at one payment terminal.

    QUEUED: not asked yet; SENT: asked, its answer may be lost; BY_HAND: a person closes it there;
    LET_GO: a person said not today. FAILED is surely not done, UNKNOWN may be.
    """

    QUEUED = "queued"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    BY_HAND = "by_hand"
    LET_GO = "let_go"


DIFFERENCE_REASONS = ("wrong_change", "wrong_float", "not_found")
WAITING = frozenset({TerminalDay.QUEUED, TerminalDay.SENT})


@dataclass(frozen=True, slots=True)
class TerminalEnd:
    """`key` is durable before it is sent; `why` is the terminal's word for what it did not do."""

    name: str
    key: str
    state: TerminalDay = TerminalDay.QUEUED
    why: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that both sides do not have alike. `name`: of the report, or `tender.<kind>`."""

    name: str
    ours: int
    theirs: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What the server said of the day. `conflicts`, their points and money: not signed off yet;
    `overdrawn`: points among them that no member had."""

    at: datetime
    differences: tuple[Difference, ...] = ()
    conflicts: int = 0
    conflict_points: int = 0
    conflict_minor: int = 0
    overdrawn: int = 0


@dataclass(frozen=True, slots=True)
class SessionCount:
    """What a closed session's drawer held, what it should have held, minor units, and why not;
    `operator_id` counted it."""

    counted_minor: int
    expected_minor: int
    operator_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DayRecord:
    """One end of a day. `expected_minor`: what should have been in the drawer when it was counted.

    `to_send`: events that waited when the day was closed; `paper`: the print job of Z; `left`: its
    screen was left; `told`: somebody has seen how it was settled. `difference_reason`: a code of
    DIFFERENCE_REASONS or somebody's own words, why what was counted is not what should be; `taken`:
    the count is that of the session, which was closed before. `begun_by` may be another than
    `operator`, who closed it.
    """

    business_on: date
    session_number: int
    operator: str
    begun_at: datetime
    receipts_left: bool = False
    counted_minor: int | None = None
    expected_minor: int = 0
    closed_at: datetime | None = None
    totals: ControlTotals = ControlTotals()
    terminals: tuple[TerminalEnd, ...] = ()
    fiscal: bool = False
    paper: str = ""
    to_send: int = 0
    settled: Settled | None = None
    left: bool = False
    told: bool = False
    drawer: Drawer | None = None
    difference_reason: str = ""
    taken: bool = False
    begun_by: str = ""

    def with_terminal(self, end: TerminalEnd) -> "DayRecord":
        """That terminal's end, changed."""
        ends = tuple(end if one.name == end.name else one for one in self.terminals)
        return replace(self, terminals=ends)

    @property
    def is_over(self) -> bool:
        """Nothing of it can happen any more and nobody need hear of it."""
        waiting = any(one.state in WAITING for one in self.terminals)
        return self.settled is not None and self.told and self.left and not waiting

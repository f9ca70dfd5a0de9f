"""The end of the day as a front end shows it: steps, what each waits for, what may be said."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from pos_app.domain.sentence import Sentence
from pos_app.workstation.report import Report


class StepState(Enum):
    """DONE; WORKING by itself; NEEDS_YOU: a person's word; CANNOT: not now, and why; WAITS: an
    earlier step comes first."""

    DONE = "done"
    WORKING = "working"
    NEEDS_YOU = "needs_you"
    CANNOT = "cannot"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class DayStep:
    """`name`: receipts, count, fiscal, terminal:<its name>, paper, send, settle, conflicts.

    `choices` go to `day_choice`; those of OPENS open another screen instead. `drop` is said of one
    receipt: the step is then `receipts:<its id>`, with a reason.
    """

    name: str
    state: StepState
    text: Sentence
    details: tuple[Sentence, ...] = ()
    choices: tuple[str, ...] = ()


OPENS = frozenset(
    {
        "suspended",
        "drop",
        "undecided",
        "errands",
        "conflicts",
        "count",
        "close_differs",
        "void_open",
    }
)
"""Choices that a front end answers by its own screens."""


@dataclass(frozen=True, slots=True)
class DayView:
    """`report`: Z, once the day is closed; `value`: what the day was worth without a link;
    `next_on`: the business day that a session opened now would begin. `begun_by`, `closed_by`:
    names; whoever goes on with it may be another than who began."""

    business_on: date
    steps: tuple[DayStep, ...]
    closed: bool
    report: Report | None = None
    value: Sentence | None = None
    next_on: date | None = None
    begun_by: str = ""
    closed_by: str = ""

    @property
    def done(self) -> int:
        """Steps that are over."""
        return sum(one.state is StepState.DONE for one in self.steps)

    @property
    def is_over(self) -> bool:
        """Nothing goes on after the screen is left."""
        return self.closed and self.done == len(self.steps)

    @property
    def next(self) -> DayStep | None:
        """The first step that waits for a person."""
        return next((one for one in self.steps if one.state is StepState.NEEDS_YOU), None)

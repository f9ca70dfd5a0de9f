"""A receipt that waits, as a screen shows it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SuspendedView:
    """One suspended transaction; `cut`: nobody put it aside, the till was cut short over it.
    `paid_minor`: half of an exchange, of which the return has paid so much."""

    id: str
    label: str
    at: datetime
    lines: int
    total_minor: int
    cut: bool = False
    paid_minor: int = 0

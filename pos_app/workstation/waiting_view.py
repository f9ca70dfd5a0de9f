"""A receipt that waits, as a screen shows it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SuspendedView:
    """One suspended transaction; `cut`: nobody put it aside, the till was cut short over it.
    `paid_minor`: half of an exchange, of which the return has paid so much. `put_back`: the till's
    file is an older copy since then, so that it may have been paid. `total_minor`: what is to be
    paid in money, without what the points chosen on it pay."""

    id: str
    label: str
    at: datetime
    lines: int
    total_minor: int
    cut: bool = False
    paid_minor: int = 0
    put_back: bool = False

"""What the spoolers of operating systems have in common. Never takes their queue for paper.

A spooler accepts bytes for a printer that nobody can ask: its state stays UNKNOWN.
"""

from enum import Enum
from typing import Protocol


class SpoolState(Enum):
    """What the system says of a job that it accepted."""

    WAITING = "not begun"
    SENDING = "begun"
    HANDED_OVER = "all bytes left for the printer"
    LOST = "given up, or nobody knows of it"


class SpoolError(Exception):
    """The spooler refused or is not there; `accepted` when it may have taken the job after all."""

    def __init__(self, message: str, *, accepted: bool = False) -> None:
        super().__init__(message)
        self.accepted = accepted


class Spooler(Protocol):
    """One queue of the system; used by one thread."""

    def check(self) -> None:
        """Raises SpoolError when there is no such queue, or it is stopped and would hold a job."""
        ...

    def submit(self, data: bytes, title: str) -> int:
        """Hands over raw bytes and returns the system's number of the job. Raises SpoolError."""
        ...

    def state(self, number: int) -> SpoolState:
        """Raises SpoolError."""
        ...

    def withdraw(self, number: int) -> bool:
        """Takes a job back, begun or not, so that it is not printed hours later.

        True if it surely never began.

        Raises SpoolError.
        """
        ...

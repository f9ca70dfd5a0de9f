"""Whose fault it is when an event cannot be posted: its own, or the database's. Never a guess.

What an event says may fit no column: PostgreSQL refuses it (class 22 or 23), or asyncpg does
before it is sent at all (a ValueError under an InterfaceError). Such an event is parked. A lost
connection, a full disk or a deadlock is nobody's event: the poster tries again.
"""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from pos_app.domain.errors import RuleError

EVENT_FAULTS = (
    RuleError,
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    DBAPIError,
)
"""What is caught around an event; `of_an_event` says whether it is to blame."""
REFUSED_VALUES = ("22", "23")
"""SQLSTATE classes: data exception, integrity constraint violation."""


def of_an_event(fault: Exception) -> bool:
    """Whether what was to be written is the cause, so that trying again is no use."""
    if not isinstance(fault, DBAPIError) or isinstance(fault, DataError | IntegrityError):
        return True
    state = getattr(fault.orig, "sqlstate", None) or ""
    cause = getattr(fault.orig, "__cause__", None)
    return state[:2] in REFUSED_VALUES or isinstance(cause, ValueError | TypeError | OverflowError)


def described(fault: Exception) -> str:
    """For the reason of a parked event: never a statement's parameters, which may be personal."""
    if isinstance(fault, DBAPIError):
        return f"{type(fault).__name__}: the database takes no such value"
    return f"{type(fault).__name__}: {fault}"

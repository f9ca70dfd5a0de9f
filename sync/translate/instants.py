"""Instants and days as text. Never a local time: an instant without an offset is an error."""

from datetime import UTC, date, datetime


def instant_text(at: datetime) -> str:
    """ISO 8601 in UTC, microseconds only where there are some; ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("an instant names its offset")
    return at.astimezone(UTC).isoformat()


def instant(text: str) -> datetime:
    """The reverse; ValueError for anything else."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"an instant names its offset: {text!r}")
    return at.astimezone(UTC)


def optional_instant(text: str | None) -> datetime | None:
    """None stays None."""
    return None if text is None else instant(text)


def optional_instant_text(at: datetime | None) -> str | None:
    """None stays None."""
    return None if at is None else instant_text(at)


def day(text: str) -> date:
    """`2026-11-22`; ValueError for anything else."""
    return date.fromisoformat(text)


def optional_day(text: str | None) -> date | None:
    """None stays None."""
    return None if text is None else day(text)


def optional_day_text(on: date | None) -> str | None:
    """None stays None."""
    return None if on is None else on.isoformat()

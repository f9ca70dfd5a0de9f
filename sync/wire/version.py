"""The one table of protocol versions. Never drops a version without a date and a reason."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ProtocolVersion:
    """A version of the messages: since when, and why it came."""

    number: int
    since_on: date
    reason: str


VERSIONS = (
    ProtocolVersion(1, date(2026, 11, 21), "the first: push, pull, snapshot, allowances"),
    ProtocolVersion(
        2,
        date(2026, 11, 22),
        "requests name machine and incarnation, replies the ones in force; grants are declared "
        "again after another epoch; a refused version is told which ones are spoken",
    ),
)
CURRENT = VERSIONS[-1].number
SPOKEN = tuple(v.number for v in VERSIONS[-3:])
MIRROR_SCHEMA = 1

"""Values of the domain as columns and JSON bytes, and back. Never a decision."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from pos_app.domain.loyalty.member import Member
from pos_app.workstation.day_record import DayRecord
from pos_app.workstation.ports import SessionState, StorageBroken, TerminalIdentity

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(instant: datetime) -> int:
    """Unix microseconds, exactly."""
    return (instant - _EPOCH) // _MICROSECOND


def from_us(value: int) -> datetime:
    """The reverse of `to_us`, in UTC."""
    return _EPOCH + value * _MICROSECOND


def _hook(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"cannot store {type(value).__name__}")


_ENCODER = msgspec.json.Encoder(enc_hook=_hook)
_SESSION = msgspec.json.Decoder(SessionState)
_MEMBER = msgspec.json.Decoder(Member)
_DAYS = msgspec.json.Decoder(tuple[DayRecord, ...])
_IDENTITY = msgspec.json.Decoder(TerminalIdentity)


def to_json(value: SessionState | Member | TerminalIdentity | tuple[DayRecord, ...]) -> bytes:
    """A dataclass of the ports or the domain as JSON.

    A member enrolled here has no tallies but those of the receipts in the journal.
    """
    if isinstance(value, Member):
        value = replace(value, tallies={})
    return _ENCODER.encode(value)


def session_of(data: bytes) -> SessionState:
    """The reverse for a session."""
    return _read(_SESSION, data)


def days_of(data: bytes | None) -> tuple[DayRecord, ...]:
    """The reverse for the ends of days; none where none was ever written."""
    return () if data is None else _read(_DAYS, data)


def member_of(data: bytes) -> Member:
    """The reverse for a member enrolled here."""
    return _read(_MEMBER, data)


def identity_of(data: bytes) -> TerminalIdentity:
    """The reverse for the terminal."""
    return _read(_IDENTITY, data)


def _read(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, ValueError) as error:
        raise StorageBroken(f"a stored document cannot be read: {error}") from error

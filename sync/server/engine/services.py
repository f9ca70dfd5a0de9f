"""What every part of the server is given: clock, ids, keys, epoch. Never a global, never a day: a
day is the chain's (`days`)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pos_app.domain.ports import Clock, IdSource
from pos_app.gear.secrets import Ed25519Signer
from sync.server.engine.keys import ServerKeys
from sync.translate import WireCodec

MICROSECOND = timedelta(microseconds=1)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def micros(at: datetime) -> int:
    """UTC microseconds since 1970, exactly."""
    return (at - BEGINNING) // MICROSECOND


def moment(at_us: int) -> datetime:
    """The reverse."""
    return BEGINNING + at_us * MICROSECOND


@dataclass
class Services:
    """Who the server is and what time it is.

    `epoch` changes with a restart, or when another history is met behind the database's address
    (a standby that was promoted): the database sets it before any work is done there.
    """

    clock: Clock
    ids: IdSource
    keys: ServerKeys
    epoch: str
    chain: str = ""
    codec: WireCodec = field(default_factory=WireCodec)

    def now(self) -> datetime:
        """The wall clock."""
        return self.clock.now_utc()

    def now_us(self) -> int:
        """The wall clock as the tables have it."""
        return micros(self.clock.now_utc())

    def server_time(self) -> str:
        """As replies carry it."""
        return self.clock.now_utc().isoformat()

    def sign(self, text: bytes) -> str:
        """The server's signature, in hex."""
        return Ed25519Signer(self.keys.signing).sign(text).hex()

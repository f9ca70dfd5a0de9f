"""What the courier needs from the till's own files, as Protocols. Never an implementation.

The till's memory satisfies `Outbox` and `MirrorFiles` structurally; neither side imports the
other. Every call returns within milliseconds except `MirrorFiles.check`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sync.wire.messages import EnrolReply, PullReply
from sync.wire.rows import AllowanceRow, MemberRow

EventRow = tuple[int, str, str, int, bytes, bytes]
"""(seq, id, kind, version, canonical body, hash of the chain)."""


class Identity(Protocol):
    """Who this till is."""

    @property
    def terminal_id(self) -> str:
        """As the server named it."""

    @property
    def incarnation(self) -> int:
        """Of this database; a restored or cloned one gets the next."""


@dataclass(frozen=True, slots=True)
class AskedGrant:
    """A grant whose request may or may not have reached the server."""

    grant_id: str
    member_id: str
    points: int
    kind: str = "identified"


class Outbox(Protocol):
    """`till.db` as the courier sees it. Every write is one short durable transaction."""

    def identity(self) -> Identity:
        """Only an enrolled till has a courier that syncs."""

    def server_epoch(self) -> str:
        """The epoch the server last lived in."""

    def set_server_epoch(self, epoch: str) -> None:
        """Another epoch: remembered before anything is sent in it."""

    def batch(self, after_seq: int, max_events: int, max_bytes: int) -> Sequence[EventRow]:
        """The next events in order: at least one if there is one, whatever its size."""

    def head(self) -> int:
        """Sequence number of the last event; 0 for none."""

    def acked(self) -> int:
        """The head the server has acknowledged."""

    def unsent(self) -> int:
        """Events above the acknowledged head."""

    def hash_at(self, seq: int) -> bytes:
        """The chain's hash at an event (32 bytes)."""

    def ack(self, head: int, safe_head: int) -> None:
        """Everything up to `head` is on the server, up to `safe_head` in its backups too."""

    def unack(self, head: int) -> None:
        """Everything above `head` is not on the server, whatever it said before."""

    def ask_grant(self, grant: AskedGrant) -> None:
        """Durable before the request is sent."""

    def asked_grants(self) -> Sequence[AskedGrant]:
        """Those that were never answered, oldest first."""

    def store_grant(self, grant: AllowanceRow) -> None:
        """The answer to `ask_grant`; a grant of 0 points only forgets the question."""

    def apply_allowance_row(self, row: AllowanceRow) -> None:
        """What the server holds for a grant of this till."""


class MirrorFile(Protocol):
    """One generation of the mirror, open for the courier, its only writer."""

    def epoch(self) -> str:
        """The server's epoch its cursor belongs to; empty for a new file."""

    def cursor(self) -> Mapping[str, int]:
        """Scope -> version applied."""

    def as_of(self) -> str:
        """Server time of the last page; empty for a new file."""

    def apply(self, page: PullReply) -> None:
        """Rows and cursor in one transaction; a page applied twice changes nothing."""

    def differing(self, page: PullReply) -> Sequence[str]:
        """Scopes whose digest is not the page's, at the same version."""

    def heal(self, scope: str, pages: Sequence[PullReply]) -> None:
        """Replace the scope by its rows in these pages, in one transaction."""

    def add_guest(self, member: MemberRow) -> None:
        """A member of another store, looked up on-line; no part of any scope."""

    def close(self) -> None:
        """Before another generation takes over."""


class MirrorFiles(Protocol):
    """The generations of the mirror on the disk."""

    def open(self) -> MirrorFile | None:
        """The current generation; None if there is none or it is damaged."""

    def next_path(self) -> Path:
        """Where the next generation is to be written; nothing is there yet."""

    def create(self, path: Path) -> MirrorFile:
        """A new empty mirror at that place."""

    def check(self, path: Path) -> bool:
        """Whether the file is a whole mirror of our schema (`quick_check`, `user_version`)."""

    def flip(self, path: Path) -> None:
        """Make it the current generation, durably; the front end reopens by itself."""

    def sweep(self) -> None:
        """Delete generations that are no longer read; called at the start."""


class Identities(Protocol):
    """Where enrolment puts what it learned."""

    def store_identity(self, reply: EnrolReply, private_key: bytes, incarnation: int) -> None:
        """Durable, the key protected by whoever stores it."""

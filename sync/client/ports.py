"""What the courier needs from the till's own files, as Protocols. Never an implementation.

The till's memory satisfies `Outbox` and `MirrorFiles` structurally; neither side imports the
other. Every call returns within milliseconds except `MirrorFiles.check`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pos_app.domain.events import AllowanceGiven, AllowanceTaken, GivenProof
from pos_app.domain.loyalty.allowance import Honour, Move
from pos_app.domain.loyalty.lease import Anchor
from sync.client.errors import NotEnrolled
from sync.wire.messages import EnrolReply, PullReply
from sync.wire.rows import GiftCardRow, MemberRow

EventRow = tuple[int, str, str, int, bytes, bytes]
"""(seq, id, kind, version, canonical body, hash of the chain)."""


class Identity(Protocol):
    """Who this till is."""

    @property
    def terminal_id(self) -> str:
        """As the server named it."""


class Position(Protocol):
    """Where the chain stands, read at once."""

    @property
    def incarnation(self) -> int:
        """Of this database; a restored or cloned one gets the next."""

    @property
    def head(self) -> int:
        """Sequence number of the last event; 0 for none."""

    @property
    def acked(self) -> int:
        """The head the server has acknowledged."""


class Held(Protocol):
    """A grant as `till.db` has it."""

    @property
    def grant_id(self) -> str:
        """Whoever made it."""

    @property
    def owner_id(self) -> str:
        """A member, a gift card or a coupon."""

    @property
    def granted(self) -> int:
        """In all, spent or not."""

    @property
    def kind(self) -> str:
        """`placed`, `identified`, ..."""

    @property
    def lease_until(self) -> datetime | None:
        """None: until it is told otherwise."""

    @property
    def incarnation(self) -> int:
        """Of the database that got it; 0: never to be spent here."""


class Outbox(Protocol):
    """`till.db` as the courier sees it. Every write is one short durable transaction."""

    def identity(self) -> Identity | None:
        """None before enrolment; then there is nothing to sync."""

    def epoch(self) -> str:
        """The epoch the server last lived in; empty before the first word of it."""

    def set_epoch(self, epoch: str) -> None:
        """Another epoch: remembered before anything is sent in it."""

    def reconciled_epoch(self) -> str:
        """The epoch in which the server was told which grants are held here; empty before."""

    def set_reconciled_epoch(self, epoch: str) -> None:
        """The server knows them."""

    def forget_members(self, member_ids: Iterable[str]) -> None:
        """Members enrolled here whom the server has erased, or made one with others."""

    def held_grants(self, after: str, count: int) -> Sequence[Held]:
        """A page of the grants ever given to this database, in the order of their ids."""

    def lost(self) -> str:
        """What a salvage could not read and the server was not told yet; empty for nothing."""

    def told_lost(self) -> None:
        """The server has it."""

    def position(self) -> Position:
        """Head and acknowledged head."""

    def batch(self, after_seq: int, max_events: int, max_bytes: int) -> Sequence[EventRow]:
        """The next events in order: at least one if there is one, whatever its size."""

    def hash_at(self, seq: int) -> bytes | None:
        """The chain's hash after an event (32 bytes; zeros at 0); None for what is not kept."""

    def ack(self, head: int, safe_head: int) -> bool:
        """Everything up to `head` is on the server, up to `safe_head` in its backups too.

        False, and nothing changed, if the server is ahead of this database.
        """

    def unack(self, head: int) -> None:
        """Everything above `head` is not on the server, whatever it said before."""


class Planned(Protocol):
    """A request for a grant that was remembered before it was sent."""

    @property
    def grant_id(self) -> str:
        """Ours."""

    @property
    def member_id(self) -> str:
        """For whom."""

    @property
    def kind(self) -> str:
        """`identified`."""

    @property
    def points(self) -> int:
        """What was asked for."""


GrantState = tuple[int, int, datetime | None, int]
"""(spent, returned, lease until, posted sequence number) as the server has them."""
GrantRow = tuple[str, str, int, str, GrantState, int]
"""Grant, member, points granted, kind, what the server has of it, incarnation (0: not said)."""


class Grants(Protocol):
    """The courier's side of the allowances in `till.db`."""

    def plan_grant(self, grant_id: str, member_id: str, points: int, kind: str) -> None:
        """Durable before the request is sent."""

    def planned_grants(self) -> Sequence[Planned]:
        """Those of this incarnation that were never answered, oldest first."""

    def forget_plan(self, grant_id: str) -> None:
        """The server will not answer it: nothing was granted."""

    def store_grant(
        self, grant_id: str, member_id: str, granted: int, kind: str, lease_until: datetime | None
    ) -> None:
        """The server's answer; twice is once."""

    def apply_rows(self, rows: Sequence[GrantRow | str]) -> None:
        """Rows of the feed in one transaction, each spent only in the incarnation that it was
        granted to; a string is the id of a grant that is gone."""

    def heard(self, anchor: Anchor) -> None:
        """All the server had to say by then was applied: leases count from here."""

    def business_on(self) -> str:
        """The day of the session that is open, ISO; "" for none: what is spent now is of it."""

    def frozen(self) -> bool:
        """True after a new incarnation, until `thaw`."""

    def thaw(self) -> None:
        """The server knows this incarnation, and our scope was read to its end after it did."""


class Lives(Protocol):
    """Which machine the database lives on, and its next life. Never asks the server."""

    machine: str

    def moved(self) -> bool:
        """True on another machine than before, until `take_over`."""

    def take_over(self, above: int = 0) -> int:
        """A person has said that this machine goes on; the new incarnation."""

    def decided(self) -> bool:
        """True from that word until the server knows of it."""

    def known(self) -> None:
        """The server knows this life."""

    def again(self, above: int, now: datetime, whole: bool = False) -> bool:
        """The server proved that this machine went back in time; False: a person must look."""

    def renumber(self, head: int) -> None:
        """The server has nothing after `head`: send all that is kept, name what is not."""

    def freeze(self) -> None:
        """Another machine may hold the same grants."""


class PlannedMove(Protocol):
    """A request to another till of the store that was remembered before it was sent."""

    @property
    def move(self) -> Move:
        """What was asked."""

    @property
    def peer(self) -> str:
        """The terminal that was asked, and nobody else."""


class Moves(Protocol):
    """Moves of allowances between the tills of a store, in `till.db`. Every write is durable."""

    def offer(self, member_id: str, honour: Honour) -> int:
        """Points that could leave this till."""

    def held(self, member_id: str, honour: Honour) -> int:
        """Points that may be spent at this till."""

    def given(self, transfer_id: str) -> tuple[GivenProof, ...]:
        """What that request was answered; nothing if it never was."""

    def give(self, move: Move, event_id: str, giver: str, honour: Honour) -> tuple[GivenProof, ...]:
        """Let points go, once for a transfer; the proofs, ours last; nothing to give: none."""

    def ready(self) -> bool:
        """False while the grants of this database are frozen: it could spend nothing."""

    def plan(self, move: Move, peer: str, now: datetime) -> None:
        """Before a request is sent."""

    def planned(self) -> Sequence[PlannedMove]:
        """Those of this incarnation that were never answered."""

    def forget(self, transfer_id: str) -> None:
        """Nothing comes of it."""

    def known(self, transfer_id: str) -> bool:
        """Whether its points are here already."""

    def take(self, event_id: str, taken: AllowanceTaken, given: AllowanceGiven) -> bool:
        """The points are ours from here on, once; False for another incarnation's."""

    def return_idle(self, before: datetime, now: datetime, new_id: Callable[[], str]) -> int:
        """What is left of points that came before that goes back to the server; how many."""

    def forget_before(self, before: datetime) -> None:
        """Old moves."""


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

    def adds_up(self, scope: str) -> bool:
        """Whether the rows are still those that were counted when the digest was compared."""

    def heal(self, scope: str, pages: Sequence[PullReply]) -> None:
        """Replace the scope by its rows in these pages, in one transaction."""

    def add_guest(self, member: MemberRow) -> None:
        """A member of another store, looked up on-line; no part of any scope."""

    def add_card(self, card: GiftCardRow) -> None:
        """A gift card that was looked up on-line; no part of any scope."""

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
        """Whether a file whose hashes were right is a mirror of our schema."""

    def current(self) -> Path:
        """The file of the generation in force."""

    def intact(self, path: Path | None = None) -> bool:
        """The same of the generation in force; asked when something went wrong with it."""

    def people(self, path: Path, text: str, most: int) -> list[dict[str, str]]:
        """Members of that file by their name; may take seconds, in any thread."""

    def flip(self, path: Path) -> None:
        """Make it the current generation, durably; the front end reopens by itself."""

    def sweep(self) -> None:
        """Delete generations that are no longer read; called at the start."""


class Identities(Protocol):
    """Where enrolment puts what it learned."""

    def store_identity(self, reply: EnrolReply, private_key: bytes, incarnation: int) -> None:
        """Durable, the key protected by whoever stores it."""


def enrolled(outbox: Outbox) -> Identity:
    """Who we are; a till that was never enrolled has nobody to talk to."""
    identity = outbox.identity()
    if identity is None:
        raise NotEnrolled("no identity yet")
    return identity

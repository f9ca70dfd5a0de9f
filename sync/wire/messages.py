"""Requests and replies between courier and server. Never a decision.

Every mutating request names the server's epoch; every reply carries it with the terminal's head.
"""

from typing import Annotated

from msgspec import Meta, Raw, Struct

Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""A number that every database and every JSON reader holds exactly."""


class EventEnvelope(Struct):
    """One event in its chain. `body` is canonical JSON text; `hash` is hex of the chain."""

    seq: Count
    id: str
    kind: str
    v: Count
    body: str
    hash: str


class PushRequest(Struct):
    """Events in sequence order; `previous_hash` is the hash of first seq - 1 (hex).

    `machine` names the machine that sends (a fingerprint; empty: unknown). `lost`: what a salvaged
    database could not read any more, `<incarnation>:<seq>-<seq>` separated by spaces.
    """

    protocol: int
    terminal: str
    incarnation: Count
    epoch: str
    previous_hash: str
    events: tuple[EventEnvelope, ...]
    anchor_ms: int = 0
    machine: str = ""
    lost: str = ""


class PushReply(Struct):
    """`head` is cumulative. `signature` (hex, Ed25519) covers terminal, incarnation, head, hash.

    `machine`: who sent the event at the head, as far as it said.
    """

    epoch: str
    head: int
    head_hash: str
    safe_head: int
    server_time: str
    signature: str
    machine: str = ""


class PullRequest(Struct):
    """`cursor`: scope -> version already applied. Scopes not named start from zero.

    `incarnation` of the till's database; 0 from a till that does not say it. `clear_at`: the
    server's time as the till last heard it, told when nothing is unsent.
    """

    protocol: int
    terminal: str
    epoch: str
    cursor: dict[str, int]
    max_bytes: int = 1_048_576
    wait_ms: int = 0
    incarnation: Count = 0
    clear_at: str = ""


class FeedRow(Struct, omit_defaults=True):
    """One row: state or (deleted) tombstone, at a version of its scope."""

    scope: str
    ver: int
    kind: str
    id: str
    body: Raw = Raw(b"null")
    deleted: bool = False


class ScopeDigest(Struct):
    """Count and sum over (kind, id, ver) of the living rows of a scope at `ver`."""

    ver: int
    count: int
    total: int


class PullReply(Struct):
    """A page. `cursor` holds only the scopes that moved; `more` says that pages are left.

    `head` counts in `incarnation`, the one in force (0 from a server that does not say it), whose
    events `machine` sent. `former_head`: how far the asker's own incarnation is known, if another
    one is in force; -1 otherwise, and from a server that does not say it.
    """

    epoch: str
    rows: tuple[FeedRow, ...]
    cursor: dict[str, int]
    more: bool
    head: int
    safe_head: int
    server_time: str
    digests: dict[str, ScopeDigest] = {}
    take_snapshot: bool = False
    incarnation: int = 0
    machine: str = ""
    former_head: int = -1


class EnrolRequest(Struct):
    """A new terminal proves its key: `proof` signs `code` and the key (hex)."""

    protocol: int
    code: str
    public_key: str
    proof: str
    name: str
    incarnation: Count = 1


class EnrolReply(Struct):
    """What a terminal needs for life. `pepper` and keys in hex."""

    terminal: str
    terminal_name: str
    store: str
    store_name: str
    chain: str
    epoch: str
    server_key: str
    sealing_key: str
    pepper: str
    server_time: str
    receipt_prefix: str


class AllowanceRequest(Struct):
    """A grant with a client-made id, persisted before it is sent. `points` is what is wanted.

    `business_on`: of the session that is open; "" for none, and from an older till.
    """

    protocol: int
    terminal: str
    epoch: str
    grant: str
    member: str
    points: int
    kind: str = "identified"
    incarnation: Count = 0
    business_on: str = ""


class AllowanceReply(Struct):
    """The same grant answered twice is the same grant. `granted` may be less, or 0."""

    epoch: str
    grant: str
    granted: int
    lease_until: str | None
    server_time: str


class HeldGrant(Struct, omit_defaults=True):
    """A grant as the till has it; `incarnation` of its database that got it."""

    grant: str
    member: str
    granted: int
    kind: str = "placed"
    lease_until: str | None = None
    incarnation: int = 0


class ReconcileRequest(Struct):
    """After the server's epoch changed: the grants this till holds, in pages; `last` ends them."""

    protocol: int
    terminal: str
    epoch: str
    incarnation: Count
    grants: tuple[HeldGrant, ...]
    last: bool
    machine: str = ""


class ReconcileReply(Struct):
    """`renewed`: grants that the server had lost and knows again. `waiting`: tills to come."""

    epoch: str
    renewed: int
    waiting: int
    server_time: str


class LookupRequest(Struct):
    """A member the mirror does not hold. `kind`: phone (HMAC hex), card, code, id."""

    protocol: int
    terminal: str
    kind: str
    key: str


class LookupReply(Struct):
    """The member's row, or None."""

    epoch: str
    member: Raw
    server_time: str


class SnapshotManifest(Struct):
    """A content-addressed SQLite mirror file, zstd-compressed. Chunks are SHA-256 of 4 MiB each.

    With `key` (hex, sealed to the box key that the terminal named) each chunk is AES-256-GCM under
    that key, its number the nonce.
    """

    name: str
    schema: int
    epoch: str
    cursor: dict[str, int]
    size: int
    raw_size: int
    sha256: str
    chunks: tuple[str, ...]
    rows: int
    server_time: str
    key: str = ""


class EscrowRequest(Struct):
    """The till's database key, sealed to the server's sealing key (hex): for a lost keystore."""

    protocol: int
    terminal: str
    sealed: str


class EscrowReply(Struct):
    """The key is kept."""

    epoch: str
    server_time: str


class SettlementRequest(Struct):
    """Ask for the server's control totals of a business day of this terminal."""

    protocol: int
    terminal: str
    business_on: str


class SettlementReply(Struct):
    """The server's totals from posted documents (ControlTotalsDoc), and what is not posted yet.

    `conflicts`: lines of this terminal that nobody has signed off, with their points and money;
    `overdrawn`: points among them that no member had.
    """

    epoch: str
    totals: Raw
    posted_seq: int
    head: int
    conflicts: int
    server_time: str
    conflict_points: int = 0
    conflict_money: int = 0
    overdrawn: int = 0


class ReportRequest(Struct):
    """A manager's report of business days, both included. `store` "": all of the chain."""

    protocol: int
    terminal: str
    store: str
    since: str
    until: str
    language: str = "ru"


class ReportReply(Struct):
    """`report` is a PeriodReport of the domain as plain values."""

    epoch: str
    report: Raw
    server_time: str


class CardRequest(Struct, omit_defaults=True):
    """A phone asks for a certificate of its card's key (hex), or for a new one before the old ends.

    One of `link` (from the server) and `certificate` (hex, the card's own) says whose it is;
    `proof` signs it with the key. Plain JSON, unlike everything else: browsers send it.
    """

    protocol: int
    public_key: str
    proof: str
    link: str = ""
    certificate: str = ""


class CardReply(Struct):
    """The certificate (hex) that every code of the card carries, and when it ends."""

    certificate: str
    member: str
    valid_until: str
    server_time: str


class Problem(Struct, omit_defaults=True):
    """The body of every reply that is not a 200. `code` is stable.

    `server_time` shows a till how wrong its clock is; 410: `incarnation` is the one in force,
    `machine` sent it, and `kept` is how far the late events of the asking one are kept for a
    person. 426: `speaks` are the protocol versions that the server understands.
    """

    code: str
    detail: str = ""
    epoch: str = ""
    head: int = 0
    head_hash: str = ""
    server_time: str = ""
    incarnation: int = 0
    machine: str = ""
    kept: int = 0
    speaks: tuple[int, ...] = ()


PATHS = {
    "enrol": "/v1/enrol",
    "push": "/v1/push",
    "pull": "/v1/pull",
    "allowance": "/v1/allowance",
    "reconcile": "/v1/reconcile",
    "lookup": "/v1/lookup",
    "settlement": "/v1/settlement",
    "report": "/v1/report",
    "history": "/v1/history",
    "conflicts": "/v1/conflicts",
    "sign_off": "/v1/sign-off",
    "escrow": "/v1/escrow",
    "snapshot": "/v1/snapshot",
    "card": "/v1/card",
}
HEADER_TERMINAL = "x-kopilka-terminal"
HEADER_TIME = "x-kopilka-time"
HEADER_NONCE = "x-kopilka-nonce"
HEADER_SIGNATURE = "x-kopilka-signature"
HEADER_TRACE = "x-kopilka-trace"
"""Names a request in the logs of both sides; not signed, believed by nobody."""

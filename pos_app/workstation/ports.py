"""What the tasks need from the till's memory and its helpers, as Protocols. Never how it is done.

Everything here answers within milliseconds on the calling thread; only `Courier` and `Devices`
talk to other processes, and they call back later.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from drivers.contract import PrintJob
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import CategoriesChosen, ControlTotals, Event, ReceiptCredited
from pos_app.domain.item import Item
from pos_app.domain.loyalty.allowance import Allowance, AllowanceUse
from pos_app.domain.loyalty.coupon import CouponHistory
from pos_app.domain.loyalty.gift_card import GiftCard, GiftCardEntry
from pos_app.domain.loyalty.lease import Anchor
from pos_app.domain.loyalty.ledger import PointsEntry
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.tally import TallyEntry
from pos_app.domain.rights import Operator
from pos_app.domain.sentence import Sentence
from pos_app.workstation.day_record import DayRecord, SessionCount


@dataclass(frozen=True, slots=True)
class TerminalIdentity:
    """Who this till is, as enrolment told it. `pepper` keys the phone HMAC."""

    terminal_id: str
    terminal_name: str
    store_id: str
    store_name: str
    receipt_prefix: str
    incarnation: int
    pepper: bytes
    sealing_key: bytes


@dataclass(frozen=True, slots=True)
class SessionState:
    """The till session now, running totals included, so that closing costs the same at any size.

    `cash_minor` is what should be in the drawer. `day_totals` run over all sessions of the day.
    `dark_since`: the link is away since then; what was dark before is in the totals. `count`: with
    which it was closed.
    """

    number: int
    business_on: date
    opened_at: datetime
    operator_id: str
    float_minor: int
    cash_minor: int
    totals: ControlTotals
    day_totals: ControlTotals
    open: bool = True
    day_closed: bool = False
    dark_since: datetime | None = None
    count: SessionCount | None = None


@dataclass(frozen=True, slots=True)
class SuspendedDraft:
    """A transaction put aside: only what the cashier entered; it is priced again on resume."""

    transaction_id: str
    label: str
    at: datetime
    operator_id: str
    lines: int
    total_minor: int
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A print job that survives a restart. `state`: queued, sent, printed, asked, interrupted,
    failed, unprintable: see `printing.outcome`.

    `sent` after a restart means UNKNOWN: the cashier is asked, nothing is reprinted by itself.
    """

    job_id: str
    transaction_id: str
    body: bytes
    state: str = "queued"


@dataclass(frozen=True, slots=True)
class Tendering:
    """Money is moving for a transaction that is not complete: committed before the first effect."""

    transaction_id: str
    at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class FiscalRow:
    """One attempt to have a fiscal document. `key` is its UUID at the registrar.

    `state`: queued (to be sent when the registrar can), sent (it may be registered), unknown,
    done, not_done (surely not registered), issued (done, and its transaction is complete).
    `body`: the document (`domain.fiscal.stored`); `result`: what the registrar gave, JSON.
    `transaction_id` "" where no transaction causes it (shift, reports, cash).
    """

    key: str
    transaction_id: str
    kind: str
    state: str
    at: datetime
    body: bytes
    result: bytes = b""


@dataclass(frozen=True, slots=True)
class Facts:
    """What becomes durable together, in one transaction with FULL synchronisation.

    `events` are (event id, event) in order; they join the hash chain. `receipt_counter` is the
    number this commit consumes (it must be the next one). `local_member` makes a member enrolled
    here findable before the server knows; its keys are (kind, key) with kind phone, card, code.
    `days` replaces the records of days that end. `told`: a receipt's id and what explains it.
    """

    events: tuple[tuple[str, Event], ...] = ()
    session: SessionState | None = None
    receipt_counter: int | None = None
    uses: tuple[AllowanceUse, ...] = ()
    returned: tuple[AllowanceUse, ...] = ()
    print_job: StoredJob | None = None
    suspend: SuspendedDraft | None = None
    drop_suspended: str | None = None
    drop_tendering: str | None = None
    local_member: tuple[Member, tuple[tuple[str, str], ...]] | None = None
    fiscal: tuple[FiscalRow, ...] = ()
    days: tuple[DayRecord, ...] | None = None
    told: tuple[str, bytes] | None = None

    @property
    def ended(self) -> frozenset[str]:
        """Transactions that are not open any more after this: of whom the file says all it has."""
        put_aside = None if self.suspend is None else self.suspend.transaction_id
        return frozenset(one for one in (self.drop_suspended, put_aside) if one is not None)


class StorageFull(Exception):
    """The disk or a limit refused the write; nothing was changed. Stop before payment."""


class StorageBroken(Exception):
    """The database cannot be trusted or written; nothing was changed."""


class NotNow(Exception):
    """Another process writes and this one would not wait; nothing was changed, try again later."""


class Journal(Protocol):
    """`till.db`: facts. A return from `record` means they are on the disk."""

    def identity(self) -> TerminalIdentity | None:
        """None before enrolment."""

    def session(self) -> SessionState | None:
        """The open session, or None."""

    def last_session(self) -> SessionState | None:
        """The last session, open or closed; its number and business day go on from there."""

    def next_receipt_counter(self) -> int:
        """The number of the next receipt, from 1."""

    def without_waiting(self) -> AbstractContextManager[None]:
        """Within it NotNow is raised where another process keeps the file, instead of waiting."""

    def record(self, facts: Facts) -> None:
        """All of it or nothing. Raises StorageFull or StorageBroken, with nothing changed."""

    def document(self, key: str) -> CompletedTransaction | None:
        """A completed transaction by transaction id or receipt number."""

    def latest_of_member(self, member_id: str, since: datetime) -> tuple[CompletedTransaction, ...]:
        """The member's newest documents of this till, newest first; at most 64, none before."""

    def last_document(self) -> CompletedTransaction | None:
        """The newest completed transaction."""

    def sold(self, since: date, until: date) -> Iterator[CompletedTransaction]:
        """This till's transactions of these business days, both included, in order."""

    def returns_of(self, transaction_id: str) -> tuple[CompletedTransaction, ...]:
        """Returns of that sale recorded at this till."""

    def credit_of(self, transaction_id: str) -> ReceiptCredited | None:
        """To whom that receipt of nobody was credited at this till; None: to nobody."""

    def local_member(self, kind: str, key: str) -> Member | None:
        """A member enrolled here. `kind`: phone (hex of HMAC), card, code, id."""

    def allowances(self, member_id: str) -> tuple[Allowance, ...]:
        """Grants this till holds for the member, the gift card or the coupon."""

    def lease_anchor(self) -> Anchor | None:
        """When this till last heard all the server had to say; None before the first time."""

    def identified(self) -> tuple[Allowance, ...]:
        """Grants of whoever stands at the counter, not wholly used: they go back afterwards."""

    def unposted_cards(self, card_id: str, posted_seq: int) -> tuple[GiftCardEntry, ...]:
        """The gift card's entries in local events after that sequence number, in order."""

    def unposted(self, member_id: str, posted_seq: int) -> tuple[PointsEntry, ...]:
        """The member's entries in local events after that sequence number, in order."""

    def unposted_spend(self, member_id: str, posted_seq: int) -> tuple[tuple[date, int], ...]:
        """(business day, net amount) of the member's local transactions after that number."""

    def unposted_tallies(self, member_id: str, posted_seq: int) -> tuple[TallyEntry, ...]:
        """Tallies of the member's local receipts after that number."""

    def unposted_choices(self, member_id: str, posted_seq: int) -> tuple[CategoriesChosen, ...]:
        """The member's local choices of categories after that number, in order."""

    def member_events(self, member_id: str, posted_seq: int = 0) -> tuple[Event, ...]:
        """The member's local events after that number that are no receipts, in order."""

    def told(self, transaction_id: str) -> bytes | None:
        """What was kept to explain that receipt; None for older ones."""

    def recall(self, name: str) -> bytes | None:
        """What was remembered under that name; None before."""

    def remember(self, name: str, body: bytes) -> None:
        """Keep what the server last said, for a time without it. Durable, no fact."""

    def coupon(self, key: str) -> CouponHistory:
        """What receipts of this till did with that code or serial."""

    def suspended(self, but: str = "") -> tuple[SuspendedDraft, ...]:
        """Oldest first, without the transaction `but`; the open one is among them."""

    def keep_open(self, draft: SuspendedDraft) -> None:
        """Have it among the suspended ones as it is now; a label that stands there stays, and of a
        completed one nothing is kept.

        Durable, no fact. Raises what `record` raises.
        """

    def days(self) -> tuple[DayRecord, ...]:
        """Ends of days that go on, oldest first."""

    def unsent(self) -> int:
        """Events the server has not acknowledged."""

    def jobs(self) -> tuple[StoredJob, ...]:
        """Print jobs that are not printed, in order."""

    def set_job_state(self, job_id: str, state: str) -> None:
        """Remember what became of a print job."""

    def replace_job(self, job_id: str, new: StoredJob) -> None:
        """Another job in the place of one, in one step: it is printed again, as a copy."""

    def begin_tendering(self, tendering: Tendering) -> None:
        """Durable before the first external effect."""

    def tenderings(self) -> tuple[Tendering, ...]:
        """What a restart has to decide."""


class Mirror(Protocol):
    """`mirror-<generation>.db`: the server's state as last heard. Read only, replaceable."""

    def item_by_code(self, code: str) -> Item | None:
        """By GTIN-14, EAN or in-store code, as in the catalogue's codes."""

    def item_by_plu(self, plu: str) -> Item | None:
        """By PLU, leading zeros ignored."""

    def item(self, item_id: str) -> Item | None:
        """By id."""

    def search_items(self, text: str, limit: int) -> tuple[Item, ...]:
        """By the beginnings of words, in any order; ё and е are one letter."""

    def member_by_key(self, kind: str, key: str) -> Member | None:
        """`kind`: phone (hex of HMAC), card, code, id."""

    def gift_card(self, card_id: str) -> GiftCard | None:
        """By its id, which holds a keyed hash of its code."""

    def members_by_last4(self, last4: str, limit: int) -> tuple[Member, ...]:
        """By the last four digits of the phone."""

    def program(self, at: datetime) -> bytes | None:
        """The document of the program version in force at that instant, as JSON."""

    def program_version(self, program_id: str, version: int) -> bytes | None:
        """A past version, for returns and explanations."""

    def setting(self, name: str) -> Any:
        """A setting as parsed JSON; None if there is none."""

    def operators(self) -> tuple[Operator, ...]:
        """Who may sign on."""

    def as_of(self) -> datetime | None:
        """Server time of the last page applied; None for an empty mirror."""

    def cursor_text(self) -> str:
        """Where the mirror stands, in a few characters; another text whenever it has moved."""


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """What the courier last said. `peers`: other tills of the store that answer."""

    online: bool = False
    since: datetime | None = None
    mirror_as_of: datetime | None = None
    trouble: Sentence | None = None
    peers: int = 0


Reply = Callable[[Mapping[str, Any]], None]


class Courier(Protocol):
    """The sync process beside the till. Requests are answered later, or with `{"error": ...}`."""

    def status(self) -> LinkStatus:
        """Known without asking."""

    def request(
        self, kind: str, fields: Mapping[str, Any], on_reply: Reply, deadline_ms: int = 3000
    ) -> None:
        """`sync`, `identify` {kind, key, want_points}, `settlement` {business_on},
        `report` {store, since, until, language}, `link`.

        `identify` of the kind gift_card or coupon: its key is the owner of its allowances.
        """

    def nudge(self) -> None:
        """There is something new to push."""


@dataclass(frozen=True, slots=True)
class DeviceState:
    """One device as the host last reported it. `until`: a module's lists are good so long (UTC)."""

    name: str
    kind: str
    state: str
    until: datetime | None = None


class Devices(Protocol):
    """The device host beside the till. Nothing blocks; outcomes come to the listener."""

    def states(self) -> tuple[DeviceState, ...]:
        """Known without asking."""

    def print_job(self, job: PrintJob) -> None:
        """Print once; the outcome arrives by job id: see `printing.outcome`."""

    def open_drawer(self) -> None:
        """Kick the drawer."""

    def display(self, rows: tuple[str, str]) -> None:
        """Two rows for the customer."""

    def ready_for_scan(self) -> None:
        """The till has dealt with the last scan: deliver the next one."""

    def request(
        self, do: str, fields: Mapping[str, Any], on_reply: Reply, deadline_ms: int = 10_000
    ) -> int:
        """For the care of devices: `health`, `check` {device, level}, `config`, `configure`
        {tables}, `device_fields` {table}. Answered once, perhaps with `{"error": sentence}`."""

    def cancel(self, number: int) -> None:
        """The request of this number is no longer wanted; its answer still comes."""


class EventCodec(Protocol):
    """Domain events as canonical bytes, versioned; satisfied by sync.translate."""

    def encode(self, event: Event) -> tuple[str, int, bytes]:
        """(kind, version, canonical body)."""

    def decode(self, kind: str, version: int, body: bytes) -> Event:
        """The reverse, for every version ever written."""

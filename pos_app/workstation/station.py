"""The state of one till between gestures, and the helpers every task uses. Never a front end's.

A Station is touched by one thread only; tasks are functions that take it first.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from pos_app.domain.completion import Place, Rules
from pos_app.domain.counted_customer import Counted
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import RightUsed
from pos_app.domain.identification import Identifier
from pos_app.domain.loyalty.card_code import ReplayGuard
from pos_app.domain.loyalty.choosing import NONE_CHOSEN, Choices
from pos_app.domain.loyalty.coupon import Issuer
from pos_app.domain.loyalty.ledger import Account
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.tally import Tallies
from pos_app.domain.loyalty.trust import Trust
from pos_app.domain.ports import Clock, IdSource, PhoneHasher, PinHasher, Sealer
from pos_app.domain.pricing.basket import Context
from pos_app.domain.pricing.engine import Engine
from pos_app.domain.pricing.result import Priced, Trace
from pos_app.domain.regulation import UNREGULATED, Regulation
from pos_app.domain.returning import ReturnLine
from pos_app.domain.rights import Operator, Right
from pos_app.domain.sentence import Sentence
from pos_app.domain.tax import TaxTable
from pos_app.domain.transaction import Transaction
from pos_app.workstation.answer import ALL_PARTS, Answer, Notice, Part, refused
from pos_app.workstation.day_record import DayRecord
from pos_app.workstation.fiscal_counter import FiscalCounter
from pos_app.workstation.in_force import InForce
from pos_app.workstation.lent import Lent
from pos_app.workstation.moving import Moving, Undecided
from pos_app.workstation.open_kept import Kept
from pos_app.workstation.payment_port import FiscalRegistrar, Payments, Progress
from pos_app.workstation.ports import (
    Courier,
    Devices,
    EventCodec,
    Facts,
    Journal,
    Mirror,
    SessionState,
    StorageBroken,
    StorageFull,
    SuspendedDraft,
)
from pos_app.workstation.remembered import Remembered
from pos_app.workstation.scale_port import NoScale, ScalePort, Weighing
from pos_app.workstation.teased import Teased
from pos_app.workstation.till_clock import TillClock

Override = tuple[str, str]
UNDO_DEPTH = 50
AMOUNT_MOST_MINOR = 10**12
"""No drawer and no receipt holds more; what is typed beyond it is a slip (or a bar code)."""


class Voice(Protocol):
    """Words of one language, for what is printed; satisfied by resources.words.Words."""

    def say(self, sentence: Sentence) -> str:
        """A sentence."""

    def text(self, key: str, /, **args: object) -> str:
        """The words under a key."""


@dataclass(frozen=True, slots=True)
class Gear:
    """Libraries and secrets behind Protocols. `issuer` signs the coupons that are printed here."""

    clock: Clock
    ids: IdSource
    identifier: Identifier
    phones: PhoneHasher
    pins: PinHasher
    sealer: Sealer
    trust: Trust
    issuer: Issuer
    to_local: Callable[[datetime], datetime]
    voice: Callable[[str], Voice]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the shop has set for this till. `own_books`: a training's, where it is counted."""

    tax: TaxTable
    language: str = "ru"
    stale_after_hours: int = 24
    columns: int = 42
    training: bool = False
    own_books: bool = False
    slogan: str = ""
    crash_point: Callable[[str], None] = lambda _name: None
    regulation: Regulation = UNREGULATED


@dataclass(frozen=True, slots=True)
class Known:
    """The identified member with everything this till knows: mirror and own unposted facts.

    `allowance`: points that its grants cover; `risk`: points beyond them that the owner permits.
    """

    member: Member
    account: Account
    allowance: int
    unposted_spend: tuple[tuple[date, int], ...] = ()
    tallies: Tallies = field(default_factory=dict)
    choices: Choices = field(default_factory=lambda: NONE_CHOSEN)
    local: bool = False
    risk: int = 0

    @property
    def secured(self) -> int:
        """The most points that may be given without asking the server."""
        return self.allowance + self.risk

    def counted(self, spent: Mapping[str, int]) -> Counted:
        """What was counted; `spent` as the mirror tells the budgets of offers."""
        return Counted(self.tallies, self.choices, spent)


@dataclass(frozen=True, slots=True)
class LastSale:
    """What stays on the screen until the next scan. `returned`: the return of its exchange."""

    document: CompletedTransaction
    job_id: str
    returned: CompletedTransaction | None = None


@dataclass(frozen=True, slots=True)
class AtHand:
    """The gift card that was shown last. `asked`: for all of it; `strange`: the server does not
    know it; `receipt`: the transaction it was shown for, "" for none: it was only looked at.
    `then`: a payment that goes on when the server has answered."""

    card_id: str
    asking: bool = False
    asked: bool = False
    strange: bool = False
    receipt: str = ""
    then: Callable[[], Answer] | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """Goods that come back for others. While their return is under way: `sale` is what follows,
    `draft` keeps it with what the return has paid, in the return's own commit; `then` goes on."""

    original: CompletedTransaction
    chosen: tuple[ReturnLine, ...]
    reason: str
    sale: Transaction | None = None
    draft: Callable[[CompletedTransaction], SuspendedDraft] | None = None
    then: Callable[[CompletedTransaction, Answer], Answer] | None = None


@dataclass(frozen=True, slots=True)
class Doing:
    """What an answer is waited for. `what`: asking, looking, undoing, fiscal, fiscal_looking.

    `key`: the leg's.
    """

    what: str
    key: str = ""
    progress: Progress = Progress("")


@dataclass
class Station:
    """One till."""

    journal: Journal
    mirror: Mirror
    courier: Courier
    devices: Devices
    gear: Gear
    settings: Settings
    operator: Operator | None = None
    session: SessionState | None = None
    open: Transaction | None = None
    priced: Priced | None = None
    known: Known | None = None
    pending_quantity: str | None = None
    last_scan: tuple[bytes, int] = (b"", 0)
    past: list[tuple[Transaction, Known | None]] = field(default_factory=list)
    last_sale: LastSale | None = None
    job_states: dict[str, str] = field(default_factory=dict)
    printer_state: str = ""
    devices_lost: frozenset[str] = frozenset()
    in_force: InForce = field(default_factory=InForce)
    engine: Engine | None = None
    priced_under: Engine | None = None
    teaser: Teased | None = None
    listeners: list[Callable[[Answer], None]] = field(default_factory=list)
    remembered: Remembered = Remembered()
    guard: ReplayGuard = ReplayGuard()
    wrong_pins: dict[str, int] = field(default_factory=dict)
    law: Regulation | None = None
    law_cursor: str = ""
    gift_card: AtHand | None = None
    scale: ScalePort = field(default_factory=NoScale)
    weighing: Weighing | None = None
    bare_left_minor: int | None = None
    exchange: Exchange | None = None
    lent: Lent | None = None
    priced_for: Context | None = None
    explained: tuple[Priced | None, tuple[Trace, ...]] = (None, ())
    weighings: int = 0
    device_trials: list[int] = field(default_factory=list)
    payments: Payments | None = None
    registrar: FiscalRegistrar | None = None
    codec: EventCodec | None = None
    moving: Moving | None = None
    undecided: tuple[Undecided, ...] = ()
    doing: Doing | None = None
    fiscal_trouble: Sentence | None = None
    recovered: bool = False
    cut_legs: frozenset[str] = frozenset()
    days: tuple[DayRecord, ...] = ()
    asking: set[str] = field(default_factory=set)
    settling_at_ms: int = 0
    fiscal: FiscalCounter = field(default_factory=FiscalCounter)
    later: dict[str, Callable[[], object]] = field(default_factory=dict)
    kept: Kept = Kept()
    cut_told: set[str] = field(default_factory=set)
    clock: TillClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = TillClock(self.gear.clock)

    def wake(self) -> None:
        """At the start: the open session, and the last instant that the till's file knows."""
        self.session = self.journal.session()
        last, receipt = self.journal.last_session(), self.journal.last_document()
        known = [one.opened_at for one in (last,) if one is not None]
        known += [one.completed_at for one in (receipt,) if one is not None]
        self.clock.learn(self.journal.lease_anchor(), max(known, default=None))

    def now(self) -> datetime:
        """UTC, as far as this till can tell it: see `pos_app.domain.till_time`."""
        return self.clock.told().at

    def local(self) -> datetime:
        """The store's own time."""
        return self.gear.to_local(self.now())

    def new_id(self) -> str:
        """A UUIDv7."""
        return self.gear.ids.new_id()

    def say(self, answer: Answer) -> None:
        """Tell the listeners what happened without a gesture."""
        for listener in self.listeners:
            listener(answer)

    def business_on(self) -> date:
        """The open business day, else today."""
        return self.session.business_on if self.session else self.local().date()

    def rules(self) -> Rules:
        """The programme that made the prices on the screen, and the tax table."""
        return Rules(self.priced_under.program if self.priced_under else None, self.settings.tax)

    def place(self, receipt_number: str) -> Place:
        """Where and by whom, for a document."""
        identity = self.journal.identity()
        return Place(
            store_id=identity.store_id if identity else "",
            terminal_id=identity.terminal_id if identity else "",
            session_number=self.session.number if self.session else 0,
            business_on=self.business_on(),
            operator_id=self.operator.operator_id if self.operator else "",
            at=self.now(),
            receipt_number=receipt_number,
            mirror_cursor=self.mirror.cursor_text(),
            training=self.settings.training,
            offline=not self.courier.status().online,
        )


@dataclass(frozen=True, slots=True)
class Allowed:
    """A right was granted: by the operator's own, or by the override of another."""

    by: str = ""


def authorise(station: Station, right: Right, override: Override | None) -> Allowed | Answer:
    """The operator's right, else the override of somebody who has it, else a refusal."""
    operator = station.operator
    if operator is None:
        return refused("sign_on_first")
    if operator.may(right):
        return Allowed()
    if override is None:
        return refused("needs_override", right=right.value)
    return overridden(station, right, override)


def overridden(station: Station, right: Right, override: Override) -> Allowed | Answer:
    """Somebody who has the right types their PIN, whoever is signed on."""
    other = find_operator(station, override[0])
    if other is None or not station.gear.pins.verify_pin(other.pin_hash, override[1]):
        audit(station, "override_failed", right.value, override_by=override[0])
        return refused("wrong_pin")
    if not other.may(right):
        return refused("override_lacks_right", name=other.name)
    return Allowed(other.operator_id)


def require(station: Station, right: Right) -> Answer | None:
    """For gestures that take no override: the right, own or lent, or who must sign on."""
    allowed = authorise(station, right, None)
    if not isinstance(allowed, Answer) or (station.lent and right in station.lent.rights):
        return None
    return allowed if station.operator is None else refused("senior_only")


def find_operator(station: Station, operator_id: str) -> Operator | None:
    """An operator of the mirror."""
    found = (o for o in station.mirror.operators() if o.operator_id == operator_id)
    return next(found, None)


def right_used(
    station: Station,
    action: str,
    subject: str,
    *,
    reason: str = "",
    override_by: str = "",
    amount_minor: int = 0,
) -> tuple[str, RightUsed]:
    """A line of the audit chain, as an event."""
    return station.new_id(), RightUsed(
        action=action,
        subject=subject,
        operator_id=station.operator.operator_id if station.operator else "",
        override_by=override_by,
        reason=reason,
        amount_minor=amount_minor,
        session_number=station.session.number if station.session else 0,
        at=station.now(),
    )


def audit(station: Station, action: str, subject: str, *, override_by: str = "") -> None:
    """Write one audit line by itself; a bad disk must not stop a gesture that changes nothing."""
    try:
        event = right_used(station, action, subject, override_by=override_by)
        station.journal.record(Facts(events=(event,)))
    except StorageFull:
        station.say(storage_trouble("storage_full"))
    except StorageBroken:
        station.say(storage_trouble("storage_broken"))


def record(station: Station, facts: Facts) -> Answer | None:
    """Make facts durable; a refusal when the disk says no. Nudges the courier."""
    try:
        station.journal.record(facts)
    except StorageFull:
        return storage_trouble("storage_full")
    except StorageBroken:
        return storage_trouble("storage_broken")
    if station.kept.transaction_id in facts.ended:
        station.kept = Kept()
    station.courier.nudge()
    return None


def guarded(task: Callable[[], Answer]) -> Answer:
    """A database fault is said plainly; nothing was changed and selling stops before payment."""
    try:
        return task()
    except StorageFull:
        return refused("storage_full")
    except StorageBroken:
        return refused("storage_broken")


def storage_trouble(code: str) -> Answer:
    """The red bar: stop before payment, nothing was changed."""
    return refused(code)


def changed(*parts: Part, notices: Iterable[Notice] = (), **data: object) -> Answer:
    """An answer that names what changed."""
    return Answer(None, tuple(notices), frozenset(parts) or ALL_PARTS, dict(data))

"""Past receipts under another programme: what they would have cost and earned. Never a fact.

Receipts are played in the order of time. What a rule may know of a member is counted from the
receipts played before, by the same functions that till and server count with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pos_app.domain.counted_customer import Counted, with_counters
from pos_app.domain.document import CompletedLine, Step
from pos_app.domain.item import Item
from pos_app.domain.loyalty.member import Member
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.standing import history_of, spend_by_period, status
from pos_app.domain.loyalty.tally import LIFETIME, added
from pos_app.domain.loyalty.turnover import VISITS, month_of
from pos_app.domain.pricing.basket import BasketLine, Context, Customer, Wish
from pos_app.domain.pricing.engine import Engine
from pos_app.domain.pricing.result import Priced
from pos_app.domain.quantity import Quantity
from pos_app.domain.tallying import Sold, tallies_of

LARGEST = 10


@dataclass(frozen=True, slots=True)
class PastLine:
    """A line as it was sold. `net_minor`: what it came to then, before points paid of it."""

    item: Item
    quantity: Quantity
    unit_price_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class PastReceipt:
    """A sale that was. `local` is the store's own time; `member` "" is nobody.

    `tier`: the member's tier then, "" to have it counted from the receipts before. `redeemed` and
    `earned` are points; as many are spent again as the new programme takes.
    """

    receipt: str
    local: datetime
    store_id: str
    lines: tuple[PastLine, ...]
    member: str = ""
    tier: str = ""
    redeemed: int = 0
    earned: int = 0
    coupons: frozenset[str] = frozenset()

    @property
    def net_minor(self) -> int:
        """What it came to then."""
        return sum(line.net_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over receipts, minor units and points. list - discount = net."""

    receipts: int = 0
    list_minor: int = 0
    net_minor: int = 0
    earned: int = 0
    redeemed: int = 0

    @property
    def discount_minor(self) -> int:
        """What all reductions came to."""
        return self.list_minor - self.net_minor

    def plus(self, list_minor: int, net_minor: int, earned: int, redeemed: int) -> "Figures":
        """With one more receipt."""
        return Figures(
            self.receipts + 1,
            self.list_minor + list_minor,
            self.net_minor + net_minor,
            self.earned + earned,
            self.redeemed + redeemed,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One receipt, then and now."""

    receipt: str
    local: datetime
    then_minor: int
    now_minor: int
    then_earned: int
    now_earned: int

    @property
    def differs(self) -> bool:
        """True when the new programme gives another amount or other points."""
        return (self.then_minor, self.then_earned) != (self.now_minor, self.now_earned)


@dataclass(frozen=True, slots=True)
class RuleTotal:
    """What one rule gave: on how many receipts, and how much in all. `earns`: points only."""

    rule_id: str
    name: str
    receipts: int = 0
    amount_minor: int = 0
    earns: bool = False


@dataclass
class Trial:
    """A programme on trial: play receipts oldest first, then read the figures."""

    program: Program
    language: str = "ru"
    then: Figures = Figures()
    now: Figures = Figures()
    changed: int = 0
    unproven: int = 0
    """Receipts on which the node budget ran out: a better combination may exist."""
    days: tuple[date, date] | None = None
    """The first and the last day counted."""
    rules: dict[str, RuleTotal] = field(default_factory=dict)
    largest: list[Change] = field(default_factory=list)
    _engine: Engine = field(init=False, repr=False)
    _members: dict[str, Member] = field(default_factory=dict, repr=False)
    _points: dict[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._engine = Engine(self.program)

    def play(self, receipt: PastReceipt, counted: bool = True) -> Change:
        """Price one receipt again. `counted` false: it is history only, for members' standing."""
        lines = [
            BasketLine(number, line.item, line.quantity, line.unit_price_minor)
            for number, line in enumerate(receipt.lines, start=1)
        ]
        priced = self._engine.price(lines, self._context(receipt))
        self._remember(receipt, lines, priced)
        totals = priced.totals
        change = Change(
            receipt.receipt,
            receipt.local,
            receipt.net_minor,
            totals.net_minor,
            receipt.earned,
            totals.points_earned,
        )
        if counted:
            self._count(receipt, priced, change)
        return change

    def by_cost(self) -> Sequence[RuleTotal]:
        """The rules that gave something, the dearest first."""
        return sorted(self.rules.values(), key=lambda one: (-one.amount_minor, one.rule_id))

    @property
    def members(self) -> int:
        """How many members shopped."""
        return len(self._members)

    def _context(self, receipt: PastReceipt) -> Context:
        context = Context(
            receipt.local, receipt.store_id, language=self.language, coupons=receipt.coupons
        )
        if not receipt.member:
            return context
        member = self._members.get(receipt.member) or Member(receipt.member, "")
        return replace(
            context,
            customer=self._customer(member, receipt),
            wish=Wish(receipt.redeemed, receipt.redeemed),
        )

    def _customer(self, member: Member, receipt: PastReceipt) -> Customer:
        on = receipt.local.date()
        points = self._points.get(receipt.member, 0)
        history = history_of(member, points=points)
        now = status(self.program, member, history, on)
        stand = now.standing
        self._members[receipt.member] = replace(
            member, tier_id=stand.tier.tier_id if stand.tier else "", tier_until=stand.until
        )
        customer = Customer(
            member_id=receipt.member,
            tier_id=receipt.tier or now.tier_id,
            segments=now.segments,
            spend_minor=spend_by_period(self.program, history, on),
            receipts=member.tallies.get((VISITS, LIFETIME), 0),
            points=points,
        )
        return with_counters(self.program, customer, Counted(member.tallies), on)

    def _remember(self, receipt: PastReceipt, lines: Sequence[BasketLine], priced: Priced) -> None:
        """The member after this receipt, as the new programme would know them."""
        if not receipt.member:
            return
        on = receipt.local.date()
        member, net = self._members[receipt.member], priced.totals.net_minor
        items = {line.line: line.item for line in lines}
        sold = Sold(
            completed(lines, priced), priced.trace, on, items, applications=priced.applications
        )
        self._members[receipt.member] = replace(
            member,
            spend_by_month=_grown(member.spend_by_month, on, net),
            lifetime_spend_minor=member.lifetime_spend_minor + net,
            tallies=added(member.tallies, tallies_of(self.program, sold)),
        )
        balance = self._points.get(receipt.member, 0)
        more = priced.totals.points_earned - priced.totals.points_redeemed
        self._points[receipt.member] = balance + more

    def _count(self, receipt: PastReceipt, priced: Priced, change: Change) -> None:
        totals, net = priced.totals, receipt.net_minor
        self.then = self.then.plus(totals.list_minor, net, receipt.earned, receipt.redeemed)
        self.now = self.now.plus(
            totals.list_minor, totals.net_minor, totals.points_earned, totals.points_redeemed
        )
        on = receipt.local.date()
        self.days = (self.days[0] if self.days else on, on)
        self.unproven += not priced.optimal
        for one in priced.trace:
            if one.applied:
                known = self.rules.get(
                    one.rule_id, RuleTotal(one.rule_id, one.name, earns=one.step is Step.POINTS)
                )
                self.rules[one.rule_id] = replace(
                    known,
                    receipts=known.receipts + 1,
                    amount_minor=known.amount_minor + one.amount_minor,
                )
        self.changed += change.differs
        self.largest.append(change)
        self.largest.sort(key=lambda one: -abs(one.now_minor - one.then_minor))
        del self.largest[LARGEST:]


def completed(lines: Sequence[BasketLine], priced: Priced) -> tuple[CompletedLine, ...]:
    """The lines as a document would hold them, tax aside."""
    return tuple(
        CompletedLine(
            line=line.line,
            item_id=line.item.item_id,
            code=line.item.item_id,
            name=line.item.name,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            list_minor=done.list_minor,
            modifications=done.modifications,
            net_minor=done.net_minor,
            points_minor=done.points_minor,
            points_redeemed=done.points_redeemed,
            payable_minor=done.payable_minor,
            points_earned=done.points_earned,
            tax_class=line.item.tax_class,
            tax_rate_ppm=0,
            tax_minor=0,
            categories=line.item.categories,
        )
        for line, done in ((line, priced.line(line.line)) for line in lines)
    )


def _grown(months: Mapping[str, int], on: date, net: int) -> dict[str, int]:
    month = month_of(on)
    return {**months, month: months.get(month, 0) + net}

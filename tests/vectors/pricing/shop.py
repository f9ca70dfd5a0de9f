"""A shop in which the events of a case happen: sales, returns, expiry, a server that hears of them.

Every number comes from the product: the engine, the completed documents, the ledger's fold.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

from pos_app.domain.completion import Place
from pos_app.domain.document import CompletedTransaction
from pos_app.domain.loyalty.ledger import Cause, EntryKind, Ledger, PointsEntry
from pos_app.domain.loyalty.turnover import month_of
from pos_app.domain.returning import ReturnLine, Terms, complete_return
from pos_app.domain.tender import TenderKind
from tests.vectors.outcome import NotModelled
from tests.vectors.pricing.compare import Facts
from tests.vectors.pricing.document import Written
from tests.vectors.pricing.fields import UNKNOWN_VALUE, Fields
from tests.vectors.pricing.member import (
    MEMBER,
    Person,
    account_of,
    balance_on,
    person_of,
    tier_name,
    whole_points,
)
from tests.vectors.pricing.numbers import Numbers
from tests.vectors.pricing.sale import Asked, Priced1, Sold, asked_of, complete, price

STORE_ZONE = timezone(timedelta(hours=3))
A_MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=STORE_ZONE)


@dataclass
class Record:
    """A document somewhere on its way: entries that a till made, and whether the server has it."""

    ref: str
    entries: tuple[PointsEntry, ...]
    terminal: str = ""
    offline: bool = False
    synced: bool = False


@dataclass
class Shop:
    """The state between events. `now` is the store's own time."""

    written: Written
    person: Person
    now: datetime
    sales: dict[str, Sold] = field(default_factory=dict)
    returns: dict[str, list[CompletedTransaction]] = field(default_factory=dict)
    quotes: dict[str, Asked] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    born: int = 0

    def new_id(self) -> str:
        """Ids that sort as they were born."""
        self.born += 1
        return f"{self.born:06d}"

    @property
    def on(self) -> date:
        """The store's day."""
        return self.now.date()

    def view(self, terminal: str) -> list[PointsEntry]:
        """The member's entries that a till knows: what the server has, and its own."""
        known = [
            entry
            for record in self.records
            if not record.offline or record.synced or record.terminal == terminal
            for entry in record.entries
        ]
        return [*self.opening, *known]

    @property
    def opening(self) -> list[PointsEntry]:
        """The entries before the first event."""
        known = {entry.entry_id for record in self.records for entry in record.entries}
        return [entry for entry in self.person.entries if entry.entry_id not in known]

    def server_account(self, order: Sequence[str] | None = None) -> Any:
        """What the server folds: everything it was sent, in the order of arrival."""
        ledger = Ledger(MEMBER)
        ledger.post_all(self.opening)
        named = {record.ref: record for record in self.records}
        arrived = [named[ref] for ref in order] if order is not None else self.records
        for record in arrived:
            ledger.post_all(record.entries)
        return ledger.account()

    def keep(self, record: Record) -> None:
        """A new document: the member's history grows by it."""
        self.records.append(record)
        self.person.entries += record.entries

    def state(self, terminal: str = "") -> dict[str, Callable[[], Any]]:
        """What can be asked after any event."""
        person, on, scale = self.person, self.on, self.written.scale
        view = self.view(terminal)
        account = account_of(view)
        return {
            "balance": lambda: whole_points(balance_on(account, on), scale),
            "card_balance": lambda: person.purse.facts(10**self.written.prices.digits),
            "tier": lambda: tier_name(person.tier(on)),
            "tier_after": lambda: tier_name(person.tier(on)),
            "spend_period": lambda: self.money(person.spend_minor(self.period, on)),
            "spend_year": lambda: self.money(person.spend_minor("year", on)),
            "spend_month": lambda: self.money(person.spend_minor("month", on)),
            "spend_lifetime": lambda: self.money(person.spend_minor("lifetime", on)),
            "month_earned": lambda: whole_points(person.earned.get(month_of(on), 0), scale),
            "lot_available": lambda: self._lots_of_sales(view),
            "lots": lambda: {one.lot_id: whole_points(one.points, scale) for one in account.lots},
        }

    @property
    def period(self) -> str:
        """The period in which the case counts spend."""
        discounts = self.written.program.member_discounts
        return discounts[0].period if discounts else self.written.ladder.period

    def money(self, minor: int) -> Fraction:
        """Money of the case."""
        return Fraction(minor, 10**self.written.prices.digits)

    def _lots_of_sales(self, view: Sequence[PointsEntry]) -> dict[str, Fraction]:
        lots = {lot.lot_id: lot.points for lot in account_of(view).lots}
        found = {}
        for ref, sold in self.sales.items():
            ids = [e.entry_id for e in sold.document.entries if e.kind is EntryKind.EARN]
            left = sum(lots.get(one, 0) for one in ids)
            found[ref] = whole_points(left, self.written.scale)
        return found

    def quote(self, asked: Asked, terminal: str = "") -> Priced1:
        """The basket priced, nothing kept."""
        view = self.view(terminal)
        spent = self.spent_offline(terminal) if asked.offline else 0
        return price(self.written, asked, self.person, self.now, view, spent_offline=spent)

    def spent_offline(self, terminal: str) -> int:
        """Points that a dark till has taken off this member today."""
        return -sum(
            entry.points
            for record in self.records
            if record.offline and record.terminal == terminal
            for entry in record.entries
            if entry.kind is EntryKind.REDEEM and entry.business_on == self.on
        )

    def sell(self, asked: Asked, ref: str, terminal: str = "") -> dict[str, Callable[[], Any]]:
        """One completed sale and everything that can be told of it."""
        before = account_of(self.view(terminal))
        quote = self.quote(asked, terminal)
        place = self.place(terminal)
        sold = complete(self.written, quote, self.person, place, self.new_id)
        self.sales[ref] = sold
        self.keep(Record(ref, sold.document.entries, terminal, asked.offline))
        self._remember(sold)
        numbers = Numbers(self.written, quote)
        taken = self._taken(before, account_of(self.view(terminal)))
        used = sold.card_used_minor
        facts = {
            **self.state(terminal),
            **numbers.facts(),
            "amount_due": lambda: numbers.payable() - self.money(used),
            "card_used": lambda: self.money(used),
            "lots_taken": lambda: taken,
        }
        if self.written.ladder.measure == "points_balance":
            facts["tier"] = self.state(terminal)["tier"]
        return facts

    def place(self, terminal: str) -> Place:
        """Where and when it happens."""
        at = self.now.astimezone(UTC)
        number = str(len(self.records) + 1)
        return Place("store", terminal or "till", 1, self.on, "operator", at, number)

    def _remember(self, sold: Sold) -> None:
        """Turnover, caps and cards: what the next receipt is judged by."""
        person, month = self.person, month_of(self.on)
        earned = sold.quote.priced.totals.points_earned
        person.months[month] = person.months.get(month, 0) + self._turnover(sold.document)
        person.earned[month] = person.earned.get(month, 0) + earned
        person.earned_ever += earned
        person.receipts += 1
        if sold.cards_sold_minor:
            person.purse.load(sold.cards_sold_minor)

    def _turnover(self, document: CompletedTransaction) -> int:
        """Net spend: a gift card is no spend until it pays for something; delivery is none."""
        numbers = self.sales_numbers(document)
        counts = self.written.case.options["excluded_goods"] == "count"
        total = 0
        for line in document.lines:
            cart = numbers.get(line.returned_line or line.line)
            if cart is None or cart.gift_card:
                continue
            if counts or (cart.discountable and cart.points_allowed):
                total += self.written.prices.with_tax_minor(line.net_minor, cart.line)
        return total

    def sales_numbers(self, document: CompletedTransaction) -> Mapping[int, Any]:
        """The lines of the case by the number in the document of their sale."""
        ids = {document.transaction_id, document.original_id}
        for sold in self.sales.values():
            if sold.document.transaction_id in ids:
                return sold.quote.numbers
        return {}

    def _taken(self, before: Any, after: Any) -> dict[str, Fraction]:
        left = {lot.lot_id: lot.points for lot in after.lots}
        return {
            lot.lot_id: whole_points(lot.points - left.get(lot.lot_id, 0), self.written.scale)
            for lot in before.lots
            if lot.points > left.get(lot.lot_id, 0)
        }

    def give_back(self, ref: str, wanted: Sequence[tuple[str, Fraction]]) -> Facts:
        """Goods of a sale come back; the stored numbers are refunded."""
        sold = self.sales[ref]
        earlier = self.returns.setdefault(ref, [])
        document = complete_return(
            sold.document,
            list(self._back(sold, wanted)),
            earlier,
            self.place(""),
            transaction_id=self.new_id(),
            terms=Terms("return"),
            new_id=self.new_id,
        )
        earlier.append(document)
        self.keep(Record(f"{ref}/back{len(earlier)}", document.entries))
        self._forget(sold, document)
        return self._refund_numbers(document)

    def _back(self, sold: Sold, wanted: Sequence[tuple[str, Fraction]]) -> Iterator[ReturnLine]:
        numbers = {cart.line: number for number, cart in sold.quote.numbers.items()}
        lines = {line.line: line for line in sold.document.lines}
        for name, quantity in wanted:
            if name not in numbers:
                raise NotModelled(UNKNOWN_VALUE)
            line = lines[numbers[name]]
            yield ReturnLine(line, int(quantity * line.quantity.unit.per_price))

    def _forget(self, sold: Sold, document: CompletedTransaction) -> None:
        """A return stands with the month of its sale, with what was really paid."""
        person, month = self.person, month_of(sold.document.business_on)
        reversed_ = -sum(e.points for e in document.entries if e.points < 0)
        person.months[month] = person.months.get(month, 0) - self._turnover(document)
        person.earned[month] = person.earned.get(month, 0) - reversed_
        person.earned_ever -= reversed_
        card = -sum(t.amount_minor for t in document.tenders if t.kind is TenderKind.GIFT_CARD)
        person.purse.give_back(card)

    def _refund_numbers(self, document: CompletedTransaction) -> Facts:
        scale = self.written.scale
        back = sum(e.points for e in document.entries if e.points > 0)
        reversed_ = -sum(e.points for e in document.entries if e.points < 0)
        paid = -sum(t.amount_minor for t in document.tenders)
        by_card = -sum(t.amount_minor for t in document.tenders if t.kind is TenderKind.GIFT_CARD)
        return {
            **self.state(),
            "refund_amount": lambda: self.money(paid),
            "money_refund": lambda: self.money(paid - by_card),
            "card_refund": lambda: self.money(by_card),
            "points_returned": lambda: whole_points(back, scale),
            "points_reversed": lambda: whole_points(reversed_, scale),
        }

    def entry(self, kind: EntryKind, points: int, **more: Any) -> PointsEntry:
        """An entry that no sale causes."""
        cause = Cause("operator", "case")
        at = self.now.astimezone(UTC)
        return PointsEntry(self.new_id(), MEMBER, kind, points, at, self.on, cause, **more)

    def move_points(self, kind: EntryKind, points: int) -> Facts:
        """Points come or go by themselves."""
        before = account_of(self.view(""))
        entry = self.entry(kind, points)
        self.keep(Record(entry.entry_id, (entry,)))
        taken = self._taken(before, account_of(self.view("")))
        self.person.earned_ever += points if kind is EntryKind.ADJUST and points > 0 else 0
        spent = whole_points(max(-points, 0), self.written.scale)
        return {
            **self.state(),
            "lots_taken": lambda: taken,
            "points_redeemed": lambda: spent,
        }

    def expire(self) -> Facts:
        """The job that ends lots past their last day."""
        lapsed = account_of(self.view("")).lapsed(self.on)
        for lot in lapsed:
            entry = self.entry(EntryKind.EXPIRE, -lot.points, lot_id=lot.lot_id)
            self.keep(Record(entry.entry_id, (entry,)))
        gone = whole_points(sum(lot.points for lot in lapsed), self.written.scale)
        return {**self.state(), "expired": lambda: gone}


def shop_of(written: Written) -> Shop:
    """The shop before the first event of the case."""
    first = next((e["at"] for e in written.case.events if e.get("at")), None)
    now = datetime.fromisoformat(first) if first else A_MONDAY
    if written.case.today is not None:
        today = written.case.today
        now = A_MONDAY.replace(year=today.year, month=today.month, day=today.day)
    return Shop(written, person_of(written, now.date()), now)


def sale_fields(fields: Fields) -> Asked:
    """The cart inside an event."""
    fields.ignore("op", "ref", "at", "terminal", "expect")
    return asked_of(fields)

"""The customer of a case as the till and the server know one: points, turnover, cards, caps.

Never a rule: balances, tiers and windows come from the product's own folds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from pos_app.domain.loyalty.birthday import windows
from pos_app.domain.loyalty.ledger import Account, Cause, EntryKind, Ledger, PointsEntry
from pos_app.domain.loyalty.tally import LIFETIME
from pos_app.domain.loyalty.tier import measured, reached
from pos_app.domain.loyalty.turnover import EARNED_EVER, History, month_of, spend_minor
from pos_app.domain.mechanics.periods import PERIODS
from tests.builders import LONG_AGO
from tests.vectors.pricing.document import Written
from tests.vectors.pricing.fields import Fields
from tests.vectors.pricing.loyalty import NO_TIER
from tests.vectors.pricing.purse import Purse, purse_of

MEMBER = "member"
SPENDS = {"spend_period": "", "spend_year": "year", "spend_month": "month"}


@dataclass
class Person:
    """The state of one member. Months are those of the sale, in the store's own time."""

    written: Written
    start: date
    entries: list[PointsEntry] = field(default_factory=list)
    months: dict[str, int] = field(default_factory=dict)
    earned: dict[str, int] = field(default_factory=dict)
    earned_ever: int = 0
    receipts: int = 0
    purse: Purse = field(default_factory=Purse)
    balance_known: bool = False
    segments: frozenset[str] = frozenset()
    tier_id: str = ""
    born: date | None = None

    def history(self, on: date) -> History:
        """What the tiers and rates are judged by."""
        tallies = {(EARNED_EVER, LIFETIME): self.earned_ever}
        points = self.balance(on)
        return History(self.months, sum(self.months.values()), tallies, points)

    def account(self) -> Account:
        """The fold of all entries."""
        return account_of(self.entries)

    def balance(self, on: date) -> int:
        """Points on a day: what has lapsed is gone, whether or not the job has run."""
        return balance_on(self.account(), on)

    def spend_minor(self, period: str, on: date) -> int:
        """Net spend of a period of the programme."""
        return spend_minor(self.history(on), period, on)

    def tier(self, on: date, current_minor: int = 0) -> str:
        """The tier of what counts; `current_minor` where the present receipt counts already."""
        tiers = self.written.program.tiers
        if not self.written.ladder.measure:
            return self.tier_id
        found = reached(tiers, measured(tiers, self.history(on), on) + current_minor)
        return found.tier_id if found else ""

    def tier_held(self, on: date, current_minor: int = 0) -> str:
        """The tier a case names, or else the one that earlier receipts reach."""
        return self.tier_id or self.tier(on, current_minor)

    def birthday(self, on: date) -> bool:
        """True within the window of the programme."""
        if self.born is None:
            return False
        rule = self.written.program.birthday
        return any(first <= on <= last for first, last in windows(self.born, rule, on))

    def spends(self, on: date) -> Mapping[str, int]:
        """Net spend by period, for the rules."""
        return {period: self.spend_minor(period, on) for period in PERIODS}


def account_of(entries: Sequence[PointsEntry]) -> Account:
    """The fold, by the product's own ledger."""
    ledger = Ledger(MEMBER)
    ledger.post_all(entries)
    return ledger.account()


def balance_on(account: Account, on: date) -> int:
    """The balance without lots that have lapsed."""
    return account.balance - sum(lot.points for lot in account.lapsed(on))


def person_of(written: Written, start: date) -> Person:
    """The customer as the case states one; nobody is a member without a past."""
    fields = Fields(written.case.customer)
    person = Person(written, start)
    person.balance_known = fields.has("balance") or fields.has("lots")
    person.entries = _points(fields, written)
    person.segments = frozenset(fields.words("groups"))
    person.receipts = fields.whole("completed_orders")
    person.tier_id = fields.text("tier")
    for key in SPENDS:
        if fields.has(key):
            minor = written.prices.minor(fields.text(key))
            person.months[month_of(start)] = max(person.months.get(month_of(start), 0), minor)
    earned = written.scale * fields.number("month_earned")
    person.earned[month_of(start)] = int(earned)
    person.earned_ever = int(written.scale * fields.number("lifetime_points"))
    person.purse = purse_of(fields, written.prices)
    born = fields.text("birthday")
    person.born = date.fromisoformat(born) if born else None
    fields.finish()
    return person


def _points(fields: Fields, written: Written) -> list[PointsEntry]:
    """Lots as they are named, or one lot that does not end."""
    scale = written.scale
    found = []
    for number, lot in enumerate(fields.children("lots")):
        issued = date.fromisoformat(lot.text("issued", LONG_AGO.isoformat()))
        entry = _opening(lot.text("id", f"L{number}"), int(scale * lot.number("points")), issued)
        if lot.has("expires"):
            found.append(replace(entry, expires_on=_last_day(lot.text("expires"), written)))
        else:
            found.append(entry)
        lot.finish()
    points = int(scale * fields.number("balance"))
    if not found and points:
        found.append(_opening("start", points, LONG_AGO))
    return found


def _last_day(text: str, written: Written) -> date:
    day = date.fromisoformat(text)
    return date.fromordinal(day.toordinal() - 1) if written.lifetime.exclusive else day


def _opening(name: str, points: int, on: date) -> PointsEntry:
    at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    cause = Cause("operator", "start")
    return PointsEntry(
        name, MEMBER, EntryKind.ADJUST, points, at, on, cause, lot_id=name, available_on=on
    )


def tier_name(tier_id: str) -> Any:
    """Below the first tier of a case there is none."""
    return None if tier_id in ("", NO_TIER) else tier_id


def whole_points(points: int, scale: int) -> Fraction:
    """Points of the case."""
    return Fraction(points, scale)

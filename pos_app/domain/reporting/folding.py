"""Receipts folded into the figures of a period, one at a time. Never holds a receipt."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from pos_app.domain.reporting.period_report import (
    DayFigures,
    HourFigures,
    ItemFigures,
    OfflineFigures,
    OperatorFigures,
    PeriodReport,
    RuleFigures,
    Sums,
)
from pos_app.domain.reporting.receipt_facts import ReceiptFacts

TOP_ITEMS = 50
PAUSE_S = 600
"""A longer gap between two receipts of a terminal is a pause, not a customer."""
GAP_BOUNDS_S = (*range(5, 125, 5), *range(135, PAUSE_S + 1, 15))
"""Gaps are counted in bins: the median of a chain's year needs no list of its receipts."""


@dataclass(slots=True)
class _Item:
    name: str = ""
    unit: str = ""
    quantity: int = 0
    net_minor: int = 0
    receipts: int = 0


@dataclass(slots=True)
class _Operator:
    receipts: int = 0
    net_minor: int = 0
    identified: int = 0
    gaps: "Counter[int]" = field(default_factory=Counter)


@dataclass(slots=True)
class _Rule:
    name: str = ""
    given_minor: int = 0
    receipts: int = 0
    net_minor: int = 0


@dataclass(slots=True)
class _Day:
    receipts: int = 0
    net_minor: int = 0
    identified_minor: int = 0
    points_earned: int = 0
    points_redeemed: int = 0


_Kept = TypeVar("_Kept", _Item, _Operator, _Rule)


class PeriodFold:
    """Receipts of a terminal come in the order they were completed; terminals in any order."""

    def __init__(self) -> None:
        self._sums: Counter[str] = Counter()
        self._dark: Counter[str] = Counter()
        self._hours: Counter[int] = Counter()
        self._hours_net: Counter[int] = Counter()
        self._days: dict[date, _Day] = {}
        self._tenders: Counter[str] = Counter()
        self._items: dict[str, _Item] = {}
        self._operators: dict[str, _Operator] = {}
        self._rules: dict[str, _Rule] = {}
        self._gaps: Counter[int] = Counter()
        self._last: dict[str, datetime] = {}

    def add(self, one: ReceiptFacts) -> None:
        """Count a receipt in."""
        self._add_sums(one)
        self._add_time(one)
        self._add_goods(one)
        self._add_operator(one)
        self._add_rules(one)

    def _add_sums(self, one: ReceiptFacts) -> None:
        sums, sign = self._sums, one.sign
        if one.is_of_goods:
            sums["returns" if one.is_return else "receipts"] += 1
        else:
            sums["card_receipts"] += 1
        sums["returns_minor" if one.is_return else "sales_minor"] += one.net_minor
        sums["discount_minor"] += sign * one.discount_minor
        sums["points_minor"] += sign * one.points_minor
        sums["points_earned"] += sign * one.points_earned
        sums["points_redeemed"] += sign * one.points_redeemed
        sums["lines"] += 0 if one.is_return else len(one.lines)
        sums["gift_cards_minor"] += sign * one.cards_minor
        sums["rounding_minor"] += sign * one.rounding_minor
        sums["withheld_minor"] -= sign * one.withheld_minor
        if one.offline:
            self._dark["receipts"] += 1
            self._dark["points_earned"] += 0 if one.is_return else one.points_earned
            self._dark["points_redeemed"] += 0 if one.is_return else one.points_redeemed
        if one.member_id:
            sums["identified_minor"] += sign * one.net_minor
            sums["identified_given_minor"] += sign * (one.discount_minor + one.points_minor)
            sums["identified_receipts"] += one.is_purchase
        for kind, amount in one.tenders:
            self._tenders[kind] += amount

    def _add_time(self, one: ReceiptFacts) -> None:
        day = self._days.setdefault(one.business_on, _Day())
        net = one.sign * one.net_minor
        day.receipts += one.is_purchase
        day.net_minor += net
        day.identified_minor += net if one.member_id else 0
        day.points_earned += one.sign * one.points_earned
        day.points_redeemed += one.sign * one.points_redeemed
        self._hours[one.local_at.hour] += one.is_purchase
        self._hours_net[one.local_at.hour] += net

    def _add_goods(self, one: ReceiptFacts) -> None:
        seen = set()
        for line in one.lines:
            item = self._items.setdefault(line.item_id, _Item())
            item.name, item.unit = line.name, line.unit
            item.quantity += one.sign * line.quantity
            item.net_minor += one.sign * line.net_minor
            if line.item_id not in seen:
                seen.add(line.item_id)
                item.receipts += not one.is_return

    def _add_operator(self, one: ReceiptFacts) -> None:
        who = self._operators.setdefault(one.operator_id, _Operator())
        who.net_minor += one.sign * one.net_minor
        if one.is_return:
            return
        who.receipts += one.is_purchase
        who.identified += one.is_purchase and bool(one.member_id)
        before = self._last.get(one.terminal_id)
        self._last[one.terminal_id] = one.local_at
        if before is not None:
            gap = int((one.local_at - before).total_seconds())
            if 0 < gap <= PAUSE_S:
                bound = next(b for b in GAP_BOUNDS_S if gap <= b)
                who.gaps[bound] += 1
                self._gaps[bound] += 1

    def _add_rules(self, one: ReceiptFacts) -> None:
        for rule_id, name, amount, net_minor in one.given:
            rule = self._rules.setdefault(rule_id, _Rule())
            rule.name = name or rule.name
            rule.given_minor += one.sign * amount
            rule.receipts += not one.is_return
            rule.net_minor += one.sign * net_minor

    def report(self, store_id: str, since: date, until: date, whole: bool) -> PeriodReport:
        """What the receipts say; members, RFM and the programme are others' knowledge."""
        return PeriodReport(
            store_id, since, until, whole,
            Sums(**dict(self._sums), seconds_per_customer=_median(self._gaps)),
            hours=tuple(
                HourFigures(hour, self._hours[hour], self._hours_net[hour])
                for hour in sorted(self._hours)
            ),
            days=tuple(
                DayFigures(on, d.receipts, d.net_minor, d.identified_minor, d.points_earned,
                           d.points_redeemed)
                for on, d in sorted(self._days.items())
            ),
            tenders=tuple(sorted(self._tenders.items())),
            items=self._top_items(),
            operators=tuple(
                OperatorFigures(key, o.receipts, o.net_minor, o.identified, _median(o.gaps))
                for key, o in _ranked(self._operators, "receipts")
            ),
            rules=tuple(
                RuleFigures(key, r.name, r.given_minor, r.receipts, r.net_minor)
                for key, r in _ranked(self._rules, "given_minor")
            ),
            offline=OfflineFigures(**dict(self._dark)),
        )  # fmt: skip

    def _top_items(self) -> tuple[ItemFigures, ...]:
        ranked = _ranked(self._items, "net_minor")
        return tuple(
            ItemFigures(key, i.name, i.quantity, i.unit, i.net_minor, i.receipts)
            for key, i in ranked[:TOP_ITEMS]
        )


def _ranked(found: Mapping[str, _Kept], by: str) -> list[tuple[str, _Kept]]:
    """The largest first; equal ones by their key."""
    return sorted(found.items(), key=lambda pair: (-getattr(pair[1], by), pair[0]))


def _median(gaps: "Counter[int]") -> int | None:
    """The upper bound of the bin that holds the median; None of fewer than three gaps."""
    count = sum(gaps.values())
    if count < 3:
        return None
    seen = 0
    for bound in sorted(gaps):
        seen += gaps[bound]
        if 2 * seen >= count:
            return bound
    return None

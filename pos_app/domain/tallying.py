"""What a sale adds to its member's tallies: one entry for all that the programme counts.

Never counts for a receipt without a member, and never looks at another receipt.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from pos_app.domain.document import CompletedLine
from pos_app.domain.item import Item
from pos_app.domain.loyalty.counting import mechanics_entries
from pos_app.domain.loyalty.membership import SoldPiece
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.sold import SoldLine
from pos_app.domain.loyalty.standing import Receipt, counted
from pos_app.domain.loyalty.tally import LIFETIME, TallyEntry, period_of
from pos_app.domain.mechanics.partners import Partner
from pos_app.domain.pricing.result import Trace
from pos_app.domain.quantity import Unit

VISITS = "visits"


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale to count: its lines as completed, what the rules said, the store's business day, the
    catalogue's items by line, the partners whose card or coupon was shown, and how often each
    promotion was given."""

    lines: Sequence[CompletedLine]
    trace: Sequence[Trace]
    business_on: date
    items: Mapping[int, Item] = field(default_factory=lambda: MappingProxyType({}))
    partners: Sequence[Partner] = ()
    applications: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def tallies_of(program: Program, sold: Sold) -> tuple[TallyEntry, ...]:
    """The entries of a sale to a member; amounts of nothing are left out."""
    found = [entry for count in COUNTS for entry in count(program, sold)]
    every = {line.line for line in sold.lines}
    lines = sold_lines(program, sold)
    for entry in mechanics_entries(program, lines, sold.applications, sold.business_on):
        found.append(_shortened(entry, every))
    return tuple(entry for entry in found if entry.amount)


def _shortened(entry: TallyEntry, every: set[int]) -> TallyEntry:
    """An entry that rests on all lines names none: long receipts stay small."""
    return replace(entry, lines=()) if set(entry.lines) == every else entry


def sold_lines(program: Program, sold: Sold) -> list[SoldLine]:
    """The lines as counted mechanics see them; those without an item are left out."""
    earn_rules = {rule.rule_id for rule in program.earn.rules}
    gave: dict[int, set[str]] = {}
    for trace in sold.trace:
        if trace.applied and trace.rule_id in earn_rules:
            for number in trace.lines:
                gave.setdefault(number, set()).add(trace.rule_id)
    return [
        _sold_line(line, sold.items[line.line], frozenset(gave.get(line.line, ())))
        for line in sold.lines
        if line.line in sold.items
    ]


def _sold_line(line: CompletedLine, item: Item, earn_rules: frozenset[str]) -> SoldLine:
    touched: dict[str, int] = {}
    for one in line.modifications:
        touched[one.rule_id] = touched.get(one.rule_id, 0) + one.units
    return SoldLine(
        line=line.line,
        item=item,
        units=line.quantity.value if line.quantity.unit is Unit.PIECE else 1,
        unit_price_minor=line.unit_price_minor,
        net_minor=line.net_minor,
        payable_minor=line.payable_minor,
        points_earned=line.points_earned,
        earn_rules=earn_rules,
        touched=touched,
        counts=item.earns and not item.bars.earning,
    )


def _visits(_program: Program, sold: Sold) -> Iterator[TallyEntry]:
    """One for every receipt, in all and by month."""
    yield TallyEntry(VISITS, LIFETIME, 1)
    yield TallyEntry(VISITS, period_of("month", sold.business_on), 1)


def _standing(program: Program, sold: Sold) -> Iterator[TallyEntry]:
    """What tiers, cumulative discounts and memberships of this programme will ask for."""
    pieces = [
        SoldPiece(line.line, line.item_id, line.quantity.value)
        for line in sold.lines
        if line.quantity.unit is Unit.PIECE
    ]
    net = sum(line.net_minor for line in sold.lines if line.adds_to_spend)
    points = sum(line.points_earned for line in sold.lines)
    return counted(program, Receipt(sold.business_on, net, points, pieces))


def _partners(_program: Program, sold: Sold) -> Iterator[TallyEntry]:
    """Marks the receipt for the settlement with a partner; its returns carry the mark on."""
    net = sum(line.net_minor for line in sold.lines)
    for one in sold.partners:
        yield TallyEntry(f"partner/{one.partner_id}", period_of("month", sold.business_on), net)


COUNTS: tuple[Callable[[Program, Sold], Iterator[TallyEntry]], ...] = (
    _visits,
    _standing,
    _partners,
)

"""What a report needs of one receipt, and nothing of who bought. Never a document itself.

Amounts are minor units, positive for what the receipt says, also on a return: `sign` tells which
way they count. Tenders have their own sign: a refund is negative. Selling a gift card is no sale of
goods: its line is left out, and comes in when the card pays. So that payments can be explained,
what was left out is told apart: goods + cards - points + rounding - withheld is what was paid.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from pos_app.domain.business_day import tender_effects
from pos_app.domain.document import CompletedTransaction, TransactionKind


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One line. `quantity` in base units of `unit` (pieces, grams, millilitres)."""

    item_id: str
    name: str
    quantity: int
    unit: str
    net_minor: int


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """One receipt. `local_at` is the store's wall clock, without a zone. `member_id` "": nobody.

    `given` are (rule id, name, minor units it took off, what the lines it touched came to), one a
    rule; `tenders` (kind, minor units). `offline`: its till had no link. `cards_minor`: gift cards
    on it; `rounding_minor`: of cash; `withheld_minor`: of a return, what was kept for points spent.
    """

    is_return: bool
    business_on: date
    local_at: datetime
    terminal_id: str
    operator_id: str
    member_id: str
    net_minor: int
    discount_minor: int
    points_minor: int
    points_redeemed: int
    points_earned: int
    lines: tuple[SoldLine, ...]
    tenders: tuple[tuple[str, int], ...]
    given: tuple[tuple[str, str, int, int], ...]
    offline: bool = False
    cards_minor: int = 0
    rounding_minor: int = 0
    withheld_minor: int = 0

    @property
    def sign(self) -> int:
        """-1 for goods that came back."""
        return -1 if self.is_return else 1

    @property
    def is_of_goods(self) -> bool:
        """Not of gift cards alone: such a receipt is no purchase, and no return of one."""
        return bool(self.lines) or not self.cards_minor

    @property
    def is_purchase(self) -> bool:
        """What is counted where a report counts receipts."""
        return not self.is_return and self.is_of_goods


Given = tuple[tuple[str, str, int, int], ...]


def given_by_rule(found: Iterable[tuple[int, int, str, str, int]]) -> Given:
    """One a rule of (line, what it came to, rule id, name, minor units): a line counts once."""
    names: dict[str, str] = {}
    amounts: dict[str, int] = {}
    lines: dict[str, dict[int, int]] = {}
    for line, net_minor, rule_id, name, amount in found:
        names[rule_id] = name or names.get(rule_id, "")
        amounts[rule_id] = amounts.get(rule_id, 0) + amount
        lines.setdefault(rule_id, {})[line] = net_minor
    return tuple(
        (rule_id, names[rule_id], amount, sum(lines[rule_id].values()))
        for rule_id, amount in amounts.items()
    )


def facts_of(document: CompletedTransaction, local_at: datetime) -> ReceiptFacts:
    """The facts of a document; `local_at` is its completion on the store's clock."""
    totals = document.totals
    goods = [line for line in document.lines if not line.card_id]
    cards_minor = sum(line.net_minor for line in document.lines if line.card_id)
    return ReceiptFacts(
        document.kind is TransactionKind.RETURN,
        document.business_on,
        local_at,
        document.terminal_id,
        document.operator_id,
        document.member_id or "",
        totals.net_minor - cards_minor,
        totals.discount_minor,
        totals.points_minor,
        totals.points_redeemed,
        totals.points_earned,
        tuple(
            SoldLine(line.item_id, line.name, line.quantity.value, line.quantity.unit.value,
                     line.net_minor)
            for line in goods
        ),
        tuple(sorted(tender_effects(document).items())),
        given_by_rule(
            (place, line.net_minor, one.rule_id, one.name, one.amount_minor)
            for place, line in enumerate(goods)
            for one in line.modifications
        ),
        document.offline,
        cards_minor,
        totals.rounding_minor,
        document.withheld_minor,
    )  # fmt: skip

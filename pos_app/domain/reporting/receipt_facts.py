"""What a report needs of one receipt, and nothing of who bought. Never a document itself.

Amounts are minor units, positive for what the receipt says, also on a return: `sign` tells which
way they count. Tenders have their own sign: a refund is negative. Selling a gift card is no sale of
goods: its line is left out, and comes in when the card pays.
"""

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

    `given` are (rule id, name, minor units it took off); `tenders` (kind, minor units).
    `offline`: its till had no link.
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
    given: tuple[tuple[str, str, int], ...]
    offline: bool = False

    @property
    def sign(self) -> int:
        """-1 for goods that came back."""
        return -1 if self.is_return else 1


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
        tuple(
            (one.rule_id, one.name, one.amount_minor)
            for line in goods
            for one in line.modifications
        ),
        document.offline,
    )  # fmt: skip

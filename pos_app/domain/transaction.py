"""The open transaction: what the cashier entered, and nothing derived. Never a price computed.

Immutable: every gesture makes a new one, so that the last change can be taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pos_app.domain.document import CompletedLine, CompletedTransaction, TransactionKind
from pos_app.domain.errors import TransactionClosed
from pos_app.domain.item import Item
from pos_app.domain.loyalty.confirmation import Confirmation
from pos_app.domain.loyalty.coupon import PresentedCoupon
from pos_app.domain.pricing.basket import BasketLine, Goodwill
from pos_app.domain.quantity import Quantity, Unit
from pos_app.domain.tender import Tender, TenderKind


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line as entered. `unit_price_minor` is that of the first scan and stays.

    `entry`: scan, typed, label, choice. A return line carries the `sold` line it answers.
    `card_id`: the gift card that this line sells, or (`tops_up`) puts money on.
    """

    line: int
    item: Item
    code: str
    quantity: Quantity
    unit_price_minor: int
    entry: str = "scan"
    goodwill: Goodwill | None = None
    sold: CompletedLine | None = None
    card_id: str = ""
    tops_up: bool = False
    _basket_line: BasketLine = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        line = BasketLine(self.line, self.item, self.quantity, self.unit_price_minor, self.goodwill)
        object.__setattr__(self, "_basket_line", line)  # a line is priced anew with every scan

    @property
    def mergeable(self) -> bool:
        """A second scan of a piece raises the quantity instead of adding a line."""
        return (
            self.quantity.unit is Unit.PIECE
            and self.entry != "label"
            and self.goodwill is None
            and self.sold is None
            and not self.card_id
        )

    def basket_line(self) -> BasketLine:
        """The line as the engine wants it."""
        return self._basket_line


@dataclass(frozen=True, slots=True)
class MemberLink:
    """Which member, and how they were found. `code` is kept when the mirror does not know them."""

    member_id: str | None
    identified_by: str
    code: str = ""
    may_redeem: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """A cashier's answer about the paper of a member discount; what it says is not kept."""

    member_id: str
    discount_id: str
    paper: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A reward that was asked for: a promotion's id, and whose points pay ("": nobody's, free)."""

    promotion_id: str
    member_id: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """The open transaction. Lines keep the order of the first scan.

    `age_years`: the limit that `age_answer` was given for; a stricter one asks again.
    `partner_card`: a partner's card, shown beside the member's or alone. `credit`: tenders that an
    exchange has brought: the goods that came back pay, and nobody can take that back alone;
    `credit_of`: the return that brought them.
    """

    transaction_id: str
    started_at: datetime
    kind: TransactionKind = TransactionKind.SALE
    lines: tuple[LineItem, ...] = ()
    next_line: int = 1
    member: MemberLink | None = None
    points_wish: int = 0
    goodwill: Goodwill | None = None
    tenders: tuple[Tender, ...] = ()
    age_answer: str = ""
    age_years: int = 0
    original: CompletedTransaction | None = None
    reason: str = ""
    selected: int | None = None
    partner_card: str = ""
    coupons: tuple[PresentedCoupon, ...] = ()
    confirmation: Confirmation | None = None
    evidence: tuple[Evidence, ...] = ()
    claims: tuple[Claim, ...] = ()
    credit: tuple[Tender, ...] = ()
    credit_of: str = ""

    def line(self, number: int) -> LineItem | None:
        """The line of that number."""
        return next((one for one in self.lines if one.line == number), None)

    @property
    def takes_back(self) -> bool:
        """Goods come back without a receipt: its lines are scanned, not chosen."""
        return self.kind is TransactionKind.RETURN and self.original is None

    @property
    def goods_minor(self) -> int:
        """The list amount of the lines."""
        return sum(line.basket_line().list_minor for line in self.lines)

    @property
    def reductions(self) -> frozenset[tuple[int, Goodwill]]:
        """Goodwill given, by line; 0 is the transaction."""
        given = {(line.line, line.goodwill) for line in self.lines if line.goodwill}
        return frozenset(given | ({(0, self.goodwill)} if self.goodwill else set()))

    @property
    def shown_card(self) -> str:
        """The card that a partner may know; the member's own may be a partner's as well."""
        return self.partner_card or (self.member.code if self.member else "")

    @property
    def serving(self) -> tuple[PresentedCoupon, ...]:
        """The coupons that count for whoever is on the receipt."""
        who = self.member.member_id if self.member else None
        return tuple(one for one in self.coupons if one.serves(who))

    @property
    def claiming(self) -> tuple[str, ...]:
        """The rewards that the member who is on the receipt asked for, in that order."""
        who = self.member.member_id if self.member else None
        return tuple(one.promotion_id for one in self.claims if one.member_id in ("", who))

    @property
    def confirmed(self) -> Confirmation | None:
        """The yes of the member who is on the receipt."""
        given, member = self.confirmation, self.member
        return given if given and member and given.member_id == member.member_id else None

    @property
    def evidence_of_member(self) -> tuple[Evidence, ...]:
        """The answers about the member who is on the receipt."""
        who = self.member.member_id if self.member else None
        return tuple(one for one in self.evidence if one.member_id == who)

    @property
    def paid_minor(self) -> int:
        """The sum of the tenders."""
        return sum(t.amount_minor for t in self.tenders)

    @property
    def age_limit(self) -> int:
        """The strictest age limit among the lines."""
        return max((line.item.age_limit for line in self.lines), default=0)


def _open(transaction: Transaction) -> None:
    if transaction.tenders != transaction.credit:
        raise TransactionClosed("tenders were taken: take them back first")


def add(
    transaction: Transaction,
    item: Item,
    code: str,
    quantity: Quantity,
    unit_price_minor: int,
    entry: str,
) -> Transaction:
    """Add an item, or raise the quantity of its line."""
    _open(transaction)
    if item.age_limit > transaction.age_years:
        transaction = replace(transaction, age_answer="")
    for one in transaction.lines:
        same = one.item.item_id == item.item_id and one.unit_price_minor == unit_price_minor
        if same and one.mergeable and quantity.unit is Unit.PIECE and entry != "label":
            grown = Quantity(one.quantity.value + quantity.value, quantity.unit)
            return with_quantity(transaction, one.line, grown)
    line = LineItem(transaction.next_line, item, code, quantity, unit_price_minor, entry)
    return replace(
        transaction,
        lines=(*transaction.lines, line),
        next_line=transaction.next_line + 1,
        selected=line.line,
    )


def _changed(transaction: Transaction, number: int, new: LineItem) -> Transaction:
    lines = tuple(new if one.line == number else one for one in transaction.lines)
    return replace(transaction, lines=lines, selected=number)


def with_quantity(transaction: Transaction, number: int, quantity: Quantity) -> Transaction:
    """A line with another quantity."""
    _open(transaction)
    line = transaction.line(number)
    if line is None:
        return transaction
    return _changed(transaction, number, replace(line, quantity=quantity))


def without_line(transaction: Transaction, number: int) -> Transaction:
    """The transaction with a line voided; numbers are never used again."""
    _open(transaction)
    lines = tuple(one for one in transaction.lines if one.line != number)
    last = lines[-1].line if lines else None
    return replace(transaction, lines=lines, selected=last)


def with_goodwill(
    transaction: Transaction, number: int | None, goodwill: Goodwill | None
) -> Transaction:
    """A goodwill reduction on a line, or (None) on the transaction."""
    _open(transaction)
    if number is None:
        return replace(transaction, goodwill=goodwill)
    line = transaction.line(number)
    if line is None:
        return transaction
    return _changed(transaction, number, replace(line, goodwill=goodwill))


def with_tender(transaction: Transaction, tender: Tender) -> Transaction:
    """One more tender; cash adds up to one."""
    if tender.kind is TenderKind.CASH:
        before = sum(t.amount_minor for t in transaction.tenders if t.kind is TenderKind.CASH)
        rest = tuple(t for t in transaction.tenders if t.kind is not TenderKind.CASH)
        cash = replace(tender, amount_minor=tender.amount_minor + before)
        return replace(transaction, tenders=(*rest, cash))
    return replace(transaction, tenders=(*transaction.tenders, tender))


def change_due_minor(tenders: Sequence[Tender], due_minor: int) -> int:
    """Change: what is paid beyond the due, from cash only."""
    return max(sum(t.amount_minor for t in tenders) - due_minor, 0)

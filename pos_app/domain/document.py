"""A completed transaction as a fact: what was sold, paid, earned. Never edited, never re-priced."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from fractions import Fraction

from pos_app.domain.loyalty.allowance import AllowanceUse, OwnRights
from pos_app.domain.loyalty.confirmation import Confirmation
from pos_app.domain.loyalty.coupon import CouponUse
from pos_app.domain.loyalty.gift_card import GiftCardEntry
from pos_app.domain.loyalty.ledger import PointsEntry, ProgramRef
from pos_app.domain.loyalty.tally import TallyEntry
from pos_app.domain.money import Currency
from pos_app.domain.quantity import Quantity
from pos_app.domain.tender import Tender


class TransactionKind(Enum):
    """A sale, or goods coming back after completion."""

    SALE = "sale"
    RETURN = "return"


class ReturnPolicy(Enum):
    """How a return takes back earned points (points_back.py)."""

    DIFFERENCE = "difference"
    PROPORTIONAL = "proportional"


class Step(Enum):
    """The steps of the calculation, in their default order (loyalty.md 2)."""

    CORRECTION = "correction"
    ITEM = "item"
    MEMBER = "member"
    TRANSACTION = "transaction"
    GOODWILL = "goodwill"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class PriceModification:
    """One rule's reduction of one line. `amount_minor` > 0 is taken off `units` base units."""

    rule_id: str
    step: Step
    amount_minor: int
    units: int = 0
    name: str = ""
    arithmetic: str = ""


@dataclass(frozen=True, slots=True)
class CompletedLine:
    """One sold (or returned) line, with every number that a later return refunds.

    list_minor - sum of modifications = net_minor; net_minor - points_minor = payable_minor.
    `returned_line` is the line of the original receipt that a return line answers. `earn_rate`:
    exact points per minor unit of `earn_base_minor`, so that a return can take back exactly what
    the kept goods would not have earned. `card_id`: the gift card that the line sold.
    `adds_to_spend` False: goods (tobacco) that the law keeps out of tiers and cumulative discounts.
    """

    line: int
    item_id: str
    code: str
    name: str
    quantity: Quantity
    unit_price_minor: int
    list_minor: int
    modifications: tuple[PriceModification, ...]
    net_minor: int
    points_minor: int
    points_redeemed: int
    payable_minor: int
    points_earned: int
    tax_class: str
    tax_rate_ppm: int
    tax_minor: int
    categories: tuple[str, ...] = ()
    returned_line: int | None = None
    earn_rate: Fraction = Fraction(0)
    earn_base_minor: int = 0
    card_id: str = ""
    adds_to_spend: bool = True


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the lines; always equal to them, to the kopeck."""

    list_minor: int
    discount_minor: int
    net_minor: int
    points_minor: int
    points_redeemed: int
    payable_minor: int
    rounding_minor: int
    points_earned: int

    @property
    def due_minor(self) -> int:
        """What has to be paid."""
        return self.payable_minor + self.rounding_minor


@dataclass(frozen=True, slots=True)
class CompletedTransaction:
    """The document that the journal, the paper, the server and a return all read.

    `member_id` None: anonymous. `identified_by`: card, qr, phone, code, last4, "".
    `evidence`: (discount, paper) that a cashier has seen.
    `member_code` keeps the scanned identity of a member the mirror does not know (a guest card:
    earn now, match on the server). A return names `original_id` and refunds stored numbers.
    `return_policy` is proportional on every document of before it was stored.
    `age_answer`: how the age was checked (seen, document, identity), refused (its goods were taken
    out), or "" where nothing asked for it.
    `cash_unit_minor`: what cash was rounded to, 0: not at all. `withheld_*`: spent points that a
    goodwill return made the refund pay for. `unsecured`: redeemed points that no grant covers: the
    receipt's own, and `risked`, which the owner lets a dark till give beyond its grants. `own`:
    what it earned without a link and may spend again at once. `offline`: made without a link.
    `exchange_of`: of the new goods of an exchange, the return whose money paid for them.
    """

    transaction_id: str
    kind: TransactionKind
    receipt_number: str
    store_id: str
    terminal_id: str
    session_number: int
    business_on: date
    completed_at: datetime
    operator_id: str
    currency: Currency
    lines: tuple[CompletedLine, ...]
    totals: Totals
    tenders: tuple[Tender, ...]
    change_minor: int
    program: ProgramRef | None = None
    member_id: str | None = None
    identified_by: str = ""
    member_code: str = ""
    original_id: str | None = None
    reason: str = ""
    entries: tuple[PointsEntry, ...] = ()
    uses: tuple[AllowanceUse, ...] = ()
    unsecured: int = 0
    risked: int = 0
    training: bool = False
    mirror_cursor: str = ""
    tallies: tuple[TallyEntry, ...] = ()
    confirmation: Confirmation | None = None
    coupons: tuple[CouponUse, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    return_policy: ReturnPolicy = ReturnPolicy.PROPORTIONAL
    cash_unit_minor: int = 0
    withheld_points: int = 0
    withheld_minor: int = 0
    gift_cards: tuple[GiftCardEntry, ...] = ()
    age_answer: str = ""
    own: OwnRights | None = None
    offline: bool = False
    exchange_of: str = ""

    @property
    def spend_minor(self) -> int:
        """What it adds to the member's spend: without goods that may open no threshold."""
        return sum(line.net_minor for line in self.lines if line.adds_to_spend)

"""Facts that a till tells the server: what happened. Never changed once they are born."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.loyalty.account import PointsEntry
from pos_app.domain.loyalty.allowance import AllowanceUse


@dataclass(frozen=True, slots=True)
class TransactionCompleted:
    """A sale or a return became durable."""

    document: CompletedTransaction


@dataclass(frozen=True, slots=True)
class MemberEnrolled:
    """A new member at a till, with or without a link.

    `phone_hash` is HMAC(pepper, E.164); `sealed_profile` is what only the server can open
    (phone, name). Consents are names of documents the member agreed to.
    """

    member_id: str
    phone_hash: bytes
    phone_last4: str
    display_name: str
    card_code: str
    consents: tuple[str, ...]
    sealed_profile: bytes
    store_id: str
    operator_id: str
    at: datetime
    business_on: date


@dataclass(frozen=True, slots=True)
class CategoriesChosen:
    """A member chose the categories of a month's cashback (`2026-03`) at a till."""

    member_id: str
    month: str
    categories: tuple[str, ...]
    store_id: str
    operator_id: str
    at: datetime
    business_on: date


@dataclass(frozen=True, slots=True)
class PointsAdjusted:
    """A manager gave a member points or took some off: one entry of the kind ADJUST.

    Who and why stand in its cause; `override_by` is the second person where one was needed. What
    is taken off comes out of this till's grants (`uses`), so that it overdraws nothing, ever.
    """

    entry: PointsEntry
    uses: tuple[AllowanceUse, ...]
    store_id: str
    override_by: str
    at: datetime

    @property
    def member_id(self) -> str:
        """Whose points."""
        return self.entry.member_id


@dataclass(frozen=True, slots=True)
class CreditedLine:
    """What a line of a credited receipt earns: whole points, the exact points per minor unit of
    `base_minor`. See CompletedLine."""

    line: int
    points: int
    rate: Fraction
    base_minor: int


@dataclass(frozen=True, slots=True)
class ReceiptCredited:
    """A receipt of nobody became a member's who had forgotten the card: one entry of the kind EARN.

    `lines`: what the whole receipt would have earned; the entry gives what of it is not back, so
    that a later return takes back exactly the share of its goods. Once for a receipt, ever.
    """

    receipt_id: str
    receipt_number: str
    entry: PointsEntry
    lines: tuple[CreditedLine, ...]
    store_id: str
    at: datetime

    @property
    def member_id(self) -> str:
        """Whose points."""
        return self.entry.member_id


@dataclass(frozen=True, slots=True)
class MembersMerged:
    """A manager says that two members are one person: `gone_id` becomes `kept_id`.

    The last four digits are those of the one that goes, for a kept one that has none.
    """

    kept_id: str
    gone_id: str
    store_id: str
    operator_id: str
    override_by: str
    reason: str
    at: datetime
    business_on: date
    phone_last4: str = ""
    card_last4: str = ""


@dataclass(frozen=True, slots=True)
class AllowanceReturned:
    """Points of grants that the till will not spend any more; comes after every spend of them."""

    member_id: str
    uses: tuple[AllowanceUse, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class AllowanceGiven:
    """Points of this till's grants became another till's: durable before that till hears of it.

    `transfer_id` is the taker's; the grant that it gets has that id, ends at `lease_until` and
    belongs to that incarnation of its database.
    """

    transfer_id: str
    member_id: str
    uses: tuple[AllowanceUse, ...]
    terminal_id: str
    to_terminal: str
    to_incarnation: int
    at: datetime
    lease_until: datetime | None = None

    @property
    def points(self) -> int:
        """All that moved."""
        return sum(use.points for use in self.uses)


@dataclass(frozen=True, slots=True)
class GivenProof:
    """An `AllowanceGiven` as its till wrote it, signed with that till's key."""

    terminal_id: str
    event_id: str
    version: int
    body: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class AllowanceTaken:
    """Points of another till became this one's. `proofs`: the way they came, oldest first.

    With them the server posts the move though the giver is still away.
    """

    transfer_id: str
    member_id: str
    points: int
    proofs: tuple[GivenProof, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A till session began."""

    session_number: int
    business_on: date
    operator_id: str
    float_minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """Running totals of a session or a business day; what both sides settle against.

    Amounts in minor units, points as integers; `by_tender` by tender kind, net of change. `dark_*`:
    what the till did while it had no link, and for how long; points of sales only.
    `points_reversed` is what returns gave back less what they took back; `points_given_back` the
    first of them, `cards_*` what of the sales and returns were gift cards, `discount_back_minor`
    what `discount_minor` is less for returns: they are for this till's own paper and do not travel.
    """

    receipts: int = 0
    returns: int = 0
    sales_minor: int = 0
    returns_minor: int = 0
    discount_minor: int = 0
    by_tender: tuple[tuple[str, int], ...] = ()
    points_earned: int = 0
    points_redeemed: int = 0
    points_reversed: int = 0
    paid_in_minor: int = 0
    paid_out_minor: int = 0
    pickup_minor: int = 0
    loan_minor: int = 0
    voids: int = 0
    void_minor: int = 0
    no_sales: int = 0
    unusual: int = 0
    risked: int = 0
    dark_receipts: int = 0
    dark_earned: int = 0
    dark_redeemed: int = 0
    dark_seconds: int = 0
    points_given_back: int = 0
    cards_sold_minor: int = 0
    cards_topped_up_minor: int = 0
    cards_back_minor: int = 0
    discount_back_minor: int = 0


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """A till session ended; `counted_minor` is the blind count of the drawer."""

    session_number: int
    business_on: date
    operator_id: str
    counted_minor: int
    expected_minor: int
    totals: ControlTotals
    at: datetime


@dataclass(frozen=True, slots=True)
class DayClosed:
    """A business day ended at this till (Z): its control totals."""

    business_on: date
    operator_id: str
    totals: ControlTotals
    at: datetime


@dataclass(frozen=True, slots=True)
class CashMoved:
    """Cash in or out of the drawer without a sale. `kind`: paid_in, paid_out, pickup, loan."""

    kind: str
    amount_minor: int
    reason: str
    session_number: int
    business_on: date
    operator_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RightUsed:
    """A line of the audit chain: a right, a void, a drawer opened, a failed PIN, an override."""

    action: str
    subject: str
    operator_id: str
    override_by: str
    reason: str
    amount_minor: int
    session_number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class UnknownCodeSeen:
    """A code the catalogue does not know, for its owner."""

    code: str
    operator_id: str
    at: datetime


Event = (
    TransactionCompleted
    | MemberEnrolled
    | CategoriesChosen
    | PointsAdjusted
    | ReceiptCredited
    | MembersMerged
    | AllowanceReturned
    | AllowanceGiven
    | AllowanceTaken
    | SessionOpened
    | SessionClosed
    | DayClosed
    | CashMoved
    | RightUsed
    | UnknownCodeSeen
)

"""The till as a screen, a console or a test sees it: plain immutable data. Never a decision."""

from dataclasses import dataclass, field
from datetime import date, datetime

from pos_app.domain.money import RUB, Currency
from pos_app.domain.quantity import Quantity
from pos_app.domain.sentence import Sentence, say
from pos_app.workstation.chip_view import ChoiceView, ClaimedView, CouponView
from pos_app.workstation.day_view import DayView
from pos_app.workstation.offered_view import OfferedView
from pos_app.workstation.return_shown import ReturnView
from pos_app.workstation.tender_shown import TenderView
from pos_app.workstation.waiting_view import SuspendedView


@dataclass(frozen=True, slots=True)
class OperatorView:
    """Who is signed on; `rights` are right names (see domain.rights), lent ones too. `lent`: some
    of them are somebody else's, for one thing."""

    id: str
    name: str
    role: str
    language: str
    rights: frozenset[str]
    lent: bool = False


@dataclass(frozen=True, slots=True)
class SessionView:
    """The open till session (the Russian смена)."""

    number: int
    business_on: date
    opened_at: datetime
    cash_in_drawer_minor: int | None = None


@dataclass(frozen=True, slots=True)
class LinkView:
    """The link to the server. `since` is when the present state began; `unsent` counts events,
    `conflicts` what waits for this operator's signature, as last heard."""

    online: bool
    since: datetime | None
    unsent: int
    mirror_as_of: datetime | None
    stale: bool
    trouble: Sentence | None = None
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One device. `state`: ok, lost, paper_out, paper_low, cover_open, misfit,
    open_long (a drawer), unknown. `until`: a marking module's lists are good so long."""

    name: str
    kind: str
    state: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DiscountView:
    """One price modification of a line. `amount_minor` > 0 is what the customer saves."""

    rule_id: str
    name: str
    amount_minor: int
    why: Sentence


@dataclass(frozen=True, slots=True)
class LineView:
    """One line item. `amount_minor` is after discounts, before points."""

    line: int
    item_id: str
    code: str
    name: str
    quantity: Quantity
    unit_price_minor: int
    list_minor: int
    discounts: tuple[DiscountView, ...]
    amount_minor: int
    points_redeemed_minor: int
    points_earned: int
    notes: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice of points to redeem. `kind`: none, suggested, half, max, custom."""

    kind: str
    points: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class ExpiringView:
    """So many points end on that day."""

    points: int
    on: date


@dataclass(frozen=True, slots=True)
class MemberView:
    """The identified member. `allowance` is what this till may redeem with no link. `on_the_way`:
    stamps, chosen categories, offers, what caps leave. `choice`: what may be chosen."""

    id: str
    display_name: str
    tier_id: str
    tier_name: str
    phone_last4: str
    card_last4: str
    points: int
    pending: int
    expiring: tuple[ExpiringView, ...]
    allowance: int
    as_of: datetime | None
    next_tier_name: str | None
    next_tier_needs_minor: int | None
    may_redeem: bool
    chips: tuple[Chip, ...]
    redeem_limit: Sentence | None
    blocked: Sentence | None = None
    on_the_way: tuple[Sentence, ...] = ()
    choice: ChoiceView | None = None


@dataclass(frozen=True, slots=True)
class BalanceView:
    """What a member has, asked without a purchase."""

    id: str
    display_name: str
    tier_id: str
    tier_name: str
    points: int
    pending: int
    expiring: tuple[ExpiringView, ...]
    allowance: int
    as_of: datetime | None
    blocked: Sentence | None = None


@dataclass(frozen=True, slots=True)
class TeaserView:
    """What the receipt would give with a card."""

    points: int
    saves_minor: int


@dataclass(frozen=True, slots=True)
class GiftCardView:
    """The gift card at hand. `number`: its last characters. `state`: sold, new (it may be sold),
    unknown (with no link nobody can tell), ended, blocked. `allowance_minor`: what this till may
    take from it now. `pays`: it may pay the open receipt, or the server can still be asked."""

    number: str
    state: str
    balance_minor: int
    expires_on: date | None
    allowance_minor: int
    as_of: datetime | None
    asking: bool = False
    pays: bool = True


@dataclass(frozen=True, slots=True)
class RewardView:
    """A reward that may be claimed on this receipt. `points`: its cost, each time it is given.

    `claimed`: it was asked for. `times`: how often it is given. `why_not`: why it cannot be
    given now; None when it can or is.
    """

    id: str
    name: str
    points: int
    claimed: bool
    times: int
    why_not: Sentence | None


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """Goods that come back for others. `lines`: with positive amounts, numbered below zero, so
    that they are none of the sale's. `back_minor`: what they are worth, `out_minor`: what is
    handed out beside the new goods, `apart`: what goes back as it was paid and pays for nothing."""

    receipt_number: str
    lines: tuple[LineView, ...]
    back_minor: int
    out_minor: int
    apart: tuple[TenderView, ...] = ()
    points_given: int = 0
    points_taken: int = 0


@dataclass(frozen=True, slots=True)
class TransactionView:
    """The open transaction. `phase`: selling, tendering. `kind`: sale, return.

    `rounding_minor` is in the total; `cash_rounding_minor`: what `due_minor` changes by (0 or
    less) if cash pays it. `confirmed`: how the member said yes to the redemption (dynamic, pin), or
    nothing. `refunds`: where the money of a return goes (negative). With an `exchange`, what is due
    is the difference. `credit_minor`: of what is paid, what the return of an exchange has brought.
    `claimed`: rewards that were asked for; `may`: what a screen offers."""

    id: str
    kind: str
    phase: str
    lines: tuple[LineView, ...]
    selected_line: int | None
    list_total_minor: int
    discount_total_minor: int
    points_redeemed: int
    points_redeemed_minor: int
    total_minor: int
    paid_minor: int
    due_minor: int
    change_due_minor: int
    tenders: tuple[TenderView, ...]
    points_earned: int
    teaser: TeaserView | None
    round_notes_minor: tuple[int, ...]
    coupons: tuple[CouponView, ...] = ()
    claimed: tuple[ClaimedView, ...] = ()
    confirmed: str = ""
    cash_rounding_minor: int = 0
    rounding_minor: int = 0
    refunds: tuple[TenderView, ...] = ()
    exchange: ExchangeView | None = None
    returning: ReturnView | None = None
    credit_minor: int = 0
    may: OfferedView = OfferedView()

    @property
    def cash_due_minor(self) -> int:
        """What is due if cash pays it."""
        return self.due_minor + self.cash_rounding_minor


@dataclass(frozen=True, slots=True)
class LastSaleView:
    """What stays until the next scan. `print_state`: queued, printed, asked, interrupted, failed,
    or none where there is no printer. Of a return, `drawer_minor`: what leaves the drawer; `ways`:
    where the rest of its money goes, positive; `exchange`: to a receipt that waits.
    `points_given`, `points_taken`: back and off for the goods that an exchange brought back."""

    transaction_id: str
    kind: str
    receipt_number: str
    total_minor: int
    change_due_minor: int
    points_earned: int
    points_redeemed: int
    print_state: str
    drawer_minor: int = 0
    ways: tuple[TenderView, ...] = ()
    points_given: int = 0
    points_taken: int = 0


@dataclass(frozen=True, slots=True)
class PaperQuestionView:
    """The oldest paper that the cashier must decide. `state`: asked (nobody knows whether it is
    there), interrupted (paper ended in its middle), failed (surely not printed). `receipt_number`
    is empty for what is no receipt; `more` papers wait behind it; `name` says which it is."""

    state: str
    receipt_number: str
    more: int = 0
    name: Sentence = say("paper.document")


@dataclass(frozen=True, slots=True)
class DemandView:
    """What the transaction asks for. `kind`: age, override, pin, evidence. Scanning goes on."""

    kind: str
    text: Sentence


@dataclass(frozen=True, slots=True)
class PaymentView:
    """Money on its way. `state`: opening_shift, awaiting_registrar, asking, looking, undoing,
    fiscal, fiscal_looking (an answer is waited for), decide (a person must say). `choices`: of
    `payment_choice`. `qr`: the customer scans it, `squares` its rows ("1" is dark). `unsure`:
    what the receipt shows as paid may not be."""

    state: str
    text: Sentence
    choices: tuple[str, ...] = ()
    qr: str = ""
    squares: tuple[str, ...] = ()
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class UndecidedView:
    """A payment that a manager compares with the bank's list."""

    key: str
    at: datetime
    kind: str
    amount_minor: int
    text: Sentence


@dataclass(frozen=True, slots=True)
class TillView:
    """Everything a front end shows, always whole. `asking`: goods whose marking code is judged."""

    store_name: str
    workstation_name: str
    currency: Currency
    training: bool
    operator: OperatorView | None
    session: SessionView | None
    link: LinkView
    devices: tuple[DeviceView, ...]
    transaction: TransactionView | None
    member: MemberView | None
    last_sale: LastSaleView | None
    demand: DemandView | None
    suspended: tuple[SuspendedView, ...]
    offers: tuple[Sentence, ...] = ()
    hints: tuple[Sentence, ...] = ()
    now: datetime | None = None
    rewards: tuple[RewardView, ...] = ()
    gift_card: GiftCardView | None = None
    payment: PaymentView | None = None
    undecided: tuple[UndecidedView, ...] = ()
    paper: PaperQuestionView | None = None
    day: DayView | None = None
    asking: tuple[str, ...] = ()


def empty_view(now: datetime) -> TillView:
    """A till nobody has signed on to; what tests and a starting screen begin with."""
    return TillView(
        store_name="",
        workstation_name="",
        currency=RUB,
        training=False,
        operator=None,
        session=None,
        link=LinkView(False, None, 0, None, False),
        devices=(),
        transaction=None,
        member=None,
        last_sale=None,
        demand=None,
        suspended=(),
        now=now,
    )


@dataclass(frozen=True, slots=True)
class FoundItem:
    """One row of a name search or a price check."""

    item_id: str
    code: str
    name: str
    unit_price_minor: int
    unit: str


@dataclass(frozen=True, slots=True)
class FoundMember:
    """One row of a search by the last four digits."""

    id: str
    display_name: str
    phone_last4: str
    card_last4: str
    tier_name: str


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One row of the "why?" trace; `applied` false tells the first condition that failed. `lines`
    are numbers of the transaction, `places` those on the screen and on the paper."""

    rule_id: str
    name: str
    applied: bool
    amount_minor: int
    lines: tuple[int, ...] = ()
    why: tuple[Sentence, ...] = field(default=())
    places: tuple[int, ...] = ()

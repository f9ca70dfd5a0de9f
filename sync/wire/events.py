"""Bodies of the events that a till pushes. Never renamed: golden bytes of every version are kept.

Money in minor units; quantities in base units; instants ISO 8601 UTC; days ISO dates.
"""

from msgspec import Struct


class QuantityDoc(Struct, omit_defaults=True):
    value: int
    unit: str = "piece"


class ModificationDoc(Struct, omit_defaults=True):
    rule: str
    step: str
    amount: int
    units: int = 0
    name: str = ""
    arithmetic: str = ""


class LineDoc(Struct, omit_defaults=True):
    line: int
    item: str
    code: str
    name: str
    quantity: QuantityDoc
    unit_price: int
    list_amount: int
    net: int
    payable: int
    tax_class: str
    tax_rate_ppm: int
    tax: int
    modifications: tuple[ModificationDoc, ...] = ()
    points_money: int = 0
    points: int = 0
    earned: int = 0
    categories: tuple[str, ...] = ()
    returned_line: int | None = None
    earn_rate: str = ""
    earn_base: int = 0
    card: str = ""
    adds_to_spend: bool = True


class TotalsDoc(Struct, omit_defaults=True):
    list_amount: int
    discount: int
    net: int
    points_money: int
    points: int
    payable: int
    rounding: int
    earned: int


class TenderDoc(Struct, omit_defaults=True):
    kind: str
    amount: int
    reference: str = ""


class ProgramRefDoc(Struct):
    id: str
    version: int
    hash: str


class CauseDoc(Struct, omit_defaults=True):
    kind: str
    id: str
    operator: str = ""
    reason: str = ""


class EntryDoc(Struct, omit_defaults=True):
    id: str
    member: str
    kind: str
    points: int
    at: str
    business_on: str
    cause: CauseDoc
    program: ProgramRefDoc | None = None
    lot: str | None = None
    available_on: str | None = None
    expires_on: str | None = None
    reverses: str | None = None
    lot_order: str = ""


class UseDoc(Struct, omit_defaults=True):
    grant: str
    points: int
    owner: str = ""


class TallyDoc(Struct, omit_defaults=True):
    tally: str
    period: str
    amount: int
    lines: tuple[int, ...] = ()


class ConfirmationDoc(Struct, omit_defaults=True):
    how: str
    member: str
    at: str
    evidence: str = ""


class CouponUseDoc(Struct, omit_defaults=True):
    coupon: str
    key: str
    deed: str = "used"
    at_risk: bool = False


class GiftCardEntryDoc(Struct, omit_defaults=True):
    id: str
    card: str
    kind: str
    amount: int
    at: str
    business_on: str
    cause: CauseDoc
    expires_on: str | None = None
    reverses: str | None = None
    unsecured: int = 0


class TransactionCompletedDoc(Struct, omit_defaults=True):
    id: str
    kind: str
    receipt: str
    store: str
    terminal: str
    session: int
    business_on: str
    at: str
    operator: str
    currency: str
    currency_digits: int
    lines: tuple[LineDoc, ...]
    totals: TotalsDoc
    tenders: tuple[TenderDoc, ...]
    change: int = 0
    program: ProgramRefDoc | None = None
    member: str | None = None
    identified_by: str = ""
    member_code: str = ""
    original: str | None = None
    reason: str = ""
    entries: tuple[EntryDoc, ...] = ()
    uses: tuple[UseDoc, ...] = ()
    unsecured: int = 0
    training: bool = False
    mirror_cursor: str = ""
    tallies: tuple[TallyDoc, ...] = ()
    confirmation: ConfirmationDoc | None = None
    coupons: tuple[CouponUseDoc, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    return_policy: str = ""
    cash_unit: int = 0
    withheld_points: int = 0
    withheld: int = 0
    gift_cards: tuple[GiftCardEntryDoc, ...] = ()
    age: str = ""
    risked: int = 0
    own: tuple[UseDoc, ...] = ()
    own_incarnation: int = 0
    offline: bool = False
    exchange_of: str = ""


class MemberEnrolledDoc(Struct, omit_defaults=True):
    member: str
    phone_hash: str
    phone_last4: str
    display_name: str
    store: str
    operator: str
    at: str
    business_on: str
    card: str = ""
    consents: tuple[str, ...] = ()
    sealed_profile: str = ""


class CategoriesChosenDoc(Struct, omit_defaults=True):
    member: str
    month: str
    categories: tuple[str, ...]
    store: str
    operator: str
    at: str
    business_on: str


class PointsAdjustedDoc(Struct, omit_defaults=True):
    entry: EntryDoc
    store: str
    at: str
    uses: tuple[UseDoc, ...] = ()
    override_by: str = ""


class CreditedLineDoc(Struct, omit_defaults=True):
    line: int
    points: int = 0
    earn_rate: str = ""
    earn_base: int = 0


class ReceiptCreditedDoc(Struct, omit_defaults=True):
    receipt: str
    number: str
    entry: EntryDoc
    lines: tuple[CreditedLineDoc, ...]
    store: str
    at: str


class MembersMergedDoc(Struct, omit_defaults=True):
    kept: str
    gone: str
    store: str
    operator: str
    reason: str
    at: str
    business_on: str
    override_by: str = ""
    phone_last4: str = ""
    card_last4: str = ""


class AllowanceReturnedDoc(Struct):
    member: str
    uses: tuple[UseDoc, ...]
    at: str


class TransferOutDoc(Struct, omit_defaults=True):
    transfer: str
    member: str
    uses: tuple[UseDoc, ...]
    terminal: str
    to: str
    to_incarnation: int
    at: str
    lease_until: str | None = None


class GivenProofDoc(Struct):
    """`body`: canonical JSON of a transfer_out; `signature`: hex, of `codec.given_text`."""

    terminal: str
    event: str
    v: int
    body: str
    signature: str


class TransferInDoc(Struct):
    transfer: str
    member: str
    points: int
    proofs: tuple[GivenProofDoc, ...]
    at: str


class SessionOpenedDoc(Struct):
    session: int
    business_on: str
    operator: str
    float_amount: int
    at: str


class ControlTotalsDoc(Struct, omit_defaults=True):
    receipts: int = 0
    returns: int = 0
    sales: int = 0
    returned: int = 0
    discount: int = 0
    by_tender: dict[str, int] = {}
    earned: int = 0
    redeemed: int = 0
    reversed: int = 0
    paid_in: int = 0
    paid_out: int = 0
    pickup: int = 0
    loan: int = 0
    voids: int = 0
    void_amount: int = 0
    no_sales: int = 0
    unusual: int = 0
    risked: int = 0
    dark: int = 0
    dark_earned: int = 0
    dark_redeemed: int = 0
    dark_s: int = 0


class SessionClosedDoc(Struct):
    session: int
    business_on: str
    operator: str
    counted: int
    expected: int
    totals: ControlTotalsDoc
    at: str


class DayClosedDoc(Struct):
    business_on: str
    operator: str
    totals: ControlTotalsDoc
    at: str


class CashMovedDoc(Struct):
    kind: str
    amount: int
    reason: str
    session: int
    business_on: str
    operator: str
    at: str


class RightUsedDoc(Struct, omit_defaults=True):
    action: str
    subject: str
    operator: str
    session: int
    at: str
    override_by: str = ""
    reason: str = ""
    amount: int = 0


class UnknownCodeSeenDoc(Struct):
    code: str
    operator: str
    at: str


EVENT_KINDS: dict[str, type[Struct]] = {
    "transaction_completed": TransactionCompletedDoc,
    "member_enrolled": MemberEnrolledDoc,
    "categories_chosen": CategoriesChosenDoc,
    "points_adjusted": PointsAdjustedDoc,
    "receipt_credited": ReceiptCreditedDoc,
    "members_merged": MembersMergedDoc,
    "allowance_returned": AllowanceReturnedDoc,
    "transfer_out": TransferOutDoc,
    "transfer_in": TransferInDoc,
    "session_opened": SessionOpenedDoc,
    "session_closed": SessionClosedDoc,
    "day_closed": DayClosedDoc,
    "cash_moved": CashMovedDoc,
    "right_used": RightUsedDoc,
    "unknown_code_seen": UnknownCodeSeenDoc,
}

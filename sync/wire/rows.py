"""Rows of the feed: present state of what a till mirrors. Never a history."""

from msgspec import Raw, Struct


class PriceRow(Struct):
    since_on: str
    price: int


class ItemRow(Struct, omit_defaults=True):
    id: str
    name: str
    prices: tuple[PriceRow, ...]
    categories: tuple[str, ...] = ()
    brand: str = ""
    unit: str = "piece"
    tax_class: str = "standard"
    codes: tuple[str, ...] = ()
    plu: str = ""
    age_limit: int = 0
    marking: str = ""
    regulated: str = ""
    floor: int = 0
    discountable: bool = True
    points_allowed: bool = True
    earns: bool = True
    volume_ml: int = 0
    ceiling: int = 0


class LotRow(Struct, omit_defaults=True):
    id: str
    points: int
    available_on: str
    expires_on: str | None = None


class ChosenRow(Struct):
    categories: tuple[str, ...]
    at: str


class MemberRow(Struct, omit_defaults=True):
    """`keys`: hex of phone HMACs and plain card numbers / codes, as (kind, key).

    `tallies`: tally -> period -> amount. `choices`: by month. `pin`: verifier of the member's PIN.
    """

    id: str
    display_name: str
    tier: str = ""
    tier_until: str | None = None
    phone_last4: str = ""
    card_last4: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    lots: tuple[LotRow, ...] = ()
    debt: int = 0
    spend_by_month: dict[str, int] = {}
    lifetime_spend: int = 0
    segments: tuple[str, ...] = ()
    birthday: tuple[str, str] | None = None
    birthday_next: tuple[str, str] | None = None
    enrolled_on: str | None = None
    confirmed: bool = True
    blocked: str = ""
    home_store: str = ""
    as_of: str | None = None
    posted: dict[str, int] = {}
    tallies: dict[str, dict[str, int]] = {}
    choices: dict[str, ChosenRow] = {}
    pin: str = ""


class OperatorRow(Struct, omit_defaults=True):
    id: str
    name: str
    role: str
    pin_hash: str
    rights: tuple[str, ...]
    language: str = "ru"
    discount_limit_ppm: int = 0
    own_member: str | None = None


class ProgramRow(Struct):
    """The whole program document; `id` of the row is `<program>@<version>`."""

    program: str
    version: int
    valid_from: str
    hash: str
    document: Raw


class SettingsRow(Struct):
    """One named setting of the store or chain, as JSON (label rules, tax table, store name)."""

    name: str
    value: Raw


class AllowanceRow(Struct, omit_defaults=True):
    """A grant of this terminal; `spent` and `returned` are what the server has posted.

    `incarnation` of the till's database that it was granted to; 0 from a server that does not say.
    """

    grant: str
    member: str
    granted: int
    kind: str = "placed"
    spent: int = 0
    returned: int = 0
    lease_until: str | None = None
    posted_seq: int = 0
    incarnation: int = 0


class GiftCardRow(Struct, omit_defaults=True):
    """A gift card as the server has it. `id` holds a keyed hash, never the code.

    `blocked`: why it pays nothing. `posted`: terminal -> its last event that is counted here.
    """

    id: str
    balance: int = 0
    issued: bool = False
    expires_on: str | None = None
    blocked: str = ""
    posted: dict[str, int] = {}
    as_of: str | None = None


class OutcomeRow(Struct, omit_defaults=True):
    """What became of one event: posted, exists, exists_with_different_content, parked."""

    seq: int
    event: str
    outcome: str
    reason: str = ""
    conflicts: tuple[str, ...] = ()


ROW_KINDS: dict[str, type[Struct]] = {
    "item": ItemRow,
    "member": MemberRow,
    "operator": OperatorRow,
    "program": ProgramRow,
    "setting": SettingsRow,
    "allowance": AllowanceRow,
    "gift_card": GiftCardRow,
    "outcome": OutcomeRow,
}

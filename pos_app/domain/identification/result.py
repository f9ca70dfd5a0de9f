"""What a scan or typed text turned out to be, and why. Never holds a payment card number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from pos_app.domain.identification.symbology import UNKNOWN


class Kind(Enum):
    """Exactly one of these."""

    PRODUCT = "product"
    RCN_ITEM = "rcn_item"
    """An internal number of the shop's own goods."""
    RCN_WEIGHT = "rcn_weight"
    RCN_COUNT = "rcn_count"
    RCN_PRICE = "rcn_price"
    PLU = "plu"
    """A short number typed by hand."""
    LOYALTY_CARD = "loyalty_card"
    QR_TOKEN = "qr_token"
    """A member's code that is not a number."""
    CARD_CODE = "card_code"
    """The dynamic code of a member's virtual card: it also confirms."""
    EXTERNAL_IDENTITY = "external_identity"
    """Somebody else's proof (a state messenger, a wallet): only its issuer verifies it, on-line."""
    PHONE = "phone"
    COUPON = "coupon"
    """`code` of a plain one, `token` of one that is signed."""
    GIFT_CARD = "gift_card"
    RECEIPT_NUMBER = "receipt_number"
    FISCAL_RECEIPT_QR = "fiscal_receipt_qr"
    MARKING = "marking"
    SSCC = "sscc"
    GS1 = "gs1"
    DIGITAL_LINK = "digital_link"
    SBP_QR = "sbp_qr"
    CONTROL = "control"
    """Printed bars for a key of the till; `code` is the whole label."""
    URL = "url"
    QUANTITY = "quantity"
    """Typed `3*`: the next item is three of them."""
    TEXT = "text"
    """Words to search by."""
    GARBAGE = "garbage"
    """Nothing to act on; `reason` says why."""


class Reason(Enum):
    """Why something cannot be used as it is; the words for people are found by it."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    CONTROL_CHARACTERS = "control_characters"
    CHECK_DIGIT = "check_digit"
    GS1_FORMAT = "gs1_format"
    GS_LOST = "gs_lost"
    PAYMENT_CARD = "payment_card"


_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Identification:
    """One answer; only the fields of its kind are filled.

    `ai` maps GS1 application identifiers to values. `raw` is what a fiscal registrar must get of a
    marking code, byte by byte. `quantity` is a decimal string in priced units (`3`, `0.5`).
    `sum_minor`, `fn`, `i`, `fp`, `bought_at_local` come from the QR of a fiscal receipt (Russian
    Federal Tax Service: t, s, fn, i, fp). Personal values stay out of `repr`, hence of logs.
    """

    kind: Kind
    symbology: str = UNKNOWN
    aim: str | None = None
    reason: Reason | None = None
    error: str | None = None
    gtin14: str | None = None
    addon: str | None = None
    item_code: str | None = None
    plu: str | None = None
    weight_g: int | None = None
    count: int | None = None
    price_minor: int | None = None
    quantity: str | None = None
    ai: Mapping[str, str] = field(default_factory=lambda: _NOTHING, hash=False)
    duplicate_ai: tuple[str, ...] = ()
    serial: str | None = None
    product_group: str | None = None
    mrc: str | None = None
    mrc_minor: int | None = None
    check: str | None = None
    gs_lost: bool = False
    card_no: str | None = field(default=None, repr=False)
    phone_e164: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    fn: str | None = None
    i: str | None = None
    fp: str | None = None
    sum_minor: int | None = None
    bought_at_local: str | None = None
    raw: bytes = field(default=b"", repr=False)

    @property
    def is_usable(self) -> bool:
        """False when the cashier must scan again or do something else; `reason` says why."""
        return self.reason is None


def refused(
    reason: Reason, error: str, symbology: str = UNKNOWN, aim: str | None = None
) -> Identification:
    """A bad scan: nothing of its content is kept."""
    return Identification(Kind.GARBAGE, symbology, aim, reason, error)

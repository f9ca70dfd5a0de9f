"""Who may do what: rights per role, as data a shop can edit. Never who is at the till now."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Right(Enum):
    """Separate rights of `shop.md`; each use is in the audit chain."""

    SELL = "sell"
    VOID_LINE = "void_line"
    VOID_AFTER_SUBTOTAL = "void_after_subtotal"
    VOID_TRANSACTION = "void_transaction"
    PRICE_CORRECTION = "price_correction"
    DISCOUNT = "discount"
    NO_SALE = "no_sale"
    REPRINT = "reprint"
    RETURN_BY_RECEIPT = "return_by_receipt"
    RETURN_WITHOUT_RECEIPT = "return_without_receipt"
    FIND_MEMBER_BY_NAME = "find_member_by_name"
    ADJUST_POINTS = "adjust_points"
    SEE_MEMBERS = "see_members"
    MERGE_MEMBERS = "merge_members"
    SIGN_CONFLICTS = "sign_conflicts"
    ENROL = "enrol"
    SELL_UNKNOWN = "sell_unknown"
    WEIGH_BY_HAND = "weigh_by_hand"
    CASH_IN_OUT = "cash_in_out"
    PICKUP = "pickup"
    X_REPORT = "x_report"
    CLOSE_DAY = "close_day"
    SEE_REPORTS = "see_reports"
    SEE_MARGINS = "see_margins"
    DEVICES = "devices"
    TRAINING = "training"


_CASHIER = frozenset(
    {
        Right.SELL,
        Right.VOID_LINE,
        Right.VOID_TRANSACTION,
        Right.ENROL,
        Right.X_REPORT,
        Right.REPRINT,
    }
)
_SENIOR = _CASHIER | {
    Right.VOID_AFTER_SUBTOTAL,
    Right.DISCOUNT,
    Right.NO_SALE,
    Right.RETURN_BY_RECEIPT,
    Right.CASH_IN_OUT,
    Right.PICKUP,
    Right.SELL_UNKNOWN,
    Right.WEIGH_BY_HAND,
    Right.PRICE_CORRECTION,
    Right.FIND_MEMBER_BY_NAME,
    Right.CLOSE_DAY,
    Right.TRAINING,
}
DEFAULT_ROLES: Mapping[str, frozenset[Right]] = {
    "cashier": _CASHIER,
    "senior": _SENIOR,
    "manager": frozenset(Right) - {Right.SEE_MARGINS},
    "head_office": frozenset(Right),
}
DEFAULT_LIMITS_PPM: Mapping[str, int] = {
    "cashier": 0,
    "senior": 50_000,
    "manager": 200_000,
    "head_office": 1_000_000,
}
"""The largest goodwill reduction of a role, in millionths of the amount."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who may sign on. `pin_hash` is an argon2 string; `own_card_member_id` is the
    member whose card must not be used in this operator's own session."""

    operator_id: str
    name: str
    role: str
    pin_hash: str
    rights: frozenset[Right]
    language: str = "ru"
    discount_limit_ppm: int = 0
    own_member_id: str | None = None

    def may(self, right: Right) -> bool:
        """True when the operator has the right."""
        return right in self.rights

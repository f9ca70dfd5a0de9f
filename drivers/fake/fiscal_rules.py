"""What a real registrar refuses, with the vendor's own error numbers. Never registers anything."""

import base64
import binascii
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

BAD_DATA, NOT_PAID, NO_CASH, BAD_TAXATION, BAD_VAT, BAD_TOTAL = 5, 66, 80, 143, 144, 227
NON_CASH_TOO_MUCH, BAD_MARK, NO_MARK, BAD_SUBJECT, BAD_METHOD = 52, 409, 416, 217, 216
KOPECK = Decimal("0.01")
VATS = frozenset(
    {"none", "vat0", "vat5", "vat7", "vat10", "vat20", "vat22"}
    | {"vat105", "vat107", "vat110", "vat120", "vat122"}
)
NEW_VATS, NEW_VATS_SINCE = frozenset({"vat22", "vat122"}), "2026-01-01"
TAXATION = frozenset({"osn", "usnIncome", "usnIncomeOutcome", "esn", "patent"})
SUBJECTS = frozenset(
    {"commodity", "excise", "service", "payment", "exciseWithoutMarking", "exciseWithMarking"}
    | {"commodityWithoutMarking", "commodityWithMarking"}
)
METHODS = frozenset({"fullPrepayment", "prepayment", "advance", "fullPayment"})
MEASURES = frozenset({"piece", "gram", "kilogram", "liter"})
PAYMENTS = frozenset({"cash", "electronically", "prepaid", "credit", "other"})


class Refused(Exception):
    """`code` as the vendor numbers it."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def money(value: Any) -> Decimal:
    """An amount with at most two decimals; Refused."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation as bad:
        raise Refused(BAD_DATA, f"not a number: {value!r}") from bad
    if amount != amount.quantize(KOPECK) or amount < 0:
        raise Refused(BAD_DATA, f"not an amount: {value!r}")
    return amount


def check_operator(task: Mapping[str, Any]) -> None:
    """A document says who makes it."""
    if not (task.get("operator") or {}).get("name"):
        raise Refused(172, "no operator")


def check_receipt(task: Mapping[str, Any], today: str) -> Decimal:
    """The whole receipt; its total. Refused with the first thing that is wrong."""
    check_operator(task)
    if task.get("taxationType") not in TAXATION:
        raise Refused(BAD_TAXATION, f"taxationType {task.get('taxationType')!r}")
    positions = [one for one in task.get("items") or () if one.get("type") == "position"]
    if not positions:
        raise Refused(110, "no positions")
    total = sum((_position(one, today) for one in positions), Decimal(0))
    if money(task.get("total", total)) != total:
        raise Refused(BAD_TOTAL, f"total {task.get('total')} is not {total}")
    _check_payments(task.get("payments") or [], total)
    buyer = (task.get("clientInfo") or {}).get("emailOrPhone", "x@y")
    if "@" not in buyer and not (buyer.startswith("+") and buyer[1:].isdigit()):
        raise Refused(148, f"1008 {buyer!r}")
    if task.get("electronically") and "clientInfo" not in task:
        raise Refused(161, "an electronic receipt without a buyer's address")
    return total


def _position(one: Mapping[str, Any], today: str) -> Decimal:
    price, amount = money(one.get("price")), money(one.get("amount"))
    quantity = Decimal(str(one.get("quantity", 0)))
    if quantity <= 0:
        raise Refused(BAD_DATA, "a quantity of nothing")
    if (price * quantity).quantize(KOPECK, ROUND_HALF_UP) != amount:
        raise Refused(BAD_TOTAL, f"{price} x {quantity} is not {amount}")
    if not 0 < len(str(one.get("name", ""))) <= 128:
        raise Refused(BAD_DATA, "a name of 1 to 128 characters")
    for key, known, code in _WORDS:
        if one.get(key) not in known:
            raise Refused(code, f"{key} {one.get(key)!r}")
    vat = (one.get("tax") or {}).get("type")
    if vat not in VATS or (vat in NEW_VATS and today < NEW_VATS_SINCE):
        raise Refused(BAD_VAT, f"tax {vat!r}")
    _check_mark(one)
    return amount


_WORDS: tuple[tuple[str, frozenset[str], int], ...] = (
    ("paymentObject", SUBJECTS, BAD_SUBJECT),
    ("paymentMethod", METHODS, BAD_METHOD),
    ("measurementUnit", MEASURES, 412),
)


def mark_of(one: Mapping[str, Any]) -> bytes | None:
    """The raw code of a position; Refused when it is not base64."""
    params = one.get("imcParams")
    if params is None:
        return None
    try:
        return base64.b64decode(params["imc"], validate=True)
    except (KeyError, binascii.Error) as bad:
        raise Refused(BAD_MARK, "imc is not base64") from bad


def _check_mark(one: Mapping[str, Any]) -> None:
    marked = one.get("paymentObject") in {"commodityWithMarking", "exciseWithMarking"}
    raw = mark_of(one)
    if marked and not raw:
        raise Refused(NO_MARK, "a marked position without its code")
    if raw and not marked:
        raise Refused(BAD_SUBJECT, "a code on goods that are not marked")
    if raw and one.get("measurementUnit") == "piece" and Decimal(str(one["quantity"])) != 1:
        raise Refused(BAD_MARK, "one code is one piece")
    for row in one.get("industryInfo") or ():
        if not row.get("fois") or not row.get("industryAttribute"):
            raise Refused(161, "tag 1260 without 1262 or 1265")


def _check_payments(payments: list[Mapping[str, Any]], total: Decimal) -> None:
    sums = {kind: Decimal(0) for kind in PAYMENTS}
    for one in payments:
        if one.get("type") not in PAYMENTS:
            raise Refused(60, f"payment {one.get('type')!r}")
        sums[str(one["type"])] += money(one.get("sum"))
    paid = sum(sums.values(), Decimal(0))
    if not payments or paid < total:
        raise Refused(NOT_PAID, f"{paid} paid of {total}")
    if paid - sums["cash"] > total:
        raise Refused(NON_CASH_TOO_MUCH, "more than the total without cash")


def cash_of(task: Mapping[str, Any], total: Decimal) -> Decimal:
    """What stays in the drawer: the cash, less the change."""
    sums = [money(one["sum"]) for one in task["payments"] if one["type"] != "cash"]
    return total - sum(sums, Decimal(0))

"""Retail numbers: EAN, UPC, ITF-14 and the shop's own layouts in them. Never looks an item up."""

from dataclasses import replace

from pos_app.domain.identification.check_digits import (
    gs1_check_digit,
    has_gs1_check_digit,
    is_digits,
)
from pos_app.domain.identification.label import Label
from pos_app.domain.identification.label_layout import LabelLayout
from pos_app.domain.identification.label_rules import EMBEDDED, LabelRules, Layout
from pos_app.domain.identification.result import Identification, Kind, Reason

_RETAIL = frozenset({"EAN13", "EAN8", "UPCA", "UPCE", "ITF14", "ADDON2", "ADDON5"})
_BY_LENGTH = {8: "EAN8", 12: "UPCA", 13: "EAN13", 14: "ITF14"}
_WHOLE = {
    Layout.GIFT_CARD: Kind.GIFT_CARD,
    Layout.COUPON: Kind.COUPON,
    Layout.RECEIPT: Kind.RECEIPT_NUMBER,
}


def identify_number(label: Label, rules: LabelRules) -> Identification | None:
    """A product or a label of the shop; None when the label is neither.

    A wrong check digit is a bad scan when the scanner named the symbology or sent 13 digits; 8,
    12 and 14 digits that nobody named may also be a card and are left to the card look-up.
    """
    if label.symbology in _RETAIL:
        return _named(label, rules)
    digits = label.text
    if not (label.is_anonymous or label.symbology == "ITF") or not is_digits(digits):
        return None
    symbology = _BY_LENGTH.get(len(digits))
    if symbology is None or (label.symbology == "ITF" and symbology != "ITF14"):
        return None
    if has_gs1_check_digit(digits):
        return _checked(label, digits, symbology, rules)
    if symbology == "EAN13":
        return label.refusal(Reason.CHECK_DIGIT, "check digit", symbology)
    return None


def _named(label: Label, rules: LabelRules) -> Identification:
    digits, addon = label.text, None
    if label.aim == "]E3":
        digits, addon = label.text[:13], label.text[13:]
    elif label.symbology == "UPCE" and is_digits(digits):
        digits = _upc_a_of(digits)
    if not is_digits(label.text) or len(digits) not in _BY_LENGTH:
        return label.refusal(Reason.UNREADABLE, "not a number of this symbology")
    if not has_gs1_check_digit(digits):
        return label.refusal(Reason.CHECK_DIGIT, "check digit")
    return replace(_checked(label, digits, label.symbology, rules), addon=addon)


def _upc_a_of(upc_e: str) -> str:
    """The 12 digits that a UPC-E of 8 (or of 6, system 0) stands for (GS1 GenSpecs, 5.2.2.4)."""
    if len(upc_e) not in (6, 8):
        return ""
    system, six, check = ("0", upc_e, "") if len(upc_e) == 6 else (upc_e[0], upc_e[1:7], upc_e[7])
    last = six[5]
    if last in "012":
        body = six[:2] + last + "0000" + six[2:5]
    elif last == "3":
        body = six[:3] + "00000" + six[3:5]
    elif last == "4":
        body = six[:4] + "00000" + six[4]
    else:
        body = six[:5] + "0000" + last
    payload = system + body
    return payload + (check or gs1_check_digit(payload))


def _checked(label: Label, digits: str, symbology: str, rules: LabelRules) -> Identification:
    if len(digits) == 8:
        if digits.startswith(rules.in_store_ean8_prefixes):
            return replace(label.answer(Kind.RCN_ITEM, symbology), item_code=digits)
        return replace(label.answer(Kind.PRODUCT, symbology), gtin14=digits.zfill(14))
    if len(digits) < 14 or digits.startswith("0"):
        ean13 = digits.zfill(13)[-13:]
        layout = rules.layout_of(ean13)
        if isinstance(layout, LabelLayout):
            return _laid_out(label, symbology, ean13, layout)
        if layout is not None:
            return _in_store(label.answer(Kind.RCN_ITEM, symbology), ean13, layout)
    return replace(label.answer(Kind.PRODUCT, symbology), gtin14=digits.zfill(14))


def _laid_out(label: Label, symbology: str, ean13: str, layout: LabelLayout) -> Identification:
    """By the shop's own pattern; a value whose own check digit is wrong is a bad scan."""
    found = layout.split(ean13)
    if found is None:
        return label.refusal(Reason.CHECK_DIGIT, "check digit of the value", symbology)
    return _embedded(label.answer(Kind.RCN_ITEM, symbology), Layout(layout.kind), *found)


def _embedded(answer: Identification, layout: Layout, plu: str, value: int) -> Identification:
    if layout is Layout.WEIGHT:
        return replace(answer, kind=Kind.RCN_WEIGHT, plu=plu, weight_g=value)
    if layout is Layout.COUNT:
        return replace(answer, kind=Kind.RCN_COUNT, plu=plu, count=value)
    return replace(answer, kind=Kind.RCN_PRICE, plu=plu, price_minor=value)


def _in_store(answer: Identification, ean13: str, layout: Layout) -> Identification:
    if layout in EMBEDDED:
        return _embedded(answer, layout, ean13[2:7], int(ean13[7:12]))
    if layout is Layout.ITEM:
        return replace(answer, item_code=ean13)
    if layout is Layout.MEMBER_CARD:
        return replace(answer, kind=Kind.LOYALTY_CARD, card_no=ean13)
    return replace(answer, kind=_WHOLE[layout], code=ean13)

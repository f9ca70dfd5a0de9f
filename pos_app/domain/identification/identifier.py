"""One scan or typed text in, exactly one answer out. Never looks anything up and never raises.

Order (the first that recognises wins): symbology identifier, retail number with its check digit,
the shop's layouts, GS1 data, control codes, links and tokens, marking without identifier, shipping
unit, phone, card number, words.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

from pos_app.domain.identification.check_digits import holds_payment_card, is_digits
from pos_app.domain.identification.control import begins_so
from pos_app.domain.identification.element_strings import (
    identify_bare_marking,
    identify_gs1,
    identify_unnamed_gs1,
)
from pos_app.domain.identification.label import GS, Label
from pos_app.domain.identification.label_rules import LabelRules
from pos_app.domain.identification.numbers import identify_number
from pos_app.domain.identification.result import Identification, Kind, Reason, refused
from pos_app.domain.identification.symbology import UNKNOWN, split_aim, symbology_of
from pos_app.domain.identification.tokens import identify_token
from pos_app.domain.ports import Gs1Reader, PhoneBook

PAYMENT_CARD_ERROR = "looks like a bank card PAN: must not be stored or logged"
_QUANTITY = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,3}))? ?[*×] ?(.*)")
_PHONE_SHAPE = re.compile(r"(\+?[0-9]|\()[0-9 ().-]*")
_PHONE_EXTENSION = re.compile(r"(\+?[0-9(][0-9 ().-]*[0-9]) *(?:доб|ext|#|x)\.? *[0-9]{1,6}")
_ABROAD = "810"
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


@dataclass(frozen=True, slots=True)
class Identifier:
    """The shop's rules with the two libraries they lean on."""

    rules: LabelRules
    phone_book: PhoneBook
    gs1_reader: Gs1Reader

    def scan(
        self, raw: bytes, aim: str | None = None, symbology: str | None = None
    ) -> Identification:
        """What a scanner sent, unframed; `aim` when the driver has split the identifier off.

        `symbology` is the driver's word where a maker's own letters stood instead (`EAN8`).
        """
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            return refused(Reason.UNREADABLE, "not text", symbology_of(aim), aim)
        if aim is None and symbology is None:
            aim, text = split_aim(text)
        known = symbology_of(aim) if aim else symbology or UNKNOWN
        return self._interpret(Label(text, known, aim))

    def typed(self, text: str) -> Identification:
        """What a person entered into the one field: code, PLU, `3*`, `3*CODE`, phone, name."""
        plain = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
        match = _QUANTITY.fullmatch(plain)
        if match is None:
            return self._typed(plain)
        whole, part, code = match.groups()
        quantity = str(int(whole)) + (f".{part}" if part else "")
        if not code:
            return Identification(Kind.QUANTITY, quantity=quantity)
        return replace(self._typed(code), quantity=quantity)

    def _typed(self, text: str) -> Identification:
        if is_digits(text) and len(text) <= self.rules.plu_digits_max:
            return Identification(Kind.PLU, plu=text)
        extension = _PHONE_EXTENSION.fullmatch(text)
        # A keyboard-wedge scan that nobody recognised as one arrives here, identifier and all.
        aim, data = split_aim(extension[1] if extension else text)
        return self._interpret(Label(data, symbology_of(aim), aim))

    def _interpret(self, label: Label) -> Identification:
        fault = _refusal(label)
        if fault is not None:
            return fault
        return (
            identify_number(label, self.rules)
            or identify_gs1(label, self.gs1_reader)
            or _control(label)
            or identify_token(label, self.rules)
            or identify_bare_marking(label)
            or identify_unnamed_gs1(label, self.gs1_reader)
            or self._phone(label)
            or self._card_or_words(label)
        )

    def _phone(self, label: Label) -> Identification | None:
        text = label.text
        if not label.is_anonymous or not _PHONE_SHAPE.fullmatch(text):
            return None
        count = sum(c.isdigit() for c in text)
        at_home = self.rules.phone_digits_min <= count <= self.rules.phone_digits_max
        if not (at_home or text.startswith("+") or _is_abroad(text)):
            return None
        e164 = self.phone_book.parse(text, self.rules.home_region)
        return replace(label.answer(Kind.PHONE), phone_e164=e164) if e164 else None

    def _card_or_words(self, label: Label) -> Identification:
        if self.rules.is_member_card(label.text):
            return replace(label.answer(Kind.LOYALTY_CARD), card_no=label.text)
        if GS in label.text:
            return label.refusal(Reason.CONTROL_CHARACTERS, "control characters")
        return replace(label.answer(Kind.TEXT), text=label.text)


def _control(label: Label) -> Identification | None:
    if not begins_so(label.text):
        return None
    return replace(label.answer(Kind.CONTROL, "CODE128"), code=label.text)


def _is_abroad(text: str) -> bool:
    """Whether a number is dialled the way out of the country: 8, tone, 10."""
    return re.sub("[^0-9]", "", text).startswith(_ABROAD)


def _refusal(label: Label) -> Identification | None:
    if not label.text.strip():
        return label.refusal(Reason.EMPTY, "empty")
    if label.has_control_characters:
        return label.refusal(Reason.CONTROL_CHARACTERS, "control characters")
    # An element string may look like a card: AI 411 with its location number has 16 digits.
    if not label.is_gs1 and holds_payment_card(label.text):
        return label.refusal(Reason.PAYMENT_CARD, PAYMENT_CARD_ERROR)
    return None

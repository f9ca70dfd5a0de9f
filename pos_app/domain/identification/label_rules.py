"""What the shop has agreed its own labels mean. Never a national or global truth.

The same digits are kilograms in one chain, a price in another and a member card in a third.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from pos_app.domain.identification.check_digits import is_digits
from pos_app.domain.identification.control import PREFIX as CONTROL_PREFIX
from pos_app.domain.identification.control import begins_so
from pos_app.domain.identification.label_layout import LabelLayout


class Layout(Enum):
    """What stands behind a prefix of an EAN-13 whose meaning the shop sets."""

    ITEM = "item"
    """The whole number is one internal item."""
    WEIGHT = "weight"
    """PP PPPPP WWWWW C: PLU and grams."""
    COUNT = "count"
    """PP PPPPP NNNNN C: PLU and pieces."""
    PRICE = "price"
    """PP PPPPP MMMMM C: PLU and minor units."""
    MEMBER_CARD = "member_card"
    GIFT_CARD = "gift_card"
    COUPON = "coupon"
    RECEIPT = "receipt"


EMBEDDED = frozenset({Layout.WEIGHT, Layout.COUNT, Layout.PRICE})


@dataclass(frozen=True, slots=True)
class CardRange:
    """Numbers that are member cards: `LOY-` with 10 characters, digits from 6 to 19 long, ...

    Behind the prefix stand digits only. The default takes any number that nothing else claimed:
    the card is looked up, and an unknown one is found out there.
    """

    prefix: str = ""
    length_min: int = 6
    length_max: int = 19

    def holds(self, text: str) -> bool:
        """Whether `text` lies in the range."""
        return (
            self.length_min <= len(text) <= self.length_max
            and text.startswith(self.prefix)
            and is_digits(text[len(self.prefix) :])
        )


DEFAULT_LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "20": Layout.ITEM,
        "21": Layout.WEIGHT,
        "22": Layout.WEIGHT,
        "23": Layout.WEIGHT,
        "24": Layout.COUNT,
        "25": Layout.PRICE,
        "26": Layout.ITEM,
        "27": Layout.ITEM,
        "28": Layout.ITEM,
        "29": Layout.MEMBER_CARD,
    }
)


@dataclass(frozen=True, slots=True)
class LabelRules:
    """The shop's configuration of labels.

    `layouts` maps a prefix of an EAN-13 (longest wins; 2 digits where a PLU is embedded, or as the
    layout that is written out says) to its meaning. `*_qr` are what stands before the code in a
    two-dimensional label of ours, with `<token>` at its place. `phone_digits_*` bound a phone of
    the home region without `+`.
    Raises ValueError for a configuration that nobody could explain.
    """

    layouts: Mapping[str, Layout | LabelLayout] = field(
        default_factory=lambda: DEFAULT_LAYOUTS, hash=False
    )
    in_store_ean8_prefixes: tuple[str, ...] = ("0", "2")
    cards: tuple[CardRange, ...] = (CardRange(),)
    member_qr: tuple[str, ...] = ("K1M:<token>",)
    card_code_qr: tuple[str, ...] = ("K1D:<token>",)
    coupon_qr: tuple[str, ...] = ("K1C:<token>",)
    signed_coupon_qr: tuple[str, ...] = ("K1S:<token>",)
    gift_card_qr: tuple[str, ...] = ("K1G:<token>",)
    receipt_qr: tuple[str, ...] = ("K1R:<token>",)
    external_identity_qr: tuple[str, ...] = ()
    home_region: str = "RU"
    phone_digits_min: int = 10
    phone_digits_max: int = 11
    plu_digits_max: int = 5

    def __post_init__(self) -> None:
        for prefix, layout in self.layouts.items():
            if not is_digits(prefix) or len(prefix) > 12:
                raise ValueError(f"an EAN-13 cannot begin with {prefix!r}")
            digits = 2 if layout in EMBEDDED else len(prefix)
            if isinstance(layout, LabelLayout):
                digits = layout.prefix_digits
            if len(prefix) != digits:
                raise ValueError(f"the label's prefix has {digits} digits, not {prefix!r}")
        self._check_patterns()

    def _check_patterns(self) -> None:
        for pattern in self._patterns:
            before, mark, after = pattern.partition("<token>")
            if not mark or len(before) < 3 or after:
                raise ValueError(f"{pattern!r} must be a text of 3 letters or more and <token>")
            if begins_so(before) or CONTROL_PREFIX.startswith(before.upper()):
                raise ValueError(f"{pattern!r}: labels of {CONTROL_PREFIX!r} are keys of the till")
        for cards in self.cards:
            if begins_so(cards.prefix):
                raise ValueError(f"{cards.prefix!r} begins a key of the till, not a card")

    @classmethod
    def of_setting(cls, value: object) -> "LabelRules":
        """From the shop's setting `labels`, an object of these fields; None: the defaults.

        `layouts` are names (`weight`) or patterns (`PP PPPPP V MMMM C`); `cards` are objects.
        Raises ValueError or TypeError for a setting that nobody could explain.
        """
        if value is None:
            return cls()
        if not isinstance(value, Mapping):
            raise TypeError("labels must be an object")
        told: dict[str, Any] = {
            key: tuple(one) if isinstance(one, list) else one for key, one in value.items()
        }
        if "layouts" in told:
            told["layouts"] = {key: _layout(one) for key, one in dict(told["layouts"]).items()}
        if "cards" in told:
            told["cards"] = tuple(CardRange(**one) for one in told["cards"])
        return cls(**told)

    @property
    def _patterns(self) -> tuple[str, ...]:
        papers = self.coupon_qr + self.signed_coupon_qr + self.gift_card_qr + self.receipt_qr
        return self.member_qr + self.card_code_qr + self.external_identity_qr + papers

    def layout_of(self, ean13: str) -> Layout | LabelLayout | None:
        """The meaning of the longest configured prefix; None: a product of the world."""
        for length in range(12, 0, -1):
            layout = self.layouts.get(ean13[:length])
            if layout is not None:
                return layout
        return None

    def is_member_card(self, text: str) -> bool:
        """Whether a number lies in a range of member cards."""
        return any(cards.holds(text) for cards in self.cards)


def _layout(told: object) -> Layout | LabelLayout:
    """A name of `Layout`, or a pattern written out."""
    word = str(told)
    return LabelLayout.read(word) if " " in word.strip() else Layout(word)

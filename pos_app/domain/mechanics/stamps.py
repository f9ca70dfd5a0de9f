"""Stamp cards and challenges, as written in the program. Never how many stamps somebody has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pos_app.domain.errors import Fault
from pos_app.domain.mechanics.counting import CALENDAR, Days, name_in, read_days, refuse_twice
from pos_app.domain.promotion.goods import Goods, read_goods
from pos_app.domain.reading import Reader

KINDS = ("units", "receipts", "set", "streak")
EVERY = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class StampCard:
    """So many stamps open a reward, the promotion `reward`, once a receipt.

    kind units: `per_unit` stamps for each unit of the goods. receipts: one for a receipt whose
    goods come to `min_receipt_minor`. set: one for each of `elements` (item ids or categories)
    that was ever bought in the period, rewarded once in it. streak: one for each `every` in a row
    with such a receipt. Stamps of `period` end with it (a streak with its first gap).
    """

    card_id: str
    names: dict[str, str]
    kind: str
    needed: int
    reward: str = ""
    goods: Goods = field(default_factory=Goods)
    per_unit: int = 1
    min_receipt_minor: int = 0
    elements: tuple[str, ...] = ()
    every: str = "week"
    period: str = "lifetime"
    most_per_receipt: int = 0
    days: Days = field(default_factory=Days)

    @property
    def tally(self) -> str:
        """The tally of its stamps (of a set: the head of the elements' tallies)."""
        return f"stamps/{self.card_id}"

    @property
    def rewarded(self) -> str:
        """The tally of rewards taken, for sets and streaks."""
        return f"rewarded/{self.card_id}"

    @property
    def segment(self) -> str:
        """The segment of members with a full card: what its reward is for."""
        return self.tally

    @property
    def calendar(self) -> str:
        """The piece of the calendar its tallies are kept by."""
        return self.every if self.kind == "streak" else self.period

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return name_in(self.names, language, self.card_id)


def read_stamps(doc: Reader, digits: int) -> tuple[StampCard, ...]:
    """The section `stamps`: {"cards": [...]}."""
    cards = tuple(_read_card(one, digits) for one in doc.children("cards"))
    refuse_twice(doc, "cards", [card.card_id for card in cards])
    doc.finish()
    rewards = [card.reward for card in cards if card.reward]
    for reward in sorted({r for r in rewards if rewards.count(r) > 1}):
        doc.fault("cards", f"two cards give {reward!r}: which one would it be taken off?")
    return cards


def _read_card(doc: Reader, digits: int) -> StampCard:
    card = StampCard(
        card_id=doc.text("id"),
        names=doc.names("name"),
        kind=doc.choice("kind", KINDS),
        needed=doc.integer("needed", least=1),
        reward=doc.text("reward", ""),
        goods=read_goods(doc.child("goods"), digits),
        per_unit=doc.integer("per_unit", 1, least=1),
        min_receipt_minor=doc.decimal("min_receipt", digits, "0"),
        elements=doc.words("elements"),
        every=doc.choice("every", EVERY, "week"),
        period=doc.choice("period", CALENDAR, "lifetime"),
        most_per_receipt=doc.integer("most_per_receipt", 0),
        days=read_days(doc),
    )
    doc.finish()
    _judge(doc, card)
    return card


_ONLY = {
    "per_unit": ("units",),
    "most_per_receipt": ("units",),
    "min_receipt": ("receipts", "streak"),
    "elements": ("set",),
    "every": ("streak",),
    "period": ("units", "receipts", "set"),
}


def _judge(doc: Reader, card: StampCard) -> None:
    for key, kinds in _ONLY.items():
        if doc.has(key) and card.kind not in kinds:
            doc.fault(key, f"means nothing on a card of {card.kind}")
    if "/" in card.card_id:
        doc.fault("id", "an id without a slash is wanted")
    if card.kind == "set" and not 1 < card.needed <= len(set(card.elements)):
        doc.fault("needed", "from 2 to the number of elements")
    if card.kind == "streak" and card.needed < 2:
        doc.fault("needed", "one is no streak")


def stamp_strangers(
    cards: tuple[StampCard, ...], promotions: Mapping[str, frozenset[str]]
) -> Iterator[Fault]:
    """Rewards that are no promotion, or one that is not kept for a full card.

    `promotions`: id -> segments it is for.
    """
    for index, card in enumerate(cards):
        path = f"stamps.cards[{index}].reward"
        if card.reward and card.reward not in promotions:
            yield Fault(path, f"there is no promotion {card.reward!r}")
        elif card.reward and promotions[card.reward] != {card.segment}:
            yield Fault(path, f"its when.segments must be [{card.segment!r}], a full card")

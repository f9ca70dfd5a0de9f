"""Gift cards, as written in the program. Never a card, never what one holds."""

from dataclasses import dataclass

from pos_app.domain.reading import Reader

DAYS_MOST = 36_500


@dataclass(frozen=True, slots=True)
class GiftCards:
    """What may be sold and how it lives. No denominations and no open amount: none are sold.

    `denominations_minor`, or any amount from `least_minor` to `most_minor`. `days`: validity from
    the sale, the last day included; None: for ever; `top_up_extends` starts it again. `partial`
    false: a card is spent at once or not at all. `sellers`: roles; none named: everybody.
    `offline_risk_minor`: what a till with no link may take from a card beyond what was granted to
    it, until the server has heard of it.
    """

    denominations_minor: tuple[int, ...] = ()
    least_minor: int = 0
    most_minor: int = 0
    days: int | None = None
    top_up: bool = False
    top_up_extends: bool = False
    partial: bool = True
    sellers: frozenset[str] = frozenset()
    offline_risk_minor: int = 0

    @property
    def sold(self) -> bool:
        """Whether there are any."""
        return bool(self.denominations_minor or self.most_minor)

    def worth(self, amount_minor: int) -> bool:
        """Whether a card may be sold for that."""
        open_ = 0 < self.least_minor <= amount_minor <= self.most_minor
        return open_ or amount_minor in self.denominations_minor


def read_gift_cards(doc: Reader, digits: int) -> GiftCards:
    """The section `gift_cards`."""
    denominations = []
    for one in doc.children("denominations"):
        denominations.append(one.decimal("amount", digits))
        one.finish()
    open_ = doc.child("open_amount")
    cards = GiftCards(
        denominations_minor=tuple(sorted(set(denominations))),
        least_minor=open_.decimal("from", digits, "0"),
        most_minor=open_.decimal("to", digits, "0"),
        days=doc.optional_integer("days", None, 1, DAYS_MOST),
        top_up=doc.flag("top_up", False),
        top_up_extends=doc.flag("top_up_extends", False),
        partial=doc.flag("partial", True),
        sellers=frozenset(doc.words("sellers")),
        offline_risk_minor=doc.decimal("offline_risk", digits, "0"),
    )
    open_.finish()
    doc.finish()
    if 0 in cards.denominations_minor:
        doc.fault("denominations", "a card must be worth something")
    if bool(cards.least_minor) != bool(cards.most_minor) or cards.least_minor > cards.most_minor:
        doc.fault("open_amount", "from and to are needed, the smaller first")
    if cards.top_up_extends and not (cards.top_up and cards.days):
        doc.fault("top_up_extends", "means nothing without top_up and days")
    return cards

"""A gift card: a bearer's money in append-only entries of its own. Never points, never a discount.

Same rules as the points ledger: ids are born at the till, an entry applied twice `exists`, a
balance is a fold; entries only add up, so the order in which they arrive cannot matter.
Source: loyalty.md 1 and 4.5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum
from types import MappingProxyType

from pos_app.domain.loyalty.account import Cause, PostResult
from pos_app.domain.mechanics.gift_cards import GiftCards
from pos_app.domain.money import Money
from pos_app.domain.sentence import Sentence, say

RETURNED_DAYS = 14
"""A card that ended meanwhile can be spent for so long after money came back to it."""


class GiftCardKind(Enum):
    """What an entry does to a card."""

    ISSUE = "issue"
    TOP_UP = "top_up"
    REDEEM = "redeem"
    RETURN = "return"
    EXPIRE = "expire"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class GiftCardEntry:
    """One entry; `amount_minor` is its signed effect on the card's balance.

    `expires_on`: the last day the card can be spent, as this entry leaves it (None: says nothing;
    the latest of all entries is in force). `reverses`: the entry that a return or a void answers.
    `unsecured_minor`: of a payment, what no allowance of this till covers (the owner's risk).
    """

    entry_id: str
    card_id: str
    kind: GiftCardKind
    amount_minor: int
    at: datetime
    business_on: date
    cause: Cause
    expires_on: date | None = None
    reverses: str | None = None
    unsecured_minor: int = 0


@dataclass(frozen=True, slots=True)
class GiftCard:
    """What the entries of a card fold to. Below zero: more was spent offline than it held.

    `blocked`: why it pays nothing (lost, replaced); `posted` and `as_of`: as for a member.
    """

    card_id: str
    balance_minor: int = 0
    issued_minor: int = 0
    expires_on: date | None = None
    issued: bool = False
    blocked: str = ""
    posted: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    as_of: datetime | None = None

    def ended(self, on: date) -> bool:
        """Whether its last day is over."""
        return self.expires_on is not None and self.expires_on < on

    def spendable_minor(self, on: date) -> int:
        """What it can pay on that day."""
        return 0 if self.ended(on) or self.blocked else max(self.balance_minor, 0)


def applied(card: GiftCard, entry: GiftCardEntry) -> GiftCard:
    """The card after one more entry."""
    loads = entry.kind in (GiftCardKind.ISSUE, GiftCardKind.TOP_UP)
    ends = [day for day in (card.expires_on, entry.expires_on) if day is not None]
    return replace(
        card,
        balance_minor=card.balance_minor + entry.amount_minor,
        issued_minor=card.issued_minor + (entry.amount_minor if loads else 0),
        expires_on=max(ends, default=None),
        issued=card.issued or loads,
    )


def fold_card(card_id: str, entries: Iterable[GiftCardEntry]) -> GiftCard:
    """A card from its entries, in any order."""
    return continued(GiftCard(card_id), entries)


def continued(card: GiftCard, entries: Iterable[GiftCardEntry]) -> GiftCard:
    """A card with further entries, in any order."""
    for entry in entries:
        card = applied(card, entry)
    return card


@dataclass
class GiftCardLedger:
    """The entries of one card."""

    card_id: str
    entries: dict[str, GiftCardEntry] = field(default_factory=dict)

    def post(self, entry: GiftCardEntry) -> PostResult:
        """Append an entry once; the same id again is a success or an alarm."""
        known = self.entries.get(entry.entry_id)
        if known is None:
            self.entries[entry.entry_id] = entry
            return PostResult.POSTED
        same = known == entry
        return PostResult.EXISTS if same else PostResult.EXISTS_WITH_DIFFERENT_CONTENT

    def card(self) -> GiftCard:
        """The fold of all entries."""
        return fold_card(self.card_id, self.entries.values())


@dataclass(frozen=True, slots=True)
class GiftLimit:
    """The most a card pays of a receipt, and why not more; None: it pays what is due."""

    minor: int
    why: Sentence | None = None


def sale_refused(
    rules: GiftCards, card: GiftCard | None, amount_minor: int, role: str, on: date
) -> Sentence | None:
    """Why a card may not be sold or topped up; `card` is what is known of it, None: nothing."""
    if rules.sellers and role not in rules.sellers:
        return say("gift.seller")
    if not rules.worth(amount_minor):
        return _no_such(rules, Money(amount_minor))
    if card is None or not card.issued:
        return None
    if card.blocked:
        return say("gift.blocked")
    if not rules.top_up:
        return say("gift.sold_before")
    return say("gift.ended") if card.ended(on) and not rules.top_up_extends else None


def _no_such(rules: GiftCards, amount: Money) -> Sentence:
    """With what there is instead."""
    least, most = Money(rules.least_minor), Money(rules.most_minor)
    if rules.most_minor:
        return say("gift.amount_between", amount=amount, least=least, most=most)
    return say("gift.amount", amount=amount, exist=face_values(rules))


def face_values(rules: GiftCards) -> tuple[Money, ...]:
    """What a card may be sold for, where it is not any amount between two."""
    return tuple(Money(one) for one in rules.denominations_minor)


def payment_limit(
    rules: GiftCards, card: GiftCard, due_minor: int, on: date, allowance_minor: int | None = None
) -> GiftLimit:
    """What a card pays of a receipt; `card` without what this receipt itself loads onto it.

    `allowance_minor`: with no link a till spends only what it was granted of this card before
    (loyalty.md 4.5); None: the server was asked.
    """
    balance = card.spendable_minor(on)
    if card.blocked:
        return GiftLimit(0, say("gift.blocked"))
    if card.ended(on) and card.balance_minor > 0:
        return GiftLimit(0, say("gift.ended"))
    if not rules.partial and balance > due_minor:
        return GiftLimit(0, say("gift.whole", balance=Money(balance)))
    if allowance_minor is not None and allowance_minor < min(balance, due_minor):
        return GiftLimit(max(allowance_minor, 0), say("gift.allowance"))
    if balance < due_minor:
        return GiftLimit(balance, say("gift.balance", balance=Money(balance)))
    return GiftLimit(due_minor)


def load_ends(rules: GiftCards, kind: GiftCardKind, on: date) -> date | None:
    """The last day that a sale or a top-up gives a card."""
    if rules.days is None or (kind is GiftCardKind.TOP_UP and not rules.top_up_extends):
        return None
    return on + timedelta(days=rules.days - 1)


def return_ends(card: GiftCard | None, on: date) -> date | None:
    """A card that ended meanwhile lives some days from the return; a living one keeps its day."""
    return on + timedelta(days=RETURNED_DAYS) if card is not None and card.ended(on) else None

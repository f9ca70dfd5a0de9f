"""The gift cards of a case: bearer balances that pay in the order they are handed over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.vectors.pricing.fields import Fields
from tests.vectors.pricing.prices import Prices

ONE = ""
"""The name of the only card of a case."""


@dataclass
class Purse:
    """Balances by card, minor units; `used` remembers who paid, so that a refund goes back."""

    balances: dict[str, int] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)

    @property
    def total_minor(self) -> int:
        """What all cards hold."""
        return sum(self.balances.values())

    def handed(self, codes: Iterable[str]) -> list[str]:
        """The cards that a sale names, or all of them."""
        named = [code for code in codes if code in self.balances]
        return named or list(self.balances)

    def pay(self, due: int, codes: Iterable[str] = ()) -> int:
        """Takes what is due as far as the cards go; returns what they paid."""
        paid = 0
        for name in self.handed(codes):
            part = min(due - paid, self.balances[name])
            self.balances[name] -= part
            self.used[name] = self.used.get(name, 0) + part
            paid += part
        return paid

    def load(self, minor: int) -> None:
        """A card is sold or topped up."""
        name = next(iter(self.balances), ONE)
        self.balances[name] = self.balances.get(name, 0) + minor

    def give_back(self, minor: int) -> None:
        """A refund goes to the cards that paid, the last one first."""
        for name in reversed(self.used):
            part = min(minor, self.used[name])
            self.used[name] -= part
            self.balances[name] += part
            minor -= part

    def facts(self, unit: int) -> Any:
        """One balance, or one a card."""
        found = {name: Fraction(minor, unit) for name, minor in self.balances.items()}
        return sum(found.values(), Fraction(0)) if len(found) < 2 else found


def purse_of(fields: Fields, prices: Prices) -> Purse:
    """`gift_card_balance`, or several: by name, in a list, or each with its code."""
    many = fields.raw("gift_card_balances", {})
    rows = many.items() if isinstance(many, Mapping) else enumerate(many, start=1)
    found = {}
    for name, row in rows:
        if isinstance(row, Mapping):
            card = Fields(row)
            name_said = card.text("code", card.text("id", str(name)))
            found[name_said] = prices.minor(card.text("balance"))
            card.finish()
        else:
            found[str(name)] = prices.minor(str(row))
    if fields.has("gift_card_balance"):
        found[ONE] = prices.minor(fields.text("gift_card_balance"))
    return Purse(found)

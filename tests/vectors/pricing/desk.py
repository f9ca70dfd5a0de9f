"""Where one case is written as a programme document: its money, its points, its policies."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tests.vectors.outcome import NotModelled
from tests.vectors.pricing.cart import CartLine, Filter, filter_of, goods_of, numbers_of
from tests.vectors.pricing.fields import UNKNOWN_VALUE, Fields
from tests.vectors.pricing.options import Options
from tests.vectors.pricing.prices import Prices

CONTRADICTION = "two policies at once"
PART_OF_A_POINT = "part of a point"
POLICIES = {
    "order": ("order_of_steps", {}),
    "compounding": ("stacking", {}),
    "selection": ("stack_selection", {}),
    "condition_base": ("condition_base", {}),
    "rounding": ("discount_rounding", {}),
    "allocation": ("allocation", {}),
    "unit_choice": ("unit_choice", {"cart_order": "listed_first"}),
    "gift_steps": ("gift_tiers", {}),
}
"""The policies of a programme by the neutral option, and the values that are called otherwise."""


@dataclass
class Desk:
    """`scale` points of the programme are one point of the case (it may count in parts).

    `shelf_prices`, `compounds`: the case has programmes of the catalogue's phase, and programmes
    that it calls compound.
    """

    options: Options
    prices: Prices
    lines: Sequence[CartLine]
    scale: int = 1
    max_applications: int = 0
    shelf_prices: bool = False
    compounds: bool = False
    stated: dict[str, str] = field(default_factory=dict)

    @property
    def all_lines(self) -> list[str]:
        """The numbers of every line."""
        return [line.line for line in self.lines]

    def goods(self, meant: Filter) -> dict[str, object]:
        """A filter as the document writes it."""
        return dict(goods_of(meant, self.prices, self.lines))

    def filter(self, fields: Fields) -> Filter:
        """`filter` and `exclude` of an effect or a condition."""
        return filter_of(fields.child("filter"), fields.child("exclude"))

    def meant(self, some: Filter) -> list[str]:
        """The lines that a filter means."""
        return numbers_of(self.lines, some)

    def state(self, policy: str, value: str) -> None:
        """What an effect says itself wins over the option; two effects must not disagree."""
        if self.stated.setdefault(policy, value) != value:
            raise NotModelled(CONTRADICTION)

    def policies(self) -> dict[str, str]:
        """The section `policies`."""
        found = {"claim_points": "with_this_receipt"}
        for name, (option, words) in POLICIES.items():
            value = self.options[option]
            found[name] = self.stated.get(name, words.get(value, value))
        return self._completed(found)

    def _completed(self, found: dict[str, str]) -> dict[str, str]:
        """What one policy says of another that the case leaves at its default."""
        if found["compounding"].endswith("_in_priority") and "priority" not in found["order"]:
            if "order_of_steps" in self.options.listed:
                raise NotModelled(CONTRADICTION)
            found["order"] = "priority"
        if found["rounding"] == "half_up_sum" and found["compounding"] != "list_additive":
            if "stacking" in self.options.listed:
                raise NotModelled(CONTRADICTION)
            found["compounding"] = "list_additive"
        return found

    def points(self, value: str | Fraction) -> int:
        """Points in the unit of the programme."""
        points = Fraction(value) * self.scale
        if points.denominator != 1:
            raise NotModelled(PART_OF_A_POINT)
        return int(points)

    def point_value(self, money: str) -> str:
        """What a point of the programme is worth."""
        return decimal(Fraction(money) / self.scale)


def decimal(value: Fraction) -> str:
    """An exact decimal text of at most ten decimals."""
    scaled = value * 10**10
    if scaled.denominator != 1:
        raise NotModelled(UNKNOWN_VALUE)
    sign = "-" if scaled < 0 else ""
    whole, part = divmod(abs(int(scaled)), 10**10)
    return f"{sign}{whole}.{part:010d}".rstrip("0").rstrip(".")


def words(given: dict[str, object]) -> dict[str, object]:
    """Without what says nothing; true and false both say something."""
    return {k: v for k, v in given.items() if isinstance(v, bool) or v not in (None, "", 0, {})}

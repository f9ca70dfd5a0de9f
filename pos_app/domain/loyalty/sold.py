"""A sold line as everything that counts sees it: goods, money, points and who touched it.

Never a rule, and never a line that is still open to change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pos_app.domain.item import Item
from pos_app.domain.promotion.goods import Goods


@dataclass(frozen=True, slots=True)
class SoldLine:
    """`units`: pieces; a weighed line is one. `payable_minor` is what money paid.

    `earn_rules`: the earn rules that gave its points. `touched`: units by promotion, 0 where it
    did not say how many. `counts` false: goods that the law or the shop bars from earning.
    """

    line: int
    item: Item
    units: int
    unit_price_minor: int
    net_minor: int
    payable_minor: int
    points_earned: int = 0
    earn_rules: frozenset[str] = frozenset()
    touched: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    counts: bool = True

    def given(self, promotion_id: str) -> int:
        """Units that a promotion gave away of this line."""
        units = self.touched.get(promotion_id)
        if units is None:
            return 0
        return min(units, self.units) if units else (1 if self.net_minor else self.units)


def counted(lines: Iterable[SoldLine], goods: Goods) -> list[SoldLine]:
    """The lines of these goods that count."""
    return [
        line
        for line in lines
        if line.counts
        and goods.holds(line.item, line.unit_price_minor)
        and not (goods.not_promoted and line.touched)
    ]

"""A filter of goods: which lines a rule means. Never what is done with them."""

from dataclasses import dataclass

from pos_app.domain.item import Item
from pos_app.domain.reading import Reader


@dataclass(frozen=True, slots=True)
class Goods:
    """Which lines: empty sets mean "any". Prices are list unit prices, inclusive.

    `not_promoted`: only lines that no earlier stage has touched; judged when the rule's turn comes.
    """

    items: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    not_items: frozenset[str] = frozenset()
    not_categories: frozenset[str] = frozenset()
    price_min_minor: int | None = None
    price_max_minor: int | None = None
    not_promoted: bool = False

    def holds(self, item: Item, unit_price_minor: int) -> bool:
        """True when the item is among these goods."""
        if item.item_id in self.not_items or not self.not_categories.isdisjoint(item.categories):
            return False
        if self.price_min_minor is not None and unit_price_minor < self.price_min_minor:
            return False
        if self.price_max_minor is not None and unit_price_minor > self.price_max_minor:
            return False
        return self._named(item)

    def _named(self, item: Item) -> bool:
        if self.brands and item.brand not in self.brands:
            return False
        if not (self.items or self.categories):
            return True
        return item.item_id in self.items or not self.categories.isdisjoint(item.categories)


def read_goods(doc: Reader, digits: int) -> Goods:
    """Read the filter of goods."""
    goods = Goods(
        items=frozenset(doc.words("items")),
        categories=frozenset(doc.words("categories")),
        brands=frozenset(doc.words("brands")),
        not_items=frozenset(doc.words("not_items")),
        not_categories=frozenset(doc.words("not_categories")),
        price_min_minor=doc.decimal("price_min", digits) if doc.has("price_min") else None,
        price_max_minor=doc.decimal("price_max", digits) if doc.has("price_max") else None,
        not_promoted=doc.flag("not_promoted", False),
    )
    doc.finish()
    both = (goods.items & goods.not_items) | (goods.categories & goods.not_categories)
    for name in sorted(both):
        doc.fault("", f"{name!r} is both named and excluded")
    least, most = goods.price_min_minor, goods.price_max_minor
    if least is not None and most is not None and least > most:
        doc.fault("price_max", "is below price_min: no goods at all")
    return goods

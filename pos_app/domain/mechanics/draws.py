"""Prize draws: what gives an entry, as written in the program. Never who wins."""

from dataclasses import dataclass, field

from pos_app.domain.mechanics.counting import Days, name_in, read_days, refuse_twice
from pos_app.domain.promotion.goods import Goods, read_goods
from pos_app.domain.reading import Reader


@dataclass(frozen=True, slots=True)
class Draw:
    """Entries of a receipt: one for each full `per_minor` paid for the goods, or `per_unit`."""

    draw_id: str
    names: dict[str, str]
    per_minor: int = 0
    per_unit: int = 0
    goods: Goods = field(default_factory=Goods)
    most_per_receipt: int = 0
    days: Days = field(default_factory=Days)

    @property
    def tally(self) -> str:
        """The tally of its entries."""
        return f"draw/{self.draw_id}"

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return name_in(self.names, language, self.draw_id)


def read_draws(doc: Reader, digits: int) -> tuple[Draw, ...]:
    """The section `draws`: {"list": [...]}."""
    draws = tuple(_read_draw(one, digits) for one in doc.children("list"))
    refuse_twice(doc, "list", [draw.draw_id for draw in draws])
    doc.finish()
    return draws


def _read_draw(doc: Reader, digits: int) -> Draw:
    draw = Draw(
        draw_id=doc.text("id"),
        names=doc.names("name"),
        per_minor=doc.decimal("per", digits, "0"),
        per_unit=doc.integer("per_unit", 0),
        goods=read_goods(doc.child("goods"), digits),
        most_per_receipt=doc.integer("most_per_receipt", 0),
        days=read_days(doc),
    )
    doc.finish()
    if bool(draw.per_minor) == bool(draw.per_unit):
        doc.fault("per", "either per (an amount) or per_unit is needed")
    return draw

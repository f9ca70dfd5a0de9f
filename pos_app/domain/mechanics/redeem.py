"""How points pay, as written in the program. Never how many a receipt takes."""

from dataclasses import dataclass, field

from pos_app.domain.promotion.goods import Goods, read_goods
from pos_app.domain.reading import Reader


@dataclass(frozen=True, slots=True)
class Redeem:
    """How points pay. Shares are of the eligible net before redemption."""

    point_value_minor: int = 100
    max_share_ppm: int = 1_000_000
    max_share_line_ppm: int = 1_000_000
    min_receipt_minor: int = 0
    min_left_per_line_minor: int = 0
    step: int = 1
    chip_step: int = 100
    confirm_above: int = 0
    goods: Goods = field(default_factory=Goods)
    start: str = "ask"


def read_redeem(doc: Reader, digits: int) -> Redeem:
    """The section `redeem`."""
    redeem = Redeem(
        point_value_minor=doc.decimal("point_value", digits, "1.00"),
        max_share_ppm=doc.percent_ppm("max_share", "100"),
        max_share_line_ppm=doc.percent_ppm("max_share_of_line", "100"),
        min_receipt_minor=doc.decimal("min_receipt", digits, "0"),
        min_left_per_line_minor=doc.decimal("min_left_per_line", digits, "0"),
        step=doc.integer("step", 1, least=1),
        chip_step=doc.integer("chip_step", 100, least=1),
        confirm_above=doc.integer("confirm_above", 0),
        goods=read_goods(doc.child("goods"), digits),
        start=doc.choice("start", ("ask", "none", "max"), "ask"),
    )
    doc.finish()
    if not redeem.point_value_minor:
        doc.fault("point_value", "a point must be worth something")
    if redeem.chip_step % redeem.step:
        doc.fault("chip_step", f"must be a multiple of step ({redeem.step})")
    return redeem

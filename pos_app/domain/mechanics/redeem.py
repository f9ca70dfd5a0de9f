"""How points pay, as written in the program. Never how many a receipt takes."""

from dataclasses import dataclass, field
from fractions import Fraction

from pos_app.domain.promotion.goods import Goods, read_goods
from pos_app.domain.reading import Reader

POINT_DIGITS = 4
EXCESSES = ("cut", "reject")


@dataclass(frozen=True, slots=True)
class Redeem:
    """How points pay. Shares are of the eligible net before redemption.

    `point_value`: minor units that a point is worth, by tier where named. `min_points`: fewer are
    not taken; `min_balance`: only members with so many may pay with any. `min_left_minor`: so much
    of the receipt is paid with money. `max_points_offline`: the most with no link (None: no limit
    beside the allowance). `excess`: a wish beyond a limit is cut to it, or not granted at all.
    """

    point_value: Fraction = Fraction(100)
    max_share_ppm: int = 1_000_000
    max_share_line_ppm: int = 1_000_000
    min_receipt_minor: int = 0
    min_left_per_line_minor: int = 0
    step: int = 1
    chip_step: int = 100
    confirm_above: int = 0
    goods: Goods = field(default_factory=Goods)
    start: str = "ask"
    by_tier: dict[str, Fraction] = field(default_factory=dict)
    min_left_minor: int = 0
    min_points: int = 0
    min_balance: int = 0
    max_points_offline: int | None = None
    excess: str = EXCESSES[0]

    def value(self, tier_id: str) -> Fraction:
        """Minor units that a point of such a member is worth."""
        return self.by_tier.get(tier_id, self.point_value)

    @property
    def point_value_minor(self) -> int:
        """The value of a point in whole minor units, rounded down, for showing it."""
        return int(self.point_value)


def read_redeem(doc: Reader, digits: int) -> Redeem:
    """The section `redeem`. A point may be worth a fraction of a minor unit."""

    def value(one: Reader, key: str, default: str) -> Fraction:
        return Fraction(one.decimal(key, digits + POINT_DIGITS, default), 10**POINT_DIGITS)

    redeem = Redeem(
        point_value=value(doc, "point_value", "1.00"),
        by_tier={t: value(held, t, "0") for t, held in doc.mapping("point_value_by_tier")},
        max_share_ppm=doc.percent_ppm("max_share", "100"),
        max_share_line_ppm=doc.percent_ppm("max_share_of_line", "100"),
        min_receipt_minor=doc.decimal("min_receipt", digits, "0"),
        min_left_per_line_minor=doc.decimal("min_left_per_line", digits, "0"),
        min_left_minor=doc.decimal("min_left", digits, "0"),
        step=doc.integer("step", 1, least=1),
        chip_step=doc.integer("chip_step", 100, least=1),
        confirm_above=doc.integer("confirm_above", 0),
        goods=read_goods(doc.child("goods"), digits),
        start=doc.choice("start", ("ask", "none", "max", "preference"), "ask"),
        min_points=doc.integer("min_points", 0),
        min_balance=doc.integer("min_balance", 0),
        max_points_offline=doc.optional_integer("max_points_offline"),
        excess=doc.choice("excess", EXCESSES, EXCESSES[0]),
    )
    doc.finish()
    if not redeem.point_value or not all(redeem.by_tier.values()):
        doc.fault("point_value", "a point must be worth something")
    if redeem.chip_step % redeem.step:
        doc.fault("chip_step", f"must be a multiple of step ({redeem.step})")
    return redeem

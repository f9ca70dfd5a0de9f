"""Discounts for being a member, as written in the program. Never a rate for somebody."""

from dataclasses import dataclass, field

from pos_app.domain.mechanics.tiers import PERIODS
from pos_app.domain.promotion.goods import Goods, read_goods
from pos_app.domain.promotion.when import When, read_when
from pos_app.domain.reading import Reader


@dataclass(frozen=True, slots=True)
class Step:
    """A rate above a border: up to and including the border the lower rate is in force."""

    above_minor: int
    percent_ppm: int


@dataclass(frozen=True, slots=True)
class MemberDiscount:
    """A discount for being a member. kind fixed: `percent_ppm`; tier: `by_tier`; cumulative:
    `steps` by spend of earlier receipts in `period`. `on_promoted` false leaves lines alone that
    an item promotion has touched."""

    discount_id: str
    names: dict[str, str]
    kind: str
    percent_ppm: int = 0
    by_tier: dict[str, int] = field(default_factory=dict)
    period: str = "rolling_12_months"
    steps: tuple[Step, ...] = ()
    when: When = field(default_factory=When)
    goods: Goods = field(default_factory=Goods)
    on_promoted: bool = False

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.discount_id)


def read_discount(doc: Reader, digits: int) -> MemberDiscount:
    """One of `member_discounts`."""
    steps = []
    for one in doc.children("steps"):
        steps.append(Step(one.decimal("above", digits, "0"), one.percent_ppm("percent")))
        one.finish()
    by_tier = doc.child("by_tier")
    discount = MemberDiscount(
        discount_id=doc.text("id"),
        names=doc.names("name"),
        kind=doc.choice("kind", ("fixed", "tier", "cumulative")),
        percent_ppm=doc.percent_ppm("percent", "0"),
        by_tier={tier: by_tier.percent_ppm(tier) for tier in by_tier.keys()},  # noqa: SIM118 - a Reader is no mapping
        period=doc.choice("period", PERIODS, "rolling_12_months"),
        steps=tuple(steps),
        when=read_when(doc.child("when")),
        goods=read_goods(doc.child("goods"), digits),
        on_promoted=doc.flag("on_promoted", False),
    )
    doc.finish()
    wanted = {"fixed": discount.percent_ppm, "tier": by_tier.keys(), "cumulative": steps}
    field_of = {"fixed": "percent", "tier": "by_tier", "cumulative": "steps"}
    for kind, value in wanted.items():
        if bool(value) != (kind == discount.kind):
            reason = "is needed" if kind == discount.kind else "means nothing"
            doc.fault(field_of[kind], f"{reason} in a {discount.kind} discount")
    if any(b.above_minor <= a.above_minor for a, b in zip(steps, steps[1:], strict=False)):
        doc.fault("steps", "borders must rise")
    return discount

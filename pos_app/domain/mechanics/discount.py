"""Discounts for being a member, as written in the program. Never a rate for somebody."""

from dataclasses import dataclass, field

from pos_app.domain.mechanics.periods import read_period
from pos_app.domain.promotion.goods import Goods, read_goods
from pos_app.domain.promotion.when import When, read_when
from pos_app.domain.reading import Reader

STEP_BOUNDS = ("upper_inclusive", "lower_inclusive")
CURRENT_RECEIPT = ("no", "gross")


@dataclass(frozen=True, slots=True)
class Step:
    """A rate above a border: which side the border itself is on says the discount's `bound`."""

    above_minor: int
    percent_ppm: int


@dataclass(frozen=True, slots=True)
class MemberDiscount:
    """A discount for being a member. kind fixed: `percent_ppm`; tier: `by_tier`; cumulative:
    `steps` by spend of earlier receipts in `period`. `on_promoted` false leaves lines alone that
    an item promotion has touched.

    `bound`: upper_inclusive, "up to 10 000" includes 10 000.00; lower_inclusive, "from 10 000".
    `counts_current`: no, or gross (the list amount of the present receipt counts as well).
    `evidence`: the paper a cashier asks to see before the discount is given, by language; empty
    is none.
    """

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
    bound: str = "upper_inclusive"
    counts_current: str = "no"
    evidence: dict[str, str] = field(default_factory=dict)

    def name(self, language: str) -> str:
        """The name in a language, else in any, else the id."""
        return self.names.get(language) or next(iter(self.names.values()), self.discount_id)

    def paper(self, language: str) -> str:
        """The evidence in a language, else in any; "" for none."""
        return self.evidence.get(language) or next(iter(self.evidence.values()), "")


def read_discount(doc: Reader, digits: int) -> MemberDiscount:
    """One of `member_discounts`."""
    steps = []
    for one in doc.children("steps"):
        steps.append(Step(one.decimal("above", digits, "0"), one.percent_ppm("percent")))
        one.finish()
    by_tier = {tier: held.percent_ppm(tier) for tier, held in doc.mapping("by_tier")}
    discount = MemberDiscount(
        discount_id=doc.text("id"),
        names=doc.names("name"),
        kind=doc.choice("kind", ("fixed", "tier", "cumulative")),
        percent_ppm=doc.percent_ppm("percent", "0"),
        by_tier=by_tier,
        period=read_period(doc),
        steps=tuple(steps),
        when=read_when(doc.child("when")),
        goods=read_goods(doc.child("goods"), digits),
        on_promoted=doc.flag("on_promoted", False),
        bound=doc.choice("bound", STEP_BOUNDS, STEP_BOUNDS[0]),
        counts_current=doc.choice("counts_current_receipt", CURRENT_RECEIPT, CURRENT_RECEIPT[0]),
        evidence=doc.names("evidence"),
    )
    doc.finish()
    _judge(discount, doc)
    return discount


def _judge(discount: MemberDiscount, doc: Reader) -> None:
    """Contradictions."""
    wanted = {
        "fixed": ("percent", discount.percent_ppm),
        "tier": ("by_tier", discount.by_tier),
        "cumulative": ("steps", discount.steps),
    }
    for kind, (key, value) in wanted.items():
        if bool(value) != (kind == discount.kind):
            reason = "is needed" if kind == discount.kind else "means nothing"
            doc.fault(key, f"{reason} in a {discount.kind} discount")
    steps = discount.steps
    if any(b.above_minor <= a.above_minor for a, b in zip(steps, steps[1:], strict=False)):
        doc.fault("steps", "borders must rise")
    if discount.kind != "cumulative":
        for key in ("bound", "counts_current_receipt"):
            if doc.has(key):
                doc.fault(key, f"means nothing in a {discount.kind} discount")
    if any(not text.strip() for text in discount.evidence.values()):
        doc.fault("evidence", "a text is wanted: which paper is asked for")

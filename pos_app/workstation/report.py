"""The X and Z report as data: what was sold, taken and counted. Never printed or sent here."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from pos_app.domain.business_day import cash_sign
from pos_app.domain.events import ControlTotals
from pos_app.domain.money import RUB, Currency

COUNTS = (
    "receipts",
    "returns",
    "points_earned",
    "points_redeemed",
    "points_taken_back",
    "points_given_back",
)
DARK = ("dark_minutes", "dark_receipts", "points_dark_earned", "points_dark_redeemed")
SALES = ("sales_minor", "returns_minor")
WITH_CARDS = (
    "goods_minor",
    "cards_sold_minor",
    "cards_topped_up_minor",
    "sold_minor",
    "returns_minor",
    "cards_back_minor",
    "goods_net_minor",
)
"""Where gift cards were sold, they stand apart: goods and cards, and goods less returns."""
OF_ONE_SESSION = ("x", "session")
AMOUNTS = (
    "discount_minor",
    "paid_in_minor",
    "paid_out_minor",
    "pickup_minor",
    "loan_minor",
    "void_minor",
)


@dataclass(frozen=True, slots=True)
class Settlement:
    """The server's totals held against the till's. `differences`: field names that differ."""

    asked: bool
    agreed: bool = False
    differences: tuple[str, ...] = ()
    unsent: int = 0
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """kind `x` (session so far), `session` (closed session) or `z` (closed business day).

    `drawer` is of the session whose drawer is counted, a Z's too: float + cash of receipts +
    what else was moved = expected. None: a day that was closed before this was kept.
    `operator` is who takes it and so closes; `opened_by` is of a session, a day has several.
    `difference_reason`: why the drawer differed, a code or somebody's own words.

    Sales and `discount_minor` are before returns; `discount_back_minor` is what came off the goods
    that came back, as `returns_minor` is of what was given for them.

    `goods_minor` + `cards_sold_minor` + `cards_topped_up_minor` = `sales_minor`; `goods_net_minor`
    (less returns of goods) + the cards - `cards_back_minor` = `paid_minor`, the sum of the tenders.
    """

    kind: str
    business_on: date
    session_number: int
    operator: str
    at: datetime
    receipts: int
    returns: int
    points_earned: int
    points_redeemed: int
    points_reversed: int
    voids: int
    no_sales: int
    sales_minor: int
    returns_minor: int
    discount_minor: int
    paid_in_minor: int
    paid_out_minor: int
    pickup_minor: int
    loan_minor: int
    void_minor: int
    by_tender: tuple[tuple[str, int], ...]
    expected_minor: int
    counted_minor: int | None = None
    difference_minor: int | None = None
    unsent: int = 0
    unusual: int = 0
    risked: int = 0
    dark_seconds: int = 0
    dark_receipts: int = 0
    points_dark_earned: int = 0
    points_dark_redeemed: int = 0
    settlement: Settlement | None = None
    opened_by: str = ""
    currency: Currency = RUB
    points_given_back: int = 0
    drawer: "Drawer | None" = None
    cards_sold_minor: int = 0
    cards_topped_up_minor: int = 0
    cards_back_minor: int = 0
    discount_back_minor: int = 0
    difference_reason: str = ""

    @property
    def goods_minor(self) -> int:
        """Sales without the money that was put on gift cards."""
        return self.sales_minor - self.cards_sold_minor - self.cards_topped_up_minor

    @property
    def goods_net_minor(self) -> int:
        """Goods less goods that came back."""
        return self.goods_minor - (self.returns_minor - self.cards_back_minor)

    @property
    def sold_minor(self) -> int:
        """Goods and cards, as it is called where both are told."""
        return self.sales_minor

    @property
    def paid_minor(self) -> int:
        """All tenders, less what was given back."""
        return sum(minor for _, minor in self.by_tender)

    def rows(self) -> Iterator[tuple[str, int]]:
        """Counts to print."""
        yield "session_number", self.session_number
        for name in (*COUNTS, "voids", "no_sales", "unusual", "risked", *DARK):
            yield name, getattr(self, name)
        if self.unsent:
            yield "unsent", self.unsent

    @property
    def points_taken_back(self) -> int:
        """What was earned on goods that came back, as a positive number."""
        return max(self.points_given_back - self.points_reversed, 0)

    @property
    def dark_minutes(self) -> int:
        """Whole minutes without a link."""
        return self.dark_seconds // 60

    def amounts(self) -> Iterator[tuple[str, int]]:
        """Amounts to print, minor units."""
        cards = self.cards_sold_minor or self.cards_topped_up_minor or self.cards_back_minor
        for name in (*(WITH_CARDS if cards else SALES), *AMOUNTS):
            yield name, getattr(self, name)
            if name == "discount_minor" and self.discount_back_minor:
                yield "discount_back_minor", self.discount_back_minor
        if self.drawer is not None:
            yield from self._into_drawer(self.drawer)
        yield "expected_minor", self.expected_minor
        if self.counted_minor is not None and self.difference_minor is not None:
            yield "counted_minor", self.counted_minor
            yield "difference_minor", self.difference_minor

    def _into_drawer(self, drawer: "Drawer") -> Iterator[tuple[str, int]]:
        """Steps whose sum is what should be in it: from the sales where both are of one session,
        else (a day may have several) the cash alone."""
        yield "float_minor", drawer.float_minor
        other = self.paid_minor - drawer.sales_minor
        bridged = self.sales_minor - self.returns_minor == self.paid_minor
        if self.kind in OF_ONE_SESSION and bridged:
            yield "in_drawer_sales_minor", self.sales_minor
            if self.returns_minor:
                yield "in_drawer_returns_minor", -self.returns_minor
            if other:
                yield "in_drawer_other_minor", -other
        else:
            yield "drawer_sales_minor", drawer.sales_minor
        if drawer.moved_minor:
            yield "drawer_moved_minor", drawer.moved_minor


@dataclass(frozen=True, slots=True)
class Drawer:
    """How a session came to what should be in its drawer: minor units; their sum is that.

    `sales_minor`: cash of receipts less cash given back; `moved_minor`: paid in and loans less paid
    out and pickups.
    """

    float_minor: int
    sales_minor: int
    moved_minor: int


def drawer_of(float_minor: int, totals: ControlTotals) -> Drawer:
    """Of a session, from its float and its running totals."""
    kinds = ("paid_in", "loan", "paid_out", "pickup")
    moved = sum(cash_sign(kind) * int(getattr(totals, f"{kind}_minor")) for kind in kinds)
    return Drawer(float_minor, dict(totals.by_tender).get("cash", 0), moved)


@dataclass(frozen=True, slots=True)
class Count:
    """What should be in the drawer, and what was counted (blind: None before)."""

    expected_minor: int
    counted_minor: int | None = None
    drawer: Drawer | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """What a report is about."""

    kind: str
    business_on: date
    session_number: int
    operator: str
    at: datetime
    opened_by: str = ""


def _difference(count: Count) -> int | None:
    counted = count.counted_minor
    return None if counted is None else counted - count.expected_minor


def report_of(heading: Heading, totals: ControlTotals, count: Count, unsent: int) -> Report:
    """A report from running totals."""
    report = Report(
        kind=heading.kind,
        business_on=heading.business_on,
        session_number=heading.session_number,
        operator=heading.operator,
        opened_by=heading.opened_by,
        at=heading.at,
        receipts=totals.receipts,
        returns=totals.returns,
        points_earned=totals.points_earned,
        points_redeemed=totals.points_redeemed,
        points_reversed=totals.points_reversed,
        voids=totals.voids,
        no_sales=totals.no_sales,
        sales_minor=totals.sales_minor,
        returns_minor=totals.returns_minor,
        discount_minor=totals.discount_minor + totals.discount_back_minor,
        paid_in_minor=totals.paid_in_minor,
        paid_out_minor=totals.paid_out_minor,
        pickup_minor=totals.pickup_minor,
        loan_minor=totals.loan_minor,
        void_minor=totals.void_minor,
        by_tender=totals.by_tender,
        expected_minor=count.expected_minor,
        counted_minor=count.counted_minor,
        difference_minor=_difference(count),
        unsent=unsent,
        unusual=totals.unusual,
        risked=totals.risked,
        dark_seconds=totals.dark_seconds,
        dark_receipts=totals.dark_receipts,
        points_dark_earned=totals.dark_earned,
        points_dark_redeemed=totals.dark_redeemed,
        drawer=count.drawer,
    )
    return _told_here(report, totals)


def _told_here(report: Report, totals: ControlTotals) -> Report:
    """What only this till's own paper tells."""
    return replace(
        report,
        points_given_back=max(totals.points_given_back, totals.points_reversed),
        discount_back_minor=totals.discount_back_minor,
        cards_sold_minor=totals.cards_sold_minor,
        cards_topped_up_minor=totals.cards_topped_up_minor,
        cards_back_minor=totals.cards_back_minor,
    )

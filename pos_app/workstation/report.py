"""The X and Z report as data: what was sold, taken and counted. Never printed or sent here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pos_app.domain.events import ControlTotals
from pos_app.domain.money import RUB, Currency

COUNTS = ("receipts", "returns", "points_earned", "points_redeemed", "points_reversed")
DARK = ("dark_minutes", "dark_receipts", "points_dark_earned", "points_dark_redeemed")
AMOUNTS = (
    "sales_minor",
    "returns_minor",
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
    """kind `x` (session so far), `session` (closed session) or `z` (closed business day)."""

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
    currency: Currency = RUB

    def rows(self) -> Iterator[tuple[str, int]]:
        """Counts to print."""
        yield "session_number", self.session_number
        for name in (*COUNTS, "voids", "no_sales", "unusual", "risked", *DARK, "unsent"):
            yield name, getattr(self, name)

    @property
    def dark_minutes(self) -> int:
        """Whole minutes without a link."""
        return self.dark_seconds // 60

    def amounts(self) -> Iterator[tuple[str, int]]:
        """Amounts to print, minor units."""
        for name in AMOUNTS:
            yield name, getattr(self, name)
        yield "expected_minor", self.expected_minor
        if self.counted_minor is not None and self.difference_minor is not None:
            yield "counted_minor", self.counted_minor
            yield "difference_minor", self.difference_minor


@dataclass(frozen=True, slots=True)
class Count:
    """What should be in the drawer, and what was counted (blind: None before)."""

    expected_minor: int
    counted_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """What a report is about."""

    kind: str
    business_on: date
    session_number: int
    operator: str
    at: datetime


def report_of(heading: Heading, totals: ControlTotals, count: Count, unsent: int) -> Report:
    """A report from running totals."""
    counted = count.counted_minor
    return Report(
        kind=heading.kind,
        business_on=heading.business_on,
        session_number=heading.session_number,
        operator=heading.operator,
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
        discount_minor=totals.discount_minor,
        paid_in_minor=totals.paid_in_minor,
        paid_out_minor=totals.paid_out_minor,
        pickup_minor=totals.pickup_minor,
        loan_minor=totals.loan_minor,
        void_minor=totals.void_minor,
        by_tender=totals.by_tender,
        expected_minor=count.expected_minor,
        counted_minor=counted,
        difference_minor=None if counted is None else counted - count.expected_minor,
        unsent=unsent,
        unusual=totals.unusual,
        risked=totals.risked,
        dark_seconds=totals.dark_seconds,
        dark_receipts=totals.dark_receipts,
        points_dark_earned=totals.dark_earned,
        points_dark_redeemed=totals.dark_redeemed,
    )

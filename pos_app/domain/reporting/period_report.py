"""The figures of a period, as plain data that travels and is drawn. Never computed here.

Amounts are minor units, `*_ppm` millionths, days ISO dates. Money, points and quantities are sales
less returns; what counts or divides by receipts (`receipts`, the average, lines a receipt, the
share with a card) is of sales before returns, numerator and denominator alike. A receipt of gift
cards alone is none of them: a gift card sold is no sale of goods, what it pays for later is. Parts
that somebody could not know (a till without a link knows no members) are None.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class HourFigures:
    """One hour of the day, all days of the period together."""

    hour: int
    receipts: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One business day."""

    on: date
    receipts: int
    net_minor: int
    identified_minor: int
    points_earned: int
    points_redeemed: int


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item: what was sold less what came back. `quantity` in base units."""

    item_id: str
    name: str
    quantity: int
    unit: str
    net_minor: int
    receipts: int


@dataclass(frozen=True, slots=True)
class OperatorFigures:
    """One operator. `seconds` is the median from one receipt to the next; None: too few."""

    operator_id: str
    receipts: int
    net_minor: int
    identified: int
    seconds: int | None


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """One promotion. `given_minor`: what it took off, `net_minor`: what the lines that it touched
    came to, both less returns; `receipts`: sales with it, before returns."""

    rule_id: str
    name: str
    given_minor: int
    receipts: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Sums:
    """The receipts of a period: sales less returns, but `receipts`, `lines` and
    `identified_receipts` are of sales.

    What lies between sales and payments: `gift_cards_minor` sold, `points_minor` that paid,
    `rounding_minor` of cash, `withheld_minor` kept of refunds for points that were spent already.
    `card_receipts`: receipts of gift cards alone, not among `receipts`.
    """

    receipts: int = 0
    returns: int = 0
    sales_minor: int = 0
    returns_minor: int = 0
    discount_minor: int = 0
    points_minor: int = 0
    points_earned: int = 0
    points_redeemed: int = 0
    lines: int = 0
    identified_receipts: int = 0
    identified_minor: int = 0
    identified_given_minor: int = 0
    seconds_per_customer: int | None = None
    card_receipts: int = 0
    gift_cards_minor: int = 0
    rounding_minor: int = 0
    withheld_minor: int = 0

    @property
    def paid_minor(self) -> int:
        """What all payments less refunds come to."""
        left_out = self.gift_cards_minor + self.rounding_minor + self.withheld_minor
        return self.net_minor + left_out - self.points_minor

    @property
    def lines_deci(self) -> int:
        """Lines a sale, in tenths."""
        return _rounded(self.lines * 10, self.receipts)

    @property
    def net_minor(self) -> int:
        """Sales less returns."""
        return self.sales_minor - self.returns_minor

    @property
    def average_minor(self) -> int:
        """The average sale, before returns; 0 of none."""
        return _rounded(self.sales_minor, self.receipts)

    @property
    def identified_share_ppm(self) -> int:
        """Receipts with a member among all."""
        return _rounded(self.identified_receipts * 1_000_000, self.receipts)

    @property
    def given_share_ppm(self) -> int:
        """What discounts and points took off, of what the goods would have cost; less returns."""
        given = self.discount_minor + self.points_minor
        return _rounded(given * 1_000_000, self.net_minor + self.discount_minor)


@dataclass(frozen=True, slots=True)
class TierFigures:
    """Members of one tier and what they hold."""

    tier_id: str
    name: str
    members: int
    points: int


@dataclass(frozen=True, slots=True)
class MemberFigures:
    """The members as they stand on the last day. `active` bought in the period.

    `visits` are their receipts; `liability_minor` is what all points would take off if spent.
    """

    members: int
    enrolled: int
    active: int
    visits: int
    points: int
    liability_minor: int
    expiring_points: int
    expiring_until: date
    tiers: tuple[TierFigures, ...] = ()

    @property
    def active_share_ppm(self) -> int:
        """Active members among all."""
        return _rounded(self.active * 1_000_000, self.members)

    @property
    def frequency_milli(self) -> int:
        """Receipts of an active member in the period, in thousandths."""
        return _rounded(self.visits * 1_000, self.active)


@dataclass(frozen=True, slots=True)
class RfmCell:
    """Members of one recency (1-5) and one frequency-and-money (1-5)."""

    recency: int
    worth: int
    members: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class LifetimeFigures:
    """What a member is expected to bring in twelve months, with the interval it lies in.

    `members` is how many histories were looked at.
    """

    members: int
    mean_minor: int
    from_minor: int
    to_minor: int


@dataclass(frozen=True, slots=True)
class ProgramReturn:
    """The period against a control period of as many days, for members only.

    cost: discounts and points given in the period above those of the control period; gained: net
    sales to members above those of the control period. `margin_ppm` is the shop's share of a sale
    that is its own. Without it nothing can be said of a profit and `profit_minor` is None.
    """

    control_from: date
    control_to: date
    net_minor: int
    control_net_minor: int
    given_minor: int
    control_given_minor: int
    margin_ppm: int | None = None

    @property
    def gained_minor(self) -> int:
        """Net sales above the control period."""
        return self.net_minor - self.control_net_minor

    @property
    def cost_minor(self) -> int:
        """Given above the control period."""
        return self.given_minor - self.control_given_minor

    @property
    def profit_minor(self) -> int | None:
        """What is left of the gain after its cost.

        Net sales are after discounts: what was given is already missing in them, so the cost is
        counted once, against the margin of the goods at their full price.
        """
        if self.margin_ppm is None:
            return None
        full = self.gained_minor + self.cost_minor
        return _rounded(full * self.margin_ppm, 1_000_000) - self.cost_minor

    @property
    def return_ppm(self) -> int | None:
        """Profit for each unit of cost; None without a margin or without a cost."""
        if self.profit_minor is None or self.cost_minor <= 0:
            return None
        return _rounded(self.profit_minor * 1_000_000, self.cost_minor)


@dataclass(frozen=True, slots=True)
class OfflineFigures:
    """What the shop did while its tills had no link, and what it cost nobody.

    `seconds` without a link, all tills together; `overdrawn`: points given beyond what members
    had. None where only the server knows: a till tells its own receipts.
    """

    receipts: int = 0
    points_earned: int = 0
    points_redeemed: int = 0
    seconds: int | None = None
    overdrawn: int | None = None


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """Everything of one period, of one store or (store_id "") of all.

    `whole` False: a till that has no link counted only its own receipts.
    """

    store_id: str
    since: date
    until: date
    whole: bool
    sums: Sums
    hours: tuple[HourFigures, ...] = ()
    days: tuple[DayFigures, ...] = ()
    tenders: tuple[tuple[str, int], ...] = ()
    items: tuple[ItemFigures, ...] = ()
    operators: tuple[OperatorFigures, ...] = ()
    rules: tuple[RuleFigures, ...] = ()
    members: MemberFigures | None = None
    rfm: tuple[RfmCell, ...] = ()
    lifetime: LifetimeFigures | None = None
    program: ProgramReturn | None = None
    offline: OfflineFigures = OfflineFigures()

    @property
    def unexplained_minor(self) -> int:
        """Payments beyond what the sums explain: 0, unless a document is not of this kind."""
        return sum(minor for _, minor in self.tenders) - self.sums.paid_minor


def _rounded(part: int, whole: int) -> int:
    """Half away from zero; 0 of nothing."""
    if whole == 0:
        return 0
    sign = -1 if (part < 0) != (whole < 0) else 1
    part, whole = abs(part), abs(whole)
    return sign * ((2 * part + whole) // (2 * whole))

"""What a promotion gives, as data. Never how much it comes to on a basket.

A benefit is one of a few shapes; the words of the program document (buy_n_pay_m, nth_price, ...)
are read into them, so that the calculation knows shapes and not words.
"""

from dataclasses import dataclass, field

from pos_app.domain.money import PPM
from pos_app.domain.promotion.goods import Goods

SCOPES = ("unit", "line", "transaction")
PICKS = ("best", "cheapest", "dearest")
PAIRINGS = ("", "customer", "shop")


@dataclass(frozen=True, slots=True)
class Break:
    """From so much (minor units or units, inclusive) this value (ppm or minor units)."""

    least: int
    value: int


@dataclass(frozen=True, slots=True)
class Reduction:
    """Off every unit of the goods. kind percent: `value` ppm; amount: minor units off;
    fixed_price: the price of a unit.

    `scope`: where the one rounding happens, and what an amount is off. `on_list`: of the list
    price and not of what is left. `cap_minor`: at most so much in all (0: no cap). `pick`: which
    units, where only `max_units` of them get it. `breaks`: a value by the list amount or the
    number of units of the goods, or of the whole receipt.
    """

    kind: str
    value: int
    goods: Goods = field(default_factory=Goods)
    scope: str = "line"
    on_list: bool = False
    cap_minor: int = 0
    max_units: int = 0
    max_units_per_line: int = 0
    pick: str = "best"
    breaks: tuple[Break, ...] = ()
    breaks_by: str = "amount"
    breaks_of: str = "goods"

    @property
    def whole(self) -> bool:
        """True when one amount on the transaction is allocated to its lines."""
        return self.scope == "transaction"


@dataclass(frozen=True, slots=True)
class Off:
    """What one unit of a group is reduced by: ppm, minor units, or down to a price."""

    rate_ppm: int = 0
    amount_minor: int = 0
    price_minor: int | None = None

    def minor(self, unit_minor: int) -> int:
        """Taken off a unit of that price, half up; floors are the caller's."""
        if self.price_minor is not None:
            return max(unit_minor - self.price_minor, 0)
        if self.amount_minor:
            return min(self.amount_minor, unit_minor)
        return (2 * unit_minor * self.rate_ppm + PPM) // (2 * PPM)


NOTHING_OFF = Off()


@dataclass(frozen=True, slots=True)
class OrderedGroup:
    """Groups of units in falling price: the unit at a position is reduced by `offs[position]`.

    `price_minor`: the group costs so much instead. `least`: units that the last group needs.
    `max_off`: reduced units in all, 0 without limit. `pairing` shop: the cheapest of all goods are
    the reduced ones, not the cheapest of each group. `pick` cheapest: groups of the cheapest.
    `spread`: the reduction is shared by all units of a group, so that none is given for nothing
    and none can be returned for its full price while the free one is kept.
    """

    goods: Goods
    offs: tuple[Off, ...]
    price_minor: int | None = None
    least: int = 0
    max_applications: int = 0
    max_off: int = 0
    pairing: str = ""
    pick: str = "best"
    spread: bool = True

    @property
    def size(self) -> int:
        """Units of a full group."""
        return len(self.offs)


@dataclass(frozen=True, slots=True)
class Role:
    """So many units of certain goods, and what each of them is reduced by."""

    goods: Goods
    units: int
    off: Off = NOTHING_OFF


@dataclass(frozen=True, slots=True)
class RoleGroup:
    """Groups of units of different goods: a set for a price, or buy these and get those.

    With `price_minor` every role must be full; without it the last role may be partly filled.
    """

    roles: tuple[Role, ...]
    price_minor: int | None = None
    max_applications: int = 0
    max_off: int = 0
    pick: str = "best"

    @property
    def size(self) -> int:
        """Units of the smallest group that gives something."""
        bought = sum(role.units for role in self.roles)
        return bought if self.price_minor is not None else bought - self.roles[-1].units + 1


@dataclass(frozen=True, slots=True)
class FirstThen:
    """On each line: so much off the first unit, so much off each further one."""

    first_minor: int
    further_minor: int
    goods: Goods = field(default_factory=Goods)
    max_units: int = 0


@dataclass(frozen=True, slots=True)
class Gift:
    """Free goods on top of the basket. `units` for every `per` units bought (0: once).

    `breaks`: units by how many were bought, instead.
    """

    item_id: str
    units: int
    per: int = 0
    breaks: tuple[Break, ...] = ()
    goods: Goods = field(default_factory=Goods)


@dataclass(frozen=True, slots=True)
class RoundDown:
    """The total, down to a multiple of `to_minor`."""

    to_minor: int


@dataclass(frozen=True, slots=True)
class Issue:
    """A coupon for the next visit."""

    coupon_id: str


Group = OrderedGroup | RoleGroup
Benefit = Reduction | OrderedGroup | RoleGroup | FirstThen | Gift | RoundDown | Issue


def goods_of(benefit: Benefit) -> tuple[Goods, ...]:
    """Every filter of goods a benefit names; empty: it touches no goods."""
    if isinstance(benefit, RoleGroup):
        return tuple(role.goods for role in benefit.roles)
    if isinstance(benefit, RoundDown | Issue):
        return ()
    return (benefit.goods,)

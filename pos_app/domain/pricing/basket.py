"""What is priced and for whom: plain data into the engine. Never a rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from pos_app.domain.item import BARRED, Item
from pos_app.domain.quantity import Quantity, Unit, extended_minor

NO_REDUCTION = frozenset(name for name, bars in BARRED.items() if bars.reduction)
NO_EARNING = frozenset(name for name, bars in BARRED.items() if bars.earning)
"""What a sheet of rules may name without a country; a line is judged by its item's `bars`."""


@dataclass(frozen=True, slots=True)
class Goodwill:
    """A reduction that an operator gives by right: a percent or an amount, with a reason."""

    percent_ppm: int = 0
    amount_minor: int = 0
    reason: str = ""
    operator_id: str = ""


@dataclass(frozen=True, slots=True)
class BasketLine:
    """One line to price.

    `list_minor`: price x quantity, half up to a minor unit, before any reduction. `count`:
    indivisible units: pieces are units of their own, a weighed or measured line is one.
    `unit_minor` and `floor_unit_minor`: the price and the lowest legal price of such a unit,
    `floor_minor`: of the line. `reducible`: False where the law or the shop bars reductions.
    `pack_units`: base units in one piece, for conditions on quantity. `looks`: everything of the
    line that a promotion on lines may see.
    """

    line: int
    item: Item
    quantity: Quantity
    unit_price_minor: int
    goodwill: Goodwill | None = None
    pack_units: int = 1
    list_minor: int = field(init=False, compare=False, repr=False)
    count: int = field(init=False, compare=False, repr=False)
    unit_minor: int = field(init=False, compare=False, repr=False)
    floor_unit_minor: int = field(init=False, compare=False, repr=False)
    floor_minor: int = field(init=False, compare=False, repr=False)
    reducible: bool = field(init=False, compare=False, repr=False)
    looks: tuple[object, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        pieces = self.quantity.unit is Unit.PIECE
        amount = extended_minor(self.unit_price_minor, self.quantity)
        settle = object.__setattr__  # what follows from a frozen line is computed once
        settle(self, "list_minor", amount)
        settle(self, "count", self.quantity.value if pieces else 1)
        settle(self, "unit_minor", self.unit_price_minor if pieces else amount)
        settle(self, "floor_unit_minor", self._floor_unit_minor(pieces))
        settle(self, "floor_minor", self.floor_unit_minor * self.count)
        settle(self, "reducible", self.item.discountable and not self.item.bars.reduction)
        settle(self, "looks", self._looks(pieces))

    def _looks(self, pieces: bool) -> tuple[object, ...]:
        return (
            self.item.item_id,
            self.unit_price_minor,
            self.quantity.value,
            pieces or self.quantity.unit.name,  # a name is quicker to look up than its enum
            self.floor_unit_minor,
            self.reducible,
            self.pack_units,
            self.item.categories,
            self.item.brand,
        )

    def _floor_unit_minor(self, pieces: bool) -> int:
        floor = self.item.floor_minor
        if not floor:
            return min(self.unit_minor, 0)
        if pieces:
            return min(floor, self.unit_price_minor)
        return min(extended_minor(floor, self.quantity), self.list_minor)


@dataclass(frozen=True, slots=True)
class Customer:
    """What the rules may know of the member on this receipt.

    `spend_minor` is by period name (see mechanics.tiers.PERIODS), earlier receipts only.
    `receipts`: earlier completed receipts. `points`: the balance before this receipt.
    `chosen`: categories chosen for this month's cashback, by earn rule id. `earned`: points
    already earned within the period of a cap, by cap id. `stamps`: before this receipt, by stamp
    card id. `uses`: earlier uses of a promotion within the period of its limit, by promotion id.
    `guest`: a card that nobody here knows; it earns as the lowest tier and opens nothing that is
    meant for members.
    """

    member_id: str
    tier_id: str = ""
    segments: frozenset[str] = frozenset()
    birthday: bool = False
    spend_minor: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    earns: bool = True
    receipts: int = 0
    points: int = 0
    chosen: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    earned: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    stamps: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    uses: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    guest: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """Points the customer wants to spend, and the most that they can (balance, allowance)."""

    points: int = 0
    most: int = 0
    most_reason: str = "balance"


@dataclass(frozen=True, slots=True)
class Context:
    """Where, when and for whom. `local` is the store's own time.

    `coupons`: ids of the coupon kinds presented on this receipt that are valid. `claims`: rewards
    that the customer asked for. `evidence`: member discounts whose paper the cashier has seen.
    `segments`: those of the receipt itself, with a member or without: partners' cards.
    """

    local: datetime
    store_id: str = ""
    channel: str = "shop"
    customer: Customer | None = None
    wish: Wish = Wish()
    goodwill: Goodwill | None = None
    language: str = "ru"
    explain: bool = False
    coupons: frozenset[str] = frozenset()
    claims: tuple[str, ...] = ()
    offline: bool = False
    evidence: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()

    @property
    def member(self) -> Customer | None:
        """The customer, if it is somebody who is known."""
        return None if self.customer is None or self.customer.guest else self.customer

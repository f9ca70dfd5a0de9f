"""What a priced or completed sale says, by the neutral names. Never a number of its own making."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from pos_app.domain.document import PriceModification
from pos_app.domain.money import allocate_largest_remainder
from pos_app.domain.pricing.result import PricedLine
from tests.vectors.pricing.benefits import BENEFITS
from tests.vectors.pricing.cart import CartLine
from tests.vectors.pricing.compare import Facts
from tests.vectors.pricing.document import Written
from tests.vectors.pricing.member import tier_name, whole_points
from tests.vectors.pricing.prices import half_up
from tests.vectors.pricing.sale import MAX, Priced1

Number = Fraction
PRICE_EFFECTS = frozenset({*BENEFITS, "percent_off_by_period_spend"})


class Numbers:
    """The numbers of one priced basket, in the money of the case with its tax."""

    def __init__(self, written: Written, quote: Priced1) -> None:
        self._written = written
        self._prices = written.prices
        self._quote = quote
        self._unit = int(10**written.prices.digits)
        self._lines = [quote.priced.line(number) for number in quote.numbers]

    def facts(self) -> Facts:
        """Everything that can be told of a priced basket."""
        return {**self._money(), **self._lists(), **self._points()}

    def _money(self) -> dict[str, Callable[[], Any]]:
        return {
            "line_discounts": lambda: self._by_line(self._discount),
            "line_totals": lambda: self._by_line(lambda c, p: self._paid(p.net_minor, c.line)),
            "line_gross": self._line_gross,
            "unit_discounts": lambda: self._by_line(self._unit_discounts, whole=True),
            "unit_prices": lambda: self._by_line(self._unit_price),
            "order_discount": self.order_discount,
            "by_program": self.by_program,
            "by_program_total": self._by_program_total,
            "subtotal": lambda: self._money_of(sum(p.list_minor for p in self._lines)),
            "total": self.total,
            "total_net": self._total_net,
            "shipping": lambda: self._money_of(self._shipping()),
            "percent": self._percent,
        }

    def _lists(self) -> dict[str, Callable[[], Any]]:
        return {
            "applied": self.applied,
            "applied_times": self._applied_times,
            "free_items": self.free_items,
            "free_skus": self._free_skus,
            "discounted_units": self._discounted_units,
            "receipt_lines": self._receipt_lines,
            "rejected_codes": self._rejected_codes,
            "rejected": self._rejected,
            "rejected_part": lambda: self._in_points(self._quote.wanted - self._redeemed()),
            "coupons_issued": lambda: len(self._quote.priced.issued),
        }

    def _points(self) -> dict[str, Callable[[], Any]]:
        totals = self._quote.priced.totals
        return {
            "points_earned": lambda: self._in_points(totals.points_earned),
            "points_redeemed": lambda: self._in_points(self._redeemed()),
            "line_points": lambda: self._by_line(lambda c, p: self._paid(p.points_minor, c.line)),
            "max_redeemable": lambda: self._in_points(self._quote.priced.limit.points),
            "tier": lambda: tier_name(self._quote.tier),
        }

    def _money_of(self, minor: int) -> Number:
        return Fraction(minor, self._unit)

    def _paid(self, minor: int, line: str) -> Number:
        return self._money_of(self._prices.with_tax_minor(minor, line))

    def _by_line(
        self, value: Callable[[CartLine, PricedLine], Any], *, whole: bool = False
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for cart, priced in zip(self._quote.numbers.values(), self._lines, strict=True):
            if whole and cart.weighed:
                continue
            found[cart.line] = value(cart, priced)
        return found

    def _discount(self, cart: CartLine, priced: PricedLine) -> Number:
        before = self._paid(priced.list_minor, cart.line)
        return before - self._paid(priced.net_minor, cart.line)

    def _line_gross(self) -> Any:
        """Of one line its amount; of several each one's."""
        found = self._by_line(lambda c, p: self._paid(p.list_minor, c.line))
        return next(iter(found.values())) if len(found) == 1 else found

    def _unit_discounts(self, cart: CartLine, priced: PricedLine) -> list[Number]:
        """The larger discounts first."""
        off = [0] * int(cart.quantity)
        for one in priced.modifications:
            units = one.units or len(off)
            split = allocate_largest_remainder(one.amount_minor, [1] * units)
            off = [a + b for a, b in zip_longest(off, split.parts, fillvalue=0)]
        return [self._paid(one, cart.line) for one in sorted(off, reverse=True)]

    def _unit_price(self, cart: CartLine, priced: PricedLine) -> Number:
        net = priced.net_minor
        if self._prices.added and self._prices.gross:
            net = self._prices.without_tax_minor(net, cart.line)
        return self._money_of(half_up(net / cart.quantity))

    def order_discount(self) -> Number:
        """What the lines lost to promotions; to points, where only points take anything off."""
        found = sum(self._by_line(self._discount).values(), Fraction(0))
        return found if self._has_prices() else found + self._points_money()

    def _has_prices(self) -> bool:
        return any(
            (one.get("effect") or one)["type"] in PRICE_EFFECTS
            for program in self._written.case.programs
            for one in program.get("effects", ())
        )

    def _points_money(self) -> Number:
        return self._money_of(self._quote.priced.totals.points_minor)

    def total(self) -> Number:
        """After discounts, delivery and tax; points that were claimed like a reward are one."""
        lines = self._by_line(lambda c, p: self._paid(p.net_minor, c.line)).values()
        total = sum(lines, Fraction(0)) + self._money_of(self._shipping())
        by_claim = self._quote.asked.claims and not self._quote.asked.points
        return total - self._points_money() if by_claim else total

    def payable(self) -> Number:
        """After points, before cards."""
        lines = self._by_line(lambda c, p: self._paid(p.payable_minor, c.line)).values()
        return sum(lines, Fraction(0)) + self._money_of(self._shipping())

    def _total_net(self) -> Number:
        def net(cart: CartLine, priced: PricedLine) -> Number:
            return self._money_of(self._prices.without_tax_minor(priced.net_minor, cart.line))

        return sum(self._by_line(net).values(), Fraction(0))

    def _shipping(self) -> int:
        number = self._quote.shipping
        return self._quote.priced.line(number).net_minor if number else 0

    def _percent(self) -> Number:
        """To the hundredth: an amount rounded to minor units is no exact percentage."""
        before = sum(self._by_line(lambda c, p: self._paid(p.list_minor, c.line)).values())
        percent = self.order_discount() * 100 / before if before else Fraction(0)
        return Fraction(half_up(percent * 100), 100)

    def _program_of(self, rule_id: str) -> str:
        ids = [str(program["id"]) for program in self._written.case.programs]
        return rule_id if rule_id in ids else rule_id.rpartition("/")[0]

    def by_program(self) -> dict[str, dict[str, Number]]:
        """What each programme took off each line."""
        found: dict[str, dict[str, Number]] = {}
        numbers = self._quote.numbers.values()
        for cart, priced in zip(numbers, self._lines, strict=True):
            for one in priced.modifications:
                name = self._program_of(one.rule_id)
                lines = found.setdefault(name, {c.line: Fraction(0) for c in numbers})
                lines[cart.line] += self._paid(one.amount_minor, cart.line)
        return found

    def _by_program_total(self) -> Any:
        return {name: sum(lines.values()) for name, lines in self.by_program().items()}

    def applied(self) -> list[str]:
        """Programmes that gave something."""
        given = [name for name, lines in self.by_program().items() if any(lines.values())]
        given += [self._program_of(gift.promotion_id) for gift in self._quote.priced.gifts]
        if number := self._quote.shipping:
            mods = self._quote.priced.line(number).modifications
            given += [self._program_of(one.rule_id) for one in mods]
        return list(dict.fromkeys(given))

    def _applied_times(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for rule_id, times in self._quote.priced.applications.items():
            name = self._program_of(rule_id)
            found[name] = found.get(name, 0) + times
        return found

    def free_items(self) -> list[Mapping[str, Any]]:
        """Gifts, by article."""
        found: dict[str, int] = {}
        for gift in self._quote.priced.gifts:
            found[gift.item_id] = found.get(gift.item_id, 0) + gift.units
        return [{"sku": sku, "qty": units} for sku, units in found.items() if units]

    def _reduced(self) -> list[tuple[CartLine, PriceModification, int]]:
        """(line, modification, unit price) of the units that a modification names."""
        found = []
        for cart, priced in zip(self._quote.numbers.values(), self._lines, strict=True):
            unit = self._prices.unit_minor(cart.unit_price, cart.line)
            found += [(cart, one, unit) for one in priced.modifications if one.amount_minor]
        return found

    def _free_skus(self) -> list[str]:
        return [
            cart.sku
            for cart, one, unit in self._reduced()
            if one.amount_minor == unit * one.units
            for _ in range(one.units)
        ]

    def _discounted_units(self) -> list[Number]:
        return [self._money_of(unit) for _, one, unit in self._reduced() for _ in range(one.units)]

    def _receipt_lines(self) -> list[list[Number]]:
        """As the paper prints them: of each line the part of more units first."""
        found = []
        for cart, priced in zip(self._quote.numbers.values(), self._lines, strict=True):
            count = 1 if cart.weighed else int(cart.quantity)
            for units, unit, total in sorted(priced.parts(count), key=lambda one: -one[0]):
                quantity = cart.quantity if cart.weighed else Fraction(units)
                found.append([quantity, self._money_of(unit), self._money_of(total)])
        return found

    def _rejected_codes(self) -> list[str]:
        cards = {one.casefold() for one in self._written.cards.program_ids | self._quote.cards}
        codes = {str(p.get("code")): str(p["id"]) for p in self._written.case.programs}
        applied = set(self.applied())
        return [
            code
            for code in self._quote.asked.codes
            if code.casefold() not in cards and codes.get(code) not in applied
        ]

    def _rejected(self) -> bool:
        wanted = self._quote.asked.points not in ("", MAX)
        return bool(self._rejected_codes()) or (wanted and not self._redeemed())

    def _redeemed(self) -> int:
        return self._quote.priced.totals.points_redeemed

    def redeemed(self) -> Number:
        """Points spent, as money or on rewards."""
        return self._in_points(self._redeemed())

    def _in_points(self, points: int) -> Number:
        return whole_points(points, self._written.scale)

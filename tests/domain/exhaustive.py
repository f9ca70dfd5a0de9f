"""The best total of competing promotions by trying everything. Never a word of the engine.

Reads the promotion documents themselves and knows three rules only: a unit takes at most one
promotion; a group gives what its document says; a percentage of a line is rounded once. What goes
to a promotion is a vector of counts, one number a line, as units of one line are alike. Every
vector is offered to every promotion, and every way of grouping it is tried.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

Vector = tuple[int, ...]
Document = Mapping[str, Any]
NO = -1
"""Not possible: these units cannot all be taken."""


@dataclass(frozen=True)
class Good:
    """One line: how many pieces, the price and the legal minimum of each in minor units."""

    name: str
    count: int
    price: int
    floor: int = 0


def minor(text: str) -> int:
    """`12.50` in minor units."""
    return int(Fraction(text) * 100)


def part(amount: int, percent: str) -> int:
    """So many percent of an amount, half up."""
    exact = amount * Fraction(percent) / 100
    return int(exact + Fraction(1, 2))


def vectors(most: Vector) -> Iterator[Vector]:
    """Every vector up to this one."""
    return product(*(range(count + 1) for count in most))


def less(one: Vector, other: Vector) -> Vector:
    """What is left of one vector without the other."""
    return tuple(a - b for a, b in zip(one, other, strict=True))


@dataclass
class Reference:
    """One basket under exclusive promotions and the member's percentage.

    `in_order` false tries every grouping; true only groups in falling price, of equal prices the
    higher floor first, as the written rule has it (the two differ only where floors bind).
    """

    goods: Sequence[Good]
    promotions: Sequence[Document]
    member_percent: str = "0"
    in_order: bool = False
    values: list[dict[Vector, int]] = field(default_factory=list)

    @cached_property
    def counts(self) -> Vector:
        """All units."""
        return tuple(good.count for good in self.goods)

    @property
    def effort(self) -> int:
        """About how many vectors will be tried."""
        pairs = prod((n + 1) * (n + 2) // 2 for n in self.counts)
        return pairs * max(len(self._competing), 1)

    @cached_property
    def _competing(self) -> list[Document]:
        return [p for p in self.promotions if not is_simple(p)]

    def best(self) -> int:
        """The largest saving, minor units."""
        alone = {v: self._alone(v) for v in vectors(self.counts)}
        found = alone
        for promotion in self._competing:
            gives = {
                v: value
                for v in vectors(self._seen(promotion))
                if (value := self._value(promotion, v)) > 0
            }
            found = {
                rest: max(
                    saved,
                    *(
                        value + found[less(rest, v)]
                        for v, value in gives.items()
                        if all(a <= b for a, b in zip(v, rest, strict=True))
                    ),
                    0,
                )
                for rest, saved in found.items()
            }
        return found[self.counts]

    def _seen(self, promotion: Document) -> Vector:
        names = set(promotion.get("goods", {}).get("items", ())) or None
        for role in roles_of(promotion):
            names = (names or set()) | set(role["goods"]["items"])
        return tuple(g.count if names is None or g.name in names else 0 for g in self.goods)

    def _alone(self, units: Vector) -> int:
        """What is left to simple promotions: on each line the one that gives most of it."""
        simple = [p for p in self.promotions if is_simple(p)]
        total = 0
        for place, (good, count) in enumerate(zip(self.goods, units, strict=True)):
            found = [min(part(good.price * count, self.member_percent), self._room(good) * count)]
            for promotion in simple:
                if self._seen(promotion)[place]:
                    found.append(self._off_line(promotion, good, count))
            total += max(found)
        return total

    def _room(self, good: Good) -> int:
        return max(good.price - good.floor, 0)

    def _off_unit(self, promotion: Document, good: Good) -> int:
        if promotion["kind"] == "percent":
            wanted = part(good.price, promotion["percent"])
        elif promotion["kind"] == "amount":
            wanted = minor(promotion["amount"])
        else:
            wanted = max(good.price - minor(promotion["price"]), 0)
        return min(wanted, self._room(good))

    def _off_line(self, promotion: Document, good: Good, count: int) -> int:
        if promotion["kind"] == "percent" and promotion.get("scope", "line") == "line":
            wanted = part(good.price * count, promotion["percent"])
            return min(wanted, self._room(good) * count)
        return self._off_unit(promotion, good) * count

    def _value(self, promotion: Document, units: Vector) -> int:
        """The most that a promotion gives for exactly these units."""
        if not sum(units):
            return 0
        if promotion["kind"] in ("percent", "amount", "fixed_price") and not grouped(promotion):
            return self._limited(promotion, units)
        if promotion["kind"] == "buy_get" and not same_goods(promotion):
            return self._buy_get(promotion, units)
        if promotion.get("parts") and self.in_order:
            return self._falling_sets(promotion, units)
        if promotion.get("parts"):
            return self._set(promotion, units, most_groups(promotion))
        if self.in_order:
            return self._falling(promotion, units)
        return self._grouped(promotion, units, most_groups(promotion), most_off(promotion))

    def _limited(self, promotion: Document, units: Vector) -> int:
        most = promotion.get("max_units", 0)
        each = promotion.get("max_units_per_line", 0)
        if (most and sum(units) > most) or (each and max(units) > each):
            return NO
        pairs = zip(self.goods, units, strict=True)
        found = sum(self._off_line(promotion, good, count) for good, count in pairs)
        return min(found, minor(promotion["cap"])) if promotion.get("cap") else found

    def _falling(self, promotion: Document, units: Vector) -> int:
        """Groups of the dearest first, of equal prices the higher floor first."""
        order = sorted(
            range(len(self.goods)), key=lambda i: (-self.goods[i].price, -self.goods[i].floor)
        )
        queue = [self.goods[i] for i in order for _ in range(units[i])]
        size, least = sizes(promotion)
        total = offs = groups = 0
        while queue:
            together, queue = queue[:size], queue[size:]
            if len(together) < least:
                return NO
            value, count = self._group_value(promotion, together)
            total, offs, groups = total + value, offs + count, groups + 1
        return total if within(promotion, groups, offs) else NO

    def _grouped(self, promotion: Document, units: Vector, groups: int, offs: int) -> int:
        """The dearest unit left is in some group: every one it may be in is tried."""
        if not sum(units):
            return 0
        if not groups:
            return NO
        size, least = sizes(promotion)
        first = next(i for i, count in enumerate(units) if count)
        best = NO
        for together in vectors(tuple(min(n, size) for n in units)):
            if not together[first] or not least <= sum(together) <= size:
                continue
            members = [g for g, n in zip(self.goods, together, strict=True) for _ in range(n)]
            value, count = self._group_value(promotion, sorted(members, key=by_price))
            if count > offs:
                continue
            rest = self._grouped(promotion, less(units, together), groups - 1, offs - count)
            best = max(best, value + rest if rest != NO else NO)
        return best

    def _group_value(self, promotion: Document, together: Sequence[Good]) -> tuple[int, int]:
        """What one group saves, and how many of its units are reduced."""
        if promotion["kind"] == "bundle":
            lowest = max(minor(promotion["price"]), sum(g.floor for g in together))
            return max(sum(g.price for g in together) - lowest, 0), 0
        offs = [self._off_at(promotion, place, g) for place, g in enumerate(together)]
        return sum(offs), sum(1 for off in offs if off)

    def _off_at(self, promotion: Document, place: int, good: Good) -> int:
        kind = promotion["kind"]
        if kind == "buy_n_pay_m":
            wanted = good.price if place >= promotion["pay"] else 0
        elif kind == "nth_price":
            last = place == promotion["every"] - 1
            wanted = max(good.price - minor(promotion["price"]), 0) if last else 0
        elif kind == "buy_get":
            free = place >= promotion["buy"].get("units", 1)
            wanted = part(good.price, promotion["get"].get("percent", "100")) if free else 0
        else:
            return self._off_unit(promotion, good)
        return min(wanted, self._room(good))

    def _set(self, promotion: Document, units: Vector, groups: int) -> int:
        """Sets of all parts: every choice of units for every part."""
        if not sum(units):
            return 0
        if not groups:
            return NO
        best = NO
        for together in self._sets(roles_of(promotion), units):
            members = [g for g, n in zip(self.goods, together, strict=True) for _ in range(n)]
            value, _ = self._group_value(promotion, members)
            rest = self._set(promotion, less(units, together), groups - 1)
            best = max(best, value + rest if rest != NO else NO)
        return best

    def _falling_sets(self, promotion: Document, units: Vector) -> int:
        """Every choice of units for every part; the dearest of each part are in the first set."""
        roles = roles_of(promotion)
        groups, odd = divmod(sum(units), sum(role.get("units", 1) for role in roles))
        if odd or groups > most_groups(promotion):
            return NO
        many = [{**role, "units": groups * role.get("units", 1)} for role in roles]
        return max(
            (self._sets_value(promotion, way) for way in self._ways(many, units)), default=NO
        )

    def _ways(self, roles: Sequence[Document], units: Vector) -> Iterator[tuple[Vector, ...]]:
        if not roles:
            yield ()
            return
        for one in self._of_role(roles[0], units):
            yield from ((one, *rest) for rest in self._ways(roles[1:], less(units, one)))

    def _sets_value(self, promotion: Document, way: Sequence[Vector]) -> int:
        queues = []
        for taken in way:
            members = [g for g, n in zip(self.goods, taken, strict=True) for _ in range(n)]
            queues.append(sorted(members, key=by_price))
        total = 0
        while any(queues):
            together: list[Good] = []
            for role, queue in zip(roles_of(promotion), queues, strict=True):
                together += queue[: role.get("units", 1)]
                del queue[: role.get("units", 1)]
            total += self._group_value(promotion, together)[0]
        return total

    def _sets(self, roles: Sequence[Document], units: Vector) -> set[Vector]:
        found = {(0,) * len(units)}
        for role in roles:
            found = {
                tuple(a + b for a, b in zip(known, more, strict=True))
                for known in found
                for more in self._of_role(role, less(units, known))
            }
        return found

    def _of_role(self, role: Document, units: Vector) -> Iterator[Vector]:
        names = role["goods"]["items"]
        seen = tuple(n if g.name in names else 0 for g, n in zip(self.goods, units, strict=True))
        wanted = role.get("units", 1)
        return (v for v in vectors(tuple(min(n, wanted) for n in seen)) if sum(v) == wanted)

    def _buy_get(self, promotion: Document, units: Vector) -> int:
        """Whoever is reduced has been bought for: every split of each line into the two roles."""
        buy, get = promotion["buy"], promotion["get"]
        best = NO
        for got in vectors(units):
            bought = less(units, got)
            pairs = list(zip(self.goods, got, bought, strict=True))
            if any(n and g.name not in get["goods"]["items"] for g, n, _ in pairs):
                continue
            if any(n and g.name not in buy["goods"]["items"] for g, _, n in pairs):
                continue
            groups = -(-sum(got) // get.get("units", 1))
            if sum(bought) < groups * buy.get("units", 1):
                continue
            percent = get.get("percent", "100")
            offs = [(min(part(g.price, percent), self._room(g)), n) for g, n, _ in pairs]
            if within(promotion, groups, sum(n for off, n in offs if off)):
                best = max(best, sum(off * n for off, n in offs))
        return best


def by_price(good: Good) -> tuple[int, int]:
    """The dearest first, of equal prices the one that may fall least."""
    return -good.price, -good.floor


def is_simple(promotion: Document) -> bool:
    """True where every unit is judged by itself."""
    limited = any(promotion.get(key) for key in ("max_units", "max_units_per_line", "cap"))
    return promotion["kind"] in ("percent", "amount", "fixed_price") and not (
        limited or grouped(promotion)
    )


def grouped(promotion: Document) -> bool:
    """True for what only full groups get."""
    return promotion.get("group_size", 0) > 1


def same_goods(promotion: Document) -> bool:
    """True where what is bought and what is reduced are the same goods."""
    return promotion["buy"]["goods"] == promotion["get"]["goods"]


def roles_of(promotion: Document) -> list[Document]:
    """The parts of a set; what is bought and what is reduced."""
    if promotion["kind"] == "buy_get":
        return [promotion["buy"], promotion["get"]]
    return list(promotion.get("parts", ()))


def sizes(promotion: Document) -> tuple[int, int]:
    """Units of a full group, and of the smallest one that counts."""
    if promotion["kind"] == "buy_get":
        buy = promotion["buy"].get("units", 1)
        return buy + promotion["get"].get("units", 1), buy + 1
    size = promotion.get("every") or promotion.get("group_size") or promotion["buy"]
    return size, size


WITHOUT_LIMIT = 1_000


def most_groups(promotion: Document) -> int:
    """How often it may be given."""
    limits = (
        promotion.get("max_applications", 0),
        promotion.get("limits", {}).get("per_receipt", 0),
    )
    return min((n for n in limits if n), default=WITHOUT_LIMIT)


def most_off(promotion: Document) -> int:
    """How many units it may reduce."""
    most = promotion.get("max_get_units", 0)
    if promotion["kind"] == "buy_get" and not promotion.get("repeat", True):
        once = promotion["get"].get("units", 1)
        most = min(most or once, once)
    return most or WITHOUT_LIMIT


def within(promotion: Document, groups: int, offs: int) -> bool:
    """True when neither limit is passed."""
    return groups <= most_groups(promotion) and offs <= most_off(promotion)

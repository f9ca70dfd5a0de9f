"""The search of the item step against every possibility, counted out on small baskets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pos_app.domain.money import share_half_up
from pos_app.domain.pricing import setting
from pos_app.domain.pricing.engine import Engine
from tests.builders import (
    a_context,
    a_customer,
    a_line,
    a_program,
    a_promotion,
    an_item,
    by_rule,
    numbered,
    priced,
)

NAMES = "abc"


def group(kind: str, promotion_id: str, goods: str, **fields) -> dict:
    return a_promotion(kind, promotion_id, goods={"items": list(goods)}, **fields)


def rubles(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


@dataclass(frozen=True)
class Shelf:
    """One line: an item, how many, its price, its floor."""

    name: str
    count: int
    price: int
    floor: int = 0


def groupings(units: tuple[Shelf, ...], size: int) -> Iterator[tuple[tuple[Shelf, ...], ...]]:
    """Every way to split units into full groups."""
    if not units:
        yield ()
        return
    first, rest = units[0], units[1:]
    for chosen in _subsets(len(rest), size - 1):
        group_ = (first, *(rest[i] for i in chosen))
        others = tuple(u for i, u in enumerate(rest) if i not in chosen)
        for tail in groupings(others, size):
            yield (group_, *tail)


def _subsets(count: int, size: int) -> Iterator[tuple[int, ...]]:
    if size == 0:
        yield ()
    elif count >= size:
        yield from _subsets(count - 1, size)
        yield from ((*s, count - 1) for s in _subsets(count - 1, size - 1))


def group_saving(promotion: dict, units: Sequence[Shelf]) -> int:
    dearest_first = sorted(units, key=lambda u: -u.price)
    if promotion["kind"] == "bundle":
        price = round(float(promotion["price"]) * 100)
        most = sum(u.price - u.floor for u in units)
        return min(max(sum(u.price for u in units) - price, 0), most)
    return sum(u.price - u.floor for u in dearest_first[promotion["pay"] :])


def most_of_groups(promotion: dict, units: list[Shelf]) -> int:
    """The best grouping of exactly these units; -1 when they do not fill groups."""
    size, limit = promotion["buy"], promotion.get("max_applications", 0)
    if len(units) % size or (limit and len(units) // size > limit):
        return -1
    ways = groupings(tuple(units), size)
    return max(sum(group_saving(promotion, one) for one in way) for way in ways)


def most_by_counting(
    shelves: Sequence[Shelf], promotions: Sequence[dict], percents: dict[str, int]
) -> int:
    """The largest saving over all assignments, percents rounded once a line."""
    units = [s for s in shelves for _ in range(s.count)]
    options = [
        [-1, *(i for i, p in enumerate(promotions) if u.name in p["goods"]["items"])] for u in units
    ]
    best = 0
    for choice in product(*options):
        saving = 0
        for number, promotion in enumerate(promotions):
            taken = [u for u, c in zip(units, choice, strict=True) if c == number]
            part = most_of_groups(promotion, taken)
            if part < 0:
                break
            saving += part
        else:
            for shelf in shelves:
                pairs = zip(units, choice, strict=True)
                alone = sum(1 for u, c in pairs if u is shelf and c == -1)
                room = (shelf.price - shelf.floor) * alone
                cut = share_half_up(shelf.price * alone, percents.get(shelf.name, 0))
                saving += min(cut, room)
            best = max(best, saving)
    return best


PRICES = st.sampled_from([1, 3, 10, 33, 35, 99, 100, 1_05, 4_49, 10_00, 12_35, 99_99])
KINDS = st.sampled_from(["buy_n_pay_m", "bundle"])


@st.composite
def shelves_of(draw, floors: bool = False) -> list[Shelf]:
    found, left = [], 7
    for name in NAMES[: draw(st.integers(1, 3))]:
        count = draw(st.integers(1, min(left, 4)))
        price = draw(PRICES)
        floor = draw(st.integers(0, price)) if floors and draw(st.booleans()) else 0
        found.append(Shelf(name, count, price, floor))
        left -= count
        if not left:
            break
    return found


@st.composite
def groups_of(draw, kinds: st.SearchStrategy[str] = KINDS) -> list[dict]:
    found = []
    for number in range(draw(st.integers(1, 2))):
        kind, buy = draw(kinds), draw(st.integers(2, 3))
        goods = draw(st.sets(st.sampled_from(NAMES), min_size=1))
        fields: dict = {"buy": buy, "max_applications": draw(st.integers(0, 2))}
        if kind == "bundle":
            fields["price"] = rubles(draw(st.integers(1, 30_00)))
        else:
            fields["pay"] = draw(st.integers(0, buy - 1))
        found.append(group(kind, f"g{number}", "".join(sorted(goods)), **fields))
    return found


PERCENTS = st.dictionaries(
    st.sampled_from(NAMES), st.sampled_from(["10", "5", "7.5", "33.3333", "50", "99"])
)


def run(shelves: Sequence[Shelf], promotions: Sequence[dict], percents: dict[str, str], **context):
    singles = [
        a_promotion("percent", f"s-{name}", percent=percent, goods={"items": [name]})
        for name, percent in percents.items()
    ]
    lines = [a_line(an_item(s.name, s.price, floor_minor=s.floor), s.count) for s in shelves]
    return priced(a_program(promotions=[*promotions, *singles]), *lines, **context)


def ppm(percents: dict[str, str]) -> dict[str, int]:
    return {name: round(float(percent) * 10_000) for name, percent in percents.items()}


@settings(max_examples=150)
@given(shelves_of(), groups_of(), PERCENTS)
@example(
    [Shelf("a", 3, 35), Shelf("b", 3, 35)],
    [group("bundle", "g0", "ab", buy=2, price="0.63", max_applications=0)],
    {"a": "10", "b": "10"},
)
def test_the_search_finds_what_counting_every_assignment_finds(shelves, promotions, percents):
    result = run(shelves, promotions, percents)
    assert result.optimal
    assert result.totals.discount_minor == most_by_counting(shelves, promotions, ppm(percents))


@settings(max_examples=60)
@given(shelves_of(floors=True), groups_of(kinds=st.just("bundle")).map(lambda g: g[:1]), PERCENTS)
def test_the_search_sees_floors_as_the_realisation_does(shelves, promotions, percents) -> None:
    """One unit of each line, so that every grouping is one in falling price."""
    single = [Shelf(s.name, 1, s.price, s.floor) for s in shelves]
    result = run(single, promotions, percents)
    assert result.totals.discount_minor == most_by_counting(single, promotions, ppm(percents))


@settings(max_examples=60)
@given(shelves_of(), groups_of(), st.sampled_from(["5", "7.5", "10"]))
def test_the_search_weighs_the_members_own_discount_on_units_left_alone(
    shelves, promotions, percent: str
) -> None:
    discount = {"id": "card", "kind": "fixed", "percent": percent}
    program = a_program(promotions=promotions, member_discounts=[discount])
    lines = [a_line(an_item(s.name, s.price), s.count) for s in shelves]
    result = priced(program, *lines, customer=a_customer())
    rates = ppm(dict.fromkeys(NAMES, percent))
    assert result.totals.discount_minor == most_by_counting(shelves, promotions, rates)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(PRICES, st.integers(1, 3)), min_size=1, max_size=2),
    st.integers(1, 4),
    st.sampled_from(["12.5", "30", "33.3333"]),
    st.sampled_from(["5", "10"]),
)
def test_a_promotion_limited_to_some_units_gets_the_best_ones(rows, most, limited, other) -> None:
    shelves = [Shelf(NAMES[i], count, price) for i, (price, count) in enumerate(rows)]
    promotions = [
        a_promotion("percent", "few", percent=limited, max_units=most),
        a_promotion("percent", "all", percent=other),
    ]
    result = run(shelves, promotions, {})
    best = 0
    for split in product(*(range(s.count + 1) for s in shelves)):
        if sum(split) > most:
            continue
        saving = sum(
            share_half_up(s.price * few, round(float(limited) * 10_000))
            + share_half_up(s.price * (s.count - few), round(float(other) * 10_000))
            for s, few in zip(shelves, split, strict=True)
        )
        best = max(best, saving)
    assert result.totals.discount_minor == best


def test_two_promotions_never_use_one_unit_twice() -> None:
    """Two `buy one get one` on three units give one unit free, not two."""
    promotions = [group("buy_n_pay_m", f"bogo{n}", "a", buy=2, pay=1) for n in (1, 2)]
    result = run([Shelf("a", 3, 100_00)], promotions, {})
    assert by_rule(result) == {"bogo1": 100_00}


def test_the_better_total_wins_over_priority() -> None:
    promotions = [
        a_promotion("amount", "ten", amount="10.00", priority=100),
        a_promotion("amount", "twenty", amount="20.00"),
    ]
    assert by_rule(run([Shelf("a", 1, 100_00)], promotions, {})) == {"twenty": 20_00}


def test_ties_go_to_priority_then_to_the_smaller_id() -> None:
    one, two = (a_promotion("percent", name, percent="10") for name in ("b", "a"))
    assert by_rule(run([Shelf("a", 1, 100_00)], [one, two], {})) == {"a": 10_00}
    assert by_rule(run([Shelf("a", 1, 100_00)], [{**one, "priority": 1}, two], {})) == {"b": 10_00}


def test_a_tie_goes_to_fewer_groups() -> None:
    pairs = group("buy_n_pay_m", "a-pairs", "a", buy=2, pay=1)
    four = group("buy_n_pay_m", "four", "a", buy=4, pay=2)
    assert by_rule(run([Shelf("a", 4, 100)], [pairs, four], {})) == {"four": 200}


def test_a_line_of_500_units_takes_a_reasonable_number_of_nodes() -> None:
    promotions = [
        group("buy_n_pay_m", "three", "ab", buy=3, pay=2),
        group("bundle", "five", "a", buy=5, price="300.00"),
        a_promotion("percent", "s", percent="7.5"),
    ]
    result = run([Shelf("a", 500, 89_99), Shelf("b", 2, 45_55)], promotions, {})
    assert result.optimal
    assert result.gap_minor == 0
    assert result.nodes < 60_000
    assert result.totals.discount_minor > 0


def test_an_adversarial_basket_says_that_it_is_not_proven_and_by_how_much() -> None:
    promotions = [
        group("buy_n_pay_m", f"g{n}", "abc", buy=5 + n, pay=3, max_applications=3) for n in range(4)
    ]
    shelves = [Shelf("a", 20, 10_07), Shelf("b", 20, 9_11), Shelf("c", 20, 5_01)]
    program = a_program(promotions=promotions, node_budget=1000)
    lines = numbered(*(a_line(an_item(s.name, s.price), s.count) for s in shelves))
    result = priced(program, *lines)
    assert not result.optimal
    assert result.gap_minor > 0
    assert result.totals.discount_minor > 0
    assert priced(program, *lines) == result


@pytest.mark.parametrize("budget", [1, 50, 100_000])
def test_any_budget_gives_whole_groups_only(budget: int) -> None:
    promotions = [group("buy_n_pay_m", f"g{n}", "abc", buy=2 + n, pay=1) for n in range(3)]
    program = a_program(promotions=promotions, node_budget=budget)
    lines = [a_line(an_item(name, price), 5) for name, price in zip(NAMES, (3, 5, 7), strict=True)]
    result = priced(program, *lines)
    taken = {p["id"]: 0 for p in promotions}
    for line in result.lines:
        for modification in line.modifications:
            taken[modification.rule_id] += modification.units
    assert all(taken[p["id"]] % p["buy"] == 0 for p in promotions)


def test_a_limit_that_is_not_reached_is_no_limit() -> None:
    """`few` beats `most` on tea only, where its two units are enough: no search at all."""
    promotions = [
        a_promotion("percent", "few", percent="20", max_units=2),
        a_promotion("percent", "most", percent="30", goods={"items": ["a"]}),
    ]
    result = run([Shelf("a", 5, 10_00), Shelf("b", 2, 10_00)], promotions, {})
    assert by_rule(result) == {"most": 15_00, "few": 4_00}
    assert result.nodes == 0


def test_of_two_limits_that_are_not_reached_the_better_promotion_stays() -> None:
    promotions = [
        a_promotion("percent", "base", percent="30", goods={"items": ["a"]}),
        a_promotion("percent", "x-less", percent="10", max_units=1),
        a_promotion("percent", "y-more", percent="20", max_units=1),
    ]
    result = run([Shelf("a", 5, 10_00), Shelf("b", 1, 10_00)], promotions, {})
    assert by_rule(result) == {"base": 15_00, "y-more": 2_00}


def test_a_group_that_cannot_be_filled_is_not_searched() -> None:
    result = run([Shelf("a", 2, 10_00)], [group("buy_n_pay_m", "g", "a", buy=3, pay=1)], {})
    assert (result.nodes, result.totals.discount_minor) == (0, 0)


def test_how_often_a_finished_promotion_was_given_is_forgotten() -> None:
    promotions = [
        group("buy_n_pay_m", "three", "a", buy=3, pay=2, max_applications=2),
        group("buy_n_pay_m", "two", "ab", buy=2, pay=1, max_applications=1),
    ]
    shelves = [Shelf("a", 6, 100), Shelf("b", 1, 90)]
    result = run(shelves, promotions, {})
    assert result.totals.discount_minor == most_by_counting(shelves, promotions, {}) == 200


def test_an_engine_that_forgets_components_gives_the_same_answers(monkeypatch) -> None:
    monkeypatch.setattr(setting, "KNOWN_MOST", 1)
    pairs = [group("buy_n_pay_m", f"g{name}", name, buy=2, pay=1) for name in NAMES]
    engine = Engine(a_program(promotions=pairs))
    for count in (2, 3, 2, 4):
        lines = numbered(*(a_line(an_item(name, 10_00), count) for name in NAMES))
        result = engine.price(lines, a_context())
        assert result.totals.discount_minor == 3 * 10_00 * (count // 2)

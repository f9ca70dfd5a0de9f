"""What a completed sale counts, from its lines and its explanation; and back with the goods."""

from dataclasses import replace
from datetime import date

from pos_app.domain.document import CompletedLine, PriceModification, Step
from pos_app.domain.item import Item
from pos_app.domain.loyalty.tally import TallyEntry
from pos_app.domain.pricing.result import Trace
from pos_app.domain.quantity import grams, pieces
from pos_app.domain.tally_return import tallies_back
from pos_app.domain.tallying import Sold, sold_lines, tallies_of
from tests.domain.counting import program
from tests.storage.builders import sale

ON = date(2026, 11, 20)
SMOKE = Item("s", "Smoke", (), ("Табак",), regulated="tobacco")
TWO = pieces(2)
TEA = Item("t", "Tea", (), ("Чай",))


def sold_line(number, quantity=TWO, net=1000, **more) -> CompletedLine:
    plain = sale(1, "m1", lines=1).lines[0]
    return replace(plain, line=number, quantity=quantity, net_minor=net, payable_minor=net, **more)


def trace(rule, *lines, applied=True) -> Trace:
    return Trace(rule, rule, None, applied, 0, lines, ())


def found(club, lines, traces=(), items=None, **more):
    items = items or {line.line: TEA for line in lines}
    entries = tallies_of(club, Sold(lines, traces, ON, items, **more))
    return {(e.tally, e.period): (e.amount, e.lines) for e in entries if e.tally != "visits"}


def test_points_under_a_cap_of_a_rule_are_those_of_lines_where_it_gave() -> None:
    club = program(cashback={"caps": [{"id": "m", "points": 9, "rules": ["more"]}]})
    lines = [sold_line(1, points_earned=7), sold_line(2, points_earned=5)]
    gave = [trace("base", 1, 2), trace("more", 2), trace("more", 1, applied=False)]
    assert found(club, lines, gave) == {("earned/m", "2026-11"): (5, (2,))}


def test_a_line_is_seen_with_its_units_its_promotions_and_whether_it_counts() -> None:
    lines = [
        sold_line(1, modifications=(
            PriceModification("p", Step.ITEM, 10, 1), PriceModification("p", Step.ITEM, 5, 2))),
        sold_line(2, grams(342)),
        sold_line(3),
        sold_line(4),
    ]  # fmt: skip
    items = {1: TEA, 2: TEA, 3: SMOKE}
    seen = sold_lines(program(), Sold(lines, (), ON, items))
    assert [(one.line, one.units, one.counts) for one in seen] == [
        (1, 2, True), (2, 1, True), (3, 2, False),
    ]  # fmt: skip
    assert dict(seen[0].touched) == {"p": 3}


def test_uses_of_a_limited_promotion_are_counted_as_often_as_it_was_given() -> None:
    limited = {"id": "p", "kind": "percent", "percent": "5",
               "limits": {"per_member": 1, "period": "day"}}  # fmt: skip
    club = program(promotions=[limited, {"id": "q", "kind": "percent", "percent": "1"}])
    touched = (PriceModification("p", Step.ITEM, 10), PriceModification("q", Step.ITEM, 1))
    lines = [sold_line(1, modifications=touched), sold_line(2)]
    assert found(club, lines) == {("uses/p", "2026-11-20"): (1, (1,))}
    assert found(club, lines, applications={"p": 3}) == {("uses/p", "2026-11-20"): (3, (1,))}
    assert found(club, [sold_line(2)]) == {}
    assert found(club, [sold_line(2)], applications={"p": 1}) == {("uses/p", "2026-11-20"): (1, ())}


def test_points_go_back_by_points_and_the_rest_by_money() -> None:
    lines = (
        sold_line(1, net=3000, points_earned=10),
        sold_line(2, net=1000, points_earned=90),
    )
    tallies = (TallyEntry("earned/m", "2026-11", 100), TallyEntry("draw/car", "", 4))
    original = replace(sale(1, "m1"), lines=lines, tallies=tallies)
    back = replace(lines[1], line=1, returned_line=2)
    stranger = replace(lines[0], returned_line=None)
    assert tallies_back(original, {}, [back, stranger]) == (
        TallyEntry("earned/m", "2026-11", -90),
        TallyEntry("draw/car", "", -1),
    )
    rest = replace(lines[0], line=1, returned_line=1)
    assert tallies_back(original, {2: 2}, [rest]) == (
        TallyEntry("earned/m", "2026-11", -10),
        TallyEntry("draw/car", "", -3),
    )


def test_an_entry_that_rests_on_every_line_names_none() -> None:
    club = program(draws={"list": [{"id": "car", "per_unit": 1}]})
    assert found(club, [sold_line(1), sold_line(2)]) == {("draw/car", ""): (4, ())}
    items = {1: TEA, 2: SMOKE}
    assert found(club, [sold_line(1), sold_line(2)], items=items) == {("draw/car", ""): (2, (1,))}

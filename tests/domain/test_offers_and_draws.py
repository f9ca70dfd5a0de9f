"""Personal offers with their budgets, and entries of prize draws."""

from datetime import date

import pytest

from pos_app.domain.loyalty.drawing import draw_entries, entries_given, told
from pos_app.domain.loyalty.offering import (
    Whose,
    beyond_uses,
    offer_entries,
    offers_open,
    segments_of,
)
from pos_app.domain.loyalty.tally import TallyEntry
from pos_app.domain.mechanics.counting import Days
from pos_app.domain.mechanics.draws import Draw
from pos_app.domain.mechanics.offers import Offer
from pos_app.domain.promotion.goods import Goods
from resources.words import Words
from tests.domain.counting import faults, line

ON = date(2026, 3, 5)
VIP = Offer("vip", {"en": "For you"}, segments=frozenset({"rich"}), uses=2, period="month")
ANNA = Offer("anna", {}, members=frozenset({"anna"}))
FEW = Offer("few", {}, segments=frozenset({"rich"}), uses=2, budget=100)


def rich(used: int = 0) -> Whose:
    return Whose("boris", frozenset({"rich"}), {("uses/offer/vip", "2026-03"): used})


def names(found) -> list[str]:
    return [one.offer.offer_id for one in found]


def test_an_offer_is_for_members_named_and_for_segments() -> None:
    anna = Whose("anna", frozenset(), {})
    assert names(offers_open([VIP, ANNA], anna, ON, {})) == ["anna"]
    found = offers_open([VIP, ANNA], rich(), ON, {})
    assert names(found) == ["vip"]
    assert segments_of(found) == {"offer/vip"}


@pytest.mark.parametrize(("used", "left"), [(0, 2), (1, 1), (2, None), (3, None)])
def test_uses_of_a_period_run_out(used, left) -> None:
    found = offers_open([VIP], rich(used=used), ON, {})
    assert [one.left for one in found] == ([left] if left else [])
    assert names(offers_open([VIP], rich(used=used), date(2026, 4, 1), {})) == ["vip"]


@pytest.mark.parametrize(("spent", "left"), [(97, [2]), (99, [1]), (100, [])])
def test_the_budget_of_all_members_runs_out(spent, left) -> None:
    whose = Whose("boris", frozenset({"rich"}), {})
    assert [one.left for one in offers_open([FEW], whose, ON, {"few": spent})] == left
    only = Offer("only", {}, segments=frozenset({"rich"}), budget=100)
    found = offers_open([only], whose, ON, {"only": spent})
    assert [one.left for one in found] == ([100 - spent] if spent < 100 else [])


def test_an_offer_has_days_and_is_told() -> None:
    old = Offer("old", {}, members=frozenset({"anna"}), days=Days(None, date(2026, 3, 4)))
    new = Offer("new", {}, members=frozenset({"anna"}), days=Days(date(2026, 3, 5), None))
    anna = Whose("anna", frozenset(), {})
    assert names(offers_open([old, new], anna, ON, {})) == ["new"]
    words = Words("en")
    (free,) = offers_open([ANNA], anna, ON, {})
    (counted,) = offers_open([VIP], rich(), ON, {})
    assert words.say(free.told("en")) == "Personal offer: anna"
    assert words.say(counted.told("en")) == "Personal offer: For you, 2 left"


def test_a_use_is_counted_once_a_receipt_with_the_lines_it_touched() -> None:
    rules = {"off": frozenset({"offer/vip"}), "points": frozenset({"offer/anna"}), "x": frozenset()}
    lines = [
        line(1, touched={"off": 1}),
        line(2, touched={"x": 1}),
        line(3, touched={"off": 2}, earn_rules=frozenset({"points"})),
    ]
    assert list(offer_entries([VIP, ANNA, FEW], rules, lines, ON)) == [
        TallyEntry("uses/offer/vip", "2026-03", 1, (1, 3)),
        TallyEntry("uses/offer/anna", "", 1, (3,)),
    ]


def test_uses_beyond_the_limit_are_known() -> None:
    used = TallyEntry("uses/offer/vip", "2026-03", 1)
    assert [beyond_uses(VIP, used, total) for total in (2, 3, 9)] == [0, 1, 1]
    assert beyond_uses(VIP, TallyEntry("uses/offer/vip", "2026-03", -1), 9) == 0
    assert beyond_uses(ANNA, TallyEntry("uses/offer/anna", "", 1), 9) == 0
    assert beyond_uses(VIP, TallyEntry("visits", "", 1), 9) == 0


OPENED = [{"id": "p", "kind": "percent", "percent": "5", "when": {"segments": ["offer/vip"]}}]


@pytest.mark.parametrize(
    ("offer", "path", "reason"),
    [
        ({}, ".segments", "whose is it? members or segments are needed"),
        ({"segments": ["offer/b"]}, ".segments", "an offer cannot stand on another"),
        ({"segments": ["a"], "period": "day"}, ".period", "means nothing without uses"),
        ({"segments": ["a"], "uses": 3, "budget": 2}, ".budget",
         "less than one member may use (3)"),
        ({"segments": ["a"], "from": "2026-03-02", "until": "2026-03-01"}, ".until",
         "ends before it begins (2026-03-02)"),
    ],
)  # fmt: skip
def test_an_offer_nobody_can_explain_is_refused(offer, path, reason) -> None:
    found = faults(promotions=OPENED, offers={"list": [{"id": "vip", **offer}]})
    assert found == {f"offers.list[0]{path}": reason}


def test_an_offer_opens_something_and_what_it_opens_is_there() -> None:
    offers = {"list": [{"id": "other", "segments": ["a"]}]}
    assert faults(promotions=OPENED, offers=offers) == {
        "offers.list[0]": "no rule is for the segment 'offer/other'",
        "promotions[0].when.segments": "there is no offer 'vip'",
    }


CAR = Draw("car", {"en": "Car"}, per_minor=500_00)
UNITS = Draw("u", {}, per_unit=2, goods=Goods(categories=frozenset({"Чай"})), most_per_receipt=5)


@pytest.mark.parametrize(("paid", "entries"), [(499_99, 0), (500_00, 1), (1499_99, 2)])
def test_every_full_amount_paid_is_an_entry(paid, entries) -> None:
    assert entries_given(CAR, [line(1, net=2000_00, paid=paid)]) == entries


def test_units_give_entries_up_to_the_most_of_a_receipt() -> None:
    assert entries_given(UNITS, [line(1, 2), line(2, 9, categories=("Хлеб",))]) == 4
    assert entries_given(UNITS, [line(1, 3)]) == 5


def test_a_draw_counts_on_its_days_and_is_told() -> None:
    over = Draw("over", {}, per_minor=1, days=Days(None, date(2026, 3, 4)))
    found = list(draw_entries([CAR, over, UNITS], [line(1, 6, categories=("Хлеб",))], ON))
    assert found == [TallyEntry("draw/car", "", 1, (1,))]
    assert Words("en").say(told(CAR, {("draw/car", ""): 3}, "en")) == "Draw Car: entries 3"


@pytest.mark.parametrize("draw", [{}, {"per": "500.00", "per_unit": 1}])
def test_a_draw_has_one_way_in(draw) -> None:
    assert faults(draws={"list": [{"id": "car", **draw}]}) == {
        "draws.list[0].per": "either per (an amount) or per_unit is needed"
    }

"""Caps of earning on both sides of each border, and the member's own categories."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.counted_customer import Counted, with_counters
from pos_app.domain.loyalty.capping import (
    cap_entries,
    clips,
    earned_under,
    left_under,
    up_to,
)
from pos_app.domain.loyalty.choosing import Chosen, chosen_on, why_not, with_choice
from pos_app.domain.loyalty.tally import TallyEntry, added
from pos_app.domain.mechanics.cashback import Cap, Choice
from pos_app.domain.pricing.basket import Customer
from resources.words import Words
from tests.domain.counting import faults, line, program

ON = date(2026, 3, 5)
AT = datetime(2026, 3, 5, 12, tzinfo=UTC)
MONTH = Cap("month", {"en": "Cashback"}, 1500)
TEA = Cap("tea", {}, 300, "quarter", frozenset({"more"}), frozenset({"Чай"}))
CHOICE = Choice(("Чай", "Хлеб", "Сыр"), 2, frozenset({"more"}))


def test_a_cap_counts_the_points_of_its_rules_and_categories() -> None:
    more = frozenset({"base", "more"})
    lines = [
        line(1, points_earned=10, earn_rules=more),
        line(2, points_earned=20, earn_rules=frozenset({"base"})),
        line(3, points_earned=40, earn_rules=more, categories=("Хлеб",)),
        line(4, points_earned=0, earn_rules=more),
    ]
    assert list(cap_entries([MONTH, TEA], lines, ON)) == [
        TallyEntry("earned/month", "2026-03", 70, (1, 2, 3)),
        TallyEntry("earned/tea", "2026-Q1", 10, (1,)),
    ]
    assert list(cap_entries([MONTH], [line(1)], ON)) == []


@pytest.mark.parametrize(("earned", "left"), [(0, 1500), (1499, 1), (1500, 0), (1700, 0)])
def test_what_is_left_under_a_cap(earned, left) -> None:
    tallies = {("earned/month", "2026-03"): earned}
    assert earned_under(MONTH, tallies, ON) == earned
    assert left_under(MONTH, tallies, ON) == left
    assert left_under(MONTH, tallies, date(2026, 4, 1)) == 1500


@pytest.mark.parametrize(("before", "points", "clipped"), [(1400, 100, 0), (1400, 101, 1)])
def test_1500_a_month_is_reached_exactly(before, points, clipped) -> None:
    entry = TallyEntry("earned/month", "2026-03", points)
    tallies = added({("earned/month", "2026-03"): before}, [entry])
    assert sum(clip.points for clip in clips([MONTH], tallies, [entry])) == clipped


@given(st.lists(st.integers(1, 900), max_size=6), st.data())
def test_what_stays_is_the_smaller_of_sum_and_cap_in_any_order_of_sales_and_returns(sales, data):
    moves = data.draw(st.permutations([*sales, *(-s for s in data.draw(subset(sales)))]))
    tallies: dict[tuple[str, str], int] = {}
    points = 0
    for amount in moves:
        entry = TallyEntry("earned/month", "2026-03", amount)
        tallies = added(tallies, [entry])
        for clip in clips([MONTH], tallies, [entry]):
            tallies = added(tallies, [clip.entry])
            points -= clip.points
        points += amount
    assert points == min(sum(moves), 1500)


def subset(values):
    return st.lists(st.booleans(), min_size=len(values), max_size=len(values)).map(
        lambda keep: [v for v, k in zip(values, keep, strict=True) if k]
    )


def test_a_receipt_printed_offline_says_up_to() -> None:
    said = Words("en").say(up_to(MONTH, 250, "en"))
    assert said == "Cashback: up to 250 points (at most 1,500 points in the period)"


def test_the_last_choice_of_a_month_wins_in_any_order_and_old_months_leave() -> None:
    first = Chosen("2026-03", ("Чай",), AT)
    last = Chosen("2026-03", ("Хлеб",), AT + timedelta(seconds=1))
    assert with_choice(with_choice({}, first), last) == {"2026-03": last}
    assert with_choice(with_choice({}, last), first) == {"2026-03": last}
    known: dict[str, Chosen] = {}
    for month in ("2026-05", "2026-01", "2026-03", "2026-02"):
        known = with_choice(known, Chosen(month, ("Чай",), AT))
    assert sorted(known) == ["2026-02", "2026-03", "2026-05"]


def test_what_is_chosen_holds_for_its_month_alone() -> None:
    known = {"2026-03": Chosen("2026-03", ("Чай", "Хлеб"), AT)}
    assert chosen_on(known, date(2026, 3, 31)) == {"Чай", "Хлеб"}
    assert chosen_on(known, date(2026, 4, 1)) == frozenset()


@pytest.mark.parametrize(
    ("choice", "categories", "why"),
    [
        (None, ("Чай",), "choice.none"),
        (CHOICE, ("Рыба",), "choice.unknown"),
        (CHOICE, (), "choice.count"),
        (CHOICE, ("Чай", "Хлеб", "Сыр"), "choice.count"),
        (CHOICE, ("Чай", "Хлеб"), None),
        (Choice(CHOICE.categories, 2, CHOICE.rules, True), ("Чай",), "choice.once"),
        (Choice(CHOICE.categories, 2, CHOICE.rules, True), ("Сыр",), None),
    ],
)
def test_a_choice_is_judged_with_its_reason(choice, categories, why) -> None:
    known = {"2026-03": Chosen("2026-03", ("Сыр",), AT)}
    found = why_not(choice, known, "2026-03", categories)
    assert (found.key if found else None) == why


def section(**more):
    return {"cashback": more}


@pytest.mark.parametrize(
    ("cashback", "path", "reason"),
    [
        ({"caps": [{"id": "m", "points": 0}]}, "caps[0].points",
         "a whole number from 1 is wanted"),
        ({"caps": [{"id": "m", "points": 1, "rules": ["gone"]}]}, "caps[0].rules",
         "there is no earn rule 'gone'"),
        ({"caps": [{"id": "m", "points": 1}, {"id": "m", "points": 2}]}, "caps[1].id",
         "'m' is used twice"),
        ({"choice": {"categories": [], "count": 1, "rules": ["more"]}}, "choice.categories",
         "nothing to choose from"),
        ({"choice": {"categories": ["a", "b"], "count": 2, "rules": ["more"]}}, "choice.count",
         "that is all of them: no choice at all"),
        ({"choice": {"categories": ["a", "a"], "count": 1, "rules": ["more"]}},
         "choice.categories", "one is named twice"),
        ({"choice": {"categories": ["a", "b"], "count": 1, "rules": []}}, "choice.rules",
         "the earn rules that the choice opens are needed"),
        ({"choice": {"categories": ["a", "b"], "count": 1, "rules": ["gone"]}}, "choice.rules",
         "there is no earn rule 'gone'"),
        ({"hat": 1}, "hat", "is not known here"),
    ],
)  # fmt: skip
def test_a_cashback_nobody_can_explain_is_refused(cashback, path, reason) -> None:
    assert faults(cashback=cashback) == {f"cashback.{path}": reason}


def test_pricing_is_told_what_is_chosen_earned_stamped_and_used() -> None:
    club = program(
        cashback={
            "caps": [{"id": "month", "points": 1500}],
            "choice": {"categories": ["Чай", "Хлеб"], "count": 1, "rules": ["more"]},
        },
        promotions=[
            {"id": "free", "kind": "percent", "percent": "100",
             "when": {"segments": ["stamps/tea"]}},
            {"id": "twice", "kind": "percent", "percent": "5",
             "limits": {"per_member": 2, "period": "day"}},
            {"id": "vip", "kind": "percent", "percent": "7",
             "when": {"segments": ["offer/vip"]}},
        ],
        stamps={"cards": [{"id": "tea", "kind": "units", "needed": 2, "reward": "free"}]},
        offers={"list": [{"id": "vip", "segments": ["rich"], "uses": 1}]},
    )  # fmt: skip
    tallies = {
        ("earned/month", "2026-03"): 40,
        ("stamps/tea", ""): 2,
        ("uses/twice", "2026-03-05"): 1,
        ("uses/twice", "2026-03-04"): 9,
    }
    choices = {"2026-03": Chosen("2026-03", ("Чай",), AT)}
    customer = Customer("anna", segments=frozenset({"rich"}))
    told = with_counters(club, customer, Counted(tallies, choices), ON)
    assert told.segments == {"rich", "stamps/tea", "offer/vip"}
    assert (told.chosen, told.earned) == ({"more": {"Чай"}}, {"month": 40})
    assert (told.stamps, told.uses) == ({"tea": 2}, {"twice": 1})
    nobody = with_counters(club, Customer(""), Counted(), ON)
    assert nobody.chosen == {"more": frozenset()}
    assert nobody.segments == frozenset()


def test_a_programme_without_a_choice_leaves_its_rules_open() -> None:
    assert with_counters(program(), Customer("anna"), Counted(), ON).chosen == {}


def test_names_fall_back() -> None:
    assert (MONTH.name("ru"), TEA.name("ru")) == ("Cashback", "tea")

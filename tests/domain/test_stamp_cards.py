"""Every N-th free, sets, streaks: what a receipt adds, what a member holds, how far it is."""

from datetime import date, timedelta

import pytest

from pos_app.domain.loyalty.stamps import (
    beyond_card,
    progress,
    stamp_entries,
    stamps_earned,
    stamps_held,
)
from pos_app.domain.loyalty.tally import TallyEntry, added
from pos_app.domain.mechanics.stamps import StampCard
from pos_app.domain.promotion.goods import Goods
from resources.words import Words
from tests.domain.counting import REWARD, faults, line, program

ON = date(2026, 3, 5)
TEA = StampCard("tea", {"en": "Tea"}, "units", 6, "free", Goods(categories=frozenset({"Чай"})))
VISITS = StampCard("visits", {}, "receipts", 3, "free", min_receipt_minor=500_00)
SET = StampCard("set", {}, "set", 2, "free", elements=("Чай", "item9", "Хлеб"))
RUN = StampCard("run", {}, "streak", 3, "free", min_receipt_minor=100_00)


def bought(card, lines, on=ON, tallies=None):
    return added(tallies or {}, stamp_entries(card, lines, on))


def test_every_unit_of_the_goods_is_a_stamp_and_goes_back_with_its_line() -> None:
    lines = [line(1, 2), line(2, 1), line(3, 5, categories=("Хлеб",))]
    assert stamps_earned(TEA, lines) == 3
    assert list(stamp_entries(TEA, lines, ON)) == [
        TallyEntry("stamps/tea", "", 2, (1,)),
        TallyEntry("stamps/tea", "", 1, (2,)),
    ]


def test_barred_goods_promoted_goods_and_the_free_one_give_no_stamp() -> None:
    assert stamps_earned(TEA, [line(1, 2, counts=False)]) == 0
    assert stamps_earned(TEA, [line(1, 3, touched={"free": 1})]) == 2
    assert stamps_earned(TEA, [line(1, 1, net=0, touched={"free": 0})]) == 0
    assert stamps_earned(TEA, [line(1, 3, touched={"free": 0})]) == 2
    plain = StampCard("p", {}, "units", 2, goods=Goods(not_promoted=True))
    assert stamps_earned(plain, [line(1, touched={"other": 1}), line(2)]) == 1


def test_a_receipt_gives_no_more_stamps_than_the_card_allows() -> None:
    card = StampCard("c", {}, "units", 6, per_unit=2, most_per_receipt=5)
    lines = [line(1, 4), line(2, 1)]
    assert stamps_earned(card, lines) == 5
    assert list(stamp_entries(card, lines, ON)) == [TallyEntry("stamps/c", "", 5, (1, 2))]


def test_the_reward_takes_a_full_card_off_even_after_its_days() -> None:
    card = program(
        promotions=[REWARD],
        stamps={
            "cards": [
                {"id": "tea", "kind": "units", "needed": 6, "reward": "free", "until": "2026-03-01"}
            ]
        },
    ).stamps[0]
    lines = [line(1, 1, net=0, touched={"free": 1}), line(2, 1)]
    assert list(stamp_entries(card, lines, ON)) == [TallyEntry("stamps/tea", "", -6, (1,))]
    assert list(stamp_entries(card, lines, date(2026, 3, 1), 2)) == [
        TallyEntry("stamps/tea", "", 1, (2,)),
        TallyEntry("stamps/tea", "", -12, (1,)),
    ]


@pytest.mark.parametrize(("net", "stamps"), [(499_99, 0), (500_00, 1), (5000_00, 1)])
def test_a_receipt_over_the_border_is_one_stamp(net, stamps) -> None:
    assert stamps_earned(VISITS, [line(1, net=net)]) == stamps
    assert stamps_held(VISITS, bought(VISITS, [line(1, net=net)]), ON) == stamps


def test_nothing_bought_is_no_visit() -> None:
    everything = StampCard("all", {}, "receipts", 2)
    assert stamps_earned(everything, []) == 0
    assert stamps_earned(everything, [line()]) == 1


def test_stamps_of_a_period_end_with_it() -> None:
    card = StampCard("m", {}, "units", 3, period="month")
    tallies = bought(card, [line(1, 2)])
    assert stamps_held(card, tallies, date(2026, 3, 31)) == 2
    assert stamps_held(card, tallies, date(2026, 4, 1)) == 0


def test_a_set_counts_what_is_different_and_is_rewarded_once_in_its_period() -> None:
    tallies = bought(SET, [line(1, 5), line(2), line(9, categories=("Сыр",))])
    assert stamps_earned(SET, [line(1, 5), line(2)]) == 1
    assert stamps_held(SET, tallies, ON) == 2
    free = [line(3, net=0, touched={"free": 1})]
    assert stamps_earned(SET, free) == 0
    after = bought(SET, free, tallies=tallies)
    assert stamps_held(SET, after, ON) == 0
    assert beyond_card(SET, TallyEntry(SET.rewarded, "", 1), 2) == 2


def weeks(*numbers):
    """A purchase in each of these weeks of 2026."""
    tallies = {}
    for number in numbers:
        on = date.fromisocalendar(2026, number, 3)
        tallies = bought(RUN, [line(1)], on, tallies)
    return tallies


@pytest.mark.parametrize(
    ("bought_in", "now", "length"),
    [
        ((8, 9, 10), 10, 3),
        ((8, 9, 10), 11, 3),
        ((8, 9, 10), 12, 0),
        ((8, 10), 10, 1),
        ((), 10, 0),
    ],
)
def test_a_streak_is_weeks_without_a_gap_and_this_week_may_still_come(bought_in, now, length):
    on = date.fromisocalendar(2026, now, 5)
    assert stamps_held(RUN, weeks(*bought_in), on) == length


def test_two_receipts_in_a_week_are_one_week_and_a_small_one_is_none() -> None:
    assert stamps_held(RUN, weeks(10, 10), date.fromisocalendar(2026, 10, 5)) == 1
    assert bought(RUN, [line(1, price=99_99)]) == {}


def test_a_streak_runs_over_the_turn_of_the_year() -> None:
    tallies = {}
    for back in range(3):
        tallies = bought(RUN, [line(1)], date(2026, 1, 6) - timedelta(weeks=back), tallies)
    assert stamps_held(RUN, tallies, date(2026, 1, 7)) == 3


def test_a_rewarded_streak_begins_anew() -> None:
    on = date.fromisocalendar(2026, 10, 5)
    tallies = added(weeks(8, 9, 10), [TallyEntry(RUN.rewarded, "2026-W10", 1)])
    assert stamps_held(RUN, tallies, on) == 0
    tallies = bought(RUN, [line(1)], on + timedelta(weeks=1), tallies)
    assert stamps_held(RUN, tallies, on + timedelta(weeks=1)) == 1
    only = {(RUN.rewarded, "2026-W10"): 1, (RUN.tally, "2026-W09"): 1}
    assert stamps_held(RUN, only, on) == 0


@pytest.mark.parametrize(
    ("card", "held", "said"),
    [
        (TEA, 4, "Tea: 4 of 6, 2 to go"),
        (TEA, -2, "Tea: 0 of 6, 8 to go"),
        (TEA, 7, "Tea: 7 of 6, the reward is yours"),
        (SET, 1, "set: 1 of 2 collected, 1 to go"),
        (RUN, 2, "run: 2 of 3 weeks in a row"),
        (StampCard("d", {}, "streak", 5, every="day"), 1, "d: 1 of 5 days in a row"),
    ],
)
def test_progress_is_a_sentence(card, held, said) -> None:
    assert Words("en").say(progress(card, held, "en")) == said


def test_a_reward_given_by_two_tills_is_known_by_how_much() -> None:
    assert beyond_card(TEA, TallyEntry(TEA.tally, "", -6), -4) == 4
    assert beyond_card(TEA, TallyEntry(TEA.tally, "", -6), -60) == 6
    assert beyond_card(TEA, TallyEntry(TEA.tally, "", -6), 1) == 0
    assert beyond_card(TEA, TallyEntry(TEA.tally, "", 1), -4) == 0
    assert beyond_card(TEA, TallyEntry("visits", "", 1), 1) == 0


def card(**more):
    return {"promotions": [REWARD], "stamps": {"cards": [{"id": "tea", **more}]}}


@pytest.mark.parametrize(
    ("more", "path", "reason"),
    [
        ({"kind": "units", "needed": 0}, "needed", "a whole number from 1 is wanted"),
        ({"kind": "units", "needed": 2, "every": "day"}, "every",
         "means nothing on a card of units"),
        ({"kind": "streak", "needed": 1}, "needed", "one is no streak"),
        ({"kind": "streak", "needed": 2, "period": "year"}, "period",
         "means nothing on a card of streak"),
        ({"kind": "set", "needed": 3, "elements": ["a", "b"]}, "needed",
         "from 2 to the number of elements"),
        ({"kind": "set", "needed": 1, "elements": ["a"]}, "needed",
         "from 2 to the number of elements"),
        ({"kind": "units", "needed": 2, "reward": "gone"}, "reward",
         "there is no promotion 'gone'"),
        ({"kind": "units", "needed": 2, "from": "2026-03-02", "until": "2026-03-01"}, "until",
         "ends before it begins (2026-03-02)"),
    ],
)  # fmt: skip
def test_a_card_nobody_can_explain_is_refused(more, path, reason) -> None:
    assert faults(**card(**more)) == {f"stamps.cards[0].{path}": reason}


def test_a_reward_is_kept_for_full_cards_and_belongs_to_one() -> None:
    open_to_all = {"id": "free", "kind": "percent", "percent": "100"}
    cards = [{"id": "tea", "kind": "units", "needed": 2, "reward": "free"}]
    assert faults(promotions=[open_to_all], stamps={"cards": cards}) == {
        "stamps.cards[0].reward": "its when.segments must be ['stamps/tea'], a full card"
    }
    twice = [*cards, {"id": "tea", "kind": "units", "needed": 2, "reward": "free"}]
    found = faults(promotions=[REWARD], stamps={"cards": twice})
    assert found == {
        "stamps.cards[1].id": "'tea' is used twice",
        "stamps.cards": "two cards give 'free': which one would it be taken off?",
    }
    slash = faults(stamps={"cards": [{"id": "a/b", "kind": "units", "needed": 2}]})
    assert slash == {"stamps.cards[0].id": "an id without a slash is wanted"}


def test_names_fall_back_to_any_language_and_to_the_id() -> None:
    assert TEA.name("ru") == "Tea"
    assert VISITS.name("ru") == "visits"

"""Where points lie beforehand: the likeliest store first, never more than nobody holds."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.loyalty.placement import (
    STORES_REMEMBERED,
    VISIT,
    Habits,
    Policy,
    Standing,
    Visit,
    after_visit,
    granted,
    joined,
    ranked,
    recalls,
    receipt_points,
    surplus,
    targets,
    top_ups,
)

DAY = date(2026, 11, 22)
TILLS = {"a": ("a1", "a2", "a3"), "b": ("b1",), "c": ("c1",)}
EVEN = Policy(spread="even")


def habits(**scores: int) -> Habits:
    return Habits({store: Visit(n * VISIT, DAY, f"{store}1") for store, n in scores.items()})


def test_all_of_it_lies_at_the_till_of_the_home_store_that_was_used_last() -> None:
    one = Standing(100, habits=habits(a=2), home="a")
    assert top_ups(one, TILLS, Policy(), DAY) == {"a1": 100}
    assert top_ups(one, TILLS, EVEN, DAY) == {"a1": 34, "a2": 33, "a3": 33}


def test_a_member_who_was_never_seen_in_a_store_finds_something_at_each_of_its_tills() -> None:
    assert top_ups(Standing(90, home="a"), TILLS, Policy(), DAY) == {"a1": 30, "a2": 30, "a3": 30}


def test_a_store_gets_no_more_than_one_receipt_takes_and_the_next_store_has_the_rest() -> None:
    one = Standing(250, habits=habits(a=2, b=1), home="a", receipt=100)
    assert top_ups(one, TILLS, Policy(), DAY) == {"a1": 100, "b1": 100}


def test_what_the_owner_keeps_free_stays_free() -> None:
    one = Standing(60, lying={"a1": 40}, habits=habits(a=1), home="a")
    assert top_ups(one, TILLS, Policy(share_ppm=500_000), DAY) == {"a1": 10}
    assert top_ups(one, TILLS, Policy(share_ppm=500_000, min_points=11), DAY) == {}


def test_points_that_lie_at_another_till_of_the_store_count_for_it() -> None:
    one = Standing(20, lying={"a2": 80}, habits=habits(a=2), home="a", receipt=100)
    assert top_ups(one, TILLS, Policy(), DAY) == {"a1": 20}
    assert surplus(one, TILLS, Policy(), DAY) == []


def test_a_store_without_tills_that_take_grants_is_passed_over() -> None:
    one = Standing(50, home="gone", habits=habits(b=1))
    assert top_ups(one, TILLS, Policy(), DAY) == {"b1": 50}
    assert top_ups(Standing(50), TILLS, Policy(), DAY) == {}


def test_visits_fade_and_a_store_that_is_visited_now_overtakes_the_home_store() -> None:
    known = Habits()
    for n in range(6):
        on = DAY - timedelta(days=300 - 5 * n)
        known = after_visit(known, ("a", "a1"), on, 100, Policy().decay_ppm)
    for n in range(6):
        on = DAY - timedelta(days=30 - 5 * n)
        known = after_visit(known, ("b", "b1"), on, 100, Policy().decay_ppm)
    assert ranked(Standing(1, habits=known, home="a"), Policy(), DAY)[0] == "b"


def test_a_late_receipt_of_an_earlier_day_counts_and_changes_no_till() -> None:
    known = after_visit(Habits(), ("a", "a1"), DAY, 100, Policy().decay_ppm)
    late = after_visit(known, ("a", "a2"), DAY - timedelta(days=30), 100, Policy().decay_ppm)
    visit = late.visits["a"]
    assert (visit.on, visit.till) == (DAY, "a1")
    assert VISIT < visit.score < 2 * VISIT


def test_only_so_many_stores_are_remembered_and_the_newest_is_one_of_them() -> None:
    known = Habits()
    for n in range(STORES_REMEMBERED + 3):
        known = after_visit(known, (f"s{n:02d}", "t"), DAY + timedelta(days=n), 1, 985_000)
    assert len(known.visits) == STORES_REMEMBERED
    assert f"s{STORES_REMEMBERED + 2:02d}" in known.visits


def test_accounts_of_one_person_join_their_visits() -> None:
    mine = after_visit(Habits(), ("a", "a1"), DAY, 500, 985_000)
    theirs = after_visit(Habits(), ("a", "a2"), DAY + timedelta(days=1), 900, 985_000)
    theirs = after_visit(theirs, ("b", "b1"), DAY, 900, 985_000)
    both = joined(mine, theirs, 985_000)
    assert (both.visits["a"].till, both.receipt_minor) == ("a2", 900)
    assert both.visits["a"].score > VISIT
    assert both.visits["b"] == theirs.visits["b"]


def test_the_forecast_is_what_the_largest_receipt_would_take_and_some_more() -> None:
    known = Habits(receipt_minor=1000_00)
    assert receipt_points(known, Policy(), 300_000, 100) == 450
    assert receipt_points(Habits(), Policy(), 300_000, 100) is None
    assert receipt_points(known, Policy(), 300_000, 0) is None


def test_points_are_asked_back_where_the_most_lies_until_there_are_enough() -> None:
    lying = {"a1": 10, "a2": 50, "b1": 30, "c1": 0}
    assert recalls(lying, 60, Policy()) == ["a2", "b1"]
    assert recalls(lying, 0, Policy()) == []
    assert recalls(lying, 500, Policy()) == ["a2", "b1", "a1"]
    assert recalls(lying, 60, Policy(recall=False)) == []


def test_a_store_nobody_visits_any_more_gives_back_what_is_wanted_elsewhere() -> None:
    one = Standing(0, lying={"c1": 80}, habits=habits(a=9), home="a", receipt=100)
    assert surplus(one, TILLS, Policy(stores=1), DAY) == ["c1"]
    assert surplus(one, TILLS, Policy(stores=1, recall=False), DAY) == []
    enough = Standing(200, lying={"c1": 80}, habits=habits(a=9), home="a", receipt=100)
    assert surplus(enough, TILLS, Policy(stores=1), DAY) == []


tills = st.sampled_from(["a1", "a2", "a3", "b1", "c1", "x9"])
standings = st.builds(
    Standing,
    free=st.integers(-50, 500),
    lying=st.dictionaries(tills, st.integers(0, 300)),
    habits=st.builds(
        habits, **{name: st.integers(0, 9) for name in "abc"}
    ),
    home=st.sampled_from(["", "a", "b", "gone"]),
    receipt=st.none() | st.integers(1, 400),
)  # fmt: skip
policies = st.builds(
    Policy,
    share_ppm=st.integers(0, 1_000_000),
    stores=st.integers(1, 3),
    spread=st.sampled_from(["last", "even"]),
    min_points=st.integers(0, 9),
)


@given(standings, policies)
def test_nobody_is_ever_given_more_than_is_free_or_more_than_the_share(one, policy) -> None:
    more = top_ups(one, TILLS, policy, DAY)
    assert all(points > 0 for points in more.values())
    assert sum(more.values()) <= max(0, one.free)
    whole = max(0, one.free) + sum(one.lying.values())
    if more:
        placed = sum(one.lying.values()) + sum(more.values())
        assert placed * 1_000_000 <= whole * policy.share_ppm
    assert sum(targets(one, TILLS, policy, DAY).values()) <= whole


@given(st.integers(-100, 100), st.integers(-100, 200))
def test_a_grant_is_never_more_than_nobody_holds(free, asked) -> None:
    assert 0 <= granted(free, asked) <= max(0, free)
    assert granted(free, asked) <= max(0, asked)

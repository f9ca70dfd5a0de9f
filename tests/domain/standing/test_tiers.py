"""Tiers: up at once, down when the promise has ended, the same answer whenever it is asked for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.errors import ProgramRefused
from pos_app.domain.loyalty.tier import (
    Held,
    after_return,
    period_end,
    reached,
    standing,
    tier_for,
)
from pos_app.domain.loyalty.turnover import EARNED_EVER, SPEND, VISITS, History
from pos_app.domain.mechanics.tiers import Tiers
from tests.builders import TODAY, a_program

LIST = [
    {"id": "base", "name": {"en": "Member"}, "from": "0"},
    {"id": "silver", "from": "5000.00"},
    {"id": "gold", "name": {"ru": "Золото"}, "from": "20000.00"},
]
COUNTED = [{"id": "base"}, {"id": "silver", "from": 3}, {"id": "gold", "from": 10}]


def tiers(period: str = "year", **fields) -> Tiers:
    return a_program(tiers={"period": period, "list": LIST, **fields}).tiers


def spent(by_month: dict[str, int]) -> History:
    return History(by_month, sum(by_month.values()))


def judged(period: str, spend: dict[str, int], held: Held, on: date, **fields) -> Held:
    return tier_for(tiers(period, **fields), spent(spend), held, on)


@pytest.mark.parametrize(
    ("spend", "lower", "upper"),
    [
        (0, "base", "base"),
        (4999_99, "base", "base"),
        (5000_00, "silver", "base"),
        (5000_01, "silver", "silver"),
        (19_999_99, "silver", "silver"),
        (20_000_00, "gold", "silver"),
        (20_000_01, "gold", "gold"),
    ],
)
def test_the_border_belongs_to_the_tier_that_the_programme_says(spend, lower, upper) -> None:
    for bound, tier_id in (("lower_inclusive", lower), ("upper_inclusive", upper)):
        found = reached(tiers(bound=bound), spend)
        assert found is not None
        assert found.tier_id == tier_id


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("month", date(2026, 11, 30)),
        ("quarter", date(2026, 12, 31)),
        ("year", date(2026, 12, 31)),
        ("rolling_12_months", date(2027, 11, 30)),
        ("rolling_30_days", date(2026, 12, 19)),
        ("lifetime", date.max),
    ],
)
def test_a_tier_is_promised_until_the_period_ends(period: str, end: date) -> None:
    assert period_end(period, TODAY) == end


def test_a_member_rises_at_once() -> None:
    held = ("base", None)
    assert judged("year", {"2026-11": 20_000_00}, held, TODAY) == ("gold", date(2026, 12, 31))
    assert judged("year", {"2026-11": 19_999_99}, held, TODAY) == ("silver", date(2026, 12, 31))


def test_nobody_falls_before_the_promise_ends() -> None:
    until = date(2026, 12, 31)
    for period in ("month", "year", "rolling_12_months"):
        assert judged(period, {}, ("gold", until), until) == ("gold", until)


def test_when_the_promise_ends_a_tier_that_is_not_earned_any_more_is_lost() -> None:
    held = ("gold", date(2026, 10, 31))
    assert judged("rolling_12_months", {"2026-01": 5000_00}, held, date(2026, 11, 1)) == (
        "silver",
        date(2027, 11, 30),
    )
    assert judged("rolling_12_months", {}, held, date(2026, 11, 1)) == ("base", None)


def test_when_the_promise_ends_a_tier_that_is_still_earned_is_promised_again() -> None:
    held = ("silver", date(2026, 10, 31))
    assert judged("rolling_12_months", {"2026-03": 6000_00}, held, date(2026, 11, 1)) == (
        "silver",
        date(2027, 11, 30),
    )


def test_a_calendar_period_is_judged_by_the_one_that_ended_not_by_its_first_day() -> None:
    held = ("gold", date(2026, 12, 31))
    new_year = date(2027, 1, 1)
    assert judged("year", {"2026-12": 20_000_00}, held, new_year) == ("gold", date(2027, 12, 31))
    assert judged("year", {"2026-12": 19_999_99}, held, new_year) == ("silver", date(2027, 12, 31))
    assert judged("year", {"2025-12": 90_000_00}, held, new_year) == ("base", None)
    assert judged("month", {"2026-12": 5000_00}, held, new_year) == ("silver", date(2027, 1, 31))
    quarter = ("silver", date(2026, 6, 30))
    assert judged("quarter", {"2026-04": 5000_00}, quarter, date(2026, 7, 3)) == (
        "silver",
        date(2026, 9, 30),
    )


def test_a_promise_that_ended_long_ago_is_judged_period_by_period() -> None:
    held = ("gold", date(2024, 12, 31))
    # 2024 earned gold, 2025 silver, 2026 nothing.
    spend = {"2024-05": 20_000_00, "2025-05": 6000_00}
    assert judged("year", spend, held, date(2025, 3, 1)) == ("gold", date(2025, 12, 31))
    assert judged("year", spend, held, date(2026, 3, 1)) == ("silver", date(2026, 12, 31))
    assert judged("year", spend, held, date(2027, 3, 1)) == ("base", None)
    assert judged("month", {}, ("gold", date(2001, 1, 1)), TODAY) == ("base", None)


def test_a_tier_for_life_stays_and_a_granted_tier_without_a_promise_too() -> None:
    assert judged("lifetime", {"2001-01": 5000_00}, ("base", None), TODAY) == ("silver", date.max)
    assert judged("lifetime", {}, ("gold", None), TODAY) == ("gold", None)
    assert judged("lifetime", {"2026-01": 1}, ("silver", date(2020, 1, 1)), TODAY) == ("base", None)


def test_more_returned_than_bought_earns_no_tier_and_takes_none_that_is_not_promised() -> None:
    assert judged("year", {"2026-11": -1}, ("silver", None), TODAY) == ("silver", None)
    assert judged("month", {"2026-11": -1}, ("silver", date(2026, 10, 31)), TODAY) == (
        "base",
        None,
    )


def test_days_of_grace_keep_a_tier_and_let_it_be_earned_again() -> None:
    down = {"grace_days": 30}
    held = ("gold", date(2026, 12, 31))
    for day, spend, tier_id in (
        (date(2027, 1, 30), {}, "gold"),
        (date(2027, 1, 31), {}, "base"),
        (date(2027, 1, 31), {"2027-01": 20_000_00}, "gold"),
        (date(2027, 1, 31), {"2027-01": 19_999_99}, "silver"),
    ):
        assert judged("year", spend, held, day, downgrade=down)[0] == tier_id, day
    # A tier that was earned again is promised at once, not after the grace.
    assert judged("year", {"2026-05": 20_000_00}, held, date(2027, 1, 1), downgrade=down) == (
        "gold",
        date(2027, 12, 31),
    )


def test_one_more_period_keeps_a_tier_through_the_next_one() -> None:
    down = {"grace_periods": 1}
    spend = {"2026-05": 20_000_00}
    for year, tier_id in ((2026, "gold"), (2027, "gold"), (2028, "gold"), (2029, "base")):
        held = judged("year", spend, ("gold", date(2026, 12, 31)), date(year, 6, 1), downgrade=down)
        assert held[0] == tier_id, year
    rolling = ("gold", date(2026, 10, 31))
    for grace, tier_id in ((0, "base"), (1, "gold")):
        held = judged(
            "rolling_12_months",
            {"2025-10": 20_000_00},
            rolling,
            date(2026, 11, 1),
            downgrade={"grace_periods": grace},
        )
        assert held[0] == tier_id


def test_a_fall_may_be_of_one_tier_a_period_only() -> None:
    down = {"one_step": True}
    held = ("gold", date(2026, 12, 31))
    for year, tier_id in ((2027, "silver"), (2028, "base")):
        assert judged("year", {}, held, date(year, 2, 1), downgrade=down)[0] == tier_id


def test_the_days_of_a_rolling_period_are_counted_by_the_day() -> None:
    thirty = tiers("rolling_days", rolling_days=30)
    assert thirty.period == "rolling_30_days"
    history = History(tallies={(SPEND, "2026-11-01"): 5000_00})
    assert tier_for(thirty, history, ("base", None), date(2026, 11, 30)) == (
        "silver",
        date(2026, 12, 29),
    )
    assert tier_for(thirty, history, ("base", None), date(2026, 12, 1)) == ("base", None)
    held = ("silver", date(2026, 12, 29))
    assert tier_for(thirty, history, held, date(2026, 12, 30)) == ("base", None)
    kept = tiers("rolling_days", rolling_days=30, downgrade={"grace_periods": 1})
    assert tier_for(kept, history, held, date(2026, 12, 30))[0] == "silver"


def test_a_return_takes_back_the_tier_that_its_sale_brought_and_only_while_it_is_young() -> None:
    rules = tiers("year", qualifying_return_days=14, downgrade={"one_step": True})
    held = ("gold", date(2026, 12, 31))
    left = spent({"2026-11": 1000_00})
    sold_on = date(2026, 11, 1)
    assert after_return(rules, left, held, sold_on, date(2026, 11, 15)) == ("base", None)
    assert after_return(rules, left, held, sold_on, date(2026, 11, 16)) == held
    assert after_return(tiers("year"), left, held, sold_on, sold_on) == held
    still = spent({"2026-11": 20_000_00})
    assert after_return(rules, still, held, sold_on, sold_on) == held
    # What the year before had earned is not lost with this year's return.
    before = spent({"2025-06": 20_000_00, "2026-11": 1000_00})
    assert after_return(rules, before, held, sold_on, sold_on) == held
    assert after_return(rules, left, ("gold", None), sold_on, sold_on) == ("gold", None)


def counted_by(measure: str, **fields) -> Tiers:
    return a_program(tiers={"by": measure, "list": COUNTED, **fields}).tiers


def test_tiers_by_visits_count_receipts_in_the_period() -> None:
    visits = History(tallies={(VISITS, ""): 10, (VISITS, "2026-11"): 3, (VISITS, "2026-11-20"): 2})
    for fields, tier_id in (
        ({"period": "lifetime"}, "gold"),
        ({"period": "month"}, "silver"),
        ({"period": "rolling_days", "rolling_days": 7}, "base"),
    ):
        found = tier_for(counted_by("visits", **fields), visits, ("base", None), TODAY)
        assert found[0] == tier_id, fields


def test_tiers_by_points_look_at_all_ever_earned_or_at_the_balance() -> None:
    history = History(tallies={(EARNED_EVER, ""): 10}, points=2)
    earned = counted_by("points_earned", period="year")
    assert tier_for(earned, history, ("base", None), TODAY) == ("gold", date(2026, 12, 31))
    balance = counted_by("points_balance", period="month")
    assert tier_for(balance, history, ("base", None), TODAY) == ("base", None)
    # Spending points demotes nobody before the promise ends.
    held = ("gold", date(2026, 11, 30))
    assert tier_for(balance, history, held, TODAY) == held
    assert tier_for(balance, history, held, date(2026, 12, 1)) == ("base", None)


ROW = [("2026-07", 1), ("2026-08", 1), ("2026-09", 1), ("2026-10", 1)]


@pytest.mark.parametrize(
    ("bought", "on", "tier_id"),
    [
        (ROW[1:], date(2026, 11, 20), "silver"),
        (ROW[2:], date(2026, 11, 20), "base"),
        ([*ROW[2:], ("2026-11", 5_00)], date(2026, 11, 20), "silver"),
        (ROW[1:], date(2026, 12, 1), "base"),
        ([*ROW[:2], ("2026-09", 0), ROW[3]], date(2026, 11, 20), "base"),
    ],
)
def test_a_purchase_in_each_of_the_last_months_counts_without_a_gap(bought, on, tier_id) -> None:
    assert tier_for(counted_by("months_in_row"), spent(dict(bought)), ("base", None), on)[0] == (
        tier_id
    )


def test_who_stops_buying_every_month_falls_when_the_next_month_is_over() -> None:
    monthly = counted_by("months_in_row")
    held = tier_for(monthly, spent(dict(ROW)), ("base", None), date(2026, 10, 5))
    assert held == ("silver", date(2026, 10, 31))
    assert tier_for(monthly, spent(dict(ROW)), held, date(2026, 11, 30))[0] == "silver"
    assert tier_for(monthly, spent(dict(ROW)), held, date(2026, 12, 1)) == ("base", None)


def test_a_granted_tier_stays_until_its_day_whatever_is_bought() -> None:
    named = a_program(
        tiers={"by": "granted", "list": [{"id": "five"}, {"id": "ten"}, {"id": "twenty"}]}
    ).tiers
    rich = spent({"2026-11": 99_999_00})
    assert tier_for(named, rich, ("ten", None), TODAY) == ("ten", None)
    assert tier_for(named, rich, ("ten", TODAY), TODAY) == ("ten", TODAY)
    assert tier_for(named, rich, ("ten", TODAY), TODAY + timedelta(days=1)) == ("five", None)
    assert standing(named, rich, ("ten", None), TODAY).next_tier is None


def test_the_panel_shows_the_tier_and_how_far_the_next_one_is() -> None:
    named = tiers("year")
    silver = standing(named, spent({"2026-11": 6000_00}), ("silver", TODAY), TODAY)
    assert silver.tier is named.find("silver")
    assert (silver.until, silver.needs) == (TODAY, 14_000_00)
    top = standing(named, spent({}), ("gold", None), TODAY)
    assert (top.next_tier, top.needs) == (None, None)
    upper = tiers("year", bound="upper_inclusive")
    stranger = standing(upper, spent({"2026-11": 4000_00}), ("", None), TODAY)
    assert stranger.tier is not None
    assert (stranger.tier.name("en"), stranger.needs) == ("Member", 1000_01)
    assert standing(Tiers(), History(), ("", None), TODAY).tier is None
    assert tier_for(Tiers(), History(), ("gone", date(2020, 1, 1)), TODAY) == ("gone", None)


def test_a_tier_has_a_name_in_every_language() -> None:
    base, silver, gold = tiers("year").tiers
    assert (base.name("en"), silver.name("en"), gold.name("en")) == ("Member", "silver", "Золото")


MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025, 2026) for month in range(1, 13)]
SPENDS = st.dictionaries(st.sampled_from(MONTHS), st.integers(-3000_00, 9000_00), max_size=8)


@given(
    SPENDS,
    st.sampled_from(["month", "quarter", "year"]),
    st.sampled_from([{}, {"grace_days": 10}, {"grace_periods": 1}, {"one_step": True}]),
)
def test_who_looks_once_sees_what_somebody_saw_who_looked_at_every_months_end(
    spend, period, down
) -> None:
    rules = tiers(period, downgrade=down)
    held = once = ("gold", date(2024, 12, 31))
    history = spent({month: 0 for month in MONTHS} | spend)
    last = date(2026, 12, 28)
    closed = spent({m: a for m, a in history.spend_by_month.items() if m <= "2024-12"})
    # Only months that are over: what is bought later cannot have been seen before.
    for month in MONTHS[12:]:
        day = date.fromisoformat(f"{month}-28")
        held = tier_for(rules, closed, held, day)
    assert tier_for(rules, closed, once, last) == held


@given(SPENDS, st.integers(0, 30_000_00), st.sampled_from(["month", "year", "rolling_12_months"]))
def test_to_spend_more_never_gives_a_lower_tier(spend, more, period) -> None:
    rules, held = tiers(period), ("silver", date(2026, 10, 31))
    richer = dict(spend)
    richer["2026-11"] = richer.get("2026-11", 0) + more
    low = tier_for(rules, spent(spend), held, TODAY)
    high = tier_for(rules, spent(richer), held, TODAY)
    assert rules.rank(high[0]) >= rules.rank(low[0])


REFUSED = [
    ({"list": [{"id": "a", "from": "1"}]}, "the lowest tier starts from 0"),
    ({"list": [{"id": "a"}, {"id": "b", "from": "0"}]}, "'b' must start above 'a'"),
    ({"rolling_days": 3}, "means nothing in the period rolling_12_months"),
    ({"period": "rolling_days"}, "is missing"),
    ({"period": "rolling_days", "rolling_days": 0}, "from 1 to 366"),
    ({"period": "rolling_days", "rolling_days": 367}, "from 1 to 366"),
    (
        {"period": "rolling_days", "rolling_days": 201, "downgrade": {"grace_periods": 1}},
        "remembered for 400 only",
    ),
    ({"downgrade": {"grace_days": 1, "grace_periods": 1}}, "either grace_days or grace_periods"),
    ({"downgrade": {"grace": 1}}, "is not known here"),
    ({"by": "visits", "list": [{"id": "a", "from": "3"}]}, "a whole number"),
    ({"by": "months_in_row", "period": "year"}, "means nothing for tiers by months_in_row"),
    ({"by": "granted", "list": [{"id": "a", "from": "3"}]}, "granted, not reached"),
    ({"by": "points_earned", "qualifying_return_days": 3}, "wants spend or visits in a period"),
    ({"period": "lifetime", "downgrade": {"grace_periods": 1}}, "wants spend or visits"),
    ({"bound": "both"}, "one of lower_inclusive, upper_inclusive"),
]


@pytest.mark.parametrize(("section", "reason"), REFUSED)
def test_tiers_that_nobody_can_explain_are_refused_with_the_reason(section, reason) -> None:
    with pytest.raises(ProgramRefused) as refused:
        a_program(tiers=section)
    assert any(reason in str(fault) for fault in refused.value.faults), refused.value.faults

"""Tiers by spend windows, and points that a till may spend with no link."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.loyalty.allowance import Allowance, AllowanceUse, after_use, draw, spendable
from pos_app.domain.loyalty.tier import (
    month_of,
    months_of_period,
    period_end,
    reached,
    spend_in_period_minor,
    standing,
    tier_for,
)
from pos_app.domain.mechanics.tiers import Tiers
from tests.builders import NOON_UTC, TODAY, a_member, a_program

LIST = [
    {"id": "base", "name": {"en": "Member"}, "from": "0"},
    {"id": "silver", "from": "5000.00"},
    {"id": "gold", "name": {"ru": "Золото"}, "from": "20000.00"},
]


def tiers(period: str) -> Tiers:
    return a_program(tiers={"period": period, "list": LIST}).tiers


def judged(period: str, spend: dict[str, int], held: tuple[str, date | None], on: date):
    return tier_for(tiers(period), spend, sum(spend.values()), held, on)


@pytest.mark.parametrize(
    ("spend", "tier_id"),
    [
        (0, "base"),
        (4999_99, "base"),
        (5000_00, "silver"),
        (19_999_99, "silver"),
        (20_000_00, "gold"),
    ],
)
def test_the_border_of_a_tier_belongs_to_it(spend: int, tier_id: str) -> None:
    found = reached(tiers("year"), spend)
    assert found is not None
    assert found.tier_id == tier_id


def test_the_windows_of_every_period_end_with_the_month_of_the_day() -> None:
    on = date(2026, 5, 17)
    assert month_of(on) == "2026-05"
    assert months_of_period("month", on) == ("2026-05",)
    assert months_of_period("quarter", on) == ("2026-05", "2026-04")
    assert months_of_period("year", on) == tuple(f"2026-{m:02d}" for m in (5, 4, 3, 2, 1))
    rolling = months_of_period("rolling_12_months", on)
    assert rolling is not None
    assert (len(rolling), rolling[-1]) == (12, "2025-06")
    assert months_of_period("lifetime", on) is None


def test_spend_counts_the_months_of_the_period_and_the_tills_own_unposted_receipts() -> None:
    member = a_member(
        spend_by_month={"2026-11": 100, "2026-01": 10, "2025-12": 5}, lifetime_spend_minor=1000
    )
    assert spend_in_period_minor(member, "month", TODAY, 7) == 107
    assert spend_in_period_minor(member, "year", TODAY) == 110
    assert spend_in_period_minor(member, "rolling_12_months", TODAY) == 115
    assert spend_in_period_minor(member, "lifetime", TODAY, 1) == 1001


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("month", date(2026, 11, 30)),
        ("quarter", date(2026, 12, 31)),
        ("year", date(2026, 12, 31)),
        ("rolling_12_months", date(2027, 11, 30)),
        ("lifetime", date.max),
    ],
)
def test_a_tier_is_promised_until_the_period_ends(period: str, end: date) -> None:
    assert period_end(period, TODAY) == end


def test_a_member_rises_at_once() -> None:
    spend = {"2026-11": 20_000_00}
    held = ("base", None)
    assert judged("year", spend, held, TODAY) == ("gold", date(2026, 12, 31))


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


def test_a_tier_for_life_stays_and_a_granted_tier_without_a_promise_too() -> None:
    assert judged("lifetime", {"2001-01": 5000_00}, ("base", None), TODAY) == ("silver", date.max)
    assert judged("lifetime", {}, ("gold", None), TODAY) == ("gold", None)
    assert judged("lifetime", {"2026-01": 1}, ("silver", date(2020, 1, 1)), TODAY) == ("base", None)


def test_more_returned_than_bought_takes_no_tier() -> None:
    assert judged("year", {"2026-11": -1}, ("silver", None), TODAY) == ("silver", None)


def test_the_panel_shows_the_tier_and_how_far_the_next_one_is() -> None:
    named = tiers("year")
    silver = standing(named, a_member(tier_id="silver", tier_until=TODAY), 6000_00)
    assert silver.tier is named.find("silver")
    assert (silver.until, silver.next_needs_minor) == (TODAY, 14_000_00)
    top = standing(named, a_member(tier_id="gold"), 99_000_00)
    assert (top.next_tier, top.next_needs_minor) == (None, None)
    stranger = standing(named, a_member(), 6000_00)
    assert stranger.tier is not None
    assert (stranger.tier.name("en"), stranger.next_needs_minor) == ("Member", 0)
    assert standing(Tiers(), a_member(), 0).tier is None


def test_a_tier_has_a_name_in_every_language() -> None:
    base, silver, gold = tiers("year").tiers
    assert (base.name("en"), silver.name("en"), gold.name("en")) == ("Member", "silver", "Золото")


def grant(grant_id: str, granted: int, **fields) -> Allowance:
    return Allowance(grant_id, "m1", granted, **fields)


def test_a_till_spends_what_is_left_of_grants_whose_lease_runs() -> None:
    soon = NOON_UTC + timedelta(hours=1)
    grants = [
        grant("a", 50, spent=20, returned=10),
        grant("b", 30, lease_until=soon),
        grant("dead", 99, lease_until=NOON_UTC),
    ]
    assert spendable(grants, NOON_UTC) == 50
    assert draw(grants, 40, NOON_UTC) == ((AllowanceUse("b", 30), AllowanceUse("a", 10)), 0)
    assert draw(grants, 70, NOON_UTC)[1] == 20


def test_grants_that_go_back_after_the_sale_are_spent_first() -> None:
    grants = [grant("placed", 10), grant("asked", 10, kind="identified")]
    assert draw(grants, 5, NOON_UTC)[0] == (AllowanceUse("asked", 5),)


def test_a_grant_is_never_spent_beyond_what_is_left() -> None:
    assert after_use(grant("a", 50, spent=20), 30).left == 0
    for points in (31, 0, -1):
        with pytest.raises(ValueError, match="30 left"):
            after_use(grant("a", 50, spent=20), points)


GRANTS = st.lists(
    st.tuples(
        st.integers(0, 90),
        st.integers(0, 90),
        st.integers(0, 90),
        st.sampled_from(["placed", "identified"]),
        st.none() | st.integers(-2, 2),
    ),
    max_size=6,
)


@given(GRANTS, st.lists(st.integers(0, 80), max_size=5))
def test_draws_never_exceed_what_is_left_however_often_a_till_draws(rows, wishes) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    grants = {
        f"g{n}": grant(
            f"g{n}",
            points + spent + returned,
            spent=spent,
            returned=returned,
            kind=kind,
            lease_until=None if hours is None else now + timedelta(hours=hours),
        )
        for n, (points, spent, returned, kind, hours) in enumerate(rows)
    }
    most, drawn = spendable(grants.values(), now), 0
    for wish in wishes:
        left = spendable(grants.values(), now)
        uses, rest = draw(grants.values(), wish, now)
        assert sum(use.points for use in uses) + rest == wish
        assert rest == max(wish - left, 0)
        for use in uses:
            assert grants[use.grant_id].live(now)
            grants[use.grant_id] = after_use(grants[use.grant_id], use.points)
        drawn += wish - rest
    assert drawn <= most

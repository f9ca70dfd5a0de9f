"""Time that a till can prove, and what an owner may permit: never more than was said."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.loyalty.lease import SLACK, Anchor, Reading, lease_time, over_for_sure
from pos_app.domain.loyalty.risk import MOST, RiskLimits, limits_of
from tests.builders import NOON_UTC

ANCHOR = Anchor(NOON_UTC, 1_000, "boot", NOON_UTC + timedelta(minutes=7))


def test_time_goes_on_from_the_servers_word_on_the_monotonic_clock() -> None:
    now = Reading(NOON_UTC - timedelta(days=9), 61_000, "boot")
    assert lease_time(ANCHOR, now) == NOON_UTC + timedelta(minutes=1)


def test_after_another_boot_the_wall_counts_and_an_earlier_one_is_not_believed() -> None:
    later = Reading(ANCHOR.wall + timedelta(hours=2), 5, "other")
    assert lease_time(ANCHOR, later) == NOON_UTC + timedelta(hours=2)
    assert lease_time(ANCHOR, replace(later, wall=ANCHOR.wall - timedelta(seconds=1))) is None
    assert lease_time(None, later) == later.wall


@given(st.integers(0, 10**9), st.datetimes(), st.booleans())
def test_no_wall_clock_makes_proven_time_run_slower_inside_a_boot(ms, wall, same) -> None:
    now = Reading(wall.replace(tzinfo=NOON_UTC.tzinfo), 1_000 + ms, "boot" if same else "other")
    at = lease_time(ANCHOR, now)
    if same:
        assert at == NOON_UTC + timedelta(milliseconds=ms)
    else:
        assert at is None or at >= NOON_UTC


def test_the_server_waits_for_the_lease_the_drift_and_what_it_remembers_roughly() -> None:
    lease = timedelta(hours=10)
    assert over_for_sure(NOON_UTC, lease) == NOON_UTC + timedelta(hours=1.5) + SLACK


@pytest.mark.parametrize(
    "value",
    [None, [], "x", {}, {"per_card": "9"}, {"per_card": -5, "per_till_day": True}],
)
def test_what_is_no_permission_permits_nothing(value) -> None:
    assert limits_of(value) == RiskLimits()


def test_the_smaller_limit_holds_and_a_slip_of_the_finger_is_cut() -> None:
    limits = limits_of({"per_card": 50, "per_till_day": 70})
    assert [limits.allowed(*used) for used in ((0, 0), (20, 0), (0, 40), (60, 0), (0, 99))] == [
        50, 30, 30, 0, 0,
    ]  # fmt: skip
    assert limits_of({"per_card": 10**18, "per_till_day": 1}).per_card == MOST


@given(
    st.integers(0, 100),
    st.integers(0, 300),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200)), max_size=40),
)
def test_whatever_is_asked_the_risk_stays_within_both_limits(card, till, story) -> None:
    """Case 29: overdraft is at most the sum of the limits of the tills."""
    limits = RiskLimits(card, till)
    used: dict[int, int] = {}
    for who, wanted in story:
        given_now = min(wanted, limits.allowed(used.get(who, 0), sum(used.values())))
        used[who] = used.get(who, 0) + given_now
    assert sum(used.values()) <= till
    assert all(points <= card for points in used.values())

"""The time a till sells by: the server's word first, then its own counting, the wall clock last."""

from datetime import UTC, datetime, timedelta

import pytest

from pos_app.domain.loyalty.lease import Anchor, Reading
from pos_app.domain.till_time import Doubt, Told, first_told, told

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR_MS = 3_600_000


def reading(wall, hours=0.0, boot="b"):
    return Reading(wall, round(hours * HOUR_MS), boot)


def hours(count):
    return timedelta(hours=count)


ANCHOR = Anchor(NOON, 0, "b", NOON)


@pytest.mark.parametrize(
    "wrong", [hours(-26), hours(3), timedelta(days=365), timedelta(days=-20000)]
)
def test_what_the_server_said_in_this_boot_counts_whatever_the_clock_says(wrong):
    found = first_told(ANCHOR, None, reading(NOON + hours(2) + wrong, 2))
    assert found == Told(NOON + hours(2), proven=True)


def test_a_clock_within_two_minutes_is_taken_as_it_is():
    near = NOON + hours(2) + timedelta(seconds=119)
    assert first_told(ANCHOR, None, reading(near, 2)).at == near


def test_after_another_boot_the_clock_counts_again():
    found = first_told(ANCHOR, NOON, reading(NOON + hours(20), 0, "another"))
    assert found == Told(NOON + hours(20))


def test_a_clock_of_1970_at_the_start_does_not_sell_into_1970():
    early = datetime(1970, 1, 1, tzinfo=UTC)
    found = first_told(ANCHOR, NOON + hours(1), reading(early, 0, "another"))
    assert found == Told(NOON + hours(1), Doubt.BEHIND)
    later = told(
        ANCHOR, found, reading(early, 0, "another"), reading(early + hours(2), 2, "another")
    )
    assert later == Told(NOON + hours(3), Doubt.BEHIND)


def test_a_clock_that_is_further_than_three_days_at_the_start_is_a_doubt():
    found = first_told(None, NOON, reading(NOON + hours(73)))
    assert found == Told(NOON + hours(73), Doubt.AHEAD)
    # It stays one, however quietly the clock goes on.
    later = told(None, found, reading(NOON + hours(73)), reading(NOON + hours(74), 1))
    assert later == Told(NOON + hours(74), Doubt.AHEAD)


def test_a_new_till_knows_nothing_better_than_its_clock():
    assert first_told(None, None, reading(NOON + timedelta(days=4000))).doubt is Doubt.NONE


@pytest.mark.parametrize(("jump", "doubt"), [(hours(5), Doubt.AHEAD), (hours(-5), Doubt.BEHIND)])
def test_a_jump_without_the_server_is_not_followed(jump, doubt):
    then = reading(NOON)
    found = told(None, Told(NOON), then, reading(NOON + hours(1) + jump, 1))
    assert found == Told(NOON + hours(1), doubt)
    back = told(None, found, reading(NOON + hours(1) + jump, 1), reading(NOON + hours(2), 2))
    assert back.at == NOON + hours(2)


def test_the_servers_word_ends_a_doubt():
    then = reading(NOON + hours(30))
    found = told(ANCHOR, Told(NOON, Doubt.AHEAD), then, reading(NOON + hours(30), 1))
    assert found == Told(NOON + hours(1), proven=True)


def test_a_slow_clock_is_followed_step_by_step():
    last, then = Told(NOON), reading(NOON)
    for minute in range(1, 600):
        now = reading(NOON + timedelta(minutes=minute * 1.1), minute / 60)
        last, then = told(None, last, then, now), now
        assert last == Told(now.wall)

"""Whether the server can be reached, since when, and what is wrong."""

from datetime import timedelta

from sync.client.errors import Fenced, Forked, Lost, MemoryFailed
from sync.client.link import Link
from sync.wire.messages import Problem
from tests.sync.client.virtual import START, VirtualClock, VirtualLoop


def link():
    loop = VirtualLoop()
    loop.close()
    clock, changes = VirtualClock(loop), []
    return Link(clock, lambda: changes.append(1)), loop, clock, changes


def test_since_moves_only_when_the_link_does():
    state, loop, _clock, changes = link()
    loop.now_s = 10
    state.contact(False)
    assert state.since == START
    state.contact(True)
    loop.now_s = 20
    state.contact(True)
    assert state.since == START + timedelta(seconds=10)
    assert len(changes) == 1


def test_being_offline_is_no_trouble_and_a_fork_is():
    state, *_ = link()
    state.failed("push", Lost("away"))
    assert state.trouble() is None
    state.failed("pull", MemoryFailed("full"))
    state.failed("push", Forked(422, Problem("fork")))
    assert state.trouble() == "fork"
    state.worked("push")
    assert state.trouble() == "memory"
    state.worked("pull")
    assert state.trouble() is None


def test_skew_is_shown_and_the_anchor_is_counted_by_the_monotonic_clock():
    state, loop, clock, _changes = link()
    assert state.anchor_ms() == 0
    clock.ahead = timedelta(hours=1)
    state.told_time(START.isoformat())
    assert state.skew_ms == 3_600_000
    loop.now_s = 5
    clock.ahead = timedelta()
    assert state.anchor_ms() == 5000


def test_a_time_that_is_none_is_not_heard():
    state, *_ = link()
    for text in ("", "noon", "2026-11-22T09:00:00"):
        state.told_time(text)
    assert state.server_at is None


def test_a_fenced_till_says_by_which_incarnation():
    state, *_ = link()
    state.failed("push", Fenced(410, Problem("fenced", incarnation=4)))
    assert state.fenced_by == 4


def test_a_clock_that_is_far_from_the_servers_is_shown_when_nothing_worse_is():
    """Case 28: a jump of a year, a day back, 1970 after a flat battery: shown, never trusted."""
    state, _loop, clock, _changes = link()
    at = START.isoformat()
    state.told_time(at)
    assert state.trouble() is None
    for ahead in (timedelta(days=365), timedelta(days=-1), timedelta(days=-20_000)):
        clock.ahead = ahead
        state.told_time(at)
        assert state.trouble() == "clock"
        state.failed("pull", MemoryFailed("x"))
        assert state.trouble() == "memory"
        state.worked("pull")
    clock.ahead = timedelta(seconds=90)
    state.told_time(at)
    assert state.trouble() is None

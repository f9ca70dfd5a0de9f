"""How long a till waits before it asks again."""

from sync.client.backoff import LONGEST_RETRY_AFTER_S, Backoff


def test_waits_double_up_to_the_cap_and_never_grow_beyond_it():
    backoff = Backoff(lambda: 1.0, base_s=1, cap_s=60)
    assert [backoff.next_s() for _ in range(9)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_half_of_a_wait_is_by_chance_so_that_tills_do_not_return_in_one_wave():
    assert Backoff(lambda: 0.0, base_s=8).next_s() == 4
    assert Backoff(lambda: 0.5, base_s=8).next_s() == 6


def test_a_success_begins_anew():
    backoff = Backoff(lambda: 1.0)
    for _ in range(5):
        backoff.next_s()
    backoff.reset()
    assert backoff.next_s() == 1


def test_the_server_may_ask_for_more_but_not_for_ever():
    backoff = Backoff(lambda: 0.0)
    assert backoff.next_s(30) == 30
    assert backoff.next_s(10**9) == LONGEST_RETRY_AFTER_S
    assert backoff.next_s(-5) == 2


def test_a_million_failures_do_not_overflow():
    backoff = Backoff(lambda: 1.0, failures=1_000_000)
    assert backoff.next_s() == 60

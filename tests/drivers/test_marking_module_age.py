"""How old the local marking module's lists are: asked between codes over real HTTP."""

import time
from datetime import UTC, datetime

import pytest

from drivers.contract import StatusUpdateEvent
from drivers.contract.marking import VALID_UNTIL
from drivers.fake.marking import NOW_MS, VirtualMarking
from drivers.marking_check import MarkingChecker, MarkPlaces
from drivers.marking_check.verdict import valid_until

HOUR_MS = 3_600_000


def until_heard(heard, wanted):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = [one.state[VALID_UNTIL] for one in heard
                 if isinstance(one, StatusUpdateEvent) and one.state]  # fmt: skip
        if wanted in found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"{wanted} was never told: {heard}")


@pytest.fixture
def module():
    with VirtualMarking() as marking:
        yield marking


def checker_of(module, heard, **places):
    url = f"http://127.0.0.1:{module.port}"
    chosen = {"local_url": url, "local_user": "admin", "local_password": "secret", **places}
    return MarkingChecker("marking", MarkPlaces(**chosen), heard.append, lambda *_: None)


def ends(ms):
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()


def test_the_end_of_the_lists_is_told_once_and_again_when_they_are_renewed(module):
    heard = []
    checker = checker_of(module, heard, look_ms=1, valid_hours=24)
    checker.open()
    try:
        until_heard(heard, ends(NOW_MS + 24 * HOUR_MS))
        module.synced_ms += HOUR_MS
        found = until_heard(heard, ends(NOW_MS + 25 * HOUR_MS))
    finally:
        checker.close()
    assert found == [ends(NOW_MS + 24 * HOUR_MS), ends(NOW_MS + 25 * HOUR_MS)]


def test_a_module_that_is_away_or_says_nothing_of_its_age_tells_no_end(module):
    heard = []
    module.local_away = True
    checker = checker_of(module, heard, look_ms=1)
    checker.open()
    try:
        deadline = time.monotonic() + 20
        while checker.health().error_count < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not heard
        module.local_away = False
        until_heard(heard, ends(NOW_MS + 72 * HOUR_MS))
    finally:
        checker.close()


@pytest.mark.parametrize("body", [{}, {"lastSync": None}, {"lastSync": "soon"}])
def test_nonsense_is_no_time(body):
    with pytest.raises((ValueError, TypeError)):
        valid_until(body, 72)

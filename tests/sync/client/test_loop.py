"""One piece of work, never twice at a time."""

import asyncio

import pytest

from sync.client.backoff import Backoff
from sync.client.errors import Lost
from sync.client.loop import Loop
from tests.sync.client.virtual import now_s, run


class Work:
    """Work that takes ten seconds, notes when, and can be told to fail."""

    def __init__(self) -> None:
        self.began: list[float] = []
        self.running = 0
        self.failures = 0

    async def __call__(self) -> int:
        self.began.append(now_s())
        self.running += 1
        assert self.running == 1, "two at a time"
        try:
            await asyncio.sleep(10)
        finally:
            self.running -= 1
        if self.failures:
            self.failures -= 1
            raise Lost("the network")
        return len(self.began)


async def hour() -> bool:
    await asyncio.sleep(3600)
    return True


def loop_of(work, idle=hour) -> Loop[int]:
    return Loop(work, idle=idle, backoff=Backoff(lambda: 1.0), sleep=asyncio.sleep)


def during(seconds, work, script, idle=hour):
    """Run the loop for so many virtual seconds while the script happens."""

    async def scene():
        loop = loop_of(work, idle)
        running = asyncio.ensure_future(loop.run())
        playing = asyncio.ensure_future(script(loop))
        await asyncio.sleep(seconds)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return await playing

    return run(scene())


async def nothing(_loop):
    return None


def test_a_nudge_during_a_running_pass_makes_one_more_pass_and_never_two_loops():
    work = Work()

    async def script(loop):
        for _ in range(50):
            await asyncio.sleep(0.1)
            loop.nudge()

    during(100, work, script)
    assert work.began == [0, 10]


def test_a_nudge_in_idle_time_begins_at_once():
    work = Work()

    async def script(loop):
        await asyncio.sleep(100)
        loop.nudge()

    during(200, work, script)
    assert work.began == [0, 100]


def test_idle_time_ends_by_itself():
    work = Work()
    during(4000, work, nothing)
    assert work.began == [0, 3610]


def test_idle_that_did_the_work_itself_is_simply_idle_again():
    work, listened = Work(), []

    async def listening():
        await asyncio.sleep(25)
        listened.append(now_s())
        return False

    during(100, work, nothing, listening)
    assert work.began == [0]
    assert listened == [35, 60, 85]


def test_failures_back_off_and_a_nudge_does_not_shorten_the_wait():
    work = Work()
    work.failures = 3

    async def script(loop):
        for _ in range(60):
            await asyncio.sleep(1)
            loop.nudge()

    during(47, work, script)
    assert work.began == [0, 11, 23, 37]


def test_a_person_who_asks_does_not_wait_for_the_back_off():
    work = Work()
    work.failures = 6

    async def script(loop):
        await asyncio.sleep(150)
        return await loop.ask()

    during(400, work, script)
    assert 150 in work.began


def test_asking_during_a_pass_gets_the_result_of_the_next_one():
    work = Work()

    async def script(loop):
        await asyncio.sleep(5)
        return await asyncio.gather(loop.ask(), loop.ask())

    assert during(100, work, script) == [2, 2]
    assert work.began == [0, 10]


def test_whoever_asks_hears_what_went_wrong():
    work = Work()
    work.failures = 2

    async def script(loop):
        await asyncio.sleep(5)
        with pytest.raises(Lost):
            await loop.ask()
        return "heard"

    assert during(100, work, script) == "heard"


def test_whoever_stops_waiting_disturbs_nobody():
    work = Work()

    async def script(loop):
        await asyncio.sleep(5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(loop.ask(), 1)
        return await loop.ask()

    assert during(100, work, script) == 2


def test_trouble_while_listening_backs_off_too():
    work, tries = Work(), []

    async def listening():
        tries.append(now_s())
        raise Lost("cut")

    during(40, work, nothing, listening)
    assert tries == [10, 21, 32]


def test_a_bug_ends_the_loop_and_whoever_waits_is_let_go():
    async def work():
        await asyncio.sleep(1)
        raise ZeroDivisionError

    async def scene():
        loop = loop_of(work)
        running = asyncio.ensure_future(loop.run())
        asking = asyncio.ensure_future(loop.ask())
        with pytest.raises(ZeroDivisionError):
            await running
        with pytest.raises(asyncio.CancelledError):
            await asking

    run(scene())

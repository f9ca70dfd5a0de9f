"""A clock that goes back, and a till that tells again what the server has not posted yet."""

import json
from datetime import timedelta
from itertools import count

from sync.server.engine.schema import event
from sync.server.poster.again import EXISTS
from tests.sync.server.till import NOON


async def told(house, till, member):
    """The member's newest row, as the server tells it."""
    return json.loads(bytes((await till.lookup("id", member)).member))


def test_the_later_state_of_a_member_is_never_stamped_before_the_earlier(house) -> None:
    """Found by seeds 1107, 1659, 1890 and 1910: a till takes the later of two rows of a member."""

    async def story() -> None:
        ticks = count(0, 3_600_000)
        house.clock.monotonic_ms = lambda: next(ticks)  # only the wall clock is set back
        till = await house.till()
        anna = till.enrol_member(card="2990000000017")
        till.sell(member=anna, earn=10)
        await till.push()
        await house.post()
        first = await told(house, till, anna)
        house.clock.at -= timedelta(hours=5)
        till.sell(member=anna, earn=20)
        await till.push()
        await house.post()
        second = await told(house, till, anna)
        assert second["as_of"] > first["as_of"]
        assert sum(lot["points"] for lot in second["lots"]) == 30
        house.clock.at = NOON + timedelta(hours=1)
        till.sell(member=anna, earn=5)
        await till.push()
        await house.post()
        assert (await told(house, till, anna))["as_of"].startswith(
            (NOON + timedelta(hours=1)).isoformat()[:19]
        )

    house.run(story())


def test_what_a_former_life_told_is_posted_before_the_next_life_numbers_it_anew(house) -> None:
    """Found by seed 1342: both batches wait when the poster comes; the row said the old number."""

    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000017")
        await till.push()
        await house.post()
        for _ in range(4):
            till.sell(net=10_00)
        sale = till.sell(member=anna, earn=16)
        await till.push(2)
        former = till.chain
        till.chain, till.incarnation = [], 2
        till.record_raw(former[0].kind, former[0].v, former[0].body.encode(), former[0].id)
        again = former[-1]
        till.record_raw(again.kind, again.v, again.body.encode(), again.id)
        await till.push()
        await house.post()
        outcomes = {(r.incarnation, r.seq): r.outcome for r in await house.rows(event)}
        assert outcomes[1, 6] == "posted" and outcomes[2, 2] == EXISTS
        row = await told(house, till, anna)
        assert row["posted"] == {till.terminal: 2}, "or its till would count the receipt twice"
        assert sum(lot["points"] for lot in row["lots"]) == 16
        assert sale.totals.points_earned == 16

    house.run(story())

"""A lot's last day passes while tills are in the dark: what each may spend is there, whole."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from pos_app.domain.events import AllowanceReturned
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.lease import over_for_sure
from pos_app.domain.loyalty.ledger import Account, apply, fold
from sync.server.books.grant import Grant
from sync.server.engine.days import Days
from sync.server.engine.schema import conflict
from sync.server.engine.services import micros
from sync.server.rights.ending import horizon_days, parts, room_beyond
from sync.server.settings import reference
from sync.server.upkeep.tending import tend_allowances
from sync.server.watch.doctor import examine
from sync.translate.instants import instant
from tests.builders import an_entry
from tests.sync.server.test_server_allowances import grants
from tests.sync.server.test_server_placing import policy
from tests.sync.server.till import DAY, NOON

ONE = timedelta(days=1)
T0 = datetime(2026, 11, 22, tzinfo=UTC)


async def two_stores(house):
    await house.write(reference.add_store, house.services, "far", "Far")
    return await house.till(), await house.till("far")


async def earns(house, till, anna, points, ends, store="shop"):
    sale = till.document(member=anna, earn=points, store_id=store)
    (entry,) = sale.entries
    entry = replace(entry, available_on=DAY, expires_on=ends)
    ids = {"transaction_id": sale.transaction_id, "entries": (entry,)}
    till.sell(member=anna, earn=points, store_id=store, **ids)
    await house.push(till)


async def anna_in_both(house, ends, kept=100):
    """100 points that end on that day and `kept` that do not; seen in two stores."""
    here, far = await two_stores(house)
    await policy(house, headroom_ppm=1_000_000)  # a till gets what one receipt has cost: 100.00
    anna = here.enrol_member(card="2990000000019")
    await earns(house, here, anna, 100, ends)
    await earns(house, far, anna, kept, None, "far")
    return here, far, anna


async def honoured(house, till):
    """(grant, points left) that a till which hears nothing any more may spend now."""
    now = micros(house.clock.at)
    rows = (await grants(till)).values()
    live = [r for r in rows if r.lease_until is None or micros(instant(r.lease_until)) > now]
    left = [(r, r.granted - r.spent - r.returned) for r in live]
    return [(row, points) for row, points in left if points]


async def in_the_dark(house, tills, anna, on) -> list[int]:
    """Each spends that day all it may; then the server hears of it."""
    spent = []
    for till in tills:
        uses = [AllowanceUse(row.grant, left) for row, left in await honoured(house, till)]
        spent.append(sum(use.points for use in uses))
        if uses:
            till.sell(member=anna, redeem=spent[-1], on=on, net=1000_00, uses=tuple(uses))
    for till in tills:
        await house.push(till)
    return spent


@pytest.mark.parametrize("kept", [100, 30, 1])
def test_two_tills_in_the_dark_overdraw_nothing_the_day_after_points_ended(house, kept) -> None:
    async def story() -> None:
        here, far, anna = await anna_in_both(house, DAY + ONE, kept)
        house.clock.at += 2 * ONE
        may = await in_the_dark(house, (here, far), anna, DAY + 2 * ONE)
        assert sum(may) == kept, "all that is good, and nothing else"
        assert await house.rows(conflict) == []
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_on_their_last_day_all_points_can_be_spent_in_the_dark(house) -> None:
    async def story() -> None:
        here, far, anna = await anna_in_both(house, DAY + ONE)
        house.clock.at += ONE
        assert sum(await in_the_dark(house, (here, far), anna, DAY + ONE)) == 200
        assert await house.rows(conflict) == []

    house.run(story())


async def days_pass(house, days) -> None:
    """Every hour's turn of the server, so that each bucket has had its own."""
    for _ in range(days * 24):
        house.clock.at += timedelta(hours=1)
        await tend_allowances(house.server.database, house.services)


def test_points_that_will_end_are_asked_back_in_time_and_lie_there_again_for_a_while(house) -> None:
    async def story() -> None:
        ends = DAY + 20 * ONE
        here, far, anna = await anna_in_both(house, ends)
        tills = {"here": here, "far": far}
        lying = {name: list((await grants(till)).values()) for name, till in tills.items()}
        assert [(g.granted, g.lease_until) for of in lying.values() for g in of] == [
            (100, None)
        ] * 2
        await days_pass(house, 15)
        await house.post()
        recalled = {n: g for n, t in tills.items() for g in (await grants(t)).values()}
        ((name, asked),) = recalled.items()
        assert asked.kind == "recalled", "one of the two, once: what is on its way counts"
        back = AllowanceReturned(anna, (AllowanceUse(asked.grant, 100),), house.clock.at)
        tills[name].record(back)
        await house.push(tills[name])
        await days_pass(house, 4)
        await house.post()
        lies = [g for g in (await grants(tills[name])).values() if g.returned == 0]
        assert [g.granted for g in lies] == [100]
        assert instant(lies[0].lease_until) == NOON + timedelta(days=18, hours=12), "72 hours"

    house.run(story())


def test_what_is_asked_for_on_the_last_day_is_not_spent_on_the_next(house) -> None:
    async def story() -> None:
        here, far, anna = await anna_in_both(house, DAY)
        asked = await house.till("far")
        await policy(house, headroom_ppm=1_000_000, share_ppm=0)
        await earns(house, here, anna, 50, DAY)
        answer = await asked.allowance("ask-1", anna, 50)
        assert (answer.granted, answer.lease_until) == (50, "2026-11-22T21:00:00+00:00")
        house.clock.at += ONE
        assert sum(await in_the_dark(house, (here, far, asked), anna, DAY + ONE)) == 100
        assert await house.rows(conflict) == []

    house.run(story())


def test_a_till_that_heard_nothing_of_it_honours_nothing_when_the_points_end() -> None:
    """Asked back within a day of the first look, heard or not: a lease by a slow clock is over."""
    for lease_hours in range(24 * 60):
        looked_ahead = timedelta(days=horizon_days(lease_hours) - 1)
        assert over_for_sure(T0 + timedelta(hours=lease_hours), timedelta(hours=lease_hours)) < (
            T0 + looked_ahead
        )


def lots_that_end(draw: Random) -> Account:
    ends = [None, *(DAY + day * ONE for day in range(6))]
    entries = [
        an_entry(
            "earn", draw.randint(1, 90), entry_id=f"e{n}", on=DAY, expires_on=draw.choice(ends)
        )
        for n in range(draw.randint(1, 5))
    ]
    return fold("m1", entries)


def promises(draw: Random, account: Account, days: Days) -> list[Grant]:
    """All that is free, in some steps; nobody is refused a point of it."""
    promised: list[Grant] = []
    while (free := account.available(DAY) - sum(g.left for g in promised)) > 0:
        points = draw.randint(1, free)
        given = list(parts(room_beyond(account, promised, days, 6), points))
        assert sum(part for _, part in given) == points
        promised += [Grant("", "m1", "t", part, lease_until=until) for until, part in given]
    return promised


def test_whatever_is_spent_in_the_dark_whenever_and_heard_of_in_whatever_order_is_there() -> None:
    draw = Random(20261123)  # noqa: S311 - histories, no secrets
    days = Days(DAY, (DAY,), (ZoneInfo("Europe/Moscow"),))
    for _ in range(2_000):
        account, spent = lots_that_end(draw), []
        for grant in promises(draw, account, days):
            later = [DAY + n * ONE for n in range(8)]
            ends = grant.lease_until
            live = [d for d in later if not ends or micros(days.begins(d)) < ends]
            left = grant.left
            while left and (points := draw.randint(0, left)):
                on = draw.choice(live)
                spent.append(an_entry("redeem", -points, entry_id=f"r{len(spent)}-{left}", on=on))
                left -= points
        draw.shuffle(spent)
        for entry in spent:
            posting = apply(account, entry)
            assert posting.overdrawn == 0
            account = posting.account

"""The server's day is its chain's, not that of Greenwich: what ripens, ends and counts by it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from msgspec.json import decode

from pos_app.domain.loyalty.allowance import AllowanceUse
from sync.server.engine.days import days_now
from sync.server.engine.refusal import Refusal
from sync.server.engine.schema import account, conflict, ledger
from sync.server.members.member_import import import_members
from sync.server.settings import reference
from sync.server.settings.catalog import import_catalog
from sync.server.watch.doctor import examine
from sync.translate import item_from_row
from sync.wire.codec import canonical
from sync.wire.rows import ItemRow
from tests.sync.server.test_server_activities import Office
from tests.sync.server.test_server_birthdays import imported, member_id, shown
from tests.sync.server.test_server_choices import opened
from tests.sync.server.till import DAY

AFTER = DAY + timedelta(days=1)
MONTHS_END = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
"""01:30 of the next day in Moscow, 17:30 in New York, 08:30 of the next day in Vladivostok."""


async def zone(house, name, store="") -> None:
    await house.write(reference.set_setting, house.services, "time_zone", name, store)


async def days(house):
    return await house.read(days_now, house.services)


async def anna_with(house, till, *lots):
    """Lots of 100 points, each of (first day, last day or None); nothing lies at a till."""
    policy = {"share_ppm": 0}
    await house.write(reference.set_setting, house.services, "allowance.placement", policy)
    anna = till.enrol_member(card="2990000000019")
    for opens, ends in lots:
        sale = till.document(member=anna, earn=100)
        (entry,) = sale.entries
        entry = replace(entry, available_on=opens, expires_on=ends)
        till.sell(member=anna, earn=100, transaction_id=sale.transaction_id, entries=(entry,))
    await house.push(till)
    return anna


def test_points_of_the_new_day_are_lent_after_midnight_in_moscow(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = await anna_with(house, till, (AFTER, None))
        house.clock.at = MIDNIGHT - timedelta(hours=2)
        assert (await till.allowance("ask-1", anna, 100)).granted == 0, "23:30 in Moscow"
        house.clock.at = MIDNIGHT
        assert (await till.allowance("ask-2", anna, 100)).granted == 100, "01:30 in Moscow"

    house.run(story())


def test_points_that_ended_with_the_day_are_not_lent_after_midnight_in_moscow(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = await anna_with(house, till, (DAY, DAY))
        house.clock.at = MIDNIGHT
        assert (await till.allowance("ask-1", anna, 100)).granted == 0

    house.run(story())


@pytest.mark.parametrize(
    ("name", "hour_utc", "granted"),
    [
        ("America/New_York", datetime(2026, 11, 23, 4, 59, tzinfo=UTC), 0),
        ("America/New_York", datetime(2026, 11, 23, 5, 0, tzinfo=UTC), 100),
        ("Asia/Vladivostok", datetime(2026, 11, 22, 13, 59, tzinfo=UTC), 0),
        ("Asia/Vladivostok", datetime(2026, 11, 22, 14, 0, tzinfo=UTC), 100),
    ],
)
def test_a_chain_has_its_own_midnight(house, name, hour_utc, granted) -> None:
    async def story() -> None:
        till = await house.till()
        await zone(house, name)
        anna = await anna_with(house, till, (AFTER, None))
        house.clock.at = hour_utc
        assert (await till.allowance("ask-1", anna, 100)).granted == granted

    house.run(story())


def test_another_zone_is_in_force_with_the_next_request(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = await anna_with(house, till, (AFTER, None))
        house.clock.at = MIDNIGHT
        await zone(house, "UTC")
        assert (await till.allowance("ask-1", anna, 60)).granted == 0
        await zone(house, "Europe/Moscow")
        assert (await till.allowance("ask-2", anna, 60)).granted == 60

    house.run(story())


@pytest.mark.parametrize("name", ["Europe/Mosow", "Europe", "../passwd", "localtime", 3, [], " "])
def test_a_zone_that_nobody_knows_is_refused(house, name) -> None:
    async def story() -> None:
        with pytest.raises(Refusal) as refused:
            await zone(house, name)
        assert (refused.value.status, refused.value.problem.code) == (422, "bad_setting")
        assert (await days(house)).today == DAY

    house.run(story())


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_zone_that_is_none_is_the_one_a_till_would_take(house, nothing) -> None:
    async def story() -> None:
        await zone(house, "America/New_York")
        await zone(house, nothing)
        house.clock.at = MIDNIGHT
        assert (await days(house)).today == AFTER

    house.run(story())


def test_a_midnight_moves_with_summer_time(house) -> None:
    async def story() -> None:
        await zone(house, "America/New_York")
        seen = []
        for month, hour in ((1, 4), (1, 5), (7, 3), (7, 4)):
            house.clock.at = datetime(2026, month, 15, hour, 30, tzinfo=UTC)
            seen.append((await days(house)).today.day)
        assert seen == [14, 15, 14, 15]
        house.clock.at = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
        assert (await days(house)).today == date(2026, 11, 1), "01:30, for the first time"
        house.clock.at = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
        assert (await days(house)).today == date(2026, 11, 1), "and for the second"

    house.run(story())


def test_stores_in_several_zones_have_several_days_and_the_chain_has_its_own(house) -> None:
    async def story() -> None:
        await house.write(reference.add_store, house.services, "far", "Far")
        await zone(house, "Asia/Vladivostok", "far")
        house.clock.at = MIDNIGHT - timedelta(hours=2)
        found = await days(house)
        assert (found.today, found.running) == (DAY, (DAY, AFTER)), "23:30 and 06:30"
        house.clock.at = MIDNIGHT
        assert (await days(house)).running == (AFTER,)
        await zone(house, "Asia/Vladivostok", "shop")
        house.clock.at = MIDNIGHT - timedelta(hours=2)
        found = await days(house)
        assert (found.today, found.running) == (DAY, (AFTER,)), "nobody goes by the chain's own"

    house.run(story())


def test_points_are_lent_when_they_are_good_in_every_zone_of_the_chain(house) -> None:
    """Two tills on two days spend one account, each in good faith: nothing is overdrawn."""

    async def story() -> None:
        await house.write(reference.add_store, house.services, "far", "Far")
        await zone(house, "Asia/Vladivostok", "far")
        here, far = await house.till(), await house.till("far")
        anna = await anna_with(house, here, (DAY, None), (AFTER, None))
        house.clock.at = MIDNIGHT - timedelta(hours=2)
        assert (await far.allowance("ask-1", anna, 200)).granted == 100
        assert (await here.allowance("ask-2", anna, 200)).granted == 0
        house.clock.at = MIDNIGHT
        assert (await here.allowance("ask-3", anna, 200)).granted == 100
        assert await house.read(lambda c: list(examine(c))) == []
        assert await house.rows(conflict) == []

    house.run(story())


async def both_sides_of_midnight(house):
    """(a till of the new day, one in yesterday's session, Anna): 100 points are good on both days,
    100 from the new one on; it is 01:30."""
    new, late = await house.till(), await house.till()
    anna = await anna_with(house, new, (DAY, None), (AFTER, None))
    house.clock.at = MIDNIGHT
    return new, late, anna


async def spends(house, till, anna, points, on, uses=()) -> None:
    till.sell(member=anna, redeem=points, on=on, net=300_00, uses=uses)
    await house.push(till)


def test_tills_on_both_sides_of_a_z_overdraw_nothing_with_what_each_may_spend(house) -> None:
    """The new day takes what both days could: yesterday's till has the first day's in its place."""

    async def story() -> None:
        new, late, anna = await both_sides_of_midnight(house)
        assert (await late.allowance("late", anna, 100, on=DAY)).granted == 100
        assert (await new.allowance("new", anna, 100)).granted == 100
        await spends(house, new, anna, 100, AFTER, (AllowanceUse("new", 100),))
        await spends(house, late, anna, 100, DAY, (AllowanceUse("late", 100),))
        assert await house.rows(conflict) == []
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_an_account_of_before_is_sound_without_what_was_taken_in_place_of_what(house) -> None:
    async def story() -> None:
        new, _late, anna = await both_sides_of_midnight(house)
        await spends(house, new, anna, 100, AFTER)
        (row,) = await house.rows(account)
        kept = decode(row.state)
        del kept["spares"]
        older = sa.update(account).values(state=canonical(kept).decode())
        await house.write(lambda c: c.execute(older))
        assert await house.read(lambda c: list(examine(c))) == []
        kept["debt"] = 1
        await house.write(lambda c: c.execute(older.values(state=canonical(kept).decode())))
        assert len(await house.read(lambda c: list(examine(c)))) == 1

    house.run(story())


def test_a_dark_till_on_the_other_side_of_a_z_is_told_of_what_was_not_there(house) -> None:
    """Nobody on the new day took what yesterday could: its points are no cover for yesterday's."""

    async def story() -> None:
        new, late, anna = await both_sides_of_midnight(house)
        assert (await late.allowance("late", anna, 100, on=DAY)).granted == 100
        dark = await house.till()
        await spends(house, dark, anna, 70, DAY)
        await spends(house, late, anna, 100, DAY, (AllowanceUse("late", 100),))
        found = await house.rows(conflict, conflict.c.kind == "overdraft")
        assert [(row.terminal, row.points) for row in found] == [(late.terminal, 70)]
        assert await house.read(lambda c: list(examine(c))) == []
        await spends(house, new, anna, 60, AFTER)
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_a_till_in_yesterdays_session_is_lent_what_is_good_yesterday(house) -> None:
    """Else two of them spend the new day's points a day early, each within its right."""

    async def story() -> None:
        new, late, anna = await both_sides_of_midnight(house)
        other = await house.till()
        assert (await late.allowance("late", anna, 60, on=DAY)).granted == 60
        assert (await other.allowance("other", anna, 60, on=DAY)).granted == 40
        assert (await new.allowance("new", anna, 200, on=AFTER)).granted == 100

    house.run(story())


def test_an_older_till_that_names_no_day_is_lent_by_the_calendar(house) -> None:
    async def story() -> None:
        _new, late, anna = await both_sides_of_midnight(house)
        assert (await late.allowance("late", anna, 200)).granted == 200

    house.run(story())


def test_what_ended_is_expired_a_day_after_its_last_day_is_over_in_the_last_zone(house) -> None:
    async def story() -> None:
        till = await house.till()
        await zone(house, "America/New_York")
        await anna_with(house, till, (DAY, DAY))
        house.clock.at = datetime(2026, 11, 24, 4, 59, tzinfo=UTC)
        assert await house.server.run_jobs() == 0, "a till may still have the day of the 22nd open"
        house.clock.at = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
        assert await house.server.run_jobs() == 1
        (entry,) = await house.rows(ledger, ledger.c.kind == "expire")
        assert entry.business_on == "2026-11-23"

    house.run(story())


def test_a_price_that_is_brought_at_night_is_of_the_new_day(house) -> None:
    columns = "ean,name,department,vat_rate,price_kop"

    async def price(amount) -> None:
        data = f"{columns}\n4600000000008,Tea,Food,22,{amount}\n".encode()
        assert not (await house.write(import_catalog, house.services, data)).faults

    async def story() -> None:
        till = await house.till()
        await price(100)
        house.clock.at = MIDNIGHT
        await price(200)
        (item,) = [row for row in await till.pull_all() if row.kind == "item"]
        since = [price.since_on for price in item_from_row(decode(item.body, type=ItemRow)).prices]
        assert since[1:] == [AFTER]

    house.run(story())


def test_a_limit_of_a_month_begins_anew_at_midnight_in_moscow(house) -> None:
    async def story() -> None:
        office, till = Office(house), await house.till()
        await office.open()
        anna = till.enrol_member(card="2990000000019")
        await house.push(till)
        house.clock.at = MONTHS_END - timedelta(hours=2)
        told = [(await office.tell(f"e{n}", "review", anna))[1]["result"] for n in range(3)]
        assert told == ["posted", "posted", "refused"]
        house.clock.at = MONTHS_END
        assert (await office.tell("e3", "review", anna))[1]["result"] == "posted"
        days = {row.business_on for row in await house.rows(ledger)}
        assert days == {"2026-11-30", "2026-12-01"}

    house.run(story())


def test_categories_are_chosen_for_the_months_that_a_till_would_offer(house) -> None:
    async def story() -> None:
        _, anna, app = await opened(house)
        house.clock.at = MONTHS_END
        january = await app.choose(anna, "tea", month="2027-01")
        november = await app.choose(anna, "tea", month="2026-11")
        assert [january[1]["result"], november[1]["result"]] == ["chosen", "refused"]

    house.run(story())


def test_birthday_windows_move_on_at_midnight_in_moscow(house) -> None:
    """A day after the last one, which a till may have open still."""

    async def story() -> None:
        await imported(house)
        moved = []
        for hours in (-2, 0):
            house.clock.at = datetime(2027, 1, 7, 22, 30, tzinfo=UTC) + timedelta(hours=hours)
            await house.server.run_jobs()
            moved.append((await shown(house, 1)).birthday[0])
        assert moved == ["2026-12-27", "2027-12-27"]

    house.run(story())


def test_points_from_a_file_are_good_at_once_in_every_zone_of_the_chain(house) -> None:
    async def story() -> None:
        await house.write(reference.add_store, house.services, "far", "Far")
        await zone(house, "America/New_York", "far")
        till = await house.till("far")
        house.clock.at = MIDNIGHT
        data = "id,card_ean,phone,last_name,first_name,registered,tier,points\n"
        data += "1,2990000000019,,A,Anna,2022-10-11,base,500\n"
        await house.write(import_members, house.services, data.encode())
        assert (await till.allowance("ask-1", member_id(1), 500)).granted == 500
        (entry,) = await house.rows(ledger)
        assert entry.business_on == "2026-11-23"

    house.run(story())

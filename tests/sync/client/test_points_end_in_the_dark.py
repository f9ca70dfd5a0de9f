"""A lot ends while two real tills hear nothing: together they spend what is left of the account."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from pos_app.domain.events import TransactionCompleted
from pos_app.domain.loyalty.allowance import draw, spendable
from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.workstation.ports import Facts
from sync.server.engine.schema import account, conflict
from sync.server.watch import doctor
from tests.storage.builders import sale, session
from tests.sync.client import virtual
from tests.sync.client.shop import open_shop
from tests.sync.client.test_lives_of_tills import sync
from tests.sync.client.till import AT

ONE = timedelta(days=1)


def sold(shop, till, member, on, **entry):
    """A receipt of that day with one entry on the member's account, as a till records it."""
    shop.sales += 1
    number, identity = till.journal.next_receipt_counter(), till.outbox.identity()
    document = sale(1000 + shop.sales, member)
    uses = entry.pop("uses", ())
    one = replace(document.entries[0], business_on=on, **entry)
    document = replace(
        document,
        terminal_id=identity.terminal_id,
        store_id=identity.store_id,
        receipt_number=f"{identity.receipt_prefix}-{number:06d}",
        business_on=on,
        entries=(one,),
        uses=uses,
    )
    till.journal.record(
        Facts(
            events=((till.ids.new_id(), TransactionCompleted(document)),),
            session=session(receipts=number),
            receipt_counter=number,
            uses=uses,
        )
    )


def spends_all(shop, till, member, now) -> int:
    """All that this till honours now."""
    grants = till.journal.allowances(member)
    points = spendable(grants, now)
    uses, rest = draw(grants, points, now)
    assert rest == 0
    if points:
        gone = {"kind": EntryKind.REDEEM, "points": -points, "available_on": None}
        sold(shop, till, member, now.date(), **gone, expires_on=None, lot_id=None, uses=uses)
    return points


def test_two_tills_that_hear_nothing_spend_what_is_left_the_day_after_a_lot_ended(tmp_path):
    async def scene(shop):
        tills = [await shop.till(name) for name in ("one", "two")]
        await shop.set("allowance.placement", {"spread": "even", "headroom_ppm": 100_000_000})
        await shop.set("velocity", {"receipts": 0, "stores_a_day": 0, "scans_by_operator": 0})
        member = shop.enrol_member(tills[0])
        today = AT.date()
        for ends in (today + ONE, None):
            earned = {"points": 100, "available_on": today, "expires_on": ends}
            sold(shop, tills[0], member, today, **earned)
        for till in (*tills, *tills):
            await sync(till)
            await shop.settle()
        held = [till.journal.allowances(member) for till in tills]
        assert sum(grant.left for grants in held for grant in grants) == 200
        shop.net.away = True
        await asyncio.sleep(2 * ONE.total_seconds())
        now = shop.clock.now_utc()
        assert now.date() == today + 2 * ONE
        spent = [spends_all(shop, till, member, now) for till in tills]
        assert sum(spent) == 100, "of 200 that lie there, what is good"
        shop.net.away = False
        for till in tills:
            await sync(till)
            await shop.settle()
        (row,) = await shop.server.database.read(lambda c: list(c.execute(account.select())))
        assert row.balance == 100, "the lot that ended, until it is expired"
        assert await shop.server.database.read(lambda c: list(c.execute(conflict.select()))) == []
        assert await shop.server.database.read(lambda c: list(doctor.examine(c))) == []
        for till in tills:
            await till.close()

    async def whole():
        async with open_shop(tmp_path) as shop:
            await scene(shop)

    virtual.run(whole())

"""A gift card in a dark store: what waits at one till pays at another. Real files, real doors."""

from dataclasses import replace

import pytest

from pos_app.domain.events import TransactionCompleted
from pos_app.domain.loyalty.account import Cause
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.gift_card import GiftCardEntry, GiftCardKind
from pos_app.workstation.ports import Facts
from sync.client import bearers, errors
from sync.server.engine.schema import bearer, conflict
from sync.server.watch.doctor import examine
from tests.storage.builders import sale
from tests.sync.client import virtual
from tests.sync.client.beside import Neighbour
from tests.sync.client.shop import open_shop
from tests.sync.client.test_lan import Store
from tests.sync.client.till import AT

CARD = "gift:" + "ab" * 16 + ":7731"


def receipt(shop, till, kind, amount, uses=()) -> None:
    """A receipt that sells the card, or is paid with it out of what lies here."""
    shop.sales += 1
    entry = GiftCardEntry(
        till.ids.new_id(), CARD, GiftCardKind(kind), amount, AT, AT.date(), Cause("t", "t")
    )
    identity = till.outbox.identity()
    document = replace(
        sale(5000 + shop.sales, None),
        terminal_id=identity.terminal_id,
        store_id=identity.store_id,
        entries=(),
        gift_cards=(entry,),
        uses=tuple(uses),
    )
    event = (till.ids.new_id(), TransactionCompleted(document))
    till.journal.record(Facts(events=(event,), uses=tuple(uses)))


async def ask(one: Neighbour):
    till = one.till
    fields = {"kind": "gift_card", "key": CARD, "want_points": 10**12}
    about = (till.connection, till.outbox, till.allowances)
    return await bearers.identify(*about, fields, None, till.lan)


def test_a_card_that_waits_at_one_dark_till_pays_at_the_other(tmp_path):
    """Cases 36, 53: the rights move, none is made."""

    async def whole():
        async with open_shop(tmp_path) as shop:
            await shop.set("velocity", {"receipts": 0, "stores_a_day": 0, "scans_by_operator": 0})
            policy = {"share_ppm": 700_000, "headroom_ppm": 100_000_000, "gift_cards": True}
            await shop.set("allowance.placement", policy)
            tills = [await shop.till(name) for name in ("a", "b", "c")]
            store = Store(shop, tills)
            await store.begin()
            receipt(shop, store.a.till, "issue", 1000_00)
            for _ in range(2):
                await store.sync(store.a)
            assert store.a.left(CARD) == 1000_00
            shop.net.away = True
            reply = await ask(store.b)
            assert reply["moved"] == 1000_00
            assert (store.a.left(CARD), store.b.left(CARD)) == (0, 1000_00)
            with pytest.raises(errors.Lost):
                await ask(store.b)
            # Whoever shows the card has it: the third till, then the second again.
            assert (await ask(store.c))["moved"] == 1000_00
            assert (await ask(store.b))["moved"] == 1000_00
            (grant,) = [g for g in store.b.till.journal.allowances(CARD) if g.left]
            uses = (AllowanceUse(grant.grant_id, 400_00, CARD),)
            receipt(shop, store.b.till, "redeem", -400_00, uses)
            shop.net.away = False
            for _ in range(3):
                for one in (store.b, store.a, store.c):
                    await store.sync(one)
            (row,) = await store.rows(bearer)
            left = sum(one.left(CARD) for one in (store.a, store.b, store.c))
            assert (row.balance, row.reserved) == (600_00, left)
            assert await store.rows(conflict) == []
            assert await shop.server.database.read(lambda c: list(examine(c))) == []
            for till in tills:
                await till.close()

    virtual.run(whole())

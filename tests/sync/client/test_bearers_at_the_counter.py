"""A gift card or a coupon is asked about over a line that misbehaves: granted once, told truly."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest

from pos_app.domain.events import AllowanceReturned, TransactionCompleted
from pos_app.domain.loyalty.account import Cause
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.gift_card import GiftCardEntry, GiftCardKind
from pos_app.workstation.ports import Facts
from sync.client import bearers, errors
from sync.server.engine.schema import bearer
from sync.server.settings import reference
from tests.storage.builders import sale
from tests.sync.client.shop import serving
from tests.sync.client.test_sync_with_the_server import GRANT, play, refilled
from tests.sync.client.till import AT

LOOKUP = "/v1/lookup"
CARD = "gift:" + "ab" * 16 + ":7731"
COUPON = "coupon:leaf/LEAF"
PROGRAM = {
    "schema": 1,
    "program": "p",
    "version": 1,
    "valid_from": "2020-01-01T00:00:00Z",
    "currency": {"code": "RUB", "minor_digits": 2},
    "coupons": [{"id": "leaf", "kind": "code", "codes": [{"code": "LEAF"}]}],
}


def ask(till, kind, key, want, mirror=None):
    fields = {"kind": kind, "key": key, "want_points": want}
    return bearers.identify(till.connection, till.outbox, till.allowances, fields, mirror)


async def sold(shop, till, amount=1000_00) -> None:
    """The till has sold the card; the server has heard of it."""
    shop.sales += 1
    entry = GiftCardEntry(
        till.ids.new_id(), CARD, GiftCardKind.ISSUE, amount, AT, AT.date(), Cause("t", "t")
    )
    identity = till.outbox.identity()
    document = replace(
        sale(3000 + shop.sales, None),
        terminal_id=identity.terminal_id,
        store_id=identity.store_id,
        entries=(),
        gift_cards=(entry,),
    )
    till.journal.record(Facts(events=((till.ids.new_id(), TransactionCompleted(document)),)))
    await till.push.run()
    await shop.settle()


async def state(shop, owner=CARD):
    import sqlalchemy as sa

    rows = await shop.server.database.read(
        lambda c: c.execute(sa.select(bearer).where(bearer.c.owner == owner)).all()
    )
    return [(row.balance, row.reserved) for row in rows]


def test_the_card_comes_into_the_mirror_and_all_of_it_to_this_till(tmp_path):
    async def scene(shop, till):
        mirror = await refilled(till)
        await sold(shop, till)
        reply = await ask(till, "gift_card", CARD, 10**12, mirror)
        assert (reply["card"]["balance"], reply["allowance"]["granted"]) == (1000_00, 1000_00)
        reader = till.reader()
        assert reader.gift_card(CARD).balance_minor == 1000_00
        assert reader.gift_card("gift:none:0000") is None
        reader.close()
        (held,) = till.journal.identified()
        assert (held.member_id, held.left) == (CARD, 1000_00)
        mirror.close()

    play(tmp_path, scene)


def test_a_card_that_is_only_looked_at_is_nobody_s(tmp_path):
    async def scene(shop, till):
        await sold(shop, till)
        reply = await ask(till, "gift_card", CARD, 0)
        assert reply["allowance"] is None
        assert await state(shop) == [(1000_00, 0)]
        unknown = await ask(till, "gift_card", "gift:none:0000", 10**12)
        assert unknown == {"card": None, "allowance": None}

    play(tmp_path, scene)


@pytest.mark.parametrize("fault", ["lose_request", "lose_reply", "double", "cut:20", "portal"])
@pytest.mark.parametrize("path", [LOOKUP, GRANT])
def test_whatever_happens_to_an_answer_the_money_is_held_once_and_comes_back(tmp_path, fault, path):
    """Cases 7, 8, 36: the id is ours and durable; asked again it is the same grant."""

    async def scene(shop, till):
        await sold(shop, till)
        shop.net.plan(path, fault)
        with suppress(errors.Trouble):
            await ask(till, "gift_card", CARD, 10**12)
        reply = await ask(till, "gift_card", CARD, 10**12)
        await till.allowances.settle()
        held = till.journal.identified()
        assert sum(one.left for one in held) == 1000_00
        assert await state(shop) == [(1000_00, 1000_00)]
        assert reply["card"]["balance"] == 1000_00
        for one in held:
            uses = (AllowanceUse(one.grant_id, one.left),)
            event = AllowanceReturned(CARD, uses, AT)
            till.journal.record(Facts(events=((till.ids.new_id(), event),), returned=uses))
        await till.push.run()
        await shop.settle()
        assert await state(shop) == [(1000_00, 0)]

    play(tmp_path, scene)


def test_a_body_that_is_no_card_is_a_lost_answer(tmp_path, monkeypatch):
    async def scene(shop, till):
        await sold(shop, till)
        monkeypatch.setattr(bearers, "decode", lambda kind, body: _garbled())
        with pytest.raises(errors.Lost):
            await ask(till, "gift_card", CARD, 0)

    def _garbled():
        raise bearers.GarbledMessage("no card")

    play(tmp_path, scene)


def test_a_coupon_is_granted_once_and_one_without_limit_never(tmp_path):
    async def scene(shop, till):
        document = json.dumps(PROGRAM).encode()
        await shop.write(lambda c: reference.publish_program(c, shop.services, document))
        reply = await ask(till, "coupon", COUPON, 1)
        assert (reply["card"], reply["allowance"]["granted"]) == (None, 1)
        again = await ask(till, "coupon", COUPON, 1)
        assert again["allowance"]["granted"] == 0
        unknown = await ask(till, "coupon", "coupon:gone/X", 1)
        assert unknown == {"card": None, "allowance": None}
        assert till.allowances is not None
        assert await till.allowances.settle() == 0

    play(tmp_path, scene)


def test_the_front_end_asks_the_courier(tmp_path):
    async def scene(shop, till):
        await sold(shop, till)
        async with serving(till) as (courier, _told):
            fields = {"kind": "gift_card", "key": CARD, "want_points": 10**12}
            reply = await courier.answer("identify", fields)
            assert reply["allowance"]["granted"] == 1000_00

    play(tmp_path, scene)

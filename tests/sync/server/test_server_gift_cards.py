"""Gift cards and welcome points at the server: once each, whatever tills send and when."""

import json
from dataclasses import replace

from pos_app.domain.loyalty.account import Cause
from pos_app.domain.loyalty.gift_card import GiftCardEntry, GiftCardKind
from sync.server.engine.schema import account, conflict, event, gift_card_entry
from sync.server.poster.gift_cards import card_of
from sync.server.settings import reference
from sync.server.watch.doctor import examine
from sync.wire.rows import MemberRow
from tests.sync.server.posted import healthy, rows_of
from tests.sync.server.till import DAY, NOON


def move(card: str, kind: str, amount: int, entry_id: str) -> GiftCardEntry:
    cause = Cause("transaction", entry_id)
    return GiftCardEntry(entry_id, card, GiftCardKind(kind), amount, NOON, DAY, cause)


def welcoming(points: int) -> bytes:
    return json.dumps(
        {
            "schema": 1,
            "program": "club",
            "version": 1,
            "valid_from": "2026-01-01T00:00:00+00:00",
            "currency": {"code": "RUB", "minor_digits": 2},
            "earn": {"welcome_points": points, "vesting_days": 3, "expires_after_days": 30},
        }
    ).encode()


def test_a_card_sold_at_one_till_and_spent_at_another_is_one_account(house) -> None:
    async def story() -> None:
        front, back = await house.till(), await house.till()
        front.sell(gift_cards=(move("GC", "issue", 1000_00, "e1"),))
        back.sell(gift_cards=(move("GC", "redeem", -300_00, "e2"),
                              move("OTHER", "issue", 500_00, "e3")))  # fmt: skip
        await house.push(front)
        await house.push(back)
        assert (await house.read(card_of, "GC")).balance_minor == 700_00
        assert (await house.read(card_of, "OTHER")).balance_minor == 500_00
        assert (await house.read(card_of, "NOBODY")).issued is False
        assert await house.rows(conflict) == []
        await healthy(house)

    house.run(story())


def test_what_a_card_did_not_hold_stands_and_comes_before_a_person(house) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell(gift_cards=(move("GC", "issue", 100_00, "e1"),))
        till.sell(gift_cards=(move("GC", "redeem", -80_00, "e2"),))
        till.sell(gift_cards=(move("GC", "redeem", -50_00, "e3"),))
        await house.push(till)
        assert (await house.read(card_of, "GC")).balance_minor == -30_00
        (line,) = await house.rows(conflict)
        assert (line.kind, line.money, line.detail) == ("gift_card_overdraft", 30_00, "GC")
        assert {row.outcome for row in await house.rows(event)} == {"posted"}

    house.run(story())


def test_an_entry_counts_once_and_other_content_under_its_id_is_an_alarm(house) -> None:
    async def story() -> None:
        front, back = await house.till(), await house.till()
        issued = move("GC", "issue", 100_00, "e1")
        front.sell(gift_cards=(issued,))
        back.sell(gift_cards=(issued,))
        back.sell(gift_cards=(replace(issued, amount_minor=900_00),))
        await house.push(front)
        await house.push(back)
        assert len(await house.rows(gift_card_entry)) == 1
        assert (await house.read(card_of, "GC")).balance_minor == 100_00
        (line,) = await house.rows(conflict)
        assert line.kind == "exists_with_different_content"

    house.run(story())


def test_a_new_member_is_welcomed_once_though_two_tills_enrolled_the_phone(house) -> None:
    async def story() -> None:
        await house.write(reference.publish_program, house.services, welcoming(200))
        front, back = await house.till(), await house.till()
        first = front.enrol_member(phone=b"p" * 16)
        back.enrol_member(phone=b"p" * 16)
        front.sell(member=first, earn=5)
        await house.push(front)
        await house.push(back)
        (row,) = await house.rows(account)
        assert (row.member, row.balance) == (first, 205)
        shown = (await rows_of(front, "member", MemberRow))[first]
        (lot,) = [one for one in shown.lots if one.points == 200]
        assert (lot.available_on, lot.expires_on) == ("2026-11-25", "2026-12-22")
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())

"""Grants of gift cards and coupons: never more than there is, kept, spent, given back, ended."""

import asyncio
import json
from datetime import timedelta

import pytest

from pos_app.domain.events import AllowanceReturned
from pos_app.domain.loyalty.account import Cause
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.gift_card import GiftCardEntry, GiftCardKind
from pos_app.gear.secrets import PepperedPhoneHasher
from sync.server.books.book import Book, Grant
from sync.server.command_line import cli
from sync.server.engine.buckets import bucket_of
from sync.server.engine.refusal import Refusal
from sync.server.engine.schema import allowance, bearer, conflict, gift_card_entry
from sync.server.lives import epochs
from sync.server.office import gift_card_desk
from sync.server.office.gift_card_desk import id_of
from sync.server.poster.gift_cards import add_entry, card_of, settle
from sync.server.rights import leases
from sync.server.rights.asking import asked_back
from sync.server.server import open_server
from sync.server.settings import reference
from sync.server.upkeep.bearer_jobs import tend_bearers
from sync.wire.messages import HeldGrant, LookupReply
from sync.wire.rows import GiftCardRow
from tests.sync.server.posted import healthy, rows_of
from tests.sync.server.till import DAY, NOON, Refused

CARD, OTHER = "gift:" + "ab" * 16 + ":7731", "gift:" + "cd" * 16 + ":8842"
PROGRAM = {
    "schema": 1,
    "program": "p",
    "version": 1,
    "valid_from": "2020-01-01T00:00:00Z",
    "currency": {"code": "RUB", "minor_digits": 2},
    "coupons": [
        {"id": "next", "kind": "printed", "days": 30},
        {"id": "leaf", "kind": "code", "codes": [{"code": "LEAF"}], "until": "2026-12-31"},
        {"id": "thrice", "kind": "personal", "use": "multi_use", "max_uses": 3},
        {"id": "free", "kind": "code", "codes": [{"code": "FREE"}], "use": "multi_use"},
    ],
}


def move(card: str, kind: str, amount: int, entry_id: str, **more) -> GiftCardEntry:
    cause = Cause("transaction", entry_id)
    return GiftCardEntry(entry_id, card, GiftCardKind(kind), amount, NOON, DAY, cause, **more)


@pytest.fixture
def tills(house):
    async def story():
        await house.write(reference.publish_program, house.services, json.dumps(PROGRAM).encode())
        return await house.till(), await house.till()

    return house.run(story())


async def sold(house, till, amount=1000_00, card=CARD, **more) -> None:
    first = len(till.chain) + 1
    till.sell(gift_cards=(move(card, "issue", amount, f"sold-{card}-{first}", **more),))
    await house.push(till, first)


async def paid(house, till, amount, grant, card=CARD) -> None:
    first = len(till.chain) + 1
    uses = (AllowanceUse(grant, amount, card),) if grant else ()
    till.sell(gift_cards=(move(card, "redeem", -amount, f"paid-{till.number}-{first}"),), uses=uses)
    await house.push(till, first)


async def state(house, owner=CARD):
    (row,) = [one for one in await house.rows(bearer) if one.owner == owner]
    return row.balance, row.reserved


# --- gift cards ----------------------------------------------------------------------------------


def test_the_whole_card_goes_to_the_till_that_shows_it_and_to_no_other(house, tills):
    """Case 36: one till at a time."""

    async def story() -> None:
        one, two = tills
        await sold(house, one)
        first = await one.allowance("g1", CARD, 10**12)
        assert (first.granted, first.lease_until is not None) == (1000_00, True)
        assert (await two.allowance("g2", CARD, 10**12)).granted == 0
        assert (await one.allowance("g1", CARD, 10**12)).granted == 1000_00
        assert await state(house) == (1000_00, 1000_00)
        await paid(house, one, 300_00, "g1")
        assert await state(house) == (700_00, 700_00)
        one.record(AllowanceReturned(CARD, (AllowanceUse("g1", 700_00),), NOON))
        await house.push(one, len(one.chain))
        assert await state(house) == (700_00, 0)
        assert (await two.allowance("g3", CARD, 10**12)).granted == 700_00
        assert await house.rows(conflict) == []
        await healthy(house)

    house.run(story())


def test_a_card_is_mirrored_without_its_code_and_tells_what_is_posted(house, tills):
    async def story() -> None:
        one, two = tills
        await sold(house, one)
        await paid(house, one, 100_00, "")
        row = (await rows_of(two, "gift_card", GiftCardRow))[CARD]
        assert (row.balance, row.issued, row.posted) == (900_00, True, {one.terminal: 2})
        reply = await two.lookup("gift_card", CARD)
        assert isinstance(reply, LookupReply)
        assert json.loads(bytes(reply.member))["balance"] == 900_00
        assert bytes((await two.lookup("gift_card", OTHER)).member) == b"null"
        assert bytes((await two.lookup("gift_card", "7731")).member) == b"null"

    house.run(story())


def test_a_card_nobody_sold_has_no_grant(house, tills):
    async def story() -> None:
        with pytest.raises(Refused) as refused:
            await tills[0].allowance("g1", CARD, 10**12)
        assert refused.value.status == 404

    house.run(story())


def test_a_payment_under_no_grant_stands_and_what_was_not_there_is_a_line(house, tills):
    async def story() -> None:
        one, two = tills
        await sold(house, one)
        assert (await one.allowance("g1", CARD, 10**12)).granted == 1000_00
        await paid(house, two, 400_00, "")
        assert await house.rows(conflict) == []
        await paid(house, one, 1000_00, "g1")
        (line,) = await house.rows(conflict)
        assert (line.kind, line.money, line.detail) == ("gift_card_overdraft", 400_00, CARD)
        assert await state(house) == (-400_00, 0)
        assert (await two.allowance("g3", CARD, 10**12)).granted == 0
        await healthy(house)

    house.run(story())


def test_a_grant_nobody_made_is_a_line_and_spends_nothing_else(house, tills):
    async def story() -> None:
        one, two = tills
        await sold(house, one)
        await one.allowance("g1", CARD, 500_00)
        await paid(house, two, 100_00, "g1")
        two.sell(uses=(AllowanceUse("gx", 5, OTHER),))
        await house.push(two, len(two.chain))
        told_of = sorted(
            (line.kind, line.points, line.money) for line in await house.rows(conflict)
        )
        assert told_of == [("unknown_grant", 0, 5), ("unknown_grant", 0, 100_00)]
        assert await state(house) == (900_00, 500_00)

    house.run(story())


def test_the_money_of_a_card_leaves_when_its_last_day_is_over_everywhere(house, tills):
    async def story() -> None:
        one, _two = tills
        await sold(house, one, expires_on=DAY)
        await sold(house, one, 200_00, OTHER, expires_on=DAY)
        await one.allowance("g1", OTHER, 10**12)
        await tend_bearers(house.server.database, house.services)
        assert await state(house) == (1000_00, 0)
        house.clock.at = NOON + timedelta(days=2)
        assert await tend_bearers(house.server.database, house.services) == 1
        assert await tend_bearers(house.server.database, house.services) == 0
        assert await state(house) == (0, 0)
        assert await state(house, OTHER) == (200_00, 200_00)
        await paid(house, one, 50_00, "g1", OTHER)
        one.record(AllowanceReturned(OTHER, (AllowanceUse("g1", 150_00),), NOON))
        await house.push(one, len(one.chain))
        assert await house.server.run_jobs() == 0
        assert await state(house, OTHER) == (0, 0)
        (ended,) = [
            e for e in await house.rows(gift_card_entry) if e.amount == -150_00 and e.card == OTHER
        ]
        assert '"kind":"expire"' in ended.entry
        await healthy(house)

    house.run(story())


def test_a_card_waits_at_its_last_till_and_is_asked_back_when_it_is_shown_elsewhere(house, tills):
    async def story() -> None:
        one, two = tills
        policy = {"gift_cards": True}
        await house.write(reference.set_setting, house.services, "allowance.placement", policy)
        await sold(house, one, expires_on=DAY)
        assert await state(house) == (1000_00, 1000_00)
        (placed,) = await house.rows(allowance)
        assert (placed.terminal, placed.kind) == (one.terminal, "placed")
        await paid(house, one, 300_00, placed.grant_id)
        assert await state(house) == (700_00, 700_00)
        wanted = Grant("g2", CARD, two.terminal, 10**12, kind="identified")
        near = frozenset({one.terminal})
        assert await house.write(asked_back, house.services, wanted, near)
        (asked,) = await house.rows(allowance)
        assert asked.kind == "recalled"
        one.record(AllowanceReturned(CARD, (AllowanceUse(placed.grant_id, 700_00),), NOON))
        await house.push(one, len(one.chain))
        assert (await two.allowance("g2", CARD, 10**12)).granted == 700_00
        await paid(house, two, 100_00, "g2")
        two.record(AllowanceReturned(CARD, (AllowanceUse("g2", 600_00),), NOON))
        await house.push(two, len(two.chain))
        waits = [g for g in await house.rows(allowance) if g.granted > g.spent + g.returned]
        assert [(g.terminal, g.kind, g.granted) for g in waits] == [
            (two.terminal, "placed", 600_00)
        ]
        house.clock.at = NOON + timedelta(days=2)
        assert await tend_bearers(house.server.database, house.services) == 0
        (asked,) = [g for g in await house.rows(allowance) if g.granted > g.spent + g.returned]
        assert asked.kind == "recalled"
        two.record(AllowanceReturned(CARD, (AllowanceUse(asked.grant_id, 600_00),), NOON))
        await house.push(two, len(two.chain))
        assert await tend_bearers(house.server.database, house.services) == 1
        assert await state(house) == (0, 0)
        await healthy(house)

    house.run(story())


def test_where_tills_hear_of_their_own_store_alone_they_hear_of_its_cards(house, tills):
    async def story() -> None:
        one, _two = tills
        await house.write(reference.add_store, house.services, "far", "Far")
        await house.write(reference.set_setting, house.services, "interest", {"members": "store"})
        far = await house.till("far")
        await sold(house, one)
        assert CARD in await rows_of(one, "gift_card", GiftCardRow)
        assert CARD not in await rows_of(far, "gift_card", GiftCardRow)
        assert json.loads(bytes((await far.lookup("gift_card", CARD)).member))["issued"] is True
        first = len(far.chain) + 1
        far.sell(gift_cards=(move(CARD, "redeem", -10_00, "p"),), store_id="far")
        await house.push(far, first)
        assert (await rows_of(far, "gift_card", GiftCardRow))[CARD].balance == 990_00
        far.sell(gift_cards=(move(CARD, "redeem", -10_00, "q"),), store_id="third")
        await house.push(far, first + 1)
        (gone,) = [r for r in await one.pull_all() if r.kind == "gift_card" and r.deleted]
        assert gone.id == CARD
        await healthy(house)

    house.run(story())


def test_what_a_till_holds_of_a_card_whose_sale_was_lost_is_promised_before_it_comes_again(
    house, tills
):
    """Cases 19, 36: the grant is declared first, the sale arrives later, another till asks."""

    async def story() -> None:
        one, two = tills
        held = [
            HeldGrant("g1", owner, points, "identified", "", 1)
            for owner, points in ((CARD, 1000_00), ("coupon:next/s1", 1))
        ]
        for grant in held:
            bucket = bucket_of(grant.member)
            await house.write(epochs.renew, house.services, bucket, two.terminal, [grant])
        await sold(house, one)
        assert await state(house) == (1000_00, 1000_00)
        assert (await one.allowance("g2", CARD, 10**12)).granted == 0
        assert (await one.allowance("g3", "coupon:next/s1", 1)).granted == 0
        await paid(house, two, 1000_00, "g1")
        assert await state(house) == (0, 0)
        kinds = {line.kind for line in await house.rows(conflict)}
        assert kinds == {"grants_renewed"}
        await healthy(house)

    house.run(story())


def test_what_a_silent_till_may_have_spent_counts_money_as_money(house, tills):
    async def story() -> None:
        one, two = tills
        await sold(house, one)
        await two.allowance("g1", CARD, 10**12)
        await two.allowance("g2", "coupon:next/s1", 1)
        shown_now = await house.read(leases.exposure, house.services, two.terminal)
        assert (shown_now.grants, shown_now.points) == (2, 0)
        assert (shown_now.money_minor, shown_now.cards_minor) == (1000_00, 1000_00)

    house.run(story())


# --- head office ---------------------------------------------------------------------------------


def test_a_lost_card_is_blocked_and_its_money_goes_to_a_new_one_once(house, tills):
    async def story() -> None:
        one, two = tills
        database, services = house.server.database, house.services
        await sold(house, one, expires_on=DAY + timedelta(days=9))
        await house.write(gift_card_desk.block, services, CARD, "lost")
        assert (await rows_of(two, "gift_card", GiftCardRow))[CARD].blocked == "lost"
        assert (await two.allowance("g1", CARD, 10**12)).granted == 0
        for _again in range(2):
            assert await gift_card_desk.replace(database, services, CARD, OTHER) == 1000_00
        shown_now = await house.write(gift_card_desk.look, services, CARD)
        assert (shown_now.balance_minor, shown_now.blocked) == (0, "replaced")
        new = await house.read(card_of, OTHER)
        assert (new.balance_minor, new.expires_on) == (1000_00, DAY + timedelta(days=9))
        for refused in (
            house.write(gift_card_desk.block, services, CARD, ""),
            gift_card_desk.replace(database, services, CARD, "gift:" + "ef" * 16 + ":0000"),
            gift_card_desk.replace(database, services, OTHER, OTHER),
            house.write(gift_card_desk.look, services, "gift:" + "ef" * 16 + ":0000"),
        ):
            with pytest.raises(Refusal):
                await refused
        await paid(house, two, 10_00, "")
        kinds = sorted(line.kind for line in await house.rows(conflict))
        assert kinds == ["gift_card_blocked", "gift_card_overdraft"]
        await healthy(house)

    house.run(story())


def test_a_card_that_a_till_holds_or_that_is_empty_is_not_replaced(house, tills):
    async def story() -> None:
        one, _two = tills
        database, services = house.server.database, house.services
        await sold(house, one)
        await one.allowance("g1", CARD, 10**12)
        with pytest.raises(Refusal, match="gift_card_held"):
            await gift_card_desk.replace(database, services, CARD, OTHER)
        await paid(house, one, 1000_00, "g1")
        with pytest.raises(Refusal, match="gift_card_empty"):
            await gift_card_desk.replace(database, services, CARD, OTHER)

    house.run(story())


def test_head_office_names_a_card_by_its_code(house, tills):
    pepper = bytes.fromhex(tills[0].identity.pepper)
    assert PepperedPhoneHasher(pepper).phone_hmac("gift card\nWINTER-0001-7731").hex() in id_of(
        house.services, "K1G:WINTER-0001-7731"
    )
    assert id_of(house.services, CARD) == CARD


def test_the_commands_show_block_and_replace(tmp_path, capsys):
    async def prepared() -> str:
        server = await open_server(data=tmp_path, inline=True)
        card = id_of(server.services, "K1G:WINTER-0001-7731")

        def sell(connection) -> None:
            book = Book(connection, server.services, bucket_of(card))
            add_entry(connection, book.bucket, move(card, "issue", 500_00, "e1"))
            settle(book, card, {})
            book.flush()

        await server.database.write(sell)
        await server.close()
        return card

    def ran(*words: str) -> tuple[int, str]:
        code = cli.main(["gift-card", "--data", str(tmp_path), *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    card = asyncio.run(prepared())
    code, text = ran("show", "K1G:WINTER-0001-7731")
    assert (code, text.splitlines()[0]) == (0, "gift card ··7731: 500.00")
    assert "issue  500.00  e1" in text
    assert ran("block", card)[1].startswith("gift card ··7731: 500.00, blocked: lost")
    assert ran("unblock", card)[1].startswith("gift card ··7731: 500.00\n")
    assert ran("replace", card) == (1, "by name the new card: --by CODE\n")
    assert ran("replace", card, "--by", "K1G:WINTER-0001-8842") == (
        0,
        "500.00 moved to the new card\n",
    )
    assert ran("show", "WINTER-0001-8842")[1].startswith("gift card ··8842: 500.00")
    assert ran("show", "K1G:NOBODY-SOLD-IT") == (1, "unknown_gift_card \n")


# --- coupons -------------------------------------------------------------------------------------

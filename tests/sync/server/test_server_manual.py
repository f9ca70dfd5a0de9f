"""What a manager does by hand: points given and taken off, two members made one. Once."""

from datetime import date
from itertools import count

import pytest

from pos_app.domain.events import MembersMerged, PointsAdjusted
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.ledger import Cause, EntryKind
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import account, allowance, conflict, ledger, member
from sync.server.members.erasure import Deed, erase_member
from sync.server.poster.uniting import unite_members
from sync.server.watch.doctor import examine
from tests.sync.server.test_server_tallies import shown
from tests.sync.server.till import DAY, NOON


def adjusted(till, who, points, uses=(), reason="apology", entry_id="", override_by=""):
    cause = Cause("operator", "", "olga", reason)
    more = {"available_on": DAY, "expires_on": date(2027, 11, 22)} if points > 0 else {}
    entry = till.entry(who, EntryKind.ADJUST, points, cause, entry_id=entry_id, **more)
    return PointsAdjusted(entry, tuple(uses), "shop", override_by, NOON)


def merged(kept, gone, **more):
    return MembersMerged(kept, gone, "shop", "olga", "", "one person", NOON, DAY, **more)


async def right(house) -> None:
    assert await house.read(lambda c: list(examine(c))) == []


async def balances(house) -> dict[str, int]:
    return {row.member: row.balance for row in await house.rows(account)}


async def push(house, till, first=1) -> None:
    await house.push(till, first)


def test_points_given_by_hand_are_a_lot_with_its_end_and_its_reason(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.record(adjusted(till, anna, 150))
        await push(house, till)
        row = await shown(till, anna)
        assert [(lot.points, lot.expires_on) for lot in row.lots] == [(150, "2027-11-22")]
        assert row.posted == {till.terminal: 2}
        (line,) = [row for row in await house.rows(ledger) if row.kind == "adjust"]
        assert '"reason":"apology"' in line.entry
        assert '"operator":"olga"' in line.entry
        await right(house)

    house.run(story())


def test_the_same_adjustment_sent_twice_is_one(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        envelope = till.record(adjusted(till, anna, 150))
        await till.push(1)
        await push(house, till, 1)
        assert await balances(house) == {anna: 150}
        # Another event with the same entry: known, nothing is added; another amount is an alarm.
        entry = next(r for r in await house.rows(ledger) if r.kind == "adjust").id
        till.record(adjusted(till, anna, 150, entry_id=entry))
        till.record(adjusted(till, anna, 900, entry_id=entry))
        await push(house, till, 3)
        assert await balances(house) == {anna: 150}
        assert envelope.kind == "points_adjusted"
        assert [r.kind for r in await house.rows(conflict)] == ["exists_with_different_content"]
        await right(house)

    house.run(story())


def test_what_is_taken_off_comes_out_of_the_tills_own_grant(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.sell(member=anna, earn=100)
        await push(house, till)
        (placed,) = await house.rows(allowance)
        till.record(adjusted(till, anna, -40, (AllowanceUse(placed.grant_id, 40),)))
        await push(house, till, 3)
        assert await balances(house) == {anna: 60}
        (placed,) = await house.rows(allowance)
        assert placed.spent == 40
        assert await house.rows(conflict) == []
        await right(house)

    house.run(story())


def test_an_adjustment_of_nobody_or_of_nonsense_waits_for_a_person(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        till.record(adjusted(till, "nobody", 10))
        till.record(adjusted(till, anna, 0))
        till.record(adjusted(till, anna, 5, (AllowanceUse("g", 5),)))
        till.record(adjusted(till, anna, -5, (AllowanceUse("g", 9),)))
        till.record(merged(anna, anna))
        await push(house, till)
        kinds = sorted(row.kind for row in await house.rows(conflict))
        assert kinds == ["parked"] * 4 + ["unknown_member"]
        assert caplog.text.count("event parked") == 4
        assert await balances(house) == {anna: 0}

    house.run(story())


def test_two_members_become_one_with_both_histories(house) -> None:
    async def story() -> None:
        one, two = await house.till(), await house.till()
        old = one.enrol_member(card="2990000000019", consents=(), phone_last4="")
        one.sell(member=old, earn=100)
        await push(house, one)
        new = two.enrol_member(phone=b"p" * 16, consents=("processing",))
        two.sell(member=new, earn=40)
        await push(house, two)
        mine = {
            r.member: r.grant_id for r in await house.rows(allowance) if r.terminal == two.terminal
        }
        two.record(merged(old, new, phone_last4="1234"))
        # The till has not heard of it yet: its receipt of the former id counts for the one.
        two.sell(member=new, redeem=15, uses=(AllowanceUse(mine[new], 15),))
        await push(house, two, 3)
        assert (await balances(house))[old] == 125
        row = await shown(two, old)
        assert row.confirmed and row.phone_last4 == "1234"
        assert {kind for kind, _ in row.keys} == {"card", "phone"}
        assert bytes((await two.lookup("phone", (b"p" * 16).hex())).member).find(old.encode()) > 0
        assert [r.id for r in await house.rows(member)] == [old]
        assert await house.rows(conflict) == []
        told = await one.history(new)
        assert told.former == (new,)
        assert {r.receipt for r in told.receipts} == {"R-1-2", "R-2-2", "R-2-4"}
        assert told.lines[0].balance is not None
        assert sum(line.effect for line in told.lines if not line.former) == 125
        assert any(line.former for line in told.lines)
        await right(house)

    house.run(story())


def test_two_members_of_one_bucket_become_one(house) -> None:
    """What the emptied account left there for its event is no part that was applied."""

    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        beside = next(m for n in count() if bucket_of(m := f"m-{n}") == bucket_of(anna))
        anya = till.enrol_member(member=beside, card="2990000000026")
        till.record(adjusted(till, anya, 20))
        till.record(merged(anna, anya))
        await push(house, till)
        assert await house.rows(conflict) == []
        assert (await balances(house))[anna] == 20
        assert [row.id for row in await house.rows(member)] == [anna]
        await right(house)

    house.run(story())


def test_two_managers_who_merge_the_other_way_round_agree_on_one(house) -> None:
    async def story() -> None:
        one, two = await house.till(), await house.till()
        anna = one.enrol_member(card="2990000000019")
        anya = one.enrol_member(card="2990000000026")
        one.record(adjusted(one, anna, 10))
        one.record(adjusted(one, anya, 20))
        one.record(merged(anna, anya))
        await push(house, one)
        two.record(merged(anya, anna))
        await push(house, two)
        assert (await balances(house))[anna] == 30
        assert await house.rows(conflict) == []
        await right(house)

    house.run(story())


def test_nobody_is_merged_away_from_a_block_or_after_an_erasure(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        gone = till.enrol_member(card="2990000000026")
        await push(house, till)
        await erase_member(house.server.database, house.services, gone, Deed("dpo", "asked"))
        till.record(merged(anna, gone))
        till.record(merged("nobody", anna))
        await push(house, till, 3)
        kinds = [row.kind for row in await house.rows(conflict)]
        assert kinds == ["merge_refused", "merge_refused"]
        assert {row.id for row in await house.rows(member)} == {anna, gone}
        await right(house)

    house.run(story())


def test_a_merge_is_a_merge(house) -> None:
    async def story() -> None:
        from sync.server.poster.planning import Fact

        with pytest.raises(TypeError, match="a merge"):
            await unite_members(house.server.database, house.services, "t", Fact(1, "e", "x"))

    house.run(story())


def test_a_history_ends_where_it_was_asked_to_and_says_that_there_is_more(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        for points in (1, 2, 3, 4):
            till.sell(member=anna, earn=points)
        await push(house, till)
        told = await till.history(anna, most=3)
        assert told.more
        assert [(line.effect, line.balance) for line in told.lines] == [(4, 10), (3, 6), (2, 3)]
        assert [one.earned for one in told.receipts] == [4, 3, 2]
        assert not (await till.history(anna)).more
        nobody = await till.history("nobody")
        assert (bytes(nobody.member), nobody.lines) == (b"null", ())

    house.run(story())

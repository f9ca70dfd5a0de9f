"""Whose a receipt is: guests, strangers, members enrolled twice, cards of others."""

from dataclasses import replace
from itertools import count

from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import account, allowance, conflict, member, sale
from sync.wire.codec import decode
from sync.wire.rows import MemberRow
from tests.sync.server.posted import healthy, posting_event, rows_of


def test_a_guest_card_is_matched_when_its_owner_is_known(house) -> None:
    async def story() -> None:
        one, other = await house.till(), await house.till()
        anna = one.enrol_member(card="2990000000019")
        await house.push(one)
        guest = other.document(earn=7, member="2990000000019")
        other.record(posting_event(replace(guest, member_id=None, member_code="2990000000019")))
        nobody = other.document(net=50_00)
        other.record(posting_event(replace(nobody, member_code="2990000000026")))
        await house.push(other)
        (row,) = await house.rows(account)
        assert (row.member, row.balance) == (anna, 7)
        (line,) = await house.rows(conflict)
        assert (line.kind, line.money) == ("unknown_code", 50_00)
        assert len(await house.rows(sale)) == 2

    house.run(story())


def test_a_sale_of_a_member_nobody_enrolled_stands_and_is_shown(house) -> None:
    async def story() -> None:
        till = await house.till()
        till.sell(member="stranger", earn=5)
        await house.push(till)
        (row,) = await house.rows(account)
        assert (row.member, row.balance) == ("stranger", 5)
        assert [c.kind for c in await house.rows(conflict)] == ["unknown_member"]
        await healthy(house)

    house.run(story())


def test_a_member_enrolled_at_two_tills_becomes_one_with_both_histories(house) -> None:
    """Case 33: merged."""

    async def story() -> None:
        one, other = await house.till(), await house.till()
        anna = one.enrol_member(phone=b"p" * 16, card="2990000000019")
        twin = other.enrol_member(phone=b"p" * 16, card="2990000000026")
        one.sell(member=anna, earn=10, net=100_00)
        other.sell(member=twin, earn=5, net=50_00)
        await house.push(one)
        await house.push(other)
        (row,) = await house.rows(member)
        assert row.id == anna
        shown = (await rows_of(one, "member", MemberRow))[anna]
        assert sum(lot.points for lot in shown.lots) == 15
        assert shown.lifetime_spend == 150_00
        assert shown.posted == {one.terminal: 2, other.terminal: 2}
        assert {key for _, key in shown.keys} == {
            (b"p" * 16).hex(), "2990000000019", "2990000000026",
        }  # fmt: skip
        await healthy(house)

    house.run(story())


def test_a_member_enrolled_twice_under_two_ids_of_one_bucket_becomes_one(house) -> None:
    async def story() -> None:
        one, other = await house.till(), await house.till()
        anna = one.enrol_member(phone=b"p" * 16)
        one.sell(member=anna, earn=10)
        beside = next(m for n in count() if bucket_of(m := f"m-{n}") == bucket_of(anna))
        other.sell(member=beside, earn=5)
        await house.push(one)
        await house.push(other)
        other.enrol_member(member=beside, phone=b"p" * 16)
        await house.push(other, 2)
        # The first receipt of somebody nobody knew yet is the only line: the rest is one person.
        assert [c.kind for c in await house.rows(conflict)] == ["unknown_member"]
        assert {row.member: row.balance for row in await house.rows(account)}[anna] == 15
        await healthy(house)

    house.run(story())


def test_who_gives_a_consent_later_is_enrolled_again_and_may_spend_from_then_on(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(phone=b"p" * 16, consents=())
        await house.push(till)
        found = decode(MemberRow, bytes((await till.lookup("id", anna)).member))
        assert not found.confirmed
        till.enrol_member(member="again", phone=b"p" * 16)
        await house.push(till, 2)
        found = decode(MemberRow, bytes((await till.lookup("id", anna)).member))
        assert (found.id, found.confirmed) == (anna, True)
        assert {row.id for row in await house.rows(member)} == {anna}
        await healthy(house)

    house.run(story())


def test_sales_that_came_before_their_enrolment_are_carried_over_with_their_grants(house) -> None:
    async def story() -> None:
        one, other = await house.till(), await house.till()
        anna = one.enrol_member(phone=b"p" * 16)
        one.sell(member=anna, earn=10)
        await house.push(one)
        other.sell(member="twin", earn=30)
        other.sell(member="twin", redeem=35)
        other.sell(member="twin", earn=8)
        await house.push(other)
        await other.allowance("grant-1", "twin", 2)
        other.enrol_member(member="twin", phone=b"p" * 16)
        other.sell(member="twin", earn=1)
        await house.push(other, 4)
        rows = {row.member: row for row in await house.rows(account)}
        assert rows["twin"].balance == 0
        assert rows[anna].balance == 10 + 30 - 35 + 8 + 1
        assert {row.member for row in await house.rows(allowance)} <= {anna}
        assert await house.rows(member, member.c.id == "twin") == []
        found = await one.lookup("id", "twin")
        assert decode(MemberRow, bytes(found.member)).id == anna
        await healthy(house)

    house.run(story())


def test_an_enrolment_keeps_its_profile_for_the_server_alone(house) -> None:
    from pos_app.gear.secrets import seal
    from sync.server.sealing import profiles

    async def story() -> None:
        till = await house.till()
        keys = house.services.keys
        sealed = seal(keys.sealing_public, b'{"phone":"+79990000000"}')
        anna = till.enrol_member(phone=b"a" * 16, sealed_profile=sealed)
        till.enrol_member(phone=b"b" * 16, sealed_profile=b"nonsense")
        await house.push(till)
        (row,) = await house.rows(member, member.c.id == anna)
        opened = profiles.decrypt(keys.profiles, anna, (row.profile, row.profile_key))
        assert opened == b'{"phone":"+79990000000","consents":"processing"}'
        assert [c.kind for c in await house.rows(conflict)] == ["sealed_profile_unreadable"]

    house.run(story())


def test_a_card_of_another_member_stays_with_its_owner_and_is_shown(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(phone=b"a" * 16, card="2990000000019")
        boris = till.enrol_member(phone=b"b" * 16, card="2990000000019")
        nameless = till.enrol_member()
        card_only = till.enrol_member(card="2990000000026")
        await house.push(till)
        found = await till.lookup("card", "2990000000019")
        assert decode(MemberRow, bytes(found.member)).id == anna
        (line,) = await house.rows(conflict)
        assert (line.kind, line.member) == ("card_taken", boris)
        assert {row.id for row in await house.rows(member)} == {anna, boris, nameless, card_only}
        await healthy(house)

    house.run(story())

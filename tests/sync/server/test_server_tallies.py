"""Counters other than points: added with their receipt, once; caps kept; the last choice wins."""

import json
from dataclasses import replace
from datetime import timedelta

from pos_app.domain.document import PriceModification, Step, TransactionKind
from pos_app.domain.events import CategoriesChosen
from pos_app.domain.loyalty.ledger import EntryKind
from pos_app.domain.loyalty.tally import TallyEntry
from sync.server.engine.schema import account, conflict, ledger
from sync.server.settings import reference
from sync.server.settings.budgets import OFFERS_SPENT
from sync.server.watch.doctor import examine
from sync.wire.codec import decode
from sync.wire.rows import MemberRow
from tests.sync.server.till import DAY, NOON

PROGRAM = {
    "schema": 1,
    "program": "club",
    "version": 1,
    "valid_from": "2026-01-01T00:00:00Z",
    "currency": {"code": "RUB", "minor_digits": 2},
    "earn": {"rules": [{"id": "base", "percent": "5"}], "expires_after_days": 90},
    "promotions": [
        {"id": "free", "kind": "percent", "percent": "100", "when": {"segments": ["stamps/tea"]}},
        {"id": "off", "kind": "percent", "percent": "10", "when": {"segments": ["offer/vip"]}},
    ],
    "cashback": {"caps": [{"id": "month", "points": 1500}]},
    "stamps": {"cards": [{"id": "tea", "kind": "units", "needed": 6, "reward": "free"}]},
    "offers": {"list": [{"id": "vip", "members": ["m"], "uses": 1}]},
}
MONTH = "2026-11"


async def publish(house, **more) -> None:
    document = json.dumps({**PROGRAM, **more}).encode()
    await house.write(reference.publish_program, house.services, document)


async def shown(till, member) -> MemberRow:
    rows = await till.pull_all()
    found = [row for row in rows if row.kind == "member" and row.id == member]
    return decode(MemberRow, bytes(found[-1].body))


def earned(points: int) -> tuple[TallyEntry, ...]:
    return (TallyEntry("earned/month", MONTH, points, (1,)),)


def returned(till, sold, tallies):
    """A whole return of a sale that earned."""
    entries = tuple(
        till.entry(
            e.member_id, EntryKind.REVERSE, -e.points, reverses=e.entry_id, lot_id=e.entry_id
        )
        for e in sold.entries
    )
    return till.sell(
        member=sold.member_id,
        kind=TransactionKind.RETURN,
        original_id=sold.transaction_id,
        entries=entries,
        tallies=tallies,
    )


async def points_of(house, member) -> int:
    (row,) = await house.rows(account, account.c.member == member)
    return row.balance


def test_tallies_of_receipts_add_up_once_and_come_back_to_every_till(house) -> None:
    async def story() -> None:
        till, other = await house.till(), await house.till()
        anna = till.enrol_member(phone=b"p" * 16)
        till.sell(member=anna, tallies=(TallyEntry("stamps/tea", "", 2),))
        visit = TallyEntry("visits", MONTH, 1)
        till.sell(member=anna, tallies=(TallyEntry("stamps/tea", "", 3, (1,)), visit))
        await house.push(till)
        await house.push(till)
        other.sell(member=anna, tallies=(TallyEntry("stamps/tea", "", -5), visit))
        await house.push(other)
        row = await shown(till, anna)
        assert row.tallies == {"visits": {MONTH: 2}}
        assert row == await shown(other, anna)
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_training_counts_nothing(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(phone=b"p" * 16)
        till.sell(member=anna, training=True, tallies=(TallyEntry("visits", "", 1),))
        await house.push(till)
        assert (await shown(till, anna)).tallies == {}

    house.run(story())


def test_tallies_of_a_guest_card_go_to_whoever_owns_it(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        await house.push(till)
        till.sell(member_code="2990000000019", tallies=(TallyEntry("visits", "", 1),))
        await house.push(till, first=2)
        assert (await shown(till, anna)).tallies == {"visits": {"": 1}}

    house.run(story())


def test_days_long_past_leave_the_member(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(phone=b"p" * 16)
        old = (DAY - timedelta(days=500)).isoformat()
        till.sell(member=anna, tallies=(TallyEntry("spend", old, 5), TallyEntry("uses/x", "", 1)))
        await house.push(till)
        assert (await shown(till, anna)).tallies == {"uses/x": {"": 1}}

    house.run(story())


def test_two_accounts_of_one_phone_have_the_tallies_and_the_last_choice_of_both(house) -> None:
    async def story() -> None:
        one, two = await house.till(), await house.till()
        first = one.enrol_member(phone=b"p" * 16)
        one.sell(member=first, tallies=(TallyEntry("stamps/tea", "", 2),))
        one.record(chosen(first, ("tea",), NOON + timedelta(hours=1)))
        await house.push(one)
        second = two.ids.new_id()
        two.sell(member=second, tallies=(TallyEntry("stamps/tea", "", 3),))
        two.record(chosen(second, ("milk",), NOON))
        two.enrol_member(member=second, phone=b"p" * 16)
        await house.push(two)
        row = await shown(one, first)
        assert row.tallies == {"stamps/tea": {"": 5}}
        assert row.choices[MONTH].categories == ("tea",)

    house.run(story())


def chosen(member, categories, at=NOON, month=MONTH):
    return CategoriesChosen(member, month, categories, "shop", "op", at, DAY)


def test_the_last_choice_of_a_month_wins_whichever_arrives_first(house) -> None:
    async def story() -> None:
        early, late = await house.till(), await house.till()
        anna = early.enrol_member(phone=b"p" * 16)
        await house.push(early)
        late.record(chosen(anna, ("milk", "tea"), NOON + timedelta(minutes=1)))
        await house.push(late)
        early.record(chosen(anna, ("bread",)))
        early.record(chosen(anna, ("fish",), month="2026-12"))
        await house.push(early, first=2)
        row = await shown(early, anna)
        assert row.choices["2026-11"].categories == ("milk", "tea")
        assert row.choices["2026-12"].categories == ("fish",)
        assert row.posted == {early.terminal: 3, late.terminal: 1}

    house.run(story())


def test_a_choice_of_nobody_comes_before_a_person(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        till.record(chosen("nobody", ("tea",)))
        till.record(chosen("x" * 300, ("tea",)))
        await house.push(till)
        kinds = {row.kind for row in await house.rows(conflict)}
        assert kinds == {"unknown_member", "parked"}
        assert "event parked: seq 2" in caplog.text

    house.run(story())


def test_two_tills_overshoot_a_cap_and_the_posting_clips_with_the_reason(house) -> None:
    async def story() -> None:
        await publish(house)
        one, two = await house.till(), await house.till()
        anna = one.enrol_member(phone=b"p" * 16)
        one.sell(member=anna, earn=1000, tallies=earned(1000))
        await house.push(one)
        sold = two.sell(member=anna, earn=700, tallies=earned(700))
        await house.push(two)
        assert await points_of(house, anna) == 1500
        row = await shown(one, anna)
        assert row.tallies == {"earned/month": {MONTH: 1700}, "clipped/month": {MONTH: 200}}
        (clip,) = await house.rows(ledger, ledger.c.kind == "adjust")
        assert clip.points == -200
        assert "cap month 2026-11" in clip.entry
        assert sold.transaction_id in clip.entry
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_a_return_reopens_the_cap_in_whatever_order(house) -> None:
    async def story() -> None:
        await publish(house)
        one, two = await house.till(), await house.till()
        anna = one.enrol_member(phone=b"p" * 16)
        sold = one.sell(member=anna, earn=1000, tallies=earned(1000))
        returned(one, sold, earned(-1000))
        await house.push(one, first=1)
        two.sell(member=anna, earn=900, tallies=earned(900))
        two.sell(member=anna, earn=900, tallies=earned(900))
        await house.push(two)
        assert await points_of(house, anna) == 1500
        gone = two.sell(member=anna, earn=100, tallies=earned(100))
        returned(two, gone, earned(-100))
        await house.push(two, first=3)
        assert await points_of(house, anna) == 1500
        returned(one, sold, earned(-1000))
        await house.push(one, first=4)
        row = await shown(one, anna)
        assert row.tallies == {"earned/month": {MONTH: 800}}
        again = [r for r in await house.rows(ledger, ledger.c.kind == "adjust") if r.points > 0]
        assert sum(r.points for r in again) == 400
        assert any(f'"expires_on":"{DAY + timedelta(days=90)}"' in r.entry for r in again)
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_a_lowered_cap_takes_nothing_of_earlier_receipts(house) -> None:
    async def story() -> None:
        await publish(house)
        till = await house.till()
        anna = till.enrol_member(phone=b"p" * 16)
        till.sell(member=anna, earn=1400, tallies=earned(1400))
        await house.push(till)
        lower = {"caps": [{"id": "month", "points": 1000}]}
        await publish(house, version=2, cashback=lower)
        till.sell(member=anna, earn=10, tallies=earned(10))
        await house.push(till, first=3)
        assert await points_of(house, anna) == 1400

    house.run(story())


def rewarded(till, member):
    """A tea for nothing, against six stamps."""
    document = till.document(member=member, net=100_00)
    free = PriceModification("free", Step.ITEM, 100_00, 1)
    line = replace(document.lines[0], modifications=(free,), net_minor=0, payable_minor=0)
    return replace(document, lines=(line,), tallies=(TallyEntry("stamps/tea", "", -6, (1,)),))


def test_a_reward_given_twice_stands_and_comes_before_a_person_with_its_money(house) -> None:
    from tests.sync.server.posted import posting_event

    async def story() -> None:
        await publish(house)
        one, two = await house.till(), await house.till()
        anna = one.enrol_member(phone=b"p" * 16)
        one.sell(member=anna, tallies=(TallyEntry("stamps/tea", "", 8),))
        one.record(posting_event(rewarded(one, anna)))
        await house.push(one)
        assert await house.rows(conflict) == []
        two.record(posting_event(rewarded(two, anna)))
        await house.push(two)
        (row,) = await house.rows(conflict)
        assert (row.kind, row.detail, row.points, row.money) == (
            "overgiven", "stamps/tea", 4, 100_00,
        )  # fmt: skip
        assert (await shown(one, anna)).tallies == {"stamps/tea": {"": -4}}

    house.run(story())


def test_an_offer_used_more_often_than_it_has_uses_comes_before_a_person(house) -> None:
    async def story() -> None:
        await publish(house)
        till = await house.till()
        anna = till.enrol_member(phone=b"p" * 16)
        for _ in range(2):
            till.sell(member=anna, tallies=(TallyEntry("uses/offer/vip", "", 1, (1,)),))
        await house.push(till)
        (row,) = await house.rows(conflict)
        assert (row.kind, row.detail, row.points) == ("overgiven", "uses/offer/vip", 1)

    house.run(story())


def test_a_tally_out_of_range_is_parked(house, caplog) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(phone=b"p" * 16)
        till.sell(member=anna, tallies=(TallyEntry("visits", "", 10**18),))
        till.sell(member=anna, tallies=(TallyEntry("v" * 300, "", 1),))
        await house.push(till)
        assert [r.kind for r in await house.rows(conflict)] == ["parked", "parked"]
        assert caplog.text.count("event parked") == 2

    house.run(story())


BUDGET = {"list": [{"id": "vip", "members": ["m"], "budget": 3}]}


async def told_spent(till) -> list[dict]:
    rows = [r for r in await till.pull_all() if r.kind == "setting" and r.id == OFFERS_SPENT]
    return [json.loads(bytes(row.body))["value"] for row in rows]


def test_uses_of_an_offer_by_all_members_are_told_to_every_till_once_each(house) -> None:
    async def story() -> None:
        await publish(house, offers=BUDGET)
        one, two = await house.till(), await house.till()
        anna, used = one.enrol_member(phone=b"p" * 16), TallyEntry("uses/offer/vip", "", 1)
        one.sell(member=anna, tallies=(used, TallyEntry("uses/offer/gone", "", 1)))
        one.sell(member=anna, tallies=(used,))
        one.sell(member=anna, training=True, tallies=(used,))
        await house.push(one)
        await house.push(one)
        assert await told_spent(two) == [{"vip": 2}]
        two.sell(member_code="nobody", tallies=(used,))
        two.sell(member=anna, kind=TransactionKind.RETURN, tallies=(replace(used, amount=-2),))
        await house.push(two)
        assert await told_spent(two) == [{"vip": 1}]
        one.sell(member=anna)
        await house.push(one, first=5)
        assert await told_spent(two) == []

    house.run(story())

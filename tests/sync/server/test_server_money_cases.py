"""Points between dark tills, expiry, merges and returns: sums hold, whatever comes first."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest

from pos_app.domain.document import TransactionKind
from pos_app.domain.events import AllowanceReturned, MembersMerged, TransactionCompleted
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.ledger import EntryKind
from sync.server.books.accounts import account_from_text
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import account, allowance, conflict, ledger
from sync.server.watch.doctor import examine
from tests.sync.server.test_server_allowances import grants
from tests.sync.server.test_server_placing import anna_at, policy
from tests.sync.server.till import DAY, NOON


async def right(house) -> None:
    assert await house.read(lambda c: list(examine(c))) == []


def returned(till, document, member=None, points=None):
    """A return of the whole document: earned points leave, redeemed ones come back."""
    member = member or document.member_id
    entries = []
    for entry in document.entries:
        back = -entry.points if points is None else points
        kind = EntryKind.REVERSE
        lot = entry.entry_id if entry.kind is EntryKind.EARN else None
        entries.append(till.entry(member, kind, back, reverses=entry.entry_id, lot_id=lot))
    new = till.document(member=member, net=document.totals.net_minor)
    back = replace(
        new, kind=TransactionKind.RETURN, original_id=document.transaction_id,
        entries=tuple(entries),
    )  # fmt: skip
    till.record(TransactionCompleted(back), back.transaction_id)
    return back


def test_two_dark_tills_together_spend_no_more_than_there_is(house) -> None:
    """Case 29: with rights, the sum of what dark tills spend is at most the balance."""

    async def story() -> None:
        await policy(house, spread="even")
        one, other = await house.till(), await house.till()
        anna = await anna_at(house, one)
        for till in (one, other):
            for row in (await grants(till)).values():
                use = AllowanceUse(row.grant, row.granted)
                till.sell(member=anna, redeem=row.granted, uses=(use,))
        await house.push(one, 3)
        await house.push(other)
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (0, 0)
        assert await house.rows(conflict) == []
        await right(house)

    house.run(story())


def test_what_the_owner_lets_dark_tills_risk_is_a_line_each_and_bounds_the_overdraft(
    house,
) -> None:
    """Case 29: with a blind limit, the overdraft is at most the limits, one exception each."""

    async def story() -> None:
        one, other = await house.till(), await house.till()
        anna = await anna_at(house, one, 50)
        (grant,) = (await grants(one)).values()
        limit = 30
        for till, uses in ((one, (AllowanceUse(grant.grant, 50),)), (other, ())):
            covered = sum(use.points for use in uses)
            till.sell(
                member=anna, redeem=covered + limit, uses=uses, unsecured=limit, risked=limit
            )  # fmt: skip
        await house.push(one, 3)
        await house.push(other)
        (row,) = await house.rows(account)
        assert row.balance == 50 - 50 - 2 * limit
        lines = await house.rows(conflict)
        assert [(c.kind, c.points, c.money) for c in lines] == [("overdraft", 30, 30_00)] * 2
        await right(house)

    house.run(story())


def test_a_risk_that_did_no_harm_is_a_line_all_the_same(house) -> None:
    async def story() -> None:
        one, other = await house.till(), await house.till()
        anna = await anna_at(house, one, 50)
        other.sell(member=anna, redeem=20, unsecured=20, risked=20)
        await house.push(other)
        (line,) = await house.rows(conflict)
        assert (line.kind, line.points, line.money) == ("unsecured", 20, 20_00)
        told = await other.settlement()
        assert (told.conflicts, told.conflict_points, told.conflict_money) == (1, 20, 20_00)
        await right(house)

    house.run(story())


def test_a_return_that_arrives_before_its_sale_closes_when_the_sale_does(house) -> None:
    """Case 30: refund of an offline sale at another till before the sale arrived."""

    async def story() -> None:
        one, other = await house.till(), await house.till()
        anna = one.enrol_member(card="2990000000019")
        await house.push(one)
        sale = one.sell(member=anna, earn=10)
        returned(other, sale)
        await house.push(other)
        (row,) = await house.rows(account)
        assert row.balance == -10
        await house.push(one, 2)
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (0, 0)
        await right(house)

    house.run(story())


def test_points_earned_and_spent_in_the_dark_on_one_till_are_in_its_order(house) -> None:
    """Case 31: earn, then spend on the same till, offline; nothing is overdrawn on the way."""

    async def story() -> None:
        till = await house.till()
        anna = await anna_at(house, till, 20)
        (grant,) = (await grants(till)).values()
        till.sell(member=anna, earn=30)
        till.sell(member=anna, redeem=20, uses=(AllowanceUse(grant.grant, 20),))
        await house.push(till, 3)
        (row,) = await house.rows(account)
        assert row.balance == 30
        assert await house.rows(conflict) == []
        await right(house)

    house.run(story())


def test_points_that_expire_while_a_till_holds_them_are_its_to_spend_until_it_speaks(
    house,
) -> None:
    """Case 32: a promise outlives the lot; what is spent of it stands and shows its price."""

    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        sale = till.document(member=anna, earn=80)
        soon = DAY + timedelta(days=1)
        sale = replace(sale, entries=(replace(sale.entries[0], expires_on=soon),))
        till.record(TransactionCompleted(sale), sale.transaction_id)
        await house.push(till)
        (grant,) = (await grants(till)).values()
        till.sell(member=anna, redeem=50, uses=(AllowanceUse(grant.grant, 50),))
        house.clock.at = NOON + timedelta(days=5)
        assert await house.server.run_jobs() == 1
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (0, 80)
        assert (await till.allowance("ask-1", anna, 5)).granted == 0
        await house.push(till, 3)
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (-50, 30)
        (line,) = await house.rows(conflict)
        assert (line.kind, line.points, line.money) == ("overdraft", 50, 50_00)
        use = AllowanceUse(grant.grant, 30)
        till.record(AllowanceReturned(anna, (use,), NOON))
        await house.push(till, 4)
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (-50, 0)
        await right(house)

    house.run(story())


async def merged(house):
    """Two accounts of one phone; the second was spent from and has rights out."""
    one, other = await house.till(), await house.till()
    anna = one.enrol_member(phone=b"p" * 16)
    one.sell(member=anna, earn=10)
    await house.push(one)
    ends = date(2027, 1, 31)
    bought = other.document(member="twin", earn=40)
    bought = replace(bought, entries=(replace(bought.entries[0], expires_on=ends),))
    other.record(TransactionCompleted(bought), bought.transaction_id)
    spent = other.sell(member="twin", redeem=25)
    await house.push(other)
    return one, other, anna, (bought, spent, ends)


def test_rights_that_are_out_during_a_merge_go_on_under_the_other_account(house) -> None:
    """Case 33: merged while rights are out and events unsent; the redirect finds them."""

    async def story() -> None:
        one, other, anna, _facts = await merged(house)
        other.enrol_member(member="twin", card="2990000000026")
        await house.push(other, 3)
        assert (await other.allowance("ask-1", "twin", 10)).granted in (0, 10)
        other.enrol_member(member="twin", phone=b"p" * 16)
        other.sell(member="twin", redeem=10, uses=(AllowanceUse("ask-1", 10),))
        await house.push(other, 4)
        rows = {row.member: row for row in await house.rows(account)}
        assert rows["twin"].balance == 0
        assert rows[anna].balance == 10 + 40 - 25 - 10
        held = await house.rows(allowance)
        assert {row.member for row in held} == {anna}
        kinds = {c.kind for c in await house.rows(conflict)}
        assert kinds <= {"unknown_member"}
        assert one.terminal != other.terminal
        await right(house)

    house.run(story())


def test_points_that_come_back_after_a_merge_are_in_their_lots_with_their_old_ends(house) -> None:
    """Case 33: a return after the merge, in two halves: no lot lives for ever."""

    async def story() -> None:
        one, other, anna, (_bought, spent, ends) = await merged(house)
        other.enrol_member(member="twin", phone=b"p" * 16)
        await house.push(other, 3)
        redeemed = spent.entries[0].entry_id
        for points in (15, 10):
            entry = one.entry(anna, EntryKind.REVERSE, points, reverses=redeemed)
            back = replace(
                one.document(member=anna), kind=TransactionKind.RETURN,
                original_id=spent.transaction_id, entries=(entry,),
            )  # fmt: skip
            one.record(TransactionCompleted(back), back.transaction_id)
        await house.push(one, 3)
        rows = {row.member: row for row in await house.rows(account)}
        assert rows[anna].balance == 10 + 40
        assert rows[anna].lapses_on == ends.isoformat()
        assert f'"expires_on":"{ends}","id"' in rows[anna].state
        assert '"points":40' in rows[anna].state
        await right(house)

    house.run(story())


def in_bucket_of(member: str, *, same: bool) -> str:
    names = (f"m-{n}" for n in count())
    return next(one for one in names if (bucket_of(one) == bucket_of(member)) is same)


@pytest.mark.parametrize("same", [False, True], ids=["another_bucket", "the_first_ones_bucket"])
def test_points_that_come_back_between_two_merges_and_after_are_in_their_lots(house, same) -> None:
    """What the first return took out of a redemption is known to the account of the second, in
    the first one's bucket too, where the line of the redemption lies as it was."""

    async def story() -> None:
        till = await house.till()
        anya, ann = (till.enrol_member(card=f"29900000000{n}") for n in (26, 33))
        assert bucket_of(anya) != bucket_of(ann)
        new_id = in_bucket_of(ann, same=same)
        anna = till.enrol_member(member=new_id, card="2990000000019")
        lots = {date(2027, 1, 31): 20, date(2027, 3, 31): 30}
        for ends, points in lots.items():
            sale = till.document(member=ann, earn=points)
            sale = replace(sale, entries=(replace(sale.entries[0], expires_on=ends),))
            till.record(TransactionCompleted(sale), sale.transaction_id)
        spent = till.sell(member=ann, redeem=40)
        for points, kept, gone in ((15, anya, ann), (25, anna, anya)):
            till.record(MembersMerged(kept, gone, "shop", "olga", "", "one person", NOON, DAY))
            returned(till, spent, points=points)
        await house.push(till)
        rows = {row.member: row for row in await house.rows(account)}
        found = account_from_text(anna, rows[anna].state).lots
        assert {lot.expires_on: lot.points for lot in found} == lots
        await right(house)

    house.run(story())


def test_one_receipt_under_two_ids_of_events_is_posted_and_counted_once(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = await anna_at(house, till)
        (grant,) = (await grants(till)).values()
        sale = till.sell(member=anna, redeem=20, uses=(AllowanceUse(grant.grant, 20),))
        till.record(TransactionCompleted(sale))
        plain = till.sell()
        till.record(TransactionCompleted(plain))
        await house.push(till, 3)
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (80, 80)
        (held,) = await house.rows(allowance)
        assert (held.spent, held.returned) == (20, 0)
        assert {c.kind for c in await house.rows(conflict)} == {"document_twice"}
        assert len(await house.rows(ledger)) == 2
        await right(house)
        till.record(TransactionCompleted(sale))
        await house.push(till, 7)
        (held,) = await house.rows(allowance)
        assert held.spent == 20
        await right(house)

    house.run(story())

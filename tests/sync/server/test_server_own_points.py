"""Points that a dark till earned stay its own until it gives them back; nobody overdraws them."""

from pos_app.domain.events import AllowanceReturned
from pos_app.domain.loyalty.allowance import AllowanceUse, OwnRights
from sync.server.engine.schema import account, allowance, conflict
from sync.server.watch.doctor import examine
from tests.sync.server.till import NOON


def earned_in_the_dark(till, anna, points=50):
    document = till.document(member=anna, earn=points)
    entry = document.entries[0].entry_id
    till.sell(
        member=anna,
        entries=document.entries,
        transaction_id=document.transaction_id,
        own=OwnRights(1, (AllowanceUse(entry, points),)),
    )
    return entry


def test_nobody_else_is_granted_them_before_the_till_has_let_go(house) -> None:
    """Case 31: the earning has arrived, the spending of it has not yet."""

    async def story() -> None:
        here, there = await house.till(), await house.till()
        anna = here.enrol_member(card="2990000000019")
        entry = earned_in_the_dark(here, anna)
        here.sell(member=anna, redeem=20, uses=(AllowanceUse(entry, 20),))
        here.record(AllowanceReturned(anna, (AllowanceUse(entry, 30),), NOON))
        await here.push(1, 2)
        await house.post()
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (50, 50)
        assert (await there.allowance("g-1", anna, 50)).granted == 0
        await house.push(here, 3)
        (row,) = await house.rows(account)
        assert row.balance == 30
        (own,) = await house.rows(allowance, allowance.c.grant_id == entry)
        assert (own.kind, own.granted, own.spent, own.returned) == ("own", 50, 20, 30)
        assert (await there.allowance("g-2", anna, 50)).granted > 0
        assert await house.rows(conflict) == []
        assert list(await house.read(lambda c: list(examine(c)))) == []

    house.run(story())


def test_a_till_keeps_no_more_than_its_receipt_earned_and_only_once(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019")
        document = till.document(member=anna, earn=50)
        entry = document.entries[0].entry_id
        greedy = (AllowanceUse(entry, 5000), AllowanceUse("nothing", 70))
        more = {"entries": document.entries, "transaction_id": document.transaction_id}
        till.sell(member=anna, own=OwnRights(1, greedy), **more)
        await house.push(till)
        rows = await house.rows(allowance, allowance.c.kind == "own")
        assert [(r.grant_id, r.granted) for r in rows] == [(entry, 50)]

    house.run(story())

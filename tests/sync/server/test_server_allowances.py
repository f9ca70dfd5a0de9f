"""Allowances: what tills may spend offline is never more than the member has."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.domain.loyalty.allowance import AllowanceUse
from sync.server.engine.schema import account, allowance, conflict
from sync.server.settings import reference
from sync.server.watch.doctor import examine
from sync.wire.codec import decode
from sync.wire.rows import AllowanceRow
from tests.sync.server.conftest import House
from tests.sync.server.till import Refused


async def grants(till) -> dict[str, AllowanceRow]:
    rows = await till.pull_all()
    found = [decode(AllowanceRow, bytes(r.body)) for r in rows if r.kind == "allowance"]
    return {row.grant: row for row in found}


HALF = {"share_ppm": 500_000}


async def shop_with_anna(house, points=100, policy=HALF):
    till = await house.till()
    if policy:
        await house.write(reference.set_setting, house.services, "allowance.placement", policy)
    anna = till.enrol_member(card="2990000000019")
    till.sell(member=anna, earn=points)
    await house.push(till)
    return till, anna


def test_a_sale_brings_the_tills_share_to_the_till(house) -> None:
    async def story() -> None:
        till, anna = await shop_with_anna(house)
        (grant,) = (await grants(till)).values()
        assert (grant.member, grant.granted, grant.kind) == (anna, 50, "placed")
        till.sell(member=anna, earn=100)
        await house.push(till, 3)
        (grown,) = (await grants(till)).values()
        assert (grown.grant, grown.granted) == (grant.grant, 100)

    house.run(story())


def test_the_store_never_holds_more_than_its_share_and_the_rest_is_for_whoever_asks(house) -> None:
    async def story() -> None:
        _first, anna = await shop_with_anna(house)
        second = await house.till()
        await house.post()
        assert await grants(second) == {}
        (row,) = await house.rows(account)
        assert row.reserved == 50
        asked = await second.allowance("grant-1", anna, 500)
        assert asked.granted == 50

    house.run(story())


def test_a_till_of_another_store_gets_nothing_by_itself(house) -> None:
    async def story() -> None:
        await house.write(reference.add_store, house.services, "far", "Far")
        await shop_with_anna(house)
        far = await house.till("far")
        await house.post()
        assert await grants(far) == {}

    house.run(story())


def test_the_owner_sets_the_share(house) -> None:
    async def story() -> None:
        policy = {"share_ppm": 1_000_000, "min_points": 5}
        till, anna = await shop_with_anna(house, policy=policy)
        assert [g.granted for g in (await grants(till)).values()] == [100]
        till.sell(member=anna, earn=4)
        await house.push(till, 3)
        assert await grants(till) == {}

    house.run(story())


def test_a_grant_asked_twice_is_granted_once(house) -> None:
    async def story() -> None:
        till, anna = await shop_with_anna(house)
        first = await till.allowance("grant-1", anna, 500)
        assert first.granted == 50
        assert first.lease_until == "2026-11-23T12:00:00+00:00"
        again = await till.allowance("grant-1", anna, 999)
        assert (again.granted, again.grant) == (50, "grant-1")
        more = await till.allowance("grant-2", anna, 1)
        assert more.granted == 0
        await house.post()
        assert (await grants(till))["grant-1"].kind == "identified"

    house.run(story())


def test_a_grant_of_another_till_or_of_nobody_is_not_found(house) -> None:
    async def story() -> None:
        till, anna = await shop_with_anna(house)
        other = await house.till()
        await till.allowance("grant-1", anna, 5)
        for grant, member in (("grant-1", anna), ("grant-2", "nobody"), ("", anna), ("g", "")):
            with pytest.raises(Refused) as refused:
                await other.allowance(grant, member, 5)
            assert refused.value.status == 404
        other.epoch = "ffff"
        with pytest.raises(Refused) as refused:
            await other.allowance("grant-3", anna, 5)
        assert refused.value.status == 412

    house.run(story())


def test_a_member_who_has_not_confirmed_earns_and_cannot_spend(house) -> None:
    async def story() -> None:
        till = await house.till()
        anna = till.enrol_member(card="2990000000019", consents=())
        till.sell(member=anna, earn=100)
        await house.push(till)
        assert await grants(till) == {}
        assert (await till.allowance("grant-1", anna, 5)).granted == 0

    house.run(story())


def test_grants_of_a_replaced_database_come_back_after_all_it_spent_of_them(house) -> None:
    async def story() -> None:
        till, anna = await shop_with_anna(house)
        (old,) = (await grants(till)).values()
        kept = list(till.chain)
        till.sell(member=anna, redeem=20, uses=(AllowanceUse(old.grant, 20),))
        survivor = till.chain[-1]
        till.chain, till.incarnation = [], 2
        for envelope in (*kept, survivor):
            till.record_raw(envelope.kind, 1, envelope.body.encode(), envelope.id)
        await house.push(till)
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (80, 30), "not voided before the till has said so"
        assert len(await house.rows(allowance)) == 1, "and nothing new is placed there meanwhile"
        await till.ask("push", replace_events(till.batch(4)))
        await house.post()
        (row,) = await house.rows(account)
        assert (row.balance, row.reserved) == (80, 0)
        told = (await grants(till))[old.grant]
        assert (told.granted, told.spent, told.returned) == (50, 20, 30)
        till.sell(member=anna, earn=20)
        await house.push(till, 4)
        told = await grants(till)
        assert [g.granted for g in told.values() if g.grant != old.grant] == [50]
        assert await house.read(lambda c: list(examine(c))) == []
        await till.ask("push", replace_events(till.batch(5)))
        await house.post()
        (row,) = await house.rows(account)
        assert row.reserved == 50

    house.run(story())


def replace_events(batch):
    import msgspec

    return msgspec.structs.replace(batch, events=())


steps = st.lists(
    st.tuples(
        st.sampled_from(["earn", "spend", "ask", "push", "pull", "return", "place"]),
        st.integers(0, 1),
        st.integers(1, 60),
    ),
    max_size=25,
)


@given(steps)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_two_tills_never_hold_more_allowance_than_the_balance(tmp_path_factory, story) -> None:
    house = House(str(tmp_path_factory.mktemp("house") / "server.db"))

    async def play() -> None:
        tills = [await house.till(), await house.till()]
        anna = tills[0].enrol_member(card="2990000000019")
        await house.push(tills[0])
        hands = [Hand(till, anna) for till in tills]
        for number, (what, who, points) in enumerate(story):
            await hands[who].do(what, points, number, house)
            await check(house, hands)
        for hand in hands:
            await hand.do("push", 0, 0, house)
        await check(house, hands)
        assert await house.rows(conflict) == []
        assert await house.read(lambda c: list(examine(c))) == []

    try:
        house.run(play())
    finally:
        house.close()


class Hand:
    """A cashier who spends only what the till's own grants allow."""

    def __init__(self, till, member) -> None:
        self.till, self.member = till, member
        self.granted: dict[str, int] = {}
        self.used: dict[str, int] = {}
        self.sent = len(till.chain)

    def left(self, grant: str) -> int:
        return self.granted[grant] - self.used.get(grant, 0)

    async def do(self, what: str, points: int, number: int, house) -> None:
        if what == "earn":
            self.till.sell(member=self.member, earn=points)
        elif what == "spend":
            self.spend(points)
        elif what == "ask":
            grant = f"ask-{self.till.number}-{number}"
            self.granted[grant] = (await self.till.allowance(grant, self.member, points)).granted
        elif what == "push":
            await self.till.push(self.sent + 1)
            self.sent = len(self.till.chain)
            await house.post()
        elif what == "pull":
            for row in (await grants(self.till)).values():
                self.granted[row.grant] = row.granted
        elif what == "return":
            self.give_back()
        else:
            await house.server.place_allowances("shop")
            await house.post()

    def spend(self, points: int) -> None:
        grant = max(self.granted, key=self.left, default=None)
        points = min(points, self.left(grant)) if grant else 0
        if points > 0:
            self.used[grant] = self.used.get(grant, 0) + points
            self.till.sell(member=self.member, redeem=points, uses=(AllowanceUse(grant, points),))

    def give_back(self) -> None:
        from pos_app.domain.events import AllowanceReturned
        from tests.sync.server.till import NOON

        grant = max(self.granted, key=self.left, default=None)
        if grant and self.left(grant) > 0:
            use = AllowanceUse(grant, self.left(grant))
            self.used[grant] = self.granted[grant]
            self.till.record(AllowanceReturned(self.member, (use,), NOON))


async def check(house, hands) -> None:
    (row,) = await house.rows(account)
    promised = sum(max(0, g.granted - g.spent - g.returned) for g in await house.rows(allowance))
    assert promised == row.reserved <= max(0, row.balance)
    in_hands = sum(hand.left(grant) for hand in hands for grant in hand.granted)
    assert in_hands <= row.reserved

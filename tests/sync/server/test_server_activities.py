"""Points for reviews, surveys and friends: each event once, each limit kept, each friend paid."""

import json

import pytest

from pos_app.domain.document import TransactionKind
from sync.server.access import integrators
from sync.server.command_line.cli import main
from sync.server.engine.refusal import Refusal
from sync.server.engine.schema import account, effect, ledger, referral
from sync.server.members import activities
from sync.server.settings import reference
from sync.server.watch.doctor import examine
from sync.wire.activities import PATH
from tests.sync.server.test_server_manual import merged

ACTIVITIES = [
    {"id": "review", "kind": "review", "points": 50, "limit": {"times": 2, "per": "month"}},
    {
        "id": "friend",
        "kind": "referral",
        "points": 300,
        "friend_points": 100,
        "min_purchase": "500.00",
        "limit": {"times": 1, "per": "year"},
    },
]


def program(**parts) -> bytes:
    document = {
        "schema": 1,
        "program": "club",
        "version": 1,
        "valid_from": "2026-01-01T00:00:00Z",
        "currency": {"code": "RUB", "minor_digits": 2},
        "activities": ACTIVITIES,
    }
    return json.dumps(document | parts).encode()


class Office:
    """An integrator that speaks with the house."""

    def __init__(self, house) -> None:
        self.house = house
        self.key = ""

    async def open(self, **parts) -> None:
        await self.house.write(reference.publish_program, self.house.services, program(**parts))
        self.key = await self.house.write(integrators.add_integrator, "web-shop")

    async def tell(self, event: str, activity: str, member: str, /, **more):
        said = {"event": event, "activity": activity, "kind": "id", "member": member} | more
        return await self.post(json.dumps(said).encode())

    async def post(self, body: bytes, key: str = ""):
        headers = {"authorization": f"Bearer {key or self.key}"}
        response = await self.house.client.post(PATH, content=body, headers=headers)
        return response.status_code, response.json()

    async def balance(self, member: str) -> int:
        rows = await self.house.rows(account, account.c.member == member)
        return rows[0].balance if rows else 0


async def enrolled(house, *cards: str) -> tuple:
    till = await house.till()
    members = [till.enrol_member(card=card) for card in cards]
    await house.push(till)
    return till, *members


def test_an_event_gives_points_once_however_often_it_is_told(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        _, anna = await enrolled(house, "2990000000019")
        posted = {"result": "posted", "points": 50}
        assert await office.tell("e1", "review", anna) == (200, posted)
        assert await office.tell("e1", "review", anna) == (200, posted | {"repeated": True})
        by_card = {"kind": "card", "member": "2990000000019"}
        assert (await office.tell("e2", "review", anna, **by_card))[1] == posted
        assert await office.balance(anna) == 100
        entries = await house.rows(ledger, ledger.c.member == anna)
        assert [json.loads(e.entry)["cause"]["kind"] for e in entries] == ["event", "event"]
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_the_same_id_with_another_content_is_refused_and_changes_nothing(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        _, anna, boris = await enrolled(house, "2990000000019", "2990000000026")
        await office.tell("e1", "review", anna)
        status, problem = await office.tell("e1", "review", boris)
        assert (status, problem["code"]) == (422, "exists_with_different_content")
        assert await office.balance(boris) == 0

    house.run(story())


def test_the_limit_of_a_period_holds_and_its_refusal_is_remembered(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        _, anna = await enrolled(house, "2990000000019")
        for event in ("e1", "e2", "e3"):
            status, said = await office.tell(event, "review", anna)
        assert (status, said) == (200, {"result": "refused", "reason": "activity.limit"})
        house.clock.at = house.clock.at.replace(month=12, day=1)
        status, said = await office.tell("e3", "review", anna)
        assert said["result"] == "refused"
        assert (await office.tell("e4", "review", anna))[1]["result"] == "posted"
        assert await office.balance(anna) == 150

    house.run(story())


def test_who_is_not_confirmed_earns_nothing_by_activities(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        till = await house.till()
        ghost = till.enrol_member(card="2990000000019", consents=())
        await house.push(till)
        said = (await office.tell("e1", "review", ghost))[1]
        assert said == {"result": "refused", "reason": "activity.unconfirmed"}

    house.run(story())


def test_points_of_an_activity_may_bring_a_tier(house) -> None:
    async def story() -> None:
        office = Office(house)
        tiers = {
            "by": "points_balance",
            "period": "year",
            "list": [{"id": "base"}, {"id": "silver", "from": 50}],
        }
        await office.open(tiers=tiers)
        till, anna = await enrolled(house, "2990000000019")
        await office.tell("e1", "review", anna)
        rows = [json.loads(bytes(r.body)) for r in await till.pull_all() if r.kind == "member"]
        assert rows[-1]["tier"] == "silver"

    house.run(story())


WRONG = [
    ({"activity": "dance"}, "unknown_activity"),
    ({"member": "nobody"}, "unknown_member"),
    ({"kind": "card"}, "unknown_member"),
    ({"kind": "name"}, "unknown_member"),
    ({"activity": "friend"}, "unknown_friend"),
    ({"friend": "x", "friend_kind": "id"}, "no_friend_wanted"),
    ({"activity": "friend", "friend": "x", "friend_kind": "id"}, "unknown_friend"),
    ({"event": ""}, "bad_event"),
    ({"event": "e" * 200}, "bad_event"),
]


@pytest.mark.parametrize(("changes", "code"), WRONG)
def test_what_cannot_be_understood_is_refused_by_name(house, changes, code) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        _, anna = await enrolled(house, "2990000000019")
        said = {"event": "e", "activity": "review", "kind": "id", "member": anna} | changes
        status, problem = await office.post(json.dumps(said).encode())
        assert (status, problem["code"]) == (404, code)

    house.run(story())


def test_only_an_integrator_with_its_secret_is_heard(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        for key in ("web-shop:wrong", "nobody:x", ""):
            status, problem = await office.post(b"{}", key or "x")
            assert (status, problem["code"]) == (401, "unknown_integrator")
        assert (await office.post(b"{"))[0] == 400
        assert (await office.post(b"x" * 20_000))[0] == 413
        assert await house.write(integrators.remove_integrator, "web-shop")
        assert not await house.write(integrators.remove_integrator, "web-shop")
        assert (await office.post(b"{}"))[0] == 401
        with pytest.raises(Refusal):
            await house.write(integrators.add_integrator, "a:b")

    house.run(story())


def test_a_server_without_a_programme_knows_no_activity(house) -> None:
    async def story() -> None:
        office = Office(house)
        office.key = await house.write(integrators.add_integrator, "crm")
        assert (await office.tell("e1", "review", "m"))[1]["code"] == "unknown_activity"

    house.run(story())


async def refer(office: Office, anna: str, friend: str, event: str = "r1"):
    return await office.tell(event, "friend", anna, friend=friend, friend_kind="id")


def test_a_referral_is_paid_to_both_on_the_friends_first_purchase(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        till, anna, boris = await enrolled(house, "2990000000019", "2990000000026")
        pending = {"result": "pending", "points": 300}
        assert await refer(office, anna, boris) == (200, pending)
        assert await refer(office, anna, boris) == (200, pending | {"repeated": True})
        # Below the least purchase nothing happens, nor on a return.
        till.sell(member=boris, net=499_99)
        till.sell(member=boris, net=600_00, kind=TransactionKind.RETURN)
        await house.push(till)
        assert [await office.balance(m) for m in (anna, boris)] == [0, 0]
        till.sell(member=boris, net=500_00)
        till.sell(member=boris, net=500_00)
        await house.push(till)
        await house.post()
        assert [await office.balance(m) for m in (anna, boris)] == [300, 100]
        assert [row.state for row in await house.rows(referral)] == ["paid"]
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_only_a_newcomer_is_referred_once_and_by_somebody_else(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        till, anna, boris, clara = await enrolled(
            house, "2990000000019", "2990000000026", "2990000000033"
        )
        till.sell(member=clara, net=10_00)
        await house.push(till)
        reasons = []
        for event, friend in (("1", anna), ("2", clara), ("3", boris), ("4", boris)):
            reasons.append((await refer(office, anna, friend, event))[1].get("reason"))
        assert reasons == [
            "activity.own",
            "activity.no_newcomer",
            None,
            "activity.referred_already",
        ]

    house.run(story())


def test_a_referrer_beyond_the_limit_gets_nothing_and_the_friend_still_does(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        till, anna, boris, clara = await enrolled(
            house, "2990000000019", "2990000000026", "2990000000033"
        )
        for event, friend in (("1", boris), ("2", clara)):
            await refer(office, anna, friend, event)
            till.sell(member=friend, net=500_00)
        await house.push(till)
        assert [await office.balance(m) for m in (anna, boris, clara)] == [300, 100, 100]
        assert sorted(r.state for r in await house.rows(referral)) == ["over_limit", "paid"]

    house.run(story())


def test_a_crash_between_the_referrers_points_and_the_mark_pays_once(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        till, anna, boris = await enrolled(house, "2990000000019", "2990000000026")
        await refer(office, anna, boris)
        till.sell(member=boris, net=500_00)
        await house.push(till)
        await house.write(lambda c: c.execute(referral.update().values(state="due")))
        house.clock.at = house.clock.at.replace(year=2027)
        await house.post()
        assert await office.balance(anna) == 300

    house.run(story())


def test_an_event_told_again_after_its_member_became_another_gives_nothing_more(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        till, anna, anya = await enrolled(house, "2990000000019", "2990000000026")
        posted = {"result": "posted", "points": 50}
        by_card = {"kind": "card", "member": "2990000000026"}
        assert (await office.tell("e1", "review", anya, **by_card))[1] == posted
        till.record(merged(anna, anya))
        await house.push(till, 3)
        assert (await office.tell("e1", "review", anya, **by_card))[1] == posted | {
            "repeated": True
        }
        assert await office.balance(anna) == 50
        assert await house.read(lambda c: list(examine(c))) == []

    house.run(story())


def test_a_referrer_who_was_paid_before_a_crash_and_became_another_is_paid_once(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        cards = ("2990000000019", "2990000000026", "2990000000033")
        till, anna, boris, anya = await enrolled(house, *cards)
        await refer(office, anya, boris)
        till.sell(member=boris, net=500_00)
        await house.push(till)
        assert await office.balance(anya) == 300
        await house.write(lambda c: c.execute(referral.update().values(state="due")))
        house.clock.at = house.clock.at.replace(year=2027)
        till.record(merged(anna, anya))
        await house.push(till, 5)
        assert await office.balance(anna) == 300
        assert [row.state for row in await house.rows(referral)] == ["paid"]

    house.run(story())


@pytest.mark.parametrize(("points", "friend_points"), [(0, 100), (300, 0)])
def test_only_one_side_may_be_paid(house, points, friend_points) -> None:
    one = ACTIVITIES[1] | {"points": points, "friend_points": friend_points}

    async def story() -> None:
        office = Office(house)
        await office.open(activities=[one])
        till, anna, boris = await enrolled(house, "2990000000019", "2990000000026")
        await refer(office, anna, boris)
        till.sell(member=boris, net=500_00)
        await house.push(till)
        assert [await office.balance(m) for m in (anna, boris)] == [points, friend_points]
        assert [row.state for row in await house.rows(referral)] == ["paid"]

    house.run(story())


def test_what_is_owed_under_an_activity_that_left_meanwhile_is_not_paid(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        till, anna, boris = await enrolled(house, "2990000000019", "2990000000026")
        await refer(office, anna, boris)
        till.sell(member=boris, net=500_00)
        await house.push(till)
        await house.write(
            lambda c: c.execute(referral.update().values(state="due", activity="gone"))
        )
        await house.post()
        assert [row.state for row in await house.rows(referral)] == ["over_limit"]
        assert await office.balance(anna) == 300

    house.run(story())


def test_an_activity_that_left_the_programme_pays_nobody(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        till, anna, boris = await enrolled(house, "2990000000019", "2990000000026")
        await refer(office, anna, boris)
        gone = program(version=2, activities=[])
        await house.write(reference.publish_program, house.services, gone)
        till.sell(member=boris, net=500_00)
        await house.push(till)
        assert await house.rows(referral) == []

    house.run(story())


def test_an_event_claimed_before_a_crash_is_posted_when_it_is_told_again(house) -> None:
    async def story() -> None:
        office = Office(house)
        await office.open()
        _, anna = await enrolled(house, "2990000000019")
        await office.tell("e1", "review", anna)
        gone = effect.delete().where(effect.c.name == activities.POSTED)
        await house.write(lambda c: c.execute(gone))
        # The entry is there: the answer says so, and nothing is given twice.
        assert (await office.tell("e1", "review", anna))[1]["result"] == "posted"
        assert await office.balance(anna) == 50

    house.run(story())


def test_head_office_lets_an_integrator_in_and_out_by_the_command_line(tmp_path, capsys) -> None:
    assert main(["integrator", "add", "crm", "--data", str(tmp_path)]) == 0
    name, _, secret = capsys.readouterr().out.strip().partition(":")
    assert (name, len(secret)) == ("crm", 64)
    assert main(["integrator", "remove", "crm", "--data", str(tmp_path)]) == 0
    assert main(["integrator", "remove", "crm", "--data", str(tmp_path)]) == 1
    assert "no integrator crm" in capsys.readouterr().err

"""Moves between tills arrive in any order: posted once, the sum of rights unchanged."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from pos_app.domain.events import AllowanceGiven, AllowanceReturned, AllowanceTaken, GivenProof
from pos_app.domain.loyalty.allowance import AllowanceUse
from sync.server.engine.schema import account, allowance, conflict, event
from sync.server.watch.doctor import examine
from sync.translate import WireCodec
from sync.wire.codec import canonical, decode, given_text
from sync.wire.events import TransferInDoc, TransferOutDoc
from tests.sync.server.till import NOON, Till

EARNED = 500


class Shop:
    """Tills of one store, a member with points, and what the books say."""

    def __init__(self, house, tills: int = 3) -> None:
        self.house = house
        self.tills = [house.run(house.till()) for _ in range(tills)]
        self.a, self.b = self.tills[:2]
        self.member = self.a.enrol_member(card="1")
        self.a.sell(member=self.member, earn=EARNED)
        house.run(house.push(self.a))

    def grant(self, till: Till, grant: str, points: int) -> None:
        reply = self.house.run(till.allowance(grant, self.member, points))
        assert reply.granted == points

    def reserved(self) -> int:
        row = next(r for r in self.house.run(self.house.rows(account)) if r.member == self.member)
        return row.reserved

    def balance(self) -> int:
        row = next(r for r in self.house.run(self.house.rows(account)) if r.member == self.member)
        return row.balance

    def conflicts(self) -> list[str]:
        return sorted(r.kind for r in self.house.run(self.house.rows(conflict)))

    def right(self) -> bool:
        return self.house.run(self.house.read(lambda c: list(examine(c)))) == []

    def push(self, till: Till) -> None:
        self.house.run(self.house.push(till))

    def grant_left(self, grant_id: str) -> int | None:
        for row in self.house.run(self.house.rows(allowance)):
            if row.grant_id == grant_id:
                return row.granted - row.spent - row.returned
        return None


def give(shop, giver: Till, taker: Till, transfer: str, uses: dict[str, int], **more):
    given = AllowanceGiven(
        transfer_id=transfer,
        member_id=shop.member,
        uses=tuple(AllowanceUse(g, p) for g, p in uses.items()),
        terminal_id=giver.terminal,
        to_terminal=taker.terminal,
        to_incarnation=taker.incarnation,
        at=NOON,
    )
    envelope = giver.record(replace(given, **more))
    return prove(giver, envelope.id, envelope.body.encode())


def prove(giver: Till, event_id: str, body: bytes) -> GivenProof:
    signature = giver.signer.sign(given_text(giver.terminal, event_id, 1, body))
    return GivenProof(giver.terminal, event_id, 1, body, signature)


def take(shop, taker: Till, *proofs: GivenProof, **more):
    last = decode(TransferOutDoc, proofs[-1].body)
    points = sum(use.points for use in last.uses)
    taken = AllowanceTaken(last.transfer, shop.member, points, proofs, NOON)
    return taker.record(replace(taken, **more))


@pytest.fixture
def shop(house):
    return Shop(house)


def test_the_taker_spends_and_is_believed_while_the_giver_is_still_dark(shop):
    shop.grant(shop.a, "g", 100)
    before = shop.reserved()
    proof = give(shop, shop.a, shop.b, "x", {"g": 70})
    take(shop, shop.b, proof)
    shop.push(shop.b)
    assert (shop.grant_left("g"), shop.grant_left("x"), shop.reserved()) == (30, 70, before)
    shop.b.sell(member=shop.member, redeem=60, uses=(AllowanceUse("x", 60),))
    shop.push(shop.b)
    assert shop.grant_left("x") == 10
    assert shop.balance() == EARNED - 60
    shop.push(shop.a)
    assert (shop.grant_left("g"), shop.grant_left("x")) == (30, 10)
    shop.b.record(AllowanceReturned(shop.member, (AllowanceUse("x", 10),), NOON))
    shop.push(shop.b)
    assert shop.grant_left("x") == 0
    assert shop.conflicts() == []
    assert shop.right()


def test_a_giver_alone_brings_the_points_to_the_taker_by_the_feed(shop):
    """Case 53: the reply was lost for ever."""
    shop.grant(shop.a, "g", 100)
    before = shop.reserved()
    give(shop, shop.a, shop.b, "x", {"g": 70}, lease_until=NOON)
    shop.push(shop.a)
    assert shop.reserved() == before
    rows = [r for r in shop.house.run(shop.b.pull_all()) if r.kind == "allowance"]
    told = {row.id: decode(dict, bytes(row.body)) for row in rows}
    assert (told["x"]["granted"], told["x"]["kind"]) == (70, "moved")
    assert told["x"]["lease_until"] == NOON.isoformat()
    assert shop.right()


ORDERS = list(permutations(("out", "in", "spend")))


@pytest.mark.parametrize("repeat", [1, 2])
@pytest.mark.parametrize("order", [o for o in ORDERS if o.index("in") < o.index("spend")])
def test_in_any_order_and_repeated_the_books_are_the_same(shop, order, repeat):
    """Case 53."""
    shop.grant(shop.a, "g", 100)
    before = shop.reserved()
    proof = give(shop, shop.a, shop.b, "x", {"g": 70})
    for _ in range(repeat):
        for step in order:
            if step == "in" and not any(e.kind == "transfer_in" for e in shop.b.chain):
                take(shop, shop.b, proof)
            if step == "spend" and len(shop.b.chain) < 2:
                shop.b.sell(member=shop.member, redeem=50, uses=(AllowanceUse("x", 50),))
            shop.push(shop.a if step == "out" else shop.b)
    assert (shop.grant_left("g"), shop.grant_left("x")) == (30, 20)
    placed = shop.reserved() - (before - 50)
    assert placed >= 0
    assert shop.balance() == EARNED - 50
    assert shop.conflicts() == []
    assert shop.right()


def test_a_way_over_three_tills_is_posted_by_the_last_one_alone(shop):
    a, b, c = shop.tills
    shop.grant(a, "g", 100)
    before = shop.reserved()
    first = give(shop, a, b, "x", {"g": 70})
    take(shop, b, first)
    second = give(shop, b, c, "y", {"x": 40})
    take(shop, c, first, second)
    c.sell(member=shop.member, redeem=40, uses=(AllowanceUse("y", 40),))
    shop.push(c)
    assert [shop.grant_left(g) for g in ("g", "x", "y")] == [30, 30, 0]
    shop.push(b)
    shop.push(a)
    assert [shop.grant_left(g) for g in ("g", "x", "y")] == [30, 30, 0]
    assert before - shop.reserved() <= 40
    assert shop.conflicts() == []
    assert shop.right()


def test_two_takings_with_one_giving_inside_arrive_in_one_batch(shop):
    a, b, c = shop.tills
    shop.grant(a, "g", 100)
    first = give(shop, a, b, "x", {"g": 70})
    second = give(shop, b, c, "y", {"x": 20})
    third = give(shop, b, c, "z", {"x": 20})
    take(shop, c, first, second)
    take(shop, c, first, third)
    shop.push(c)
    assert [shop.grant_left(g) for g in ("g", "x", "y", "z")] == [30, 30, 20, 20]
    assert shop.right()


def test_one_transfer_given_twice_by_a_restored_till_counts_both_givings(shop):
    """The points of both left their grants: none is lost, none is there twice."""
    shop.grant(shop.a, "g", 100)
    shop.grant(shop.a, "h", 50)
    before = shop.reserved()
    give(shop, shop.a, shop.b, "x", {"g": 70})
    proof = give(shop, shop.a, shop.b, "x", {"h": 10})
    take(shop, shop.b, proof)
    shop.push(shop.b)
    assert shop.grant_left("x") == 10
    shop.push(shop.a)
    assert [shop.grant_left(g) for g in ("g", "h", "x")] == [30, 40, 80]
    assert shop.reserved() == before
    assert shop.right()


def test_points_for_a_database_that_was_replaced_are_free_again(shop):
    shop.grant(shop.a, "g", 100)
    free = EARNED - shop.reserved()
    give(shop, shop.a, shop.b, "x", {"g": 70})
    shop.b.incarnation, shop.b.chain = 2, []
    shop.house.run(shop.b.push())
    shop.house.run(shop.house.post())
    shop.push(shop.a)
    assert shop.grant_left("x") == 0
    assert EARNED - shop.reserved() >= free
    assert shop.right()


def test_points_for_a_database_that_is_being_replaced_wait_for_what_survived(shop):
    """Freed earlier, another till could spend what the lost database has spent."""
    shop.grant(shop.a, "g", 100)
    proof = give(shop, shop.a, shop.b, "x", {"g": 70})
    shop.b.incarnation, shop.b.chain = 2, []
    taken = take(shop, shop.b, proof)
    assert taken.seq == 1
    shop.b.sell(member=shop.member, redeem=60, uses=(AllowanceUse("x", 60),))
    shop.house.run(shop.b.push(1, 1))
    shop.push(shop.a)
    assert shop.grant_left("x") == 70
    shop.house.run(shop.b.push(2))
    shop.house.run(shop.house.post())
    assert shop.grant_left("x") == 10
    empty = shop.b.batch(3)
    shop.house.run(shop.b.ask("push", empty))
    shop.house.run(shop.house.post())
    assert shop.grant_left("x") == 0
    assert shop.conflicts() == []
    assert shop.right()


def test_a_restored_giver_frees_nothing_before_its_neighbours_have_told_what_they_took(shop):
    """Its database has lost the giving: what is free and what the taker holds would be twice."""
    house, a, b, c = shop.house, *shop.tills
    shop.grant(a, "g", 100)
    for till in (b, c):
        house.run(till.pull(clear_at=NOON.isoformat()))
    proof = give(shop, a, b, "x", {"g": 70})
    lost = a.chain.pop()
    assert lost.kind == "transfer_out"
    house.clock.at += timedelta(minutes=1)
    a.incarnation, a.chain = 2, []
    house.run(a.ask("push", a.batch()))
    house.run(house.post())
    assert shop.grant_left("g") == 100
    house.clock.at += timedelta(minutes=1)
    now = house.clock.at.isoformat()
    house.run(c.pull(clear_at=now))
    house.run(b.pull())
    house.run(house.post())
    assert shop.grant_left("g") == 100
    take(shop, b, proof)
    b.sell(member=shop.member, redeem=60, uses=(AllowanceUse("x", 60),))
    shop.push(b)
    assert (shop.grant_left("g"), shop.grant_left("x")) == (30, 10)
    house.run(b.pull(clear_at=now))
    house.run(house.post())
    assert (shop.grant_left("g"), shop.grant_left("x")) == (0, 10)
    assert shop.conflicts() == []
    assert shop.right()


def test_more_than_the_giver_had_stands_and_a_person_looks(shop):
    """Its grants were reclaimed meanwhile: the taker's receipts are facts all the same."""
    shop.grant(shop.a, "g", 100)
    proof = give(shop, shop.a, shop.b, "x", {"g": 130})
    take(shop, shop.b, proof)
    shop.push(shop.b)
    assert shop.grant_left("x") == 130
    assert shop.conflicts() == ["allowance_overspent"]
    assert shop.right()


def test_a_grant_that_was_never_the_givers_moves_nothing(shop):
    shop.grant(shop.b, "own", 100)
    proof = give(shop, shop.a, shop.b, "x", {"own": 50, "none": 5})
    take(shop, shop.b, proof)
    shop.push(shop.b)
    assert shop.grant_left("x") is None
    assert shop.grant_left("own") == 100
    assert shop.conflicts() == ["unknown_grant", "unknown_grant"]
    assert shop.right()


def test_points_given_to_nobody_of_ours_are_free_again(shop):
    shop.grant(shop.a, "g", 100)
    give(shop, shop.a, shop.b, "x", {"g": 50}, to_terminal="nobody")
    shop.push(shop.a)
    assert shop.grant_left("g") == 50
    assert shop.grant_left("x") is None
    assert shop.conflicts() == ["unknown_grant"]
    assert shop.right()


def test_a_move_of_an_unknown_member_is_shown(shop):
    give(shop, shop.a, shop.b, "x", {"g": 5}, member_id="nobody")
    shop.push(shop.a)
    assert shop.conflicts() == ["unknown_member"]


@pytest.mark.parametrize(
    "spoil",
    [
        "signature",
        "body",
        "giver",
        "stranger",
        "points",
        "transfer",
        "taker",
        "no proofs",
        "garbage",
        "no points",
        "long",
    ],
)
def test_a_move_that_its_giver_did_not_sign_waits_for_a_person(shop, spoil, caplog):
    shop.grant(shop.a, "g", 100)
    a, b = shop.a, shop.b
    to = {"to_terminal": a.terminal} if spoil == "taker" else {}
    uses = {"g": 0} if spoil == "no points" else {"g": 50}
    transfer = "x" * 300 if spoil == "long" else "x"
    good = give(shop, a, b, transfer, uses, **to)
    proofs = {
        "signature": replace(good, signature=bytes(64)),
        "body": replace(good, body=good.body.replace(b'"points":50', b'"points":90')),
        "giver": replace(good, terminal_id=b.terminal),
        "stranger": replace(good, terminal_id="nobody"),
        "garbage": prove(a, "e", b"[]"),
    }
    proof = proofs.get(spoil, good)
    if spoil == "giver":
        proof = prove(b, good.event_id, good.body)
    taken = AllowanceTaken("x", shop.member, 50, (proof,), NOON)
    if spoil in ("no points", "long"):
        taken = replace(taken, transfer_id=transfer, points=uses["g"])
    if spoil == "points":
        taken = replace(taken, points=51)
    if spoil == "transfer":
        taken = replace(taken, transfer_id="y")
    if spoil == "no proofs":
        taken = replace(taken, proofs=())
    b.record(taken)
    b.record(AllowanceReturned(shop.member, (), NOON))
    shop.push(b)
    assert "event parked" in caplog.text
    outcomes = [
        r.outcome for r in shop.house.run(shop.house.rows(event, event.c.terminal == b.terminal))
    ]
    assert outcomes == ["parked", "posted"]
    assert shop.grant_left("g") == 100
    assert shop.conflicts() == ["parked"]


def test_a_member_who_was_merged_between_the_two_tellings_moves_once(shop):
    house, a, b = shop.house, shop.a, shop.b
    shop.grant(a, "g", 100)
    proof = give(shop, a, b, "x", {"g": 70})
    take(shop, b, proof)
    shop.push(b)
    other = b.enrol_member(card="2", phone=b"p" * 16)
    b.enrol_member(member=shop.member, card="1", phone=b"p" * 16)
    shop.push(b)
    moved_to = {r.grant_id: r.member for r in house.run(house.rows(allowance))}["x"]
    assert moved_to in (shop.member, other)
    shop.push(a)
    assert (shop.grant_left("g"), shop.grant_left("x")) == (30, 70)
    assert shop.right()


def test_golden_moves_are_whole_documents():
    """What the wire carries is what the store of proofs holds: text inside text."""
    kind, version, body = WireCodec().encode(
        AllowanceTaken("x", "m", 1, (GivenProof("a", "e", 1, b'{"q":"\\""}', b"s"),), NOON)
    )
    assert (kind, version) == ("transfer_in", 1)
    assert canonical(decode(TransferInDoc, body)) == body

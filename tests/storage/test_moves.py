"""Moves of allowances in the till's memory: given once, taken once, never spent by two."""

from datetime import timedelta
from itertools import count

import pytest

from pos_app.domain.events import AllowanceGiven, AllowanceTaken, GivenProof
from pos_app.domain.loyalty.allowance import AllowanceUse, Honour, Move, rounded_up
from pos_app.storage.moves import PROOFS_MOST, Moves
from pos_app.storage.outbox import Outbox
from pos_app.storage.till_file import no_points
from pos_app.workstation.ports import StorageBroken, Tendering
from sync.translate import WireCodec
from tests.storage.builders import NOON, grant, journal_of, open_at, sale_facts, uid

LATER = NOON + timedelta(hours=1)
NOW = Honour(NOON, NOON)


class Side:
    """One till's file with both of its readers."""

    def __init__(self, folder, name: str, points=no_points) -> None:
        self.name = name
        self.file = open_at(folder / f"{name}.db", points=points)
        self.journal, self.outbox = journal_of(self.file), Outbox(self.file)
        self.moves = Moves(self.file, WireCodec(), self.prove)
        self.ids = (f"{name}-{n}" for n in count(1))

    def prove(self, event_id, version, body):
        return GivenProof(self.name, event_id, version, body, b"by " + self.name.encode())

    def ask(self, transfer: str, points: int, peer: str = "a") -> Move:
        move = Move(transfer, "m1", points, self.name, self.outbox.position().incarnation)
        self.moves.plan(move, peer, NOON)
        return move

    def give(self, move: Move):
        return self.moves.give(move, next(self.ids), self.name, NOW)

    def take(self, proofs) -> bool:
        given = given_of(proofs)
        taken = AllowanceTaken(given.transfer_id, "m1", given.points, proofs, NOON)
        return self.moves.take(next(self.ids), taken, given)

    def left(self) -> dict[str, int]:
        return {g.grant_id: g.left for g in self.journal.allowances("m1") if g.left}

    def kinds(self) -> list[str]:
        return [e.kind for e in self.outbox.batch(0, 100, 1 << 20)]


def given_of(proofs) -> AllowanceGiven:
    event = WireCodec().decode("transfer_out", proofs[-1].version, proofs[-1].body)
    assert isinstance(event, AllowanceGiven)
    return event


@pytest.fixture
def side(tmp_path):
    opened = []

    def make(name: str, **more) -> Side:
        opened.append(Side(tmp_path, name, **more))
        return opened[-1]

    yield make
    for one in opened:
        one.file.close()


@pytest.fixture
def a(side):
    a = side("a")
    grant(a.file, "g1", "m1", 100)
    return a


def test_points_leave_one_till_and_are_the_others_and_the_sum_is_unchanged(a, side):
    b = side("b")
    move = b.ask("x", 70)
    assert a.moves.offer("m1", NOW) == 100
    proofs = a.give(move)
    assert a.left() == {"g1": 30}
    assert b.left() == {}
    assert b.take(proofs)
    assert b.left() == {"x": 70}
    assert (a.kinds(), b.kinds()) == (["transfer_out"], ["transfer_in"])
    assert b.moves.planned() == []
    b.journal.record(sale_facts(1, "m1", uses=(AllowanceUse("x", 70),)))
    assert b.left() == {}


def test_the_same_request_is_answered_the_same_and_gives_once(a, side):
    b = side("b")
    move = b.ask("x", 70)
    first = a.give(move)
    assert a.give(move) == first == a.moves.given("x")
    assert a.give(Move("x", "m1", 5, "c", 9)) == first
    assert a.left() == {"g1": 30}
    assert b.take(first)
    assert b.take(first)
    assert b.left() == {"x": 70}
    assert b.kinds() == ["transfer_in"]
    assert a.kinds() == ["transfer_out"]


def test_nothing_is_remembered_of_a_request_that_got_nothing(a, side):
    b = side("b")
    stranger = Move("x", "m9", 10, "b", 1)
    assert a.give(stranger) == ()
    assert a.moves.given("x") == ()
    assert a.kinds() == []
    b.ask("x", 10)
    b.moves.forget("x")
    assert b.moves.planned() == []


def test_more_than_is_left_is_never_given(a, side):
    a.journal.record(sale_facts(1, "m1", uses=(AllowanceUse("g1", 60),)))
    b, c = side("b"), side("c")
    assert given_of(a.give(b.ask("x", 1000))).points == 40
    assert a.give(c.ask("y", 1000)) == ()
    assert a.moves.offer("m1", NOW) == 0


def test_only_what_is_kept_here_and_whose_lease_runs_is_given(side):
    a = side("a")
    for grant_id, kind, until in (
        ("placed", "placed", NOON + timedelta(minutes=5)),
        ("over", "placed", NOON - timedelta(minutes=5)),
        ("standing", "identified", None),
        ("long", "placed", NOON + timedelta(days=1)),
    ):
        a.outbox.store_grant(grant_id, "m1", 10, kind, until)
    given = given_of(a.give(Move("x", "m1", 100, "b", 1)))
    assert given.uses == (AllowanceUse("long", 10), AllowanceUse("placed", 10))
    assert given.lease_until == NOON + timedelta(minutes=5)


def test_placed_points_end_with_the_tills_own_lease_wherever_they_are(a):
    until = NOON + timedelta(hours=7)
    proofs = a.moves.give(Move("x", "m1", 10, "b", 1), "e", "a", Honour(NOON, NOON, until))
    assert given_of(proofs).lease_until == until
    late = Honour(NOON, until, until)
    assert a.moves.give(Move("y", "m1", 10, "b", 1), "f", "a", late) == ()
    assert (a.moves.held("m1", late), a.moves.held("m1", NOW)) == (0, 90)


def test_nothing_leaves_while_a_receipt_of_the_member_is_paid_for(a):
    a.journal.begin_tendering(Tendering(uid(1, 1), NOON, b'{"member":"m1"}'))
    assert a.moves.offer("m1", NOW) == 0
    assert a.give(Move("x", "m1", 10, "b", 1)) == ()
    assert a.moves.return_idle(LATER, LATER, lambda: "r") == 0


def test_points_go_on_to_a_third_till_with_the_whole_way_in_proof(a, side):
    b, c = side("b"), side("c")
    b.take(a.give(b.ask("x", 70)))
    grant(b.file, "g2", "m1", 5)
    proofs = b.give(c.ask("y", 75, "b"))
    assert [p.terminal_id for p in proofs] == ["a", "b"]
    assert c.take(proofs)
    assert (a.left(), b.left(), c.left()) == ({"g1": 30}, {}, {"y": 75})


def test_points_that_went_to_and_fro_stay_in_the_end(a, side):
    b = side("b")
    tills = [a, b]
    for n in range(PROOFS_MOST):
        giver, taker = tills[n % 2], tills[1 - n % 2]
        assert taker.take(giver.give(taker.ask(f"x{n}", 100, giver.name))), n
    holder = tills[PROOFS_MOST % 2]
    assert holder.moves.offer("m1", NOW) == 0
    assert sum(holder.left().values()) == 100


def test_what_a_feed_told_first_is_not_counted_again(a, side):
    b = side("b")
    proofs = a.give(b.ask("x", 70))
    assert not b.moves.known("x")
    b.outbox.apply_rows([("x", "m1", 70, "moved", (0, 0, None, 0), 0)])
    assert b.moves.known("x")
    b.journal.record(sale_facts(1, "m1", uses=(AllowanceUse("x", 50),)))
    assert b.take(proofs)
    assert b.left() == {"x": 20}


def test_a_restored_taker_takes_nothing_that_was_meant_for_its_former_self(a, side):
    b = side("b")
    proofs = a.give(b.ask("x", 70))
    b.file.new_incarnation()
    assert not b.take(proofs)
    b.outbox.thaw()
    assert not b.take(proofs)
    assert b.moves.planned() == []
    assert b.left() == {}
    b.outbox.apply_rows([("x", "m1", 70, "moved", (0, 0, None, 0), 1)])
    assert b.left() == {}
    b.outbox.apply_rows([("z", "m1", 70, "placed", (0, 0, None, 0), 2)])
    assert b.left() == {"z": 70}


def test_a_restored_giver_gives_nothing_of_what_it_had(a):
    a.file.new_incarnation()
    assert a.give(Move("x", "m1", 10, "b", 1)) == ()
    a.outbox.thaw()
    assert a.give(Move("x", "m1", 10, "b", 1)) == ()
    assert a.moves.offer("m1", NOW) == 0


def test_what_is_not_used_goes_back_after_a_while(a, side):
    b = side("b")
    b.take(a.give(b.ask("x", 70)))
    b.journal.record(sale_facts(1, "m1", uses=(AllowanceUse("x", 20),)))
    assert b.moves.return_idle(NOON, LATER, lambda: "r") == 0
    assert b.moves.return_idle(LATER, LATER, lambda: "r") == 50
    assert b.moves.return_idle(LATER, LATER, lambda: "r") == 0
    assert b.left() == {}
    assert b.kinds()[-1] == "allowance_returned"
    b.moves.forget_before(LATER)
    assert b.file.driver.execute("SELECT count(*) FROM move").fetchall()[0][0] == 0


class _Dies(Exception):
    pass


STEPS = ("begin", "event", "before_commit", "after_commit", "sentinel")


@pytest.mark.parametrize("where", STEPS)
@pytest.mark.parametrize("what", ["give", "take"])
def test_killed_at_any_step_the_points_are_at_one_till_only(side, tmp_path, what, where):
    """Case 53."""
    armed = []

    def points(name):
        if name in armed:
            raise _Dies(name)

    a, b = side("a", points=points), side("b", points=points)
    grant(a.file, "g1", "m1", 100)
    move = b.ask("x", 70)
    armed.append(f"{what}.{where}")
    with pytest.raises(_Dies):
        b.take(a.give(move))
    armed.clear()
    assert sum(a.left().values()) + sum(b.left().values()) <= 100
    # Both start again; the request is repeated until it is answered, and once more.
    a2, b2 = side("a"), side("b")
    for _ in range(2):
        assert b2.take(a2.give(move))
    assert (a2.left(), b2.left()) == ({"g1": 30}, {"x": 70})
    assert (a2.kinds(), b2.kinds()) == (["transfer_out"], ["transfer_in"])


def test_a_move_that_cannot_be_read_says_so(a, side):
    b = side("b")
    a.give(b.ask("x", 70))
    a.file.driver.execute("UPDATE move SET proofs = x'00'")
    with pytest.raises(StorageBroken, match="move"):
        a.moves.given("x")


@pytest.mark.parametrize(("points", "asked"), [(1, 50), (50, 50), (51, 100)])
def test_a_little_more_is_asked_for_than_is_needed(points, asked):
    assert rounded_up(points) == asked

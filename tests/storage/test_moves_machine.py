"""Case 53, searched: tills ask, give, answer late, repeat and spend in any order that can be found.

The tills are real files; the network is a heap of requests and answers that arrive whenever the
search likes, as often as it likes; the server is the sum that must stay.
"""

import shutil
import tempfile
from dataclasses import replace
from itertools import permutations
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pos_app.domain.events import (
    AllowanceGiven,
    AllowanceTaken,
    GivenProof,
    TransactionCompleted,
)
from pos_app.domain.loyalty.allowance import AllowanceUse, Move
from sync.translate import WireCodec
from tests.storage.builders import grant, sale_facts
from tests.storage.test_moves import NOW, Side, given_of

GRANTED = 100
NAMES = ("a", "b", "c")
till = st.sampled_from(NAMES)
pair = st.sampled_from(list(permutations(NAMES, 2)))
which = st.integers(0, 30)


class Server:
    """Rights by grant, moved once for each giving, whoever tells it first."""

    def __init__(self) -> None:
        self.left = {"g": GRANTED}
        self.holder = {"g": "a"}
        self.spent = 0
        self.posted: set[str] = set()

    def post(self, side: Side) -> None:
        """Everything in that till's chain, again and again."""
        for row in side.outbox.batch(0, 1000, 1 << 30):
            event = WireCodec().decode(row.kind, row.v, row.body)
            if isinstance(event, AllowanceGiven):
                self._given(row.id, event)
            if isinstance(event, AllowanceTaken):
                for proof in event.proofs:
                    given = WireCodec().decode("transfer_out", proof.version, proof.body)
                    self._given(proof.event_id, given)
            if isinstance(event, TransactionCompleted) and row.id not in self.posted:
                self.posted.add(row.id)
                for use in event.document.uses:
                    assert self.left[use.grant_id] >= use.points, "spent beyond the grant"
                    self.left[use.grant_id] -= use.points
                    self.spent += use.points

    def _given(self, event_id: str, given: AllowanceGiven) -> None:
        if event_id in self.posted:
            return
        self.posted.add(event_id)
        for use in given.uses:
            assert self.left[use.grant_id] >= use.points, "given beyond the grant"
            self.left[use.grant_id] -= use.points
        self.left[given.transfer_id] = self.left.get(given.transfer_id, 0) + given.points
        self.holder[given.transfer_id] = given.to_terminal


class Store(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.sides = {name: Side(self.folder, name) for name in NAMES}
        grant(self.sides["a"].file, "g", "m1", GRANTED)
        self.server = Server()
        self.sales = self.spent = 0
        self.requests: list[tuple[Move, str]] = []
        self.answers: list[tuple[GivenProof, ...]] = []
        self.given: dict[str, int] = {}
        self.taken: set[str] = set()

    def teardown(self) -> None:
        if not hasattr(self, "sides"):
            return
        for side in (*self.sides.values(), *reversed(self.sides.values())):
            self.server.post(side)
        for name, side in self.sides.items():
            for transfer, holder in self.server.holder.items():
                if holder == name and transfer not in side.left():
                    # The feed tells the taker of what it never heard.
                    points = self.server.left[transfer]
                    row = (transfer, "m1", points, "moved", (0, 0, None, 0), 1)
                    side.outbox.apply_rows([row])
            theirs = {t: n for t, n in self.server.left.items() if self.server.holder[t] == name}
            assert side.left() == {t: n for t, n in theirs.items() if n}
        assert sum(self.server.left.values()) + self.server.spent == GRANTED
        assert self.server.spent == self.spent
        for side in self.sides.values():
            side.file.close()
        shutil.rmtree(self.folder)

    @rule(pair=pair, points=st.integers(1, 120), arrives=st.booleans(), heard=st.booleans())
    def ask(self, pair, points, arrives, heard):
        """A request that may be lost, and an answer that may be."""
        taker, giver = pair
        move = self.sides[taker].ask(f"x{len(self.requests):03d}", points, giver)
        self.requests.append((move, giver))
        if arrives:
            self.deliver(-1)
            if heard:
                self.hear(-1)

    @precondition(lambda self: self.requests)
    @rule(n=which)
    def deliver(self, n):
        """The first time, again, or when the taker has long given up."""
        move, giver = self.requests[n % len(self.requests)]
        side = self.sides[giver]
        proofs = side.moves.give(move, next(side.ids), giver, NOW)
        if proofs:
            self.answers.append(proofs)
            points = self.given.setdefault(move.transfer_id, given_of(proofs).points)
            assert given_of(proofs).points == points

    @precondition(lambda self: self.answers)
    @rule(n=which)
    def hear(self, n):
        if self.answers:
            answer = self.answers[n % len(self.answers)]
            given = given_of(answer)
            assert self.sides[given.to_terminal].take(answer)
            self.taken.add(given.transfer_id)

    @precondition(lambda self: self.requests)
    @rule(n=which)
    def give_up(self, n):
        move, _giver = self.requests[n % len(self.requests)]
        self.sides[move.to_terminal].moves.forget(move.transfer_id)

    @rule(name=till, points=st.integers(1, 60))
    def spend(self, name, points):
        side, uses = self.sides[name], []
        rest = points
        for grant_id, left in side.left().items():
            part = min(rest, left)
            if part:
                uses.append(AllowanceUse(grant_id, part))
                rest -= part
        if uses and not rest:
            self.sales += 1
            self.spent += points
            facts = sale_facts(self.sales, "m1", uses=tuple(uses))
            counter = side.journal.next_receipt_counter()

            side.journal.record(replace(facts, receipt_counter=counter))

    @rule(name=till)
    def push(self, name):
        self.server.post(self.sides[name])

    @invariant()
    def every_point_is_somewhere_once(self) -> None:
        if not hasattr(self, "sides"):
            return
        here = sum(sum(side.left().values()) for side in self.sides.values())
        flying = sum(n for transfer, n in self.given.items() if transfer not in self.taken)
        assert here + flying + self.spent == GRANTED

    @invariant()
    def the_server_has_as_much_as_there_was(self) -> None:
        if hasattr(self, "server"):
            assert sum(self.server.left.values()) + self.server.spent == GRANTED


Store.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestStore = Store.TestCase

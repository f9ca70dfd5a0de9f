"""Case 53, searched: tills ask, give, answer late, repeat and spend in any order that can be found.

The tills are real files; the network is a heap of requests and answers that arrive whenever the
search likes, as often as it likes; the server is the sum that must stay.
"""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from pos_app.domain.events import AllowanceGiven, AllowanceTaken, TransactionCompleted
from pos_app.domain.loyalty.allowance import AllowanceUse
from sync.translate import WireCodec
from tests.storage.builders import grant, sale_facts
from tests.storage.test_moves import NOW, Side, given_of

GRANTED = 100
NAMES = ("a", "b", "c")
till = st.sampled_from(NAMES)


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
    requests = Bundle("requests")
    answers = Bundle("answers")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.sides = {name: Side(self.folder, name) for name in NAMES}
        grant(self.sides["a"].file, "g", "m1", GRANTED)
        self.server = Server()
        self.asked = self.sales = self.spent = 0
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
                    side.outbox.apply_allowance_row(
                        transfer, "m1", points, "moved", (0, 0, None, 0), 1
                    )
            theirs = {t: n for t, n in self.server.left.items() if self.server.holder[t] == name}
            assert side.left() == {t: n for t, n in theirs.items() if n}
        assert sum(self.server.left.values()) + self.server.spent == GRANTED
        assert self.server.spent == self.spent
        for side in self.sides.values():
            side.file.close()
        shutil.rmtree(self.folder)

    @rule(target=requests, taker=till, giver=till, points=st.integers(1, 120))
    def ask(self, taker, giver, points):
        self.asked += 1
        return self.sides[taker].ask(f"x{self.asked:03d}", points, giver), giver

    @rule(target=answers, request=requests)
    def deliver(self, request):
        move, giver = request
        if move.to_terminal == giver:
            return ()
        proofs = self.sides[giver].moves.give(move, next(self.sides[giver].ids), giver, NOW)
        if proofs:
            self.given.setdefault(move.transfer_id, given_of(proofs).points)
            assert given_of(proofs).points == self.given[move.transfer_id]
        return proofs

    @rule(answer=answers)
    def hear(self, answer):
        if answer:
            given = given_of(answer)
            assert self.sides[given.to_terminal].take(answer)
            self.taken.add(given.transfer_id)

    @rule(request=requests)
    def give_up(self, request):
        move, _giver = request
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
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestStore = Store.TestCase

"""Allowances that move between the tills of one store, in `till.db`. Never talks to a till.

What was given is in the chain before anybody hears of it, and is the same however often it is
asked for; what was taken is in the chain before it can be spent. Points that left are counted as
returned here: they are gone for this till whether or not the other one ever answers.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from pos_app.domain.events import AllowanceGiven, AllowanceReturned, AllowanceTaken, GivenProof
from pos_app.domain.loyalty.allowance import (
    MOVED,
    Allowance,
    AllowanceUse,
    Honour,
    Move,
    part_with,
    spendable,
)
from pos_app.storage import statements as q
from pos_app.storage.plain import from_us, to_us
from pos_app.storage.recording import add_stored
from pos_app.storage.texts import grants as granting
from pos_app.storage.texts import moves as own
from pos_app.storage.till_file import Chain, TillFile
from pos_app.workstation.ports import EventCodec, StorageBroken

Prove = Callable[[str, int, bytes], GivenProof]
"""(event id, version, body) -> the same under this till's signature."""
PROOFS_MOST = 8
"""Points that went through more tills than this stay where they are until the server is back."""
ASKED, GIVEN, TAKEN = "asked", "given", "taken"

_PROOFS = msgspec.json.Decoder(tuple[GivenProof, ...])
_encode = msgspec.json.Encoder().encode


class PlannedMove(NamedTuple):
    """A request to another till that was remembered before it was sent. `peer`: its terminal."""

    move: Move
    peer: str


class Moves:
    """Both sides of a move, and what is kept of it. One for the courier."""

    def __init__(self, till: TillFile, codec: EventCodec, prove: Prove) -> None:
        self._till = till
        self._driver = till.driver
        self._codec = codec
        self._prove = prove

    # --- the giver ------------------------------------------------------------------------------

    def offer(self, member_id: str, honour: Honour) -> int:
        """Points of that member that could leave this till now."""
        chain = self._till.chain()
        uses, _ = part_with(self._movable(chain, member_id, honour), 1 << 53, honour.at)
        return sum(use.points for use in uses)

    def held(self, member_id: str, honour: Honour) -> int:
        """Points of that member that may be spent here, wherever they came from."""
        chain = self._till.chain()
        grants = () if chain.frozen else self._grants(chain, member_id, honour)
        return spendable(grants, honour.at)

    def given(self, transfer_id: str) -> tuple[GivenProof, ...]:
        """What that request was answered; nothing if it never was."""
        row = own.ONE.one(self._driver, key=transfer_id)
        return _proofs(row[1]) if row is not None and row[0] == GIVEN else ()

    def give(self, move: Move, event_id: str, giver: str, honour: Honour) -> tuple[GivenProof, ...]:
        """Let points go; the proofs, ours last. The same answer for the same request for ever.

        Nothing when there is nothing to give, and then nothing is remembered. `giver`: this
        terminal. Durable when it returns.
        """
        with self._till.protected("give") as chain:
            known = own.ONE.one(self._driver, key=move.transfer_id)
            if known is not None:
                return _proofs(known[1]) if known[0] == GIVEN else ()
            grants = self._movable(chain, move.member_id, honour)
            uses, lease_until = part_with(grants, move.points, honour.at)
            if not uses:
                return ()
            event = AllowanceGiven(
                transfer_id=move.transfer_id,
                member_id=move.member_id,
                uses=uses,
                terminal_id=giver,
                to_terminal=move.to_terminal,
                to_incarnation=move.to_incarnation,
                at=honour.wall,
                lease_until=lease_until,
            )
            kind, version, body = self._codec.encode(event)
            add_stored(self._till, self._codec, chain, (event_id, kind, version, body), event)
            self._till.points("give.event")
            self._let_go(chain, uses)
            proofs = (*self._ways(uses), self._prove(event_id, version, body))
            self._remember(move, GIVEN, move.to_terminal, honour.wall, proofs, event.points)
        return proofs

    def _let_go(self, chain: Chain, uses: Iterable[AllowanceUse]) -> None:
        for use in uses:
            changed = own.GIVE_AWAY.run(
                self._driver,
                grant=use.grant_id,
                points=use.points,
                incarnation_now=chain.incarnation,
            )
            if changed != 1:
                raise StorageBroken(f"grant {use.grant_id} cannot give {use.points}")

    def _movable(self, chain: Chain, member_id: str, honour: Honour) -> list[Allowance]:
        """None while frozen, and none while a receipt of this member is being paid here."""
        if chain.frozen or self._in_tender(member_id):
            return []
        # Without its proofs the server could not follow; with so many, nobody need.
        return [
            grant
            for grant in self._grants(chain, member_id, honour)
            if grant.kind != MOVED or 0 < len(self._way(grant.grant_id)) < PROOFS_MOST
        ]

    def _grants(self, chain: Chain, member_id: str, honour: Honour) -> list[Allowance]:
        rows = q.ALLOWANCES.all(
            self._driver, member_id=member_id, incarnation_now=chain.incarnation
        )
        return [
            honour.applied(
                Allowance(grant, owner, granted, spent, returned, kind, until and from_us(until))
            )
            for grant, owner, granted, spent, returned, kind, until in rows
        ]

    def _in_tender(self, member_id: str) -> bool:
        name = member_id.encode()
        return any(name in bytes(body) for _, _, body in q.TENDERINGS.all(self._driver))

    def _ways(self, uses: Iterable[AllowanceUse]) -> tuple[GivenProof, ...]:
        """How the given points came here themselves, each event once, oldest first."""
        found: dict[str, GivenProof] = {}
        for use in uses:
            found.update({proof.event_id: proof for proof in self._way(use.grant_id)})
        return tuple(found.values())

    def _way(self, grant_id: str) -> tuple[GivenProof, ...]:
        row = own.ONE.one(self._driver, key=grant_id)
        return _proofs(row[1]) if row is not None and row[0] == TAKEN else ()

    # --- the taker ------------------------------------------------------------------------------

    def ready(self) -> bool:
        """False while the grants of this database are frozen."""
        return not self._till.chain().frozen

    def plan(self, move: Move, peer: str, now: datetime) -> None:
        """Remember a request before it is sent."""
        with self._till.protected("plan_move"):
            self._remember(move, ASKED, peer, now, (), move.points)

    def planned(self) -> list[PlannedMove]:
        """Requests without an answer, oldest first; those of a former database are over."""
        chain = self._till.chain()
        found = []
        for transfer, member, points, peer, incarnation in own.PLANNED.all(self._driver):
            if incarnation == chain.incarnation:
                found.append(PlannedMove(Move(transfer, member, points, "", incarnation), peer))
            else:
                self.forget(transfer)
        return found

    def forget(self, transfer_id: str) -> None:
        """Nothing comes of the request, or the feed has told what did."""
        with self._till.protected("forget_move"):
            own.FORGET.run(self._driver, key=transfer_id)

    def known(self, transfer_id: str) -> bool:
        """Whether the points of that request are here already: the feed may tell first."""
        return own.KNOWN.one(self._driver, key=transfer_id) is not None

    def take(self, event_id: str, taken: AllowanceTaken, given: AllowanceGiven) -> bool:
        """The points are this till's from here on. Twice is once.

        False, and nothing changed, when they were meant for another database of this till: what
        that one spent of them nobody can know.
        """
        with self._till.protected("take") as chain:
            known = own.ONE.one(self._driver, key=taken.transfer_id)
            if known is not None and known[0] != ASKED:
                return bool(known[0] == TAKEN)
            if chain.frozen or chain.incarnation != given.to_incarnation:
                return False
            kind, version, body = self._codec.encode(taken)
            add_stored(self._till, self._codec, chain, (event_id, kind, version, body), taken)
            self._till.points("take.event")
            self._hold(chain, taken, given.lease_until)
            move = Move(taken.transfer_id, taken.member_id, taken.points, "", given.to_incarnation)
            self._remember(move, TAKEN, given.terminal_id, taken.at, taken.proofs, taken.points)
        return True

    def _hold(self, chain: Chain, taken: AllowanceTaken, lease_until: datetime | None) -> None:
        granting.STORE_GRANT.run(
            self._driver,
            grant_id=taken.transfer_id,
            member_id=taken.member_id,
            kind=MOVED,
            granted=taken.points,
            spent=0,
            returned=0,
            lease_until_us=None if lease_until is None else to_us(lease_until),
            posted_seq=0,
            incarnation=chain.incarnation,
        )

    # --- afterwards -----------------------------------------------------------------------------

    def return_idle(self, before: datetime, now: datetime, new_id: Callable[[], str]) -> int:
        """Give the server what is left of points that came before that; how many."""
        rest = self._idle(before)
        if not rest:
            return 0
        with self._till.protected("return_moved") as chain:
            back: dict[str, list[AllowanceUse]] = {}
            for grant_id, member_id, points in self._idle(before):
                back.setdefault(member_id, []).append(AllowanceUse(grant_id, points))
            for member_id, uses in back.items():
                event = AllowanceReturned(member_id, tuple(uses), now)
                stored = (new_id(), *self._codec.encode(event))
                add_stored(self._till, self._codec, chain, stored, event)
                self._let_go(chain, uses)
        return sum(points for _, _, points in rest)

    def _idle(self, before: datetime) -> list[Any]:
        chain = self._till.chain()
        if chain.frozen:
            return []
        rows = own.IDLE.all(self._driver, incarnation_now=chain.incarnation, horizon=to_us(before))
        return [row for row in rows if not self._in_tender(row[1])]

    def forget_before(self, before: datetime) -> None:
        """Moves that are so old that nobody asks again."""
        with self._till.protected("forget_moves"):
            own.OLD.run(self._driver, horizon=to_us(before))

    def _remember(
        self,
        move: Move,
        side: str,
        peer: str,
        now: datetime,
        proofs: tuple[GivenProof, ...],
        points: int,
    ) -> None:
        own.PUT.run(
            self._driver,
            transfer_id=move.transfer_id,
            side=side,
            member_id=move.member_id,
            peer=peer,
            points=points,
            incarnation=move.to_incarnation,
            at_us=to_us(now),
            proofs=_encode(proofs),
        )


def _proofs(data: bytes) -> tuple[GivenProof, ...]:
    try:
        return _PROOFS.decode(bytes(data))
    except (msgspec.MsgspecError, ValueError) as error:
        raise StorageBroken(f"a stored move cannot be read: {error}") from error

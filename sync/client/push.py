"""Brings the till's events to the server, in order. Never deletes one, never skips one.

The server's word counts only with its signature and with *our* hash at the head it names:
a head whose hash is another's would let us forget sales that it never saw.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from msgspec import structs

from sync.client.connection import Connection
from sync.client.errors import (
    EpochChanged,
    Fenced,
    Forked,
    Gap,
    HistoryGone,
    Lost,
    MemoryFailed,
    Stuck,
    TooLarge,
)
from sync.client.heads import head_of_ours
from sync.client.ports import EventRow, Outbox, Position, enrolled
from sync.wire.codec import ack_text, batch_trace
from sync.wire.messages import EventEnvelope, Problem, PushReply, PushRequest
from sync.wire.version import CURRENT

EVENTS_MAX = 500
BYTES_MAX = 1_048_576
STEPS_BACK_MAX = 8
NONE_LATE = ("", 0, 0)
"""(epoch, incarnation, last event) of what the server keeps for a person: a server of another epoch
may keep nothing of it."""
Verify = Callable[[bytes, bytes], bool]
"""(message, signature) -> whether the server's key signed exactly this."""


@dataclass(slots=True)
class Size:
    """How much goes into one batch; halved when the server finds it too large."""

    events: int = EVENTS_MAX
    bytes: int = BYTES_MAX

    def halve(self) -> bool:
        """False if a batch of one event is still too large."""
        if self.events == 1:
            return False
        self.events, self.bytes = max(1, self.events // 2), max(1, self.bytes // 2)
        return True


async def _nothing() -> None:
    """Nothing has to be said before."""


class Push:
    """One pass sends everything that is not acknowledged. `anchor_ms`: since the server's time.

    `before` is awaited ahead of every batch; `machine` names this one.
    """

    def __init__(
        self,
        connection: Connection,
        outbox: Outbox,
        verify: Verify,
        anchor_ms: Callable[[], int] = lambda: 0,
        before: Callable[[], Awaitable[None]] = _nothing,
        machine: str = "",
    ) -> None:
        """`verify` holds the server's public key from enrolment."""
        self._connection = connection
        self._outbox = outbox
        self._verify = verify
        self._anchor_ms = anchor_ms
        self._before = before
        self._machine = machine
        self._late = NONE_LATE

    async def run(self) -> int:
        """Events acknowledged by this pass. Raises Trouble; what was acknowledged stays so."""
        sent, size, steps_back = 0, Size(), 0
        while steps_back <= STEPS_BACK_MAX:
            barred = await self._told()
            rows = self._next(size)
            if not rows and barred:
                raise barred
            if not rows and not self._may_be_fenced():
                return sent
            try:
                moved = await (self._send(rows) if rows else self._knock())
            except TooLarge:
                if not size.halve():
                    raise
                continue
            except Fenced as fenced:
                self._note_late(fenced, rows)
                continue
            except (Gap, EpochChanged) as refusal:
                moved = self._step_back(refusal)
            sent += max(0, moved)
            steps_back += moved <= 0
        raise Stuck("the server takes our events and does not keep them")

    async def _told(self) -> Fenced | None:
        """What goes before a batch. A fenced till has no say there; its facts go all the same."""
        try:
            await self._before()
        except Fenced as fenced:
            return fenced
        return None

    def _next(self, size: Size) -> Sequence[EventRow]:
        after = max(self._outbox.position().acked, self._kept())
        return self._outbox.batch(after, size.events, size.bytes)

    def _kept(self) -> int:
        """Up to which event the server keeps what this database sends, for a person; 0 for none."""
        *life, kept = self._late
        return kept if life == [self._outbox.epoch(), self._outbox.position().incarnation] else 0

    def _may_be_fenced(self) -> bool:
        """Whether all that is unsent is kept for a person, so that nothing but this asks again."""
        return self._kept() > self._outbox.position().acked

    async def _knock(self) -> int:
        """The fence is gone if this is answered: then everything is sent in the usual way."""
        await self.announce()
        self._late = NONE_LATE
        return 0

    def _note_late(self, fenced: Fenced, rows: Sequence[EventRow]) -> None:
        """Bring the server, batch by batch, what it keeps for a person; then raise the refusal."""
        position, kept = self._outbox.position(), fenced.problem.kept
        if not rows or kept < rows[-1][0]:
            raise fenced
        self._late = (self._outbox.epoch(), position.incarnation, kept)
        if kept >= position.head:
            raise fenced

    async def announce(self, tries: int = STEPS_BACK_MAX) -> None:
        """Tell the server of this incarnation, also when there is nothing to send in it."""
        await self._before()
        position, lost = self._outbox.position(), self._outbox.lost()
        request = structs.replace(self._request((), position), lost=lost)
        try:
            reply = await self._connection.call("push", request, PushReply)
        except EpochChanged as refusal:
            if not tries:
                raise
            # It may lack what was acknowledged before: that comes first, then this again.
            self._step_back(refusal)
            await self.run()
            await self.announce(tries - 1)
            return
        self._believe(reply, position.incarnation)
        if lost:
            self._outbox.told_lost()

    async def _send(self, rows: Sequence[EventRow]) -> int:
        """How far the acknowledged head moved; backwards if the server lost what it had."""
        before = self._outbox.position()
        request = self._request(rows, before)
        trace = batch_trace(request.events[-1].hash)
        reply = await self._connection.call("push", request, PushReply, trace=trace)
        self._believe(reply, before.incarnation)
        self._outbox.unack(reply.head)
        self._outbox.ack(reply.head, min(reply.safe_head, reply.head))
        return reply.head - before.acked

    def _request(self, rows: Sequence[EventRow], position: Position) -> PushRequest:
        first = rows[0][0] if rows else position.acked + 1
        return PushRequest(
            protocol=CURRENT,
            terminal=enrolled(self._outbox).terminal_id,
            incarnation=position.incarnation,
            epoch=self._outbox.epoch(),
            previous_hash=self._hash(first - 1).hex(),
            events=tuple(envelope(row) for row in rows),
            anchor_ms=self._anchor_ms(),
            machine=self._machine,
        )

    def _hash(self, seq: int) -> bytes:
        digest = self._outbox.hash_at(seq)
        if digest is None:
            raise MemoryFailed(f"event {seq} is not kept")
        return digest

    def _believe(self, reply: PushReply, incarnation: int) -> None:
        terminal = enrolled(self._outbox).terminal_id
        text = ack_text(terminal, incarnation, reply.head, reply.head_hash)
        if not self._verify(text, unhex(reply.signature)):
            raise Lost("the receipt is not signed by our server")
        if reply.head > self._outbox.position().head:
            raise self._forked("server_ahead", reply, incarnation)
        if self._hash(reply.head).hex() != reply.head_hash:
            raise self._forked("other_chain", reply, incarnation)

    @staticmethod
    def _forked(code: str, reply: PushReply, incarnation: int) -> Forked:
        said = Problem(code, head=reply.head, incarnation=incarnation, machine=reply.machine)
        return Forked(422, said)

    def _step_back(self, refusal: Gap | EpochChanged) -> int:
        """The server has less than we thought, or began another epoch: begin at its head."""
        problem, position = refusal.problem, self._outbox.position()
        acked, head = position.acked, problem.head
        if isinstance(refusal, EpochChanged):
            if problem.epoch in ("", self._outbox.epoch()):
                raise Lost("an epoch changed to itself")
            self._outbox.set_epoch(problem.epoch)
            head = head_of_ours(position, problem.incarnation, head)
        elif head < position.head and self._outbox.hash_at(head) is None:
            # A pull may have told it before, so that nothing is stepped back here.
            raise HistoryGone(head)
        elif head >= acked:
            raise Lost("a gap above what was sent")
        self._outbox.unack(head)
        if head < acked and self._outbox.hash_at(head) is None:
            raise HistoryGone(head)
        return min(0, head - acked)


def unhex(text: str) -> bytes:
    """Bytes of a hex text; none for what is no hex."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def envelope(row: EventRow) -> EventEnvelope:
    """A stored event as it travels; the body's bytes are never rewritten."""
    seq, event_id, kind, version, body, digest = row
    return EventEnvelope(seq, event_id, kind, version, body.decode(), digest.hex())

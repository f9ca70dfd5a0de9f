"""Brings the till's events to the server, in order. Never deletes one, never skips one.

The server's word counts only with its signature and with *our* hash at the head it names:
a head whose hash is another's would let us forget sales that it never saw.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync.client.connection import Connection
from sync.client.errors import EpochChanged, Forked, Gap, Lost, MemoryFailed, Stuck, TooLarge
from sync.client.ports import EventRow, Outbox, Position, enrolled
from sync.wire.codec import ack_text, batch_trace
from sync.wire.messages import EventEnvelope, Problem, PushReply, PushRequest
from sync.wire.version import CURRENT

EVENTS_MAX = 500
BYTES_MAX = 1_048_576
STEPS_BACK_MAX = 8
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


class Push:
    """One pass sends everything that is not acknowledged. `anchor_ms`: since the server's time."""

    def __init__(
        self,
        connection: Connection,
        outbox: Outbox,
        verify: Verify,
        anchor_ms: Callable[[], int] = lambda: 0,
    ) -> None:
        """`verify` holds the server's public key from enrolment."""
        self._connection = connection
        self._outbox = outbox
        self._verify = verify
        self._anchor_ms = anchor_ms

    async def run(self) -> int:
        """Events acknowledged by this pass. Raises Trouble; what was acknowledged stays so."""
        sent, size, steps_back = 0, Size(), 0
        while steps_back <= STEPS_BACK_MAX:
            rows = self._outbox.batch(self._outbox.position().acked, size.events, size.bytes)
            if not rows:
                return sent
            try:
                moved = await self._send(rows)
            except TooLarge:
                if not size.halve():
                    raise
                continue
            except (Gap, EpochChanged) as refusal:
                moved = self._step_back(refusal)
            sent += max(0, moved)
            steps_back += moved <= 0
        raise Stuck("the server takes our events and does not keep them")

    async def announce(self) -> None:
        """Tell the server of this incarnation, also when there is nothing to send in it."""
        position = self._outbox.position()
        request = self._request((), position)
        reply = await self._connection.call("push", request, PushReply)
        self._believe(reply, position.incarnation)

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
        )

    def _hash(self, seq: int) -> bytes:
        digest = self._outbox.hash_at(seq)
        if digest is None:
            raise MemoryFailed(f"event {seq} is not kept any more")
        return digest

    def _believe(self, reply: PushReply, incarnation: int) -> None:
        terminal = enrolled(self._outbox).terminal_id
        text = ack_text(terminal, incarnation, reply.head, reply.head_hash)
        if not self._verify(text, unhex(reply.signature)):
            raise Lost("the receipt is not signed by our server")
        if reply.head > self._outbox.position().head:
            raise Forked(422, Problem("server_ahead", head=reply.head))
        if self._hash(reply.head).hex() != reply.head_hash:
            raise Forked(422, Problem("other_chain", head=reply.head))

    def _step_back(self, refusal: Gap | EpochChanged) -> int:
        """The server has less than we thought, or began another epoch: begin at its head."""
        problem, acked = refusal.problem, self._outbox.position().acked
        if isinstance(refusal, EpochChanged):
            if problem.epoch in ("", self._outbox.epoch()):
                raise Lost("an epoch changed to itself")
            self._outbox.set_epoch(problem.epoch)
        elif problem.head >= acked:
            raise Lost("a gap above what was sent")
        self._outbox.unack(problem.head)
        return min(0, problem.head - acked)


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

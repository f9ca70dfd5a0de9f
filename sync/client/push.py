"""Brings the till's events to the server, in order. Never deletes one, never skips one.

The server's word counts only with its signature and with *our* hash at the head it names:
a head whose hash is another's would let us forget sales that it never saw.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync.client.connection import Connection
from sync.client.errors import EpochChanged, Forked, Gap, Lost, TooLarge
from sync.client.ports import EventRow, Outbox
from sync.wire.codec import GENESIS, ack_text
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
        while rows := self._outbox.batch(self._outbox.acked(), size.events, size.bytes):
            try:
                sent += await self._send(rows)
            except TooLarge:
                if not size.halve():
                    raise
            except (Gap, EpochChanged) as refusal:
                steps_back += 1
                if steps_back > STEPS_BACK_MAX:
                    raise
                self._step_back(refusal)
        return sent

    async def _send(self, rows: Sequence[EventRow]) -> int:
        before = self._outbox.acked()
        reply = await self._connection.call("push", self._request(rows), PushReply)
        self._believe(reply)
        self._outbox.ack(reply.head, min(reply.safe_head, reply.head))
        if reply.head <= before:
            # The server lost what it had acknowledged, or took nothing: not a reason to spin.
            self._outbox.unack(reply.head)
            raise Lost("the head did not move")
        return reply.head - before

    def _request(self, rows: Sequence[EventRow]) -> PushRequest:
        identity = self._outbox.identity()
        first = rows[0][0]
        previous = self._outbox.hash_at(first - 1) if first > 1 else GENESIS
        return PushRequest(
            protocol=CURRENT,
            terminal=identity.terminal_id,
            incarnation=identity.incarnation,
            epoch=self._outbox.server_epoch(),
            previous_hash=previous.hex(),
            events=tuple(envelope(row) for row in rows),
            anchor_ms=self._anchor_ms(),
        )

    def _believe(self, reply: PushReply) -> None:
        identity = self._outbox.identity()
        text = ack_text(identity.terminal_id, identity.incarnation, reply.head, reply.head_hash)
        try:
            signature = bytes.fromhex(reply.signature)
        except ValueError:
            signature = b""
        if not self._verify(text, signature):
            raise Lost("the receipt is not signed by our server")
        if reply.head > self._outbox.head():
            raise Forked(422, Problem("server_ahead", head=reply.head))
        ours = self._outbox.hash_at(reply.head) if reply.head else GENESIS
        if ours.hex() != reply.head_hash:
            raise Forked(422, Problem("other_chain", head=reply.head))

    def _step_back(self, refusal: Gap | EpochChanged) -> None:
        """The server has less than we thought, or began another epoch: begin at its head."""
        problem = refusal.problem
        if isinstance(refusal, EpochChanged):
            if not problem.epoch or problem.epoch == self._outbox.server_epoch():
                raise Lost("an epoch changed to itself")
            self._outbox.set_server_epoch(problem.epoch)
        elif problem.head >= self._outbox.acked():
            raise Lost("a gap above what was sent")
        self._outbox.unack(min(problem.head, self._outbox.acked()))


def envelope(row: EventRow) -> EventEnvelope:
    """A stored event as it travels; the body's bytes are never rewritten."""
    seq, event_id, kind, version, body, digest = row
    return EventEnvelope(seq, event_id, kind, version, body.decode(), digest.hex())

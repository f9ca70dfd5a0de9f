"""What a manager's till asks of head office, over HTTP. Never a rule, never SQL.

Each request is signed by its terminal; who sits at it is told and, where something changes,
looked up again.
"""

from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct
from sqlalchemy import Connection
from starlette.requests import Request

from sync.server.access.auth import Signed, authenticate, authenticate_once
from sync.server.access.limits import MissLimit
from sync.server.engine.refusal import Refusal, refuse, too_often
from sync.server.lives.epochs import refresh
from sync.server.office.member_history import history
from sync.server.office.store_conflicts import of_store, sign_off
from sync.server.server import Server
from sync.wire.codec import unpack
from sync.wire.messages import Problem
from sync.wire.office import ConflictsRequest, HistoryReply, HistoryRequest, SignOffRequest
from sync.wire.version import SPOKEN

Reader = Callable[[Request], Awaitable[Signed]]
TEXT_MOST = 128
REASON_MOST = 300


class OfficeHttp:
    """`read` and `write` check the signature's form: of a request that only reads, or changes."""

    def __init__(self, server: Server, misses: MissLimit, read: Reader, write: Reader) -> None:
        self._server, self._misses = server, misses
        self._read, self._write = read, write

    def steps(self) -> Mapping[str, Callable[[Request], Awaitable[Struct]]]:
        """Step of `PATHS` -> what answers it."""
        return {
            "history": self.history,
            "conflicts": self.conflicts,
            "sign_off": self.sign_off,
        }

    async def history(self, request: Request) -> Struct:
        """A member's ledger and receipts. Raises Refusal 401, 426, 429."""
        signed = await self._read(request)
        message = unpack(HistoryRequest, signed.body)
        services = self._server.services
        now_ms = services.clock.monotonic_ms()
        if wait_s := self._misses.wait_s(signed.terminal, now_ms):
            raise too_often("too_many_misses", wait_s)

        def told(connection: Connection) -> HistoryReply:
            authenticate(connection, signed)
            _fits(signed, message.terminal, message.protocol, message.member)
            return history(connection, services, message.member, message.most)

        reply = await self._server.database.read(told)
        if bytes(reply.member) == b"null":
            self._misses.missed(signed.terminal, now_ms)
        return reply

    async def conflicts(self, request: Request) -> Struct:
        """The store's list. Raises Refusal 401, 426."""
        signed = await self._read(request)
        message = unpack(ConflictsRequest, signed.body)

        def told(connection: Connection) -> Struct:
            store = authenticate(connection, signed).store
            _fits(signed, message.terminal, message.protocol)
            return of_store(connection, self._server.services, store, signed=message.signed)

        return await self._server.database.read(told)

    async def sign_off(self, request: Request) -> Struct:
        """A manager's word. Raises Refusal 401, 404, 409, 412, 422, 426."""
        signed = await self._write(request)
        message = unpack(SignOffRequest, signed.body)
        services = self._server.services

        def decided(connection: Connection) -> Struct:
            row = authenticate_once(connection, signed, services.now_us())
            texts = (message.conflict, message.operator)
            _fits(signed, message.terminal, message.protocol, *texts)
            if len(message.reason) > REASON_MOST or "\0" in message.reason:
                raise refuse(422, "no_reason", f"at most {REASON_MOST} letters")
            if message.epoch != refresh(connection, services):
                raise Refusal(412, Problem("epoch", epoch=services.epoch))
            return sign_off(connection, services, row.store, message)

        reply = await self._server.database.write(decided)
        # What was forgiven is an entry of the ledger: the tills hear of it.
        self._server.bell.ring_feed()
        return reply


def _fits(signed: Signed, terminal_id: str, protocol: int, *texts: str) -> None:
    if protocol not in SPOKEN:
        raise Refusal(426, Problem("protocol", f"this server speaks {SPOKEN}", speaks=SPOKEN))
    if terminal_id != signed.terminal:
        raise refuse(401, "another_terminal")
    if any(len(text) > TEXT_MOST or "\0" in text for text in texts):
        raise refuse(422, "no_identifier")

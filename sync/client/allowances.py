"""Points for a customer who stands here: look-up and grant. Never spends one.

The grant's id is ours and is stored before it is sent, so that an answer lost on the way is the
same grant when it is asked for again. Giving back what a sale did not use is an event of the
front end, after the spends it must follow.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from sync.client.connection import Connection
from sync.client.errors import EpochChanged, Lost, Refused
from sync.client.ports import AskedGrant, MirrorFile, Outbox
from sync.wire.codec import GarbledMessage, decode
from sync.wire.messages import AllowanceReply, AllowanceRequest, LookupReply, LookupRequest
from sync.wire.rows import AllowanceRow, MemberRow
from sync.wire.version import CURRENT

NOT_FOUND = 404


class Allowances:
    """On-line identification; one request at a time for each grant id."""

    def __init__(self, connection: Connection, outbox: Outbox, new_id: Callable[[], str]) -> None:
        """`new_id` gives UUIDv7."""
        self._connection = connection
        self._outbox = outbox
        self._new_id = new_id

    async def look_up(self, kind: str, key: str, mirror: MirrorFile | None) -> MemberRow | None:
        """The server's row of a member, also put into the mirror; None if nobody has that key.

        `kind`: phone (hex of HMAC), card, code, id. Raises Trouble.
        """
        terminal = self._outbox.identity().terminal_id
        request = LookupRequest(CURRENT, terminal, kind, key)
        try:
            reply = await self._connection.call("lookup", request, LookupReply)
            member = decode(MemberRow | None, bytes(reply.member))  # type: ignore[arg-type]  # a union is no type to mypy
        except Refused as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise
        except GarbledMessage as error:
            raise Lost(str(error)) from error
        if member is not None and mirror is not None:
            mirror.add_guest(member)
        return member

    async def obtain(self, member_id: str, points: int) -> AllowanceRow:
        """A grant for this member, perhaps of fewer points. Raises Trouble; the question stays."""
        for asked in self._outbox.asked_grants():
            if asked.member_id == member_id:
                return await self._ask(asked)
        asked = AskedGrant(self._new_id(), member_id, points)
        self._outbox.ask_grant(asked)
        return await self._ask(asked)

    async def settle(self) -> int:
        """Ask again for what was never answered; how many were. Raises Trouble."""
        asked = list(self._outbox.asked_grants())
        for grant in asked:
            await self._ask(grant)
        return len(asked)

    async def _ask(self, asked: AskedGrant) -> AllowanceRow:
        try:
            reply = await self._request(asked)
        except EpochChanged as change:
            self._outbox.set_server_epoch(change.problem.epoch)
            reply = await self._request(asked)
        if reply.grant != asked.grant_id or not 0 <= reply.granted <= asked.points:
            raise Lost("the answer to another question")
        row = AllowanceRow(
            grant=asked.grant_id,
            member=asked.member_id,
            granted=reply.granted,
            kind=asked.kind,
            lease_until=reply.lease_until,
        )
        self._outbox.store_grant(row)
        return row

    async def _request(self, asked: AskedGrant) -> AllowanceReply:
        request = AllowanceRequest(
            protocol=CURRENT,
            terminal=self._outbox.identity().terminal_id,
            epoch=self._outbox.server_epoch(),
            grant=asked.grant_id,
            member=asked.member_id,
            points=asked.points,
            kind=asked.kind,
        )
        return await self._connection.call("allowance", request, AllowanceReply)


def as_json(message: msgspec.Struct) -> Any:
    """A message as plain JSON values, for the front end."""
    return msgspec.to_builtins(message)

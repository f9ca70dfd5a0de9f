"""A manager's questions, asked on behalf of the front end. Never keeps one for later.

A history and a conflict are the server's: with no link the answer is Trouble, and the till says
so. What it last heard of conflicts stays in its memory, so that the dark till can say when.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct, json

from sync.client.connection import Connection
from sync.client.errors import EpochChanged, Refused
from sync.client.gathering import Offload
from sync.client.ports import MirrorFiles, Outbox, enrolled
from sync.wire.office import (
    ConflictsReply,
    ConflictsRequest,
    HistoryReply,
    HistoryRequest,
    SignOffReply,
    SignOffRequest,
)
from sync.wire.version import CURRENT

PEOPLE_MOST = 20
SAID_NO = (404, 409, 422)
Verb = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]


class Office:
    """What a courier answers beside the sale."""

    def __init__(
        self, connection: Connection, outbox: Outbox, files: MirrorFiles, offload: Offload
    ) -> None:
        self._connection, self._outbox = connection, outbox
        self._files, self._offload = files, offload

    def verbs(self) -> dict[str, Verb]:
        """`people` {text}: {people}. `history` {member, most}: HistoryReply. `conflicts`
        {signed}: ConflictsReply. `sign_off` {conflict, action, operator, reason}: SignOffReply."""
        return {
            "people": self.people,
            "history": self.history,
            "conflicts": self.conflicts,
            "sign_off": self.sign_off,
        }

    async def people(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Members of this mirror by name; beside the loop, for it reads every one of them."""
        text, path = str(fields["text"]), self._files.current()
        found = await self._offload(lambda: self._files.people(path, text, PEOPLE_MOST))
        return {"people": found}

    async def history(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A member's ledger and receipts."""
        terminal = enrolled(self._outbox).terminal_id
        request = HistoryRequest(
            CURRENT, terminal, str(fields["member"]), int(fields.get("most", 100))
        )
        return _plain(await self._connection.call("history", request, HistoryReply))

    async def conflicts(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The store's list."""
        terminal = enrolled(self._outbox).terminal_id
        request = ConflictsRequest(CURRENT, terminal, bool(fields.get("signed", False)))
        return _plain(await self._connection.call("conflicts", request, ConflictsReply))

    async def sign_off(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A manager's word; after another epoch once more, in its name. `refused`: why not."""
        try:
            return await self._signed(fields)
        except EpochChanged as change:
            self._outbox.set_epoch(change.problem.epoch)
            return await self._signed(fields)
        except Refused as refusal:
            if refusal.status not in SAID_NO:
                raise
            return {"refused": refusal.problem.code}

    async def _signed(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        names = ("conflict", "action", "operator", "reason")
        told = (str(fields[name]) for name in names)
        terminal = enrolled(self._outbox).terminal_id
        request = SignOffRequest(CURRENT, terminal, self._outbox.epoch(), *told)
        return _plain(await self._connection.call("sign_off", request, SignOffReply))


def _plain(reply: Struct) -> dict[str, Any]:
    return dict(json.decode(json.encode(reply)))

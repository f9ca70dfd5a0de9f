"""A customer stands here: the server first, the tills of the store when it is away. Never a wait.

Without tills beside it a courier asks the server alone, as long as the connection allows; with
them each has its short time, so that the cashier has an answer while the customer speaks.
"""

import asyncio
from typing import Any

from msgspec import to_builtins

from sync.client.allowances import Allowances
from sync.client.errors import Lost, ServerFailed, Trouble
from sync.client.lan import Lan
from sync.client.link import Link
from sync.client.ports import MirrorFile
from sync.wire.rows import MemberRow

SERVER_S = 1.8
"""For a server that answered last time; it may itself wait for a till that gives points back."""
SILENT_SERVER_S = 0.3
"""For one that did not."""
AWAY = (Lost, ServerFailed, TimeoutError)


class Identify:
    """Look-up and grant for one customer. `lan` may be set once, before the first question."""

    def __init__(self, allowances: Allowances, link: Link) -> None:
        self._allowances, self._link = allowances, link
        self.lan: Lan | None = None

    async def member(
        self, kind: str, key: str, points: int, mirror: MirrorFile | None
    ) -> dict[str, Any]:
        """{member, allowance}, each a row or None; with tills beside us also `moved`: points that
        came from them. Raises Trouble when nobody could help."""
        if self.lan is None:
            member, reply = await self._asked(kind, key, points, mirror)
            return reply
        try:
            async with asyncio.timeout(SERVER_S if self._link.online else SILENT_SERVER_S):
                member, reply = await self._asked(kind, key, points, mirror)
        except AWAY as away:
            return await self._from_peers(self.lan, kind, key, points, away)
        missing = self._missing(self.lan, member, points)
        moved = await self.lan.fetch(member.id, missing) if member and missing > 0 else 0
        return {**reply, "moved": moved}

    async def _asked(
        self, kind: str, key: str, points: int, mirror: MirrorFile | None
    ) -> tuple[MemberRow | None, dict[str, Any]]:
        member = await self._allowances.look_up(kind, key, mirror)
        if member is None:
            return None, {"member": None, "allowance": None}
        grant = await self._allowances.obtain(member.id, points) if points > 0 else None
        return member, {"member": to_builtins(member), "allowance": grant and to_builtins(grant)}

    @staticmethod
    def _missing(lan: Lan, member: MemberRow | None, points: int) -> int:
        """What the customer has and is not here though the server gave what was free."""
        if member is None or points <= 0:
            return 0
        balance = sum(lot.points for lot in member.lots) - member.debt
        return min(points, balance - lan.held(member.id))

    async def _from_peers(
        self, lan: Lan, kind: str, key: str, points: int, away: Exception
    ) -> dict[str, Any]:
        """Only for a member that this till knows: a stranger has no points beside us either."""
        moved = await lan.fetch(key, points) if kind == "id" and points > 0 else 0
        if moved:
            return {"member": None, "allowance": None, "moved": moved}
        raise away if isinstance(away, Trouble) else Lost("the server takes too long") from away

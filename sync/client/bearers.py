"""A gift card or a coupon at the counter: what it holds and a grant of it. Never spends.

The grant is the hold of loyalty.md 4.6: its id is ours and durable before it is asked for, the
sale's event posts it, an event in the same chain gives back what was not spent.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import to_builtins

from sync.client.allowances import Allowances
from sync.client.connection import Connection
from sync.client.errors import Lost, Refused, ServerFailed
from sync.client.lan import Lan
from sync.client.ports import MirrorFile, Outbox, enrolled
from sync.wire.codec import GarbledMessage, decode
from sync.wire.messages import LookupReply, LookupRequest
from sync.wire.rows import GiftCardRow
from sync.wire.version import CURRENT

GIFT_CARD, COUPON = "gift_card", "coupon"
KINDS = frozenset({GIFT_CARD, COUPON})
NEVER = (404, 422)
AWAY = (Lost, ServerFailed)


async def identify(
    connection: Connection,
    outbox: Outbox,
    allowances: Allowances,
    fields: Mapping[str, Any],
    mirror: MirrorFile | None,
    lan: Lan | None = None,
) -> dict[str, Any]:
    """{card, allowance}, each a row or None. `key` is the owner; `want_points` 0: only look.

    With the server away, what waits of a card at another till of the store is brought from there:
    `moved`. Raises Trouble when nobody could help.
    """
    try:
        return await _from_server(connection, outbox, allowances, fields, mirror)
    except AWAY as away:
        wanted = int(fields.get("want_points", 0))
        if lan is None or not wanted or fields["kind"] != GIFT_CARD:
            raise
        moved = await lan.fetch(str(fields["key"]), wanted)
        if not moved:
            raise Lost("no till of the store could help") from away
        return {"card": None, "allowance": None, "moved": moved}


async def _from_server(
    connection: Connection,
    outbox: Outbox,
    allowances: Allowances,
    fields: Mapping[str, Any],
    mirror: MirrorFile | None,
) -> dict[str, Any]:
    owner, wanted = str(fields["key"]), int(fields.get("want_points", 0))
    card = None
    if fields["kind"] == GIFT_CARD:
        card = await _look_up(connection, outbox, owner)
        if card is None:
            return {"card": None, "allowance": None}
        if mirror is not None:
            mirror.add_card(card)
    grant = None
    if wanted > 0:
        try:
            grant = await allowances.obtain(owner, wanted)
        except Refused as refusal:
            if refusal.status not in NEVER:
                raise
    return {"card": card and to_builtins(card), "allowance": grant and to_builtins(grant)}


async def _look_up(connection: Connection, outbox: Outbox, owner: str) -> GiftCardRow | None:
    request = LookupRequest(CURRENT, enrolled(outbox).terminal_id, GIFT_CARD, owner)
    reply = await connection.call("lookup", request, LookupReply)
    body = bytes(reply.member)
    if body.strip() == b"null":
        return None
    try:
        return decode(GiftCardRow, body)
    except GarbledMessage as error:
        raise Lost(str(error)) from error

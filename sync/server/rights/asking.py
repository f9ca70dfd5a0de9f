"""A till asks for points of a member who stands there. Never grants what another till may spend.

What lies at tills that answer is asked back first; the one who asks waits a moment for it, and
then gets what is there.
"""

import asyncio
from contextlib import suppress

from sqlalchemy import Connection

from sync.server.books.book import Book, Grant
from sync.server.engine.bell import Bell
from sync.server.engine.buckets import bucket_of
from sync.server.engine.database import Database
from sync.server.engine.services import Services
from sync.server.rights.placing import policy_in_force, recall_for

PATIENCE_S, BREATH_S = 1.5, 0.05
"""How long a customer is kept waiting at most; how often we look meanwhile at most."""


def asked_back(
    connection: Connection, services: Services, wanted: Grant, answering: frozenset[str]
) -> bool:
    """Ask other tills for what is missing; True when it is worth waiting for."""
    book = Book(connection, services, bucket_of(wanted.member))
    book.load([wanted.member])
    held = book.held.get(wanted.member)
    if held is None or wanted.grant_id in book.grants:
        return False
    if held.member.blocked or not held.member.confirmed:
        return False
    policy = policy_in_force(connection)
    comes = recall_for(book, held, wanted, answering, policy)
    book.flush()
    return comes


async def wait_for_others(
    database: Database,
    services: Services,
    bell: Bell,
    wanted: Grant,
    answering: frozenset[str],
    patience_s: float = PATIENCE_S,
) -> None:
    """Come back when what others hold is free, or when a moment has passed."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience_s
    while not bell.closing:
        rung = bell.feed_rung()
        if not await database.write(lambda c: asked_back(c, services, wanted, answering)):
            return
        bell.ring_inbox()
        left_s = until - loop.time()
        if left_s <= 0:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(rung.wait(), left_s)
        await asyncio.sleep(BREATH_S)

"""One account is emptied and another takes it up, in one transaction. Never one half of it.

Between two halves of a merge points would lie in neither account, and whatever came there
(a sale on a grant that is being carried, a clock set back, poison) would meet an empty one.
"""

from collections.abc import Callable, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.access.keyring import hand_over
from sync.server.books.desk import SharedDesk
from sync.server.books.merging import CARRIED_OUT, Carried, carry_out
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import effect
from sync.server.engine.services import Services
from sync.server.poster.applying import post_many
from sync.server.poster.parts import Part


def carried_by(connection: Connection, old: str, event_id: str) -> bool:
    """Whether this event has emptied that account: then who took it up has it already."""
    asked = sa.select(effect.c.result).where(
        effect.c.bucket == bucket_of(old),
        effect.c.event == event_id,
        effect.c.name == CARRIED_OUT,
    )
    result = connection.execute(asked).scalar_one_or_none()
    # Two accounts of one chain may live in one bucket: the mark says whose it is.
    return result is not None and msgspec.json.decode(result, type=Carried).old == old


def carry(
    connection: Connection,
    services: Services,
    path: tuple[str, str, str],
    parts: Callable[[Carried], Sequence[Part]],
) -> dict[str, list[str]]:
    """What (old account, new one, event) says, and `parts` of the new one; conflicts by event.

    Both buckets are locked at once, in their order; asked again, nothing is applied twice.
    """
    old, new, event_id = path
    into = bucket_of(new)
    desk = SharedDesk(connection, {bucket_of(old), into})
    carried = carry_out(desk, services, old, new, event_id)
    hand_over(connection, carried.keys, old, new)
    return post_many(connection, services, {into: parts(carried)}, desk=desk)

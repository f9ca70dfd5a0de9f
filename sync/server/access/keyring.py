"""Which member a phone hash, card or code belongs to: one owner each. Never a phone number."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from sync.server.engine import bulk
from sync.server.engine.buckets import bucket_of
from sync.server.engine.schema import member_key

Key = tuple[str, str]


def claim(connection: Connection, key: Key, member_id: str) -> str:
    """Take a key for a member unless it has an owner; the owner."""
    kind, value = key
    row = {"kbucket": bucket_of(value), "kind": kind, "key": value, "member": member_id}
    bulk.insert(connection, member_key, [row], "nothing")
    return owner(connection, key) or member_id


def owner(connection: Connection, key: Key) -> str | None:
    """The member of a key; None if nobody has it."""
    kind, value = key
    found = connection.execute(
        sa.select(member_key.c.member).where(
            member_key.c.kbucket == bucket_of(value),
            member_key.c.kind == kind,
            member_key.c.key == value,
        )
    ).scalar_one_or_none()
    return None if found is None else str(found)


def hand_over(connection: Connection, keys: Iterable[Key], old: str, new: str) -> None:
    """Keys of a merged member lead to the one it has become."""
    for kind, value in keys:
        connection.execute(
            sa.update(member_key)
            .where(
                member_key.c.kbucket == bucket_of(value),
                member_key.c.kind == kind,
                member_key.c.key == value,
                member_key.c.member == old,
            )
            .values(member=new)
        )

"""Which tills hear of which member: all of them, or those of the stores the member comes to.

A member is always in the bucket's own scope; where the owner sets `interest` to stores, also in a
scope for each store that is theirs, and tills hear that one alone. Strangers are looked up
on-line. Never decides who may be served.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from sync.server.engine.buckets import BUCKETS, group_scope, group_scopes, member_scopes
from sync.server.engine.schema import member, setting
from sync.server.publishing import feed

SETTING = "interest"
MEMBERS_A_TRANSACTION = 200


class InterestSetting(Struct, forbid_unknown_fields=True):
    """`members`: `all`, every till mirrors every member; `store`, those of its own store."""

    members: Literal["all", "store"] = "all"


class Listed(Protocol):
    """A member as the book holds one. `groups`: the stores whose scopes carry the row now."""

    groups: tuple[str, ...]
    deleted: bool

    @property
    def stores(self) -> Iterable[str]:
        """The home store and those visited, as remembered."""


@dataclass(slots=True)
class Moves:
    """Store -> members of the bucket whose row it hears (True) or loses (False)."""

    by_store: dict[str, dict[str, bool]] = field(default_factory=dict)

    def add(self, store: str, member_id: str, hears: bool) -> None:
        """One member in one group."""
        self.by_store.setdefault(store, {})[member_id] = hears


def by_store(connection: Connection) -> bool:
    """Whether tills hear only of their own store's members."""
    value = connection.execute(
        sa.select(setting.c.value).where(setting.c.store == "", setting.c.name == SETTING)
    ).scalar_one_or_none()
    if value is None:
        return False
    return msgspec.json.decode(value, type=InterestSetting).members == "store"


def scopes(connection: Connection, store_id: str) -> tuple[str, ...]:
    """The scopes in which a till of that store hears of members."""
    return group_scopes(store_id) if by_store(connection) else member_scopes()


def settle(grouped: bool, held: Mapping[str, Listed]) -> Moves:
    """Give each member its groups of now, and say what the groups must be told."""
    moves = Moves()
    for member_id, one in held.items():
        wanted = set(one.stores) - {""} if grouped and not one.deleted else set()
        for store in sorted(wanted):
            moves.add(store, member_id, True)
        for store in sorted(set(one.groups) - wanted):
            moves.add(store, member_id, False)
        one.groups = tuple(sorted(wanted))
    return moves


def told(
    bucket: int, moves: Moves, changes: Iterable[feed.Change]
) -> Iterator[tuple[str, list[feed.Change]]]:
    """(scope of a group, what it must be told); leaving a group is a tombstone in it."""
    by_id = {change.id: change for change in changes}
    for store in sorted(moves.by_store):
        yield (
            group_scope(bucket, store),
            [
                by_id[owner] if hears else feed.Change(by_id[owner].kind, owner, None)
                for owner, hears in moves.by_store[store].items()
            ],
        )


def chunks_of_members(connection: Connection) -> list[tuple[int, list[str]]]:
    """Every member, some of one bucket at a time."""
    found: list[tuple[int, list[str]]] = []
    for bucket in range(BUCKETS):
        ids = list(
            connection.execute(
                sa.select(member.c.id).where(member.c.bucket == bucket).order_by(member.c.id)
            ).scalars()
        )
        found += [
            (bucket, ids[start : start + MEMBERS_A_TRANSACTION])
            for start in range(0, len(ids), MEMBERS_A_TRANSACTION)
        ]
    return found

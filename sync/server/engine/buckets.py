"""Which bucket and which scope a thing lives in, fixed for ever. Never depends on a machine."""

import hashlib
from functools import cache

BUCKETS = 256
REFERENCE = -1
CATALOG, PROGRAM, OPERATORS = "catalog", "program", "operators"


def bucket_of(identifier: str) -> int:
    """0..255: the first byte of SHA-256, the same in every language and release."""
    return hashlib.sha256(identifier.encode()).digest()[0]


def member_scope(member_id: str) -> str:
    """The scope of the feed that carries a member."""
    return bucket_scope(bucket_of(member_id))


def bucket_scope(bucket: int) -> str:
    """`m:000` to `m:255`."""
    return f"m:{bucket:03d}"


def group_scope(bucket: int, store_id: str) -> str:
    """The members of a bucket that a store's tills hear of, where they hear only of theirs."""
    return f"g:{bucket:03d}:{store_id}"


def terminal_scope(terminal_id: str) -> str:
    """What only this terminal hears: its allowances and what became of its events."""
    return f"t:{terminal_id}"


def settings_scope(store_id: str) -> str:
    """The settings in force in a store: the chain's, under the store's own."""
    return f"settings:{store_id}"


def scope_bucket(scope: str) -> int:
    """The bucket whose transactions may write a scope."""
    if scope.startswith("m:"):
        return int(scope[2:])
    if scope.startswith("g:"):
        return int(scope[2:5])
    if scope.startswith("t:"):
        return bucket_of(scope[2:])
    return REFERENCE


def common_scopes(store_id: str) -> tuple[str, ...]:
    """What every terminal of a store hears, members apart."""
    return (PROGRAM, OPERATORS, settings_scope(store_id), CATALOG)


@cache
def member_scopes() -> tuple[str, ...]:
    """Every member of the chain."""
    return tuple(bucket_scope(bucket) for bucket in range(BUCKETS))


def group_scopes(store_id: str) -> tuple[str, ...]:
    """The members of one store."""
    return tuple(group_scope(bucket, store_id) for bucket in range(BUCKETS))

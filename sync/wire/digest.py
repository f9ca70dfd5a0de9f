"""The cheap proof that a mirror equals the server: a sum over rows. Never over their contents.

Both sides keep (count, total) per scope as rows come and go: adding a row adds its hash, a
replaced or deleted one takes its old hash away, all modulo 2**61.
"""

import hashlib
from collections.abc import Iterable

MODULUS = 1 << 61


def row_hash(kind: str, row_id: str, ver: int) -> int:
    """0 <= h < 2**61 of one living row at one version."""
    text = f"{kind}\n{row_id}\n{ver}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") % MODULUS


def total_of(rows: Iterable[tuple[str, str, int]]) -> int:
    """The total of (kind, id, ver) from scratch."""
    return sum(row_hash(*row) for row in rows) % MODULUS

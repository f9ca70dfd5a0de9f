"""What the benchmarks of storage share: members as the feed brings them, two sides timed."""

import hashlib
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pos_app.storage.connect import connect_mirror
from sync.mirror.load import finish, load_rows
from sync.mirror.schema import create
from sync.wire.messages import FeedRow
from tests.sync.mirror.feeds import AS_OF, member

ROUNDS = 7
Row = dict[str, object]


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def beside(ours: Callable[[], object], raw: Callable[[], object], rounds: int = ROUNDS):
    """Median seconds of both, alternating; one round of each is thrown away."""
    pairs = [(timed(ours), timed(raw)) for _ in range(rounds + 1)][1:]
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


def rows_of(count: int) -> Iterator[FeedRow]:
    """Members as the feed brings them; the phone hash is spread like a real HMAC."""
    for n in range(count):
        yield spread(n, n + 1)


def spread(n: int, ver: int, debt: int = 0) -> FeedRow:
    return member(n, ver, keys=(("phone", hashed(n)), ("card", f"77{n:010d}")), debt=debt)


def hashed(n: int) -> str:
    return hashlib.blake2b(n.to_bytes(8, "big"), digest_size=16).hexdigest()


def build(path: Path, count: int, key: bytes | None = None) -> None:
    connection = connect_mirror(path, key, writing=True)
    create(connection, bulk=True)
    load_rows(connection, rows_of(count))
    finish(connection, {"store:s1": count}, "e1", AS_OF)
    connection.close()


def row(what: str, ours: float, raw: float, target: float, more_is_better: bool = False) -> Row:
    ratio = raw / ours if more_is_better else ours / raw
    return {
        "what": what,
        "ours_s": ours,
        "raw_s": raw,
        "ratio": ratio,
        "target": target,
        "more_is_better": more_is_better,
        "met": ratio >= target if more_is_better else ratio <= target,
    }

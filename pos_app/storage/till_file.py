"""`till.db` as one thing: its transactions, its chain, its incarnation. Never what a sale means.

Every transaction that changes facts or rights goes through `protected`: it takes the write lock,
counts the generation up and writes the sentinel after COMMIT.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path

from pos_app.storage.connect import connect
from pos_app.storage.driver import Driver, write
from pos_app.storage.places import place_of
from pos_app.storage.sentinel import Mark, Sentinel
from pos_app.storage.texts import till_file as q

GENESIS = b"\0" * 32
ChainHash = Callable[[bytes, int, str, str, bytes], bytes]
Points = Callable[[str], None]


def no_points(name: str) -> None:
    """Named points are for tests that kill the process there."""


@dataclass(slots=True)
class Chain:
    """The one row of `chain`. `head`, `acked`, `safe_head`, `pruned` count in this incarnation.

    `session` is the last till session's state, open or closed, as JSON.
    """

    incarnation: int
    head: int
    head_hash: bytes
    acked: int
    safe_head: int
    pruned: int
    pruned_hash: bytes
    receipts: int
    last_document: int
    generation: int
    frozen: int
    session: bytes | None

    @property
    def place(self) -> int:
        """The row number of the newest event."""
        return place_of(self.incarnation, self.head)


_VALUES = attrgetter(*(f.name for f in fields(Chain)))


class TillFile:
    """An open `till.db`. Not for several threads; several processes may each have one."""

    def __init__(
        self, driver: Driver, sentinel: Sentinel, chain_hash: ChainHash, points: Points = no_points
    ) -> None:
        self.driver = driver
        self.chain_hash = chain_hash
        self.points = points
        self._sentinel = sentinel

    def close(self) -> None:
        """Give the files back."""
        self.driver.close()
        self._sentinel.close()

    @contextmanager
    def protected(self, name: str) -> Iterator[Chain]:
        """One transaction; what the caller changes in the chain is saved with it."""
        with write(self.driver):
            chain = self.chain()
            self.points(f"{name}.begin")
            yield chain
            chain.generation += 1
            q.SAVE.run_row(self.driver, _VALUES(chain))
            self.points(f"{name}.before_commit")
        self.points(f"{name}.after_commit")
        self._sentinel.write(Mark(chain.incarnation, chain.generation, chain.receipts))
        self.points(f"{name}.sentinel")

    def chain(self) -> Chain:
        """Where the chain stands now."""
        row = q.CHAIN.one(self.driver)
        assert row is not None  # written by the first migration
        return Chain(*row)

    def meta(self, name: str) -> bytes | None:
        """A small value by name."""
        row = q.META.one(self.driver, k=name)
        return None if row is None else bytes(row[0])

    def set_meta(self, name: str, value: bytes) -> None:
        """Remember a small value, durably."""
        with write(self.driver):
            q.SET_META.run(self.driver, k=name, v=value)

    def last_mark(self) -> Mark:
        """How far the sentinel says that this till was; zeros when it says nothing."""
        return self._sentinel.read() or Mark(0, 0)

    def sentinel_mismatch(self) -> bool:
        """True when this database was further once, or has no sentinel though it has a past.

        Then wiring asks for `new_incarnation` before the first sale: a restored backup and a
        cloned disk must not spend the same grants or fork the chain.
        """
        # The mark first: whoever commits meanwhile is then further than it, never behind.
        mark = self._sentinel.read()
        chain = self.chain()
        if mark is None:
            return chain.generation > 0
        return mark > Mark(chain.incarnation, chain.generation)

    def freeze(self) -> None:
        """No grant of this database is spent until the server knows its next incarnation."""
        if not self.chain().frozen:
            with self.protected("freeze") as chain:
                chain.frozen = 1

    def new_incarnation(self, above: int = 0, whole: bool = False) -> int:
        """Start a new chain: freeze the grants, number what the server may lack again from 1.

        `above`: the incarnation that the server named, if it did. `whole`: the server lost even
        what its backups had, so all that is kept counts as unsent. Ids and bodies stay as they
        are, so the server knows what it has; events below `safe_head` stay as history. Returns
        the incarnation. The grants of older incarnations are never spent again here.
        """
        mark = self.last_mark()
        with self.protected("reopen") as chain:
            after = place_of(chain.incarnation, chain.pruned if whole else chain.safe_head)
            chain.incarnation = max(chain.incarnation, mark.incarnation, above) + 1
            chain.head, chain.head_hash = 0, GENESIS
            chain.acked = chain.safe_head = chain.pruned = 0
            chain.pruned_hash, chain.frozen = GENESIS, 1
            chain.receipts = max(chain.receipts, mark.receipts)
            distance = chain.place - after
            for move in q.MOVES:
                move.run(self.driver, after=after, distance=distance)
            if chain.last_document > after:
                chain.last_document += distance
            for place, event_id, kind, body in q.AFTER.all(self.driver, after=chain.place):
                self.link(chain, event_id, kind, body)
                q.SET_HASH.run(self.driver, at=place, new_hash=chain.head_hash)
        return chain.incarnation

    def link(self, chain: Chain, event_id: str, kind: str, body: bytes) -> None:
        """Advance the chain by one event."""
        chain.head += 1
        chain.head_hash = self.chain_hash(chain.head_hash, chain.head, event_id, kind, body)


def open_till(
    path: Path,
    chain_hash: ChainHash,
    key: bytes | None = None,
    sentinel: Path | None = None,
    points: Points = no_points,
) -> TillFile:
    """Open or create `till.db`. The sentinel lies beside it unless told otherwise.

    Raises DatabaseFromTheFuture, StorageBroken, StorageFull.
    """
    driver = connect(path, key)
    return TillFile(driver, Sentinel(sentinel or path.with_suffix(".sentinel")), chain_hash, points)

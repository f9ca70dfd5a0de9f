"""What a damaged `till.db` still says, into a fresh one. Never writes into the damaged file.

Events keep their ids and bytes and get a new chain, so the server answers `exists` to what it has
and names what it never received. Grants stay behind: what was spent of them cannot be known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from pos_app.domain.events import Event
from pos_app.storage.connect import connect_damaged
from pos_app.storage.driver import Driver
from pos_app.storage.errors import in_words_of_the_port
from pos_app.storage.places import SEQ_BITS, SEQ_MASK, place_of
from pos_app.storage.recording import add_stored
from pos_app.storage.till_file import TillFile
from pos_app.workstation.ports import EventCodec

_COPIED = (
    "meta",
    "suspended",
    "print_job",
    "tendering",
    "fiscal",
    "local_member",
    "local_member_key",
)
_EVENT = "SELECT place, id, kind, v, body, hash FROM event WHERE place"
_FORWARD = f"{_EVENT} > ? ORDER BY place LIMIT 1"
_BACKWARD = f"{_EVENT} < ? ORDER BY place DESC LIMIT 1"
_AT = f"{_EVENT} = ?"
_BEYOND = 1 << 62
_Stored = tuple[str, str, int, bytes]


@dataclass(frozen=True, slots=True)
class Salvaged:
    """`lost` are the sequence numbers of the old chain that nobody can read any more; the server
    has those up to `acked`."""

    events: int
    lost: tuple[int, ...]
    incarnation: int = 0
    acked: int = 0

    def unsent(self) -> tuple[int, ...]:
        """What is lost for good."""
        return tuple(seq for seq in self.lost if seq > self.acked)

    def text(self) -> str:
        """The same as it is told to the server: `<incarnation>:<seq>-<seq>`, spaces between."""
        return " ".join(f"{self.incarnation}:{a}-{b}" for a, b in stretches(self.unsent()))


def stretches(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Rising numbers as (first, last) of each gapless stretch."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


@dataclass(slots=True)
class _OldChain:
    """What the damaged file says of its chain, or what its events let us guess."""

    incarnation: int
    head: int
    pruned: int
    receipts: int
    session: bytes | None
    acked: int = 0

    def places(self) -> range:
        """Where its events should be."""
        first = place_of(self.incarnation, self.pruned + 1)
        return range(first, place_of(self.incarnation, self.head) + 1)


class _Source:
    """The damaged file. A page that breaks spoils the connection (SQLCipher), so it is renewed."""

    def __init__(self, path: Path, key: bytes | None) -> None:
        self._path, self._key = path, key
        self._driver = connect_damaged(path, key)

    def rows(self, sql: str, *values: object) -> list[Any]:
        """What the file answers; nothing where it breaks."""
        try:
            return self._driver.execute(sql, values).fetchall()
        except (dbapi2.Error, UnicodeDecodeError):
            self._driver.close()
            self._driver = connect_damaged(self._path, self._key)
            return []

    def close(self) -> None:
        """Give the file back."""
        self._driver.close()


def salvage(damaged: Path, till: TillFile, codec: EventCodec, key: bytes | None = None) -> Salvaged:
    """Fill the fresh `till` with what can be read.

    Raises StorageBroken when not even the first page can be read; the fresh file is then empty.
    """
    source = _Source(damaged, key)
    try:
        old, mark = _old_chain(source), till.last_mark()
        found = _events(source, old, till, codec)
        with in_words_of_the_port(), till.protected("salvage") as chain:
            chain.incarnation = max(old.incarnation, mark.incarnation) + 1
            chain.receipts = max(mark.receipts, old.receipts)
            chain.session, chain.frozen = old.session, 1
            for table in _COPIED:
                _copy(source, till.driver, table)
            for stored, event in found.values():
                add_stored(till, codec, chain, stored, event)
    finally:
        source.close()
    lost = tuple(place & SEQ_MASK for place in old.places() if place not in found)
    return Salvaged(len(found), lost, old.incarnation, old.acked)


def _old_chain(source: _Source) -> _OldChain:
    rows = source.rows("SELECT incarnation, head, pruned, receipts, session, acked FROM chain")
    if rows:
        return _OldChain(*rows[0])
    newest = source.rows("SELECT max(place) FROM event")
    place = newest[0][0] if newest and newest[0][0] else place_of(1, 0)
    return _OldChain(place >> SEQ_BITS, place & SEQ_MASK, 0, 0, None)


def _copy(source: _Source, target: Driver, table: str) -> None:
    for row in source.rows(f"SELECT * FROM {table}"):
        marks = ", ".join("?" * len(row))
        target.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)


def _events(
    source: _Source, old: _OldChain, till: TillFile, codec: EventCodec
) -> dict[int, tuple[_Stored, Event]]:
    """Place -> event, in order; only bytes that fit their hash, where the one before is known."""
    rows = {row[0]: row for row in _walk(source, _BACKWARD, _BEYOND)}
    rows.update({row[0]: row for row in _walk(source, _FORWARD, 0)})
    for place in old.places():
        if place not in rows:
            rows.update({row[0]: row for row in source.rows(_AT, place)})
    found = {}
    for place in sorted(rows):
        event = _event(rows[place], rows.get(place - 1), till, codec)
        if event is not None:
            found[place] = event
    return found


def _event(
    row: Any, before: Any | None, till: TillFile, codec: EventCodec
) -> tuple[_Stored, Event] | None:
    place, event_id, kind, version, body, digest = row
    stored = (event_id, kind, version, bytes(body))
    if before and till.chain_hash(before[5], place & SEQ_MASK, event_id, kind, stored[3]) != digest:
        return None
    try:
        return stored, codec.decode(kind, version, stored[3])
    except ValueError:
        return None


def _walk(source: _Source, sql: str, start: int) -> Iterator[Any]:
    place = start
    while rows := source.rows(sql, place):
        place = rows[0][0]
        yield rows[0]

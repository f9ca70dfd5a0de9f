"""Past documents of a `till.db`, read in order by somebody who only looks. Never writes a byte."""

from collections.abc import Iterator
from pathlib import Path

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import TransactionCompleted
from pos_app.storage.connect import connect_damaged
from pos_app.storage.texts import archive as q
from pos_app.workstation.ports import EventCodec, StorageBroken

PAGE = 500


def documents(
    path: Path, codec: EventCodec, key: bytes | None = None
) -> Iterator[CompletedTransaction]:
    """Completed transactions in the order of the chain.

    A running till may go on writing. Raises StorageBroken, DatabaseFromTheFuture.
    """
    driver = connect_damaged(path, key)
    try:
        after = -1
        while rows := q.EVENTS.all(driver, after=after):
            for place, kind, version, body in rows:
                after = place
                try:
                    event = codec.decode(kind, version, bytes(body))
                except ValueError as error:
                    raise StorageBroken(f"a stored event cannot be read: {error}") from error
                if isinstance(event, TransactionCompleted):
                    yield event.document
    finally:
        driver.close()


def mirror_generation(path: Path, key: bytes | None = None) -> int:
    """Which mirror file belongs to that `till.db`; 0 before the first."""
    driver = connect_damaged(path, key)
    try:
        row = q.META.one(driver, k="mirror_generation")
    finally:
        driver.close()
    return 0 if row is None else int(row[0])

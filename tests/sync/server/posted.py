"""What tests of posting ask of the books, and an event as a till would not write it."""

from pos_app.domain.events import TransactionCompleted
from sync.server.watch.doctor import examine
from sync.wire.codec import decode


async def rows_of(till, kind, struct):
    """Id -> row of that kind, of what the till pulls now."""
    rows = await till.pull_all()
    return {row.id: decode(struct, bytes(row.body)) for row in rows if row.kind == kind}


async def healthy(house) -> None:
    """The doctor finds nothing."""
    assert await house.read(lambda c: list(examine(c))) == []


def posting_event(document):
    """The event of a receipt, whatever is wrong with it."""
    return TransactionCompleted(document)

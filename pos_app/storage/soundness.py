"""Whether a `till.db` can be sold from, looked at when it is opened. Never repairs it."""

from sqlcipher3 import dbapi2

from pos_app.storage.errors import translated
from pos_app.storage.places import SEQ_MASK, place_of
from pos_app.storage.till_file import TillFile
from pos_app.workstation.ports import StorageBroken

EVENTS_LOOKED_AT = 500
PAGES_LOOKED_AT = 16_384
"""64 MiB: a larger file is looked at by the courier's own reading, not at the counter."""


class Damaged(StorageBroken):
    """Pages or events of the till are not what was written."""


def look_at(till: TillFile) -> None:
    """Raises Damaged for torn pages, and for the newest events that do not fit their chain."""
    try:
        _pages(till)
        _newest(till)
    except (dbapi2.DatabaseError, UnicodeDecodeError, AssertionError) as error:
        broken = translated(error) if isinstance(error, dbapi2.DatabaseError) else error
        raise Damaged(str(broken)) from error


def _pages(till: TillFile) -> None:
    count = till.driver.execute("PRAGMA page_count").fetchall()[0][0]
    if count > PAGES_LOOKED_AT:
        return
    found = till.driver.execute("PRAGMA quick_check(1)").fetchall()[0][0]
    if found != "ok":
        raise Damaged(f"quick_check: {found}")


def _newest(till: TillFile) -> None:
    """Unsent events above all: what the server has can be asked back from there."""
    chain = till.chain()
    first = max(chain.pruned, chain.head - EVENTS_LOOKED_AT)
    rows = till.driver.execute(
        "SELECT place, id, kind, body, hash FROM event WHERE place >= ? ORDER BY place",
        (place_of(chain.incarnation, first),),
    ).fetchall()
    known = {
        place & SEQ_MASK: (event, kind, body, digest) for place, event, kind, body, digest in rows
    }
    previous = (
        chain.pruned_hash if first == chain.pruned else known[first][3] if first in known else None
    )
    for seq in range(first + 1, chain.head + 1):
        if seq not in known:
            raise Damaged(f"event {seq} is missing")
        event, kind, body, digest = known[seq]
        if previous is not None:
            fits = till.chain_hash(bytes(previous), seq, event, kind, bytes(body)) == digest
            if not fits:
                raise Damaged(f"event {seq} is not what was recorded")
        previous = digest

"""What a dark till earned and may spend at once: the same grants here. Never more than earned.

The till made them with the receipt; until it gives them back (its first word after the link is
back) nobody else is granted these points, so that earning in the dark overdraws nothing.
"""

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.loyalty.allowance import OWN
from pos_app.domain.loyalty.ledger import EntryKind
from sync.server.books.book import Book, Grant, Held


def keep_own(
    book: Book, held: Held, document: CompletedTransaction, terminal_id: str, seq: int
) -> None:
    """Reserve the points for their till, once; of an entry no more than it says."""
    if document.own is None:
        return
    earned = {e.entry_id: e.points for e in document.entries if e.kind is EntryKind.EARN}
    for use in document.own.uses:
        points = min(use.points, earned.get(use.grant_id, 0))
        if points <= 0 or use.grant_id in book.grants:
            continue
        grant = Grant(use.grant_id, held.member.member_id, terminal_id, points, kind=OWN)
        grant.posted_seq, grant.incarnation = seq, document.own.incarnation
        book.reserve(held, grant)

"""A gift card's money waits at the till where it was last, where the owner wants it so.

Off by default: a card is its bearer's, and may be shown anywhere next. Never while somebody stands
with it at a till, and asked back when it is shown at another.
"""

from sync.server.books.book import Book, Grant, Held
from sync.server.rights.allowances import free
from sync.server.rights.placing import LYING, Placement, grow, recall


def place_card(book: Book, held: Held, terminal_id: str, around: Placement) -> int:
    """What is free of a card goes to that till; minor units."""
    one = held.bearer
    if not around.policy.gift_cards or one is None or not one.is_card:
        return 0
    if terminal_id not in around.incarnation_of or _in_hands(book, one.owner):
        return 0
    more = max(0, free(book, held))
    if more:
        grow(book, held, Grant("", one.owner, terminal_id, more), around)
    return more


def _in_hands(book: Book, card: str) -> bool:
    """Whether a till was granted it for a receipt, or was asked to give it back."""
    return any(grant.left and grant.kind not in LYING for grant in book.grants_of(card))


def recall_all(book: Book, held: Held) -> None:
    """What waits of a card anywhere is asked back: its last day is over."""
    for grant in book.grants_of(held.member.member_id):
        if grant.left:
            recall(book, held, grant.terminal)

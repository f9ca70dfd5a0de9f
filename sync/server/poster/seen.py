"""A restored till numbers anew what it had told before: the member's row says the new number."""

from dataclasses import replace

from sync.server.books.book import Book
from sync.server.books.conflicts import Conflict


def seen(book: Book, member_id: str, terminal_id: str, seq: int) -> list[Conflict]:
    """The row of the member contains the terminal's event of that number. Never a conflict."""
    held = book.held.get(member_id)
    if held is not None:
        posted = {**held.member.posted, terminal_id: seq}
        book.change(held, replace(held.member, posted=posted))
    return []

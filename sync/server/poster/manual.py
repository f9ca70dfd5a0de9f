"""What somebody did to a member by hand, in the member's book. Never decides who may do it.

Applied once, like a receipt; what does not fit is a conflict that a person sees.
"""

from dataclasses import replace

from pos_app.domain.events import MembersMerged, PointsAdjusted, ReceiptCredited
from sync.server.books.book import Book
from sync.server.books.conflicts import Conflict
from sync.server.poster.parts import Part, conflict_of, post_entry, use_grants


def post_adjusted(book: Book, part: Part) -> list[Conflict]:
    """Points given, or taken off out of the till's own grants."""
    held = book.held.get(part.member)
    if held is None or not isinstance(part.fact, PointsAdjusted):
        return [conflict_of("unknown_member", part, points=sum(e.points for e in part.entries))]
    found = [one for entry in part.entries for one in post_entry(book, held, entry, part)]
    found += use_grants(book, held, part, part.fact.uses)
    posted = {**held.member.posted, part.terminal: part.seq}
    book.change(held, replace(held.member, posted=posted, as_of=book.services.now()))
    return found


def credited_part(event: ReceiptCredited, about: tuple[str, int, str, str]) -> Part:
    """`about`: event, number, terminal, and whose the points are now."""
    member = about[-1]
    return Part("credited", *about, event, (replace(event.entry, member_id=member),))


def post_credited(book: Book, part: Part) -> list[Conflict]:
    """Points of a receipt of nobody; spend, tier and tallies stay what they were."""
    held = book.held.get(part.member)
    if held is None or not isinstance(part.fact, ReceiptCredited):
        return [conflict_of("unknown_member", part, points=sum(e.points for e in part.entries))]
    found = [one for entry in part.entries for one in post_entry(book, held, entry, part)]
    posted = {**held.member.posted, part.terminal: part.seq}
    book.change(held, replace(held.member, posted=posted, as_of=book.services.now()))
    return found


def post_merged(book: Book, part: Part) -> list[Conflict]:
    """The one that stays: known by the digits of the other where it had none of its own."""
    held, fact = book.held.get(part.member), part.fact
    if held is None or not isinstance(fact, MembersMerged):
        return [conflict_of("unknown_member", part)]
    member = held.member
    changed = replace(
        member,
        phone_last4=member.phone_last4 or fact.phone_last4,
        card_last4=member.card_last4 or fact.card_last4,
        as_of=book.services.now(),
        posted={**member.posted, part.terminal: part.seq},
    )
    book.change(held, changed)
    return []

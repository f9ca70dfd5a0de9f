"""What a posting does about limits that tills could not keep alone: caps, rewards, uses of offers.

Earning is clipped with the reason in the ledger; goods that were given stand, and a person looks.
Never refuses a receipt.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from pos_app.domain.document import CompletedTransaction, TransactionKind
from pos_app.domain.loyalty.capping import Clip, clips
from pos_app.domain.loyalty.counting import uses_tally
from pos_app.domain.loyalty.ledger import Cause, EntryKind, PointsEntry
from pos_app.domain.loyalty.offering import beyond_uses
from pos_app.domain.loyalty.program import Program
from pos_app.domain.loyalty.stamps import beyond_card
from pos_app.domain.loyalty.tally import added
from sync.server.books.book import Book, Held
from sync.server.books.merging import derived_id


def clip_to_caps(book: Book, held: Held, program: Program, document: CompletedTransaction) -> None:
    """Take back what several tills earned beyond a cap; give it again when a return reopens it.

    The member's tallies contain the document's already.
    """
    found = clips(program.cashback.caps, held.member.tallies, document.tallies)
    for clip in found:
        book.post(held, _entry(held, program, document, clip))
    if found:
        tallies = added(held.member.tallies, (clip.entry for clip in found))
        book.change(held, replace(held.member, tallies=tallies))


def _entry(held: Held, program: Program, document: CompletedTransaction, clip: Clip) -> PointsEntry:
    """Out of the receipt's own lot first. Points given again live as if earned that day."""
    cap, on = clip.cap.cap_id, document.business_on
    earned = next((e for e in document.entries if e.kind is EntryKind.EARN), None)
    days = program.earn.expires_after_days
    again = clip.points < 0
    return PointsEntry(
        derived_id(f"{document.transaction_id}\ncap\n{cap}\n{clip.period}"),
        held.member.member_id,
        EntryKind.ADJUST,
        -clip.points,
        document.completed_at,
        on,
        Cause("program", document.transaction_id, reason=f"cap {cap} {clip.period}"),
        document.program,
        lot_id=earned.entry_id if earned and not again else None,
        available_on=on + timedelta(days=program.earn.vesting_days) if again else None,
        expires_on=on + timedelta(days=days) if again and days else None,
    )


@dataclass(frozen=True, slots=True)
class Overgiven:
    """A reward or an offer beyond what there was: `money_minor` is what it took off the receipt."""

    tally: str
    beyond: int
    money_minor: int


def overgiven(held: Held, program: Program, document: CompletedTransaction) -> Iterator[Overgiven]:
    """What a sale gave that another till, offline as well, had given already."""
    for entry in document.tallies if document.kind is TransactionKind.SALE else ():
        total = held.member.tallies.get((entry.tally, entry.period), 0)
        beyond = [beyond_card(card, entry, total) for card in program.stamps]
        beyond += [beyond_uses(offer, entry, total) for offer in program.offers]
        beyond += [
            min(total - p.limits.per_member, entry.amount)
            for p in program.promotions
            if p.limits.per_member and entry.tally == uses_tally(p.promotion_id)
        ]
        if max(beyond, default=0) > 0:
            touched = entry.lines or {line.line for line in document.lines}
            lines = [line for line in document.lines if line.line in touched]
            money = sum(line.list_minor - line.net_minor for line in lines)
            yield Overgiven(entry.tally, max(beyond), money)

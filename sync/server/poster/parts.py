"""One event's part in one bucket, and how its points meet the book. Never reads two buckets.

What does not fit is not refused: it becomes a conflict with its money.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pos_app.domain.document import CompletedTransaction
from pos_app.domain.events import (
    AllowanceGiven,
    AllowanceReturned,
    AllowanceTaken,
    CategoriesChosen,
    MemberEnrolled,
    MembersMerged,
    PointsAdjusted,
    ReceiptCredited,
    TransactionCompleted,
)
from pos_app.domain.loyalty.allowance import AllowanceUse
from pos_app.domain.loyalty.ledger import PointsEntry, PostResult
from sync.server.books.book import Book, Held
from sync.server.books.conflicts import Conflict
from sync.server.books.merging import Carried

Fact = (
    TransactionCompleted
    | AllowanceReturned
    | AllowanceGiven
    | AllowanceTaken
    | CategoriesChosen
    | MemberEnrolled
    | PointsAdjusted
    | ReceiptCredited
    | MembersMerged
    | Carried
)


@dataclass(frozen=True, slots=True)
class Part:
    """One event's part in one bucket. `member` is whom it concerns, redirects followed.

    It is applied once by its `mark`: the event, or `key` where several events tell the same.
    `home`: in whose bucket the receipt lies that it is a part of; "" for its terminal's.
    """

    name: str
    event: str
    seq: int
    terminal: str
    member: str
    fact: Fact
    entries: tuple[PointsEntry, ...] = ()
    turnover_on: date | None = None
    keys: tuple[tuple[str, str], ...] = ()
    profile: tuple[str, str] = ("", "")
    key: str = ""
    text: str = ""
    home: str = ""

    @property
    def mark(self) -> str:
        """What it is remembered by."""
        return self.key or self.event

    @property
    def document(self) -> CompletedTransaction:
        """The document of a `sale` part."""
        if not isinstance(self.fact, TransactionCompleted):
            raise TypeError(f"{self.name} has no document")
        return self.fact.document


def ids_needed(parts: Iterable[Part]) -> tuple[set[str], set[str]]:
    """(members, ledger lines) to load before applying."""
    members: set[str] = set()
    lines: set[str] = set()
    for part in parts:
        members.add(part.member)
        for entry in part.entries:
            lines.update({entry.entry_id, entry.reverses or entry.entry_id})
    return members, lines


def post_entry(book: Book, held: Held, entry: PointsEntry, part: Part) -> list[Conflict]:
    result, overdrawn = book.post(held, entry)
    if result is PostResult.EXISTS_WITH_DIFFERENT_CONTENT:
        return [conflict_of(result.value, part, points=entry.points, detail=entry.entry_id)]
    if overdrawn:
        return [conflict_of("overdraft", part, points=overdrawn, money=money_of(part, overdrawn))]
    return []


def use_grants(
    book: Book, held: Held, part: Part, uses: Iterable[AllowanceUse], back: bool = False
) -> list[Conflict]:
    """Points of grants that were spent (or came back): they are not reserved any more."""
    found = []
    for use in uses:
        grant = book.grants.get(use.grant_id)
        if grant is None or grant.terminal != part.terminal:
            found.append(_unfounded("unknown_grant", part, use.points, use.grant_id))
            continue
        beyond = 0 if back else use.points - grant.left
        book.use(
            held,
            grant,
            spent=0 if back else use.points,
            # What was taken back meanwhile (a lease that was over, a till given up) is back.
            returned=min(use.points, grant.left) if back else 0,
        )
        grant.posted_seq = max(grant.posted_seq, part.seq)
        if beyond > 0:
            found.append(_unfounded("allowance_overspent", part, beyond, use.grant_id))
    return found


def _unfounded(kind: str, part: Part, points: int, grant_id: str) -> Conflict:
    """Points that no grant covers; money only where a receipt gave some for them."""
    money = money_of(part, points)
    return conflict_of(kind, part, points=points, money=money, detail=grant_id)


def money_of(part: Part, points: int) -> int:
    """What so many points took off this receipt; nothing where there is none."""
    if not isinstance(part.fact, TransactionCompleted):
        return 0
    totals = part.document.totals
    return points * totals.points_minor // max(1, totals.points_redeemed)


def conflict_of(
    kind: str, part: Part, *, points: int = 0, money: int = 0, detail: str = ""
) -> Conflict:
    return Conflict(kind, part.event, part.terminal, part.member, points, money, detail)
